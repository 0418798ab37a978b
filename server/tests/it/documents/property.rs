//! A list holds exactly what may be opened, for random rules, people and documents. Made up at random.

use std::sync::Arc;

use bff::KeyRing;
use domain::{
    Decision, DocumentFacts, DocumentId, Group, GroupMatch, Groups, Library as _, LibraryError, ListingQuery,
    OpenDocument, Person, PersonId, ReportingLine, Sort, SortKey, Summary, Visitor, text::sort_key,
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use server::library::LocalLibrary;
use store::Store;

pub(crate) use super::papers::{Paper, policy};
use super::{
    papers,
    shelf::{ISSUER, Shelf, person, visitor},
};

const SUBJECTS: [&str; 3] = ["ann", "ben", "cem"];

/// A few groups, each in several spellings.
const SPELLINGS: [&str; 13] = [
    "Sales",
    "SALES",
    "sales",
    "sAles",
    "Straße",
    "STRASSE",
    "München",
    "Mu\u{308}nchen",
    "MÜNCHEN",
    "Σίσυφος",
    "ΣΊΣΥΦΟΣ",
    "İzmir",
    "izmir",
];

const ABOUT_GROUPS: [&str; 8] = [
    "(principal has groups && resource.groups.containsAny(principal.groups))",
    "(principal has groups && resource.groups.containsAll(principal.groups))",
    "(principal has groups && principal.groups.containsAll(resource.groups))",
    "(principal has groups && resource.groups == principal.groups)",
    "(principal has groups && principal.groups.isEmpty())",
    "(principal has groups)",
    "resource.groups.isEmpty()",
    "[Group::\"sales\", Group::\"Strasse\"].containsAny(resource.groups)",
];

const ABOUT_THE_REST: [&str; 13] = [
    "resource.is_private",
    "resource.owner == principal",
    "resource.folder like \"hand*\"",
    "resource in Folder::\"handbook\"",
    "resource in [Folder::\"handbook/people\", Folder::\"wiki\"]",
    "resource.folder == \"handbook\"",
    "resource.title == \"Über alles\"",
    "(principal has job_title && principal.job_title == \"CEO\")",
    "principal.roles.contains(\"Admin\")",
    "(principal has manager && resource.owner == principal.manager)",
    "(principal has reports && principal.reports.contains(resource.owner))",
    "principal.name like \"a*\"",
    // Fails for what is private.
    "(9223372036854775807 + (if resource.is_private then 1 else 0) > 0)",
];

/// Rules, people and documents.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) rules: String,
    pub(crate) people: Vec<Person>,
    pub(crate) papers: Vec<Paper>,
    /// How the list is read.
    sort: Sort,
    folder: &'static str,
}

fn condition() -> impl Strategy<Value = String> {
    let of_a_group = select(&SPELLINGS[..]).prop_flat_map(|name| {
        prop_oneof![
            Just(format!(
                "(principal has groups && principal.groups.contains(Group::\"{name}\"))"
            )),
            Just(format!("resource.groups.contains(Group::\"{name}\")")),
        ]
    });
    let plain = prop_oneof![
        4 => select(&ABOUT_GROUPS[..]).prop_map(str::to_owned),
        2 => select(&ABOUT_THE_REST[..]).prop_map(str::to_owned),
        1 => of_a_group
    ];
    plain.prop_recursive(2, 4, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) && ({b}))")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) || ({b}))")),
            inner.clone().prop_map(|a| format!("(!({a}))")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    })
}

fn rules() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        4 => Just("@because(\"{groups} of {owner}\") permit"),
        1 => Just("@because(\"x\") @refused(\"Only {groups}.\") permit"),
        1 => Just("@refused(\"Not {groups}.\") forbid"),
        1 => Just("@hides(\"existence\") forbid"),
    ];
    let clause = prop_oneof![3 => Just("when"), 1 => Just("unless")];
    prop::collection::vec((words, clause, condition()), 1..4).prop_map(|rules| {
        let rules = rules.into_iter().enumerate();
        let text = rules.map(|(number, (words, clause, condition))| {
            format!("@id(\"r{number}\") {words} (principal, action, resource) {clause} {{ {condition} }};\n")
        });
        text.collect()
    })
}

fn some_groups() -> impl Strategy<Value = Vec<Group>> {
    let name = prop_oneof![2 => select(&SPELLINGS[..4]), 1 => select(&SPELLINGS[..])];
    prop::collection::vec(name.prop_map(Group::new), 0..3)
}

