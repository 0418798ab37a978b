//! Lists that are read by a plan from indices: what many groups, doubled groups and odd texts could get wrong.

use std::sync::Arc;

use bff::KeyRing;
use domain::{GroupMatch, Person, Visitor, listing::PAGE_SIZE};
use policy::{Policy, Source};
use server::library::LocalLibrary;

use super::{
    all, numbers,
    shelf::{Shelf, bob, dave, person, policy_folder, visitor},
};

/// A library over the documents of the shelf, under these rules.
pub(super) fn under(shelf: &Shelf, rules: &str) -> LocalLibrary {
    let schema = Source {
        path: "schema.cedarschema".into(),
        text: std::fs::read_to_string(policy_folder().join("schema.cedarschema")).unwrap(),
    };
    let rules = rules.split("; ").enumerate();
    let rules: Vec<String> = rules
        .map(|(number, rule)| format!("@id(\"r{number}\") @because(\"x\") {rule};"))
        .collect();
    let rules = Source {
        path: "rules.cedar".into(),
        text: rules.join("\n"),
    };
    LocalLibrary::new(
        shelf.store.clone(),
        Arc::new(Policy::check(&schema, &[rules]).unwrap()),
        KeyRing::ephemeral(),
    )
}

/// Documents from SQL: number `i` runs from `first` to `last`, and the rest may speak of it.
async fn put(shelf: &Shelf, numbers: std::ops::RangeInclusive<i64>, title: &str, private: &str) {
    put_rows(shelf, numbers, &format!("{title}, ''"), private, "0, 0").await;
}

/// The same with `titles` (title and sort key) and `times` (made and changed).
pub(super) async fn put_rows(
    shelf: &Shelf,
    numbers: std::ops::RangeInclusive<i64>,
    titles: &str,
    private: &str,
    times: &str,
) {
    let (first, last) = (numbers.start(), numbers.end());
    let statement = format!(
        "INSERT INTO document
             (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
         WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
         SELECT i, {titles}, '{}', {private}, '', 'title paper', {times}, 1, '[]', '', '' FROM n",
        bob().id.as_str()
    );
    shelf.database.execute(&statement).await;
}

/// Groups of documents from SQL.
pub(super) async fn put_in(shelf: &Shelf, select: &str) {
    let statement = format!("INSERT INTO document_group (group_id, group_key, document_id) {select}");
    shelf.database.execute(&statement).await;
}

/// In `count` groups, named `g0`, `g1` and so on.
fn member(count: usize, by: GroupMatch) -> Visitor {
    let groups: Vec<String> = (0..count).map(|number| format!("g{number}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    visitor(Person {
        group_match: by,
        ..person("dave", &groups, None)
    })
}

async fn shelf_with_bob() -> [Shelf; 2] {
    let shelves = Shelf::both().await;
    for shelf in &shelves {
        shelf
            .import(&[("a.md", b"---\nowner: bob\nprivate: true\n---\n# A")])
            .await;
    }
    shelves
}

#[tokio::test]
async fn do_4_who_may_read_one_of_many_documents_reads_it_on_the_first_page() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[
                ("mine.md", b"---\nowner: dave\nid: 1\nprivate: true\n---\n# Mine"),
                ("a.md", b"---\nowner: bob\nid: 2\nprivate: true\n---\n# A"),
            ])
            .await;
        put(&shelf, 10..=8_000, "'Private'", "true").await;
        let pages = all(&shelf, &visitor(dave()), "").await;
        assert_eq!((pages.len(), numbers(&pages)), (1, vec![1]));
    }
}

#[tokio::test]
async fn do_4_hundreds_of_groups_list_each_of_their_documents_once_in_order() {
    for shelf in shelf_with_bob().await {
        put(&shelf, 10..=2_009, "'Paper'", "true").await;
        // Every second document has a group of the person and one more, each twentieth of these two of the person.
        put_in(
            &shelf,
            "SELECT 'g' || (id % 150), 'g' || (id % 150), id FROM document WHERE id >= 10 AND id % 2 = 0",
        )
        .await;
        put_in(
            &shelf,
            "SELECT 'G' || (id % 70), 'g' || (id % 70), id FROM document WHERE id >= 10 AND id % 40 = 0",
        )
        .await;
        put_in(&shelf, "SELECT 'x', 'x', id FROM document WHERE id >= 10").await;
        for by in [GroupMatch::Id, GroupMatch::Name] {
            for (count, step) in [(150, 2), (40, 2), (6, 2)] {
                let pages = all(&shelf, &member(count, by), "").await;
                let expected: Vec<i64> = (10..=2_009)
                    .rev()
                    .filter(|id| id % step == 0)
                    .filter(|id| {
                        let count = i64::try_from(count).unwrap();
                        id % 150 < count || (by == GroupMatch::Name && id % 40 == 0 && id % 70 < count)
                    })
                    .collect();
                assert_eq!(numbers(&pages), expected, "{count} groups by {by:?}");
                let last = pages.len() - 1;
                assert!(pages[..last].iter().all(|page| page.rows.len() == PAGE_SIZE));
            }
        }
    }
}

