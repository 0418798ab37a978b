//! Random rules, people and trees of folders, with names that SQL, patterns and addresses treat in ways of their own.

use std::sync::Arc;

use bff::KeyRing;
use domain::{Group, GroupMatch, Groups, Person, PersonId};
use proptest::{prelude::*, sample::select};
use server::library::LocalLibrary;
use store::Store;

use crate::documents::{
    papers::{Paper, policy},
    shelf::{ISSUER, person},
};

const SUBJECTS: [&str; 3] = ["ann", "ben", "cem"];
const GROUPS: [&str; 4] = ["Sales", "SALES", "Straße", "board"];

/// Neighbours that stand between a folder and what is below it, nested ones, and letters with a meaning elsewhere.
pub(super) const FOLDERS: [&str; 22] = [
    "",
    "a",
    "a-b",
    "a!",
    "a.b/c",
    "a/b",
    "a/b/c",
    "a/b-c",
    "a/ü/Ö",
    "A",
    "a0",
    "handbook/people",
    "handbook/people/new",
    "%",
    "%/_",
    "[*?]/x",
    "it's \"so\" \\ fine",
    "it's \"so\" \\ fine/\\",
    "日本/東京",
    "ab",
    "b/ a",
    "\u{1f600}/z",
];

const CONDITIONS: [&str; 22] = [
    "resource.is_private",
    "resource.is_private == false",
    "resource.owner == principal",
    "(principal has groups && resource.groups.containsAny(principal.groups))",
    "(principal has groups && principal.groups.containsAll(resource.groups))",
    "(principal has groups && principal.groups.contains(Group::\"board\"))",
    "resource.groups.contains(Group::\"sales\")",
    "resource in Folder::\"a\"",
    "resource in Folder::\"a/b\"",
    "resource in [Folder::\"handbook\", Folder::\"%\"]",
    "resource in Folder::\"it's \\\"so\\\" \\\\ fine\"",
    "resource in Folder::\"日本\"",
    "resource in Folder::\"[*?]\"",
    "resource.folder like \"a*\"",
    "resource.folder like \"*b*\"",
    "resource.folder like \"a/*c\"",
    "resource.folder == \"a/b\"",
    "resource.folder == \"\"",
    "resource == Document::\"2\"",
    "resource.title like \"P*\"",
    "resource.title == resource.folder",
    "(9223372036854775807 + (if resource.is_private then 1 else 0) > 0)",
];

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) rules: String,
    pub(super) people: Vec<Person>,
    pub(super) papers: Vec<Paper>,
}

fn condition() -> impl Strategy<Value = String> {
    let one = select(&CONDITIONS[..]).prop_map(str::to_owned);
    one.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            1 => inner.prop_map(|a| format!("(!({a}))")),
        ]
    })
}

fn rules() -> impl Strategy<Value = String> {
    let words = prop_oneof![4 => Just("@because(\"x\") permit"), 1 => Just("forbid"), 1 => Just("@hides(\"existence\") forbid")];
    let clause = prop_oneof![3 => Just("when"), 1 => Just("unless")];
    prop::collection::vec((words, clause, condition()), 1..5).prop_map(|rules| {
        let rules = rules.into_iter().enumerate();
        let text = rules.map(|(number, (words, clause, condition))| {
            format!("@id(\"r{number}\") {words} (principal, action, resource) {clause} {{ {condition} }};\n")
        });
        text.collect()
    })
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    proptest::sample::subsequence(GROUPS.to_vec(), 0..=2).prop_map(|names| names.into_iter().map(Group::new).collect())
}

fn somebody() -> impl Strategy<Value = Person> {
    let groups = prop_oneof![1 => Just(Groups::Unknown), 6 => groups().prop_map(Groups::Known)];
    let by = prop_oneof![Just(GroupMatch::Id), Just(GroupMatch::Name)];
    (select(&SUBJECTS[..]), groups, by).prop_map(|(subject, groups, group_match)| Person {
        groups,
        group_match,
        ..person(subject, &[], None)
    })
}

fn paper() -> impl Strategy<Value = Paper> {
    let position = prop::option::of(select(&[-1_000, 0, 1_000][..]));
    let title = select(&["Plan", "plan", "Über", "a", "Zoo"][..]);
    let written = (title, select(&FOLDERS[..]), position);
    (written, select(&SUBJECTS[..]), groups(), any::<bool>()).prop_map(
        |((title, folder, position), owner, groups, is_private)| Paper {
            title,
            folder,
            owner: PersonId::new(ISSUER, owner),
            groups,
            is_private,
            position,
        },
    )
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let people = prop::collection::vec(somebody(), 2);
    let papers = prop::collection::vec(paper(), 14);
    (rules(), people, papers).prop_map(|(rules, people, papers)| World { rules, people, papers })
}

/// The same with all documents in two folders, so that most have neighbours.
pub(super) fn crowded() -> impl Strategy<Value = World> {
    world().prop_map(|mut world| {
        for (number, paper) in world.papers.iter_mut().enumerate() {
            paper.folder = FOLDERS[5 + number % 2];
        }
        world
    })
}

pub(super) fn library(store: &Store, rules: &str) -> LocalLibrary {
    LocalLibrary::new(store.clone(), Arc::new(policy(rules)), KeyRing::ephemeral())
}