fn somebody() -> impl Strategy<Value = Person> {
    let groups = prop_oneof![
        1 => Just(Groups::Unknown),
        6 => some_groups().prop_map(Groups::Known),
        1 => some_groups().prop_map(Groups::Stale),
        1 => some_groups().prop_map(|groups| Groups::Incomplete { groups, unreadable: 1 }),
    ];
    let by = prop_oneof![1 => Just(GroupMatch::Id), 2 => Just(GroupMatch::Name)];
    let other = || prop::option::of(select(&SUBJECTS[..]).prop_map(|subject| PersonId::new(ISSUER, subject)));
    let title = prop::option::of(select(&["CEO", "Clerk"][..]));
    (
        select(&SUBJECTS[..]),
        groups,
        by,
        title,
        any::<bool>(),
        other(),
        other(),
    )
        .prop_map(
            |(subject, groups, group_match, title, is_admin, manager, report)| Person {
                groups,
                group_match,
                roles: is_admin.then(|| "Admin".to_owned()).into_iter().collect(),
                reporting_line: ReportingLine {
                    manager,
                    reports: report.map(|report| vec![report]),
                },
                ..person(subject, &[], title)
            },
        )
}

fn paper() -> impl Strategy<Value = Paper> {
    let title = select(&["Plan", "Über alles"][..]);
    let folder = select(&["", "handbook", "handbook/people", "handbook-2"][..]);
    (title, folder, select(&SUBJECTS[..]), some_groups(), any::<bool>()).prop_map(
        |(title, folder, owner, groups, is_private)| Paper {
            title,
            folder,
            owner: PersonId::new(ISSUER, owner),
            groups,
            is_private,
            position: None,
        },
    )
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let people = prop::collection::vec(somebody(), 2);
    let papers = prop::collection::vec(paper(), 6);
    let key = select(&[SortKey::Updated, SortKey::Created, SortKey::Title][..]);
    let sort = (key, any::<bool>()).prop_map(|(key, is_descending)| Sort { key, is_descending });
    let folder = select(&["", "handbook/people", "handbook"][..]);
    (rules(), people, papers, sort, folder).prop_map(|(rules, people, papers, sort, folder)| World {
        rules,
        people,
        papers,
        sort,
        folder,
    })
}

pub(crate) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