/// Two spellings of one group are one branch, whose limit must not count a document twice.
#[tokio::test]
async fn do_4_a_document_that_has_a_group_twice_takes_one_place() {
    for shelf in shelf_with_bob().await {
        put(&shelf, 10..=99, "'Paper'", "true").await;
        for spelling in ["g0", "G0"] {
            put_in(
                &shelf,
                &format!("SELECT '{spelling}', 'g0', id FROM document WHERE id >= 10"),
            )
            .await;
        }
        let pages = all(&shelf, &member(1, GroupMatch::Name), "").await;
        assert_eq!(numbers(&pages), (10..=99).rev().collect::<Vec<i64>>());
    }
}

/// Where the policy and a database have different opinions of texts, the policy's count.
#[tokio::test]
async fn do_4_patterns_in_rules_mean_the_same_in_the_database() {
    let titles = [
        "Public",
        "PUBLIC",
        "public",
        "Pub",
        "100% sure",
        "100x sure",
        "a_b",
        "axb",
        "a*b",
        "a?b",
        "a[b]c",
        "abc",
        "C:\\temp",
        "C:temp",
        "it''s",
        "Straße",
        "STRASSE",
    ];
    let patterns = [
        "Pub*", "100% *", "a_b", "a\\*b", "*?*", "a[b]c", "*[b]*", "C:\\\\*", "*'s", "Stra*e", "*",
    ];
    for shelf in shelf_with_bob().await {
        for (number, title) in titles.iter().enumerate() {
            let number = 10 + i64::try_from(number).unwrap();
            put(&shelf, number..=number, &format!("'{title}'"), "false").await;
        }
        for pattern in patterns {
            for rules in [
                format!(
                    "permit (principal, action, resource) when {{ !resource.is_private && resource.title like \"{pattern}\" }}"
                ),
                format!(
                    "permit (principal, action, resource) when {{ !resource.is_private }}; forbid (principal, action, resource) when {{ resource.title like \"{pattern}\" }}"
                ),
            ] {
                let library = under(&shelf, &rules);
                let listed = super::rows(&library, &visitor(dave())).await;
                let mut opened = Vec::new();
                for number in (10..10 + i64::try_from(titles.len()).unwrap()).rev() {
                    if domain::Library::open(&library, &visitor(dave()), super::id(number))
                        .await
                        .is_ok()
                    {
                        opened.push(number);
                    }
                }
                assert_eq!(listed, opened, "{rules}");
            }
        }
    }
}

/// A rule about folders, times and documents is part of a branch or a forbid.
#[tokio::test]
async fn do_4_every_kind_of_condition_means_the_same_in_the_database() {
    let conditions = [
        "resource in Folder::\"handbook\"",
        "resource in Folder::\"hand\"",
        "resource in Folder::\"\"",
        "resource.folder == \"handbook/people\"",
        "resource.folder like \"hand*\"",
        "resource.updated_at > 1000000",
        "resource.updated_at <= 5",
        "resource == Document::\"2\"",
        "resource.title == \"Ä\"",
        "resource.owner == Person::\"https://id.example|bob\"",
        "resource.groups.contains(Group::\"Sales\")",
        "[Group::\"Sales\"].containsAll(resource.groups)",
        "resource.groups.isEmpty()",
    ];
    for shelf in Shelf::both().await {
        shelf
            .import(&[
                ("handbook/people/a.md", b"---\nowner: bob\n---\n# A".as_slice()),
                ("handbook/b.md", "---\ngroups: [Sales]\n---\n# Ä".as_bytes()),
                ("handbooks/c.md", b"---\ngroups: [Sales, Other]\n---\n# C"),
                ("d.md", b"---\nprivate: true\n---\n# D"),
            ])
            .await;
        for condition in conditions {
            for rules in [
                format!("permit (principal, action, resource) when {{ !resource.is_private && {condition} }}"),
                format!("permit (principal, action, resource) when {{ !resource.is_private && !({condition}) }}"),
                format!(
                    "permit (principal, action, resource) when {{ !resource.is_private }}; forbid (principal, action, resource) when {{ {condition} }}"
                ),
                format!(
                    "permit (principal, action, resource) when {{ !resource.is_private }}; forbid (principal, action, resource) unless {{ {condition} }}"
                ),
            ] {
                let library = under(&shelf, &rules);
                let mut opened = Vec::new();
                for number in (1..=4).rev() {
                    if domain::Library::open(&library, &visitor(dave()), super::id(number))
                        .await
                        .is_ok()
                    {
                        opened.push(number);
                    }
                }
                assert_eq!(super::rows(&library, &visitor(dave())).await, opened, "{rules}");
            }
        }
    }
}
