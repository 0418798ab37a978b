//! Differential property: a plan holds exactly the documents that are allowed. Rules, people and documents are generated.
//!
//! `PROPTEST_CASES` says how many policies are tried.

use std::cell::Cell;

use domain::{Access, Action, Document, Group, GroupMatch, Groups, Person, Visibility};
use policy::Policy;
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

use super::{
    reference::{has_right, holds},
    world::{ISSUER, document, id, person, policy},
};

const SUBJECTS: [&str; 3] = ["ann", "ben", "cem"];
/// A few groups, some in several spellings.
const GROUPS: [&str; 6] = ["Sales", "SALES", "Straße", "STRASSE", "berlin", "a\"b\\c"];
const FOLDERS: [&str; 7] = ["", "a", "a/b", "a/b/c", "ab", "handbook/people", "A"];
const TITLES: [&str; 8] = ["Public", "PUBLIC", "100%_[*?]", "a\\b\"c", "x", "Über", "a", "nul\0nul"];
const TIMES: [i64; 4] = [0, 100, -5, i64::MAX];

/// Conditions that a plan can say exactly.
const EXACT: [&str; 51] = [
    "true",
    "false",
    "resource.is_private",
    "resource.is_private == false",
    "true == resource.is_private",
    "resource.is_private != true",
    "resource.owner == principal",
    "resource.owner != principal",
    "principal == resource.owner",
    "resource.owner == Person::\"https://login.example|ben\"",
    "resource.owner == Person::\"nobody\"",
    "[Person::\"https://login.example|ben\", principal].contains(resource.owner)",
    "(principal has manager && resource.owner == principal.manager)",
    "(principal has reports && principal.reports.contains(resource.owner))",
    "resource.owner is Person",
    "(principal has groups && resource.groups.containsAny(principal.groups))",
    "(principal has groups && principal.groups.containsAny(resource.groups))",
    "(principal has groups && resource.groups.containsAll(principal.groups))",
    "(principal has groups && principal.groups.containsAll(resource.groups))",
    "(principal has groups && resource.groups == principal.groups)",
    "(principal has groups && principal.groups != resource.groups)",
    "resource.groups.isEmpty()",
    "resource.groups.contains(Group::\"sales\")",
    "resource.groups.contains(Group::\"a\\\"b\\\\c\")",
    "[Group::\"Sales\", Group::\"berlin\"].containsAny(resource.groups)",
    "[Group::\"Sales\", Group::\"strasse\"].containsAll(resource.groups)",
    "resource.groups.containsAll([Group::\"Sales\", Group::\"berlin\"])",
    "resource in Folder::\"a\"",
    "resource in Folder::\"\"",
    "resource in [Folder::\"a/b\", Folder::\"handbook\"]",
    "resource is Document in Folder::\"a/b\"",
    "resource is Document",
    "resource has title",
    "resource == Document::\"2\"",
    "resource in Document::\"2\"",
    "[Document::\"1\", Document::\"03\", Document::\"x\"].contains(resource)",
    "resource.title == \"100%_[*?]\"",
    "[\"x\", \"a\\\\b\\\"c\", \"nul\\0nul\"].contains(resource.title)",
    "resource.title like \"Pub*\"",
    "resource.title like \"*%_[\\**\"",
    "resource.title like \"*\\\\*\"",
    "resource.title like \"*\\0*\"",
    "resource.title like \"*b*\"",
    "resource.folder like \"a/*\"",
    "resource.folder == \"a/b\"",
    "resource.updated_at > 99",
    "resource.updated_at <= 0",
    "resource.updated_at < 100",
    "resource.updated_at >= 100",
    "-5 >= resource.updated_at",
    "resource.updated_at == 100",
];