pub(crate) async fn opened(library: &LocalLibrary, visitor: &Visitor, papers: usize) -> Vec<Summary> {
    let mut opened = Vec::new();
    for number in (1..=papers).rev() {
        let id = DocumentId::new(i64::try_from(number).unwrap()).unwrap();
        match library.open(visitor, id).await {
            Ok(OpenDocument { summary, .. }) => opened.push(summary),
            Err(LibraryError::Refused(_) | LibraryError::NotFound) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    opened
}

/// Every page of a list from the first to the last; going back from there shows the same pages.
async fn every_page(library: &LocalLibrary, visitor: &Visitor, query: &ListingQuery) -> Vec<Summary> {
    let mut query = query.clone();
    let mut pages = vec![library.list(visitor, &query).await.unwrap()];
    while let Some(next) = pages.last().unwrap().next.clone() {
        query.cursor = Some(next);
        pages.push(library.list(visitor, &query).await.unwrap());
    }
    let mut back = pages.last().unwrap().clone();
    for page in pages.iter().rev().skip(1) {
        query.cursor = back.previous;
        assert!(query.cursor.is_some());
        back = library.list(visitor, &query).await.unwrap();
        assert_eq!(back.rows, page.rows);
    }
    assert_eq!(back.previous, None);
    let rows: Vec<Summary> = pages.iter().flat_map(|page| page.rows.clone()).collect();
    if let Some(count) = pages[0].count {
        assert_eq!(usize::try_from(count.number).unwrap(), rows.len());
    }
    rows
}

/// In the order of the world. The documents were made in the order of their numbers.
fn sorted(mut rows: Vec<Summary>, sort: Sort) -> Vec<Summary> {
    rows.sort_by_key(|row| {
        let (time, title) = match sort.key {
            SortKey::Updated => (row.updated_at, String::new()),
            SortKey::Created => (0, String::new()),
            SortKey::Title => (0, sort_key(&row.title)),
        };
        (time, title, row.id)
    });
    if sort.is_descending {
        rows.reverse();
    }
    rows
}

/// How many of the documents could be opened.
async fn list_is_what_opens(store: &Store, world: &World, turn: usize) -> usize {
    papers::write(store, &world.papers, turn).await;
    let policy = Arc::new(policy(&world.rules));
    let library = LocalLibrary::new(store.clone(), policy, KeyRing::ephemeral()).with_page_size(2);
    let mut seen = 0;
    for person in &world.people {
        let visitor = visitor(person.clone());
        let opened = sorted(opened(&library, &visitor, world.papers.len()).await, world.sort);
        let mut query = ListingQuery {
            sort: world.sort,
            ..ListingQuery::default()
        };
        let listed = every_page(&library, &visitor, &query).await;
        assert_eq!(listed, opened, "{person:?} under\n{}", world.rules);
        assert!(listed.iter().all(|row| !row.reasons.is_empty()));
        seen += opened.len();
        query.folder = Some(world.folder.to_owned());
        let of_folder: Vec<Summary> = opened.into_iter().filter(|row| row.folder == world.folder).collect();
        let listed = every_page(&library, &visitor, &query).await;
        assert_eq!(
            listed, of_folder,
            "{person:?} in {} under\n{}",
            world.folder, world.rules
        );
    }
    seen
}

fn holds_on(shelf: &Shelf, runtime: &tokio::runtime::Runtime, cases: u32) {
    let (turn, seen) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let outcome = runner(cases).run(&world(), |world| {
        turn.set(turn.get() + 1);
        seen.set(seen.get() + runtime.block_on(list_is_what_opens(&shelf.store, &world, turn.get())));
        Ok(())
    });
    outcome.unwrap();
    let all = turn.get() * 12;
    assert!(
        seen.get() > all / 10 && seen.get() < all * 9 / 10,
        "{} of {all} documents were seen: too few or too many to show anything",
        seen.get()
    );
}

#[test]
fn do_4_the_list_shows_exactly_what_may_be_opened() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let [sqlite, postgres] = runtime.block_on(Shelf::both());
    holds_on(&sqlite, &runtime, 250);
    holds_on(&postgres, &runtime, 40);
    // Within the runtime, as their databases say goodbye.
    runtime.block_on(async { drop((sqlite, postgres)) });
}

/// Also where a page holds one document twice, or two of one number.
#[test]
fn do_4_what_is_decided_of_a_document_is_the_same_whichever_others_are_on_the_page() {
    let outcome = runner(600).run(&world(), |world| {
        let policy = policy(&world.rules);
        let ids = [1, 2, 3, 1, 2, 3].map(|number| DocumentId::new(number).unwrap());
        let page: Vec<DocumentFacts<'_>> = world
            .papers
            .iter()
            .zip(ids)
            .map(|(paper, id)| paper.facts(id))
            .collect();
        for person in &world.people {
            let alone: Vec<Decision> = page.iter().map(|facts| policy.decide(person, facts)).collect();
            prop_assert_eq!(policy.decide_all(person, &page), alone, "{:?}", person);
        }
        Ok(())
    });
    outcome.unwrap();
}

/// How a group is written makes no difference where names count.
#[test]
fn po_3_where_names_count_every_spelling_of_a_group_decides_alike() {
    let spelled = |group: &Group| {
        let key = group.key(GroupMatch::Name).as_str().to_owned();
        let mut same = SPELLINGS.iter().map(|name| Group::new(*name));
        same.rfind(|other| other.key(GroupMatch::Name).as_str() == key).unwrap()
    };
    let outcome = runner(300).run(&world(), |world| {
        let policy = policy(&world.rules);
        for person in &world.people {
            let mut person = person.clone();
            person.group_match = GroupMatch::Name;
            let mut other = person.clone();
            other.groups = match person.groups.if_known() {
                Some(groups) => Groups::Known(groups.iter().map(spelled).collect()),
                None => Groups::Unknown,
            };
            for paper in &world.papers {
                let mut respelled = paper.clone();
                respelled.groups = paper.groups.iter().map(spelled).collect();
                let id = DocumentId::new(7).unwrap();
                let rules = |person: &Person, paper: &Paper| {
                    let decision = policy.decide(person, &paper.facts(id));
                    let is_hidden = decision == Decision::Hidden;
                    let reasons = decision
                        .reasons()
                        .map(|reasons| reasons.into_iter().map(|reason| reason.rule).collect::<Vec<_>>());
                    (is_hidden, reasons)
                };
                prop_assert_eq!(rules(&person, paper), rules(&other, &respelled), "{:?}", person);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}