/// Conditions about the person alone.
const PERSONAL: [&str; 10] = [
    "(principal has job_title && principal.job_title == \"CEO\")",
    "principal.roles.contains(\"Admin\")",
    "principal.roles.isEmpty()",
    "principal.name like \"a*\"",
    "principal has groups",
    "(principal has groups && principal.groups.isEmpty())",
    "(principal has groups && principal.groups.contains(Group::\"sales\"))",
    "principal == Person::\"https://login.example|ann\"",
    "(principal has manager && principal.manager == principal)",
    "(if principal has manager then principal.manager else principal) == principal",
];

/// Conditions that no database is asked, or that fail.
const OTHERS: [&str; 9] = [
    "resource.title == resource.folder",
    "resource.updated_at + 1 > 5",
    "resource.updated_at * 2 <= resource.updated_at",
    "[resource.owner].contains(principal)",
    "(if resource.is_private then \"a\" else \"b\") == principal.name",
    "(if principal.roles.isEmpty() then resource.title else resource.folder) == \"a\"",
    "9223372036854775807 + 1 > 0",
    "(principal has job_title && 9223372036854775807 + 1 > 0)",
    "(resource.groups.containsAny(resource.groups) || resource.title like \"*\")",
];

fn condition() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        12 => select(&EXACT[..]),
        4 => select(&PERSONAL[..]),
        1 => select(&OTHERS[..]),
    ];
    atom.prop_map(str::to_owned).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            2 => inner.clone().prop_map(|a| format!("(!({a}))")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("((({a}) || false) == (({b}) && true))")),
        ]
    })
}

fn rule() -> impl Strategy<Value = String> {
    let scope = select(vec![
        "principal, action, resource".to_owned(),
        "principal, action == Action::\"view\", resource".to_owned(),
        "principal is Person, action in [Action::\"view\"], resource is Document".to_owned(),
        format!("principal == Person::\"{ISSUER}|ann\", action, resource"),
        "principal, action, resource in Folder::\"a\"".to_owned(),
        "principal, action, resource == Document::\"1\"".to_owned(),
        "principal, action, resource is Document in Folder::\"a/b\"".to_owned(),
    ]);
    let scope = prop_oneof![3 => Just("principal, action, resource".to_owned()), 1 => scope];
    let unless = proptest::option::weighted(0.3, condition());
    let effect = prop_oneof![3 => Just("permit"), 1 => Just("forbid")];
    (effect, scope, condition(), unless).prop_map(|(effect, scope, when, unless)| {
        let unless = unless
            .map(|unless| format!(" unless {{ {unless} }}"))
            .unwrap_or_default();
        format!("{effect} ({scope}) when {{ {when} }}{unless};")
    })
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    proptest::sample::subsequence(GROUPS.to_vec(), 0..=3).prop_map(|names| names.into_iter().map(Group::new).collect())
}

fn somebody() -> impl Strategy<Value = Person> {
    (
        select(&SUBJECTS[..]),
        proptest::option::weighted(0.8, groups()),
        proptest::option::of(select(&["CEO", "Clerk"][..])),
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(select(&SUBJECTS[..])),
        proptest::option::of(proptest::sample::subsequence(SUBJECTS.to_vec(), 0..=2)),
    )
        .prop_map(|(subject, groups, job, is_admin, by_name, manager, reports)| {
            let mut person = person(subject);
            person.groups = groups.map_or(Groups::Unknown, Groups::Known);
            person.job_title = job.map(str::to_owned);
            if is_admin {
                person.roles.push("Admin".to_owned());
            }
            if by_name {
                person.group_match = GroupMatch::Name;
            }
            person.reporting_line.manager = manager.map(id);
            person.reporting_line.reports = reports.map(|list| list.into_iter().map(id).collect());
            person
        })
}

fn paper() -> impl Strategy<Value = Document> {
    (
        1..5_i64,
        select(&SUBJECTS[..]),
        groups(),
        select(&FOLDERS[..]),
        select(&TITLES[..]),
        any::<bool>(),
        select(&TIMES[..]),
    )
        .prop_map(
            |(number, owner, groups, folder, title, is_private, updated_at)| Document {
                groups,
                folder: folder.to_owned(),
                title: title.to_owned(),
                visibility: Visibility::from_private(is_private),
                updated_at,
                ..document(number, owner)
            },
        )
}

#[derive(Debug, Default)]
struct Seen {
    exact: Cell<u32>,
    wider: Cell<u32>,
    branches: Cell<u32>,
    allowed: Cell<u32>,
    refused: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

fn compare(policy: &Policy, person: &Person, papers: &[Document], seen: &Seen) -> Result<(), TestCaseError> {
    let plan = policy.plan(person, Action::View);
    count(if plan.is_exact { &seen.exact } else { &seen.wider });
    if matches!(plan.access, Access::Branches { .. }) {
        count(&seen.branches);
    }
    let rights = plan.rights();
    for paper in papers {
        let allowed = policy.decide(person, &paper.into()).reasons().is_some();
        count(if allowed { &seen.allowed } else { &seen.refused });
        let planned = holds(&plan, paper);
        if plan.is_exact {
            prop_assert_eq!(planned, allowed, "{:?}\n{:?}\n{:?}", plan, person, paper);
        } else {
            prop_assert!(planned || !allowed, "left out\n{:?}\n{:?}\n{:?}", plan, person, paper);
        }
        prop_assert!(
            has_right(&rights, paper) || !allowed,
            "no right\n{:?}\n{:?}\n{:?}",
            rights,
            person,
            paper
        );
    }
    Ok(())
}

#[test]
fn a_plan_holds_what_is_allowed_and_nothing_else_where_it_is_exact() {
    let seen = Seen::default();
    let rules = proptest::collection::vec(rule(), 1..5);
    let people = proptest::collection::vec(somebody(), 1..4);
    let papers = proptest::collection::vec(paper(), 1..12);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(rules, people, papers), |(rules, people, papers)| {
        let policy = policy(&rules.iter().map(String::as_str).collect::<Vec<_>>());
        for person in &people {
            compare(&policy, person, &papers, &seen)?;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // The test says something only if all of this happened, and often.
    for often in [&seen.exact, &seen.wider, &seen.branches, &seen.allowed, &seen.refused] {
        assert!(often.get() > 20, "{seen:?}");
    }
}

#[test]
fn every_single_condition_is_exact_where_it_should_be() {
    let people = [person("ann"), super::world::member("ben", &["Sales", "Straße"]), {
        let mut cem = super::world::member("cem", &[]);
        cem.group_match = GroupMatch::Name;
        cem.job_title = Some("CEO".to_owned());
        cem.reporting_line.manager = Some(id("ann"));
        cem.reporting_line.reports = Some(vec![id("ben"), id("ann")]);
        cem
    }];
    let mut papers = Vec::new();
    for (number, (folder, title)) in FOLDERS.iter().cycle().zip(TITLES.iter().cycle()).take(56).enumerate() {
        let mut paper = document(i64::try_from(number % 4).unwrap() + 1, SUBJECTS[number % 3]);
        paper.folder = (*folder).to_owned();
        paper.title = (*title).to_owned();
        paper.visibility = Visibility::from_private(number % 2 == 0);
        paper.updated_at = TIMES[number % 4];
        paper.groups = GROUPS
            .iter()
            .skip(number % 6)
            .take(number % 4)
            .copied()
            .map(Group::new)
            .collect();
        papers.push(paper);
    }
    for condition in EXACT.iter().chain(&PERSONAL) {
        for rules in [
            vec![super::world::permit(condition)],
            vec![super::world::permit("true"), super::world::forbid(condition)],
        ] {
            let policy = policy(&rules.iter().map(String::as_str).collect::<Vec<_>>());
            for person in &people {
                assert!(policy.plan(person, Action::View).is_exact, "{condition}");
                compare(&policy, person, &papers, &Seen::default()).unwrap_or_else(|e| panic!("{condition}: {e}"));
            }
        }
    }
}
