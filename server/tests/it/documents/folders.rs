//! The tree of folders: exactly what leads to a document that may be read, on both databases.

use std::{cell::Cell, collections::BTreeSet};

use domain::{
    DocumentId, FolderEntry, GroupMatch, Library as _, LibraryError, Person, Visitor, predicate::folder_and_ancestors,
};
use policy::Policy;
use server::library::LocalLibrary;

use super::{
    papers,
    property::runner,
    shelf::{Shelf, alice, bob, carol, dave, visitor},
};

mod neighbours;
mod world;

use world::World;

/// The folders that lead to something this person may read, as the authorizer says.
fn readable(policy: &Policy, person: &Person, world: &World) -> BTreeSet<String> {
    let papers = (1..).map(|number| DocumentId::new(number).unwrap()).zip(&world.papers);
    let allowed = papers.filter(|(id, paper)| policy.decide(person, &paper.facts(*id)).reasons().is_some());
    let folders = allowed.flat_map(|(_, paper)| folder_and_ancestors(paper.folder));
    folders.filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
}

/// The folders of the tree, level by level.
async fn tree(library: &LocalLibrary, visitor: &Visitor) -> Vec<FolderEntry> {
    let (mut tree, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(parent) = open.pop() {
        for entry in library.folders(visitor, &parent).await.unwrap() {
            assert_eq!(
                entry.path,
                if parent.is_empty() {
                    entry.name.clone()
                } else {
                    format!("{parent}/{}", entry.name)
                }
            );
            if entry.has_folders {
                open.push(entry.path.clone());
            }
            tree.push(entry);
        }
    }
    tree
}

fn holds_on(shelf: &Shelf, runtime: &tokio::runtime::Runtime, cases: u32) {
    let (turn, shown, hidden) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let outcome = runner(cases).run(&world::world(), |world| {
        turn.set(turn.get() + 1);
        let policy = papers::policy(&world.rules);
        let library = world::library(&shelf.store, &world.rules);
        runtime.block_on(async {
            papers::write(&shelf.store, &world.papers, turn.get()).await;
            for person in &world.people {
                let expected = readable(&policy, person, &world);
                let visitor = visitor(person.clone());
                let tree = tree(&library, &visitor).await;
                let found: BTreeSet<String> = tree.iter().map(|entry| entry.path.clone()).collect();
                assert_eq!(found, expected, "{person:?} under\n{}", world.rules);
                assert_eq!(found.len(), tree.len(), "{tree:?}");
                for entry in &tree {
                    let below = format!("{}/", entry.path);
                    let has_folders = expected.iter().any(|path| path.starts_with(&below));
                    assert_eq!(entry.has_folders, has_folders, "{entry:?} under\n{}", world.rules);
                }
                // Whatever is not shown is answered like what does not exist.
                for folder in world::FOLDERS
                    .into_iter()
                    .filter(|folder| !folder.is_empty() && !expected.contains(*folder))
                    .take(3)
                {
                    assert_eq!(library.folders(&visitor, folder).await.unwrap(), [], "{folder}");
                }
                shown.set(shown.get() + expected.len());
                hidden.set(hidden.get() + world::FOLDERS.len() - expected.len());
            }
        });
        Ok(())
    });
    outcome.unwrap();
    assert!(shown.get() > 20 && hidden.get() > 20, "{shown:?} {hidden:?}");
}

#[test]
fn fi_2_the_tree_shows_exactly_the_folders_that_lead_to_something_readable() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let [sqlite, postgres] = runtime.block_on(Shelf::both());
    holds_on(&sqlite, &runtime, 80);
    holds_on(&postgres, &runtime, 12);
    // Within the runtime, as their databases say goodbye.
    runtime.block_on(async { drop((sqlite, postgres)) });
}

fn names(entries: &[FolderEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

#[tokio::test]
async fn fi_2_folders_come_and_go_with_their_documents_and_are_sorted_without_regard_to_case() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[
                ("b/one.md", b"---\nowner: bob\nprivate: true\n---\n# One"),
                ("Zoo/deep/down/two.md", b"# Two"),
                ("apes/three.md", b"# Three"),
                ("\u{c4}pfel/four.md", b"# Four"),
                ("top.md", b"# Top"),
            ])
            .await;
        let top = async |person| shelf.library.folders(&visitor(person), "").await.unwrap();
        assert_eq!(names(&top(dave()).await), ["apes", "\u{c4}pfel", "Zoo"]);
        assert_eq!(names(&top(bob()).await), ["apes", "\u{c4}pfel", "b", "Zoo"]);
        let zoo = shelf.library.folders(&visitor(dave()), "Zoo").await.unwrap();
        assert_eq!(
            zoo,
            [FolderEntry {
                path: "Zoo/deep".to_owned(),
                name: "deep".to_owned(),
                has_folders: true
            }]
        );
        for nothing in ["b", "nowhere", "/", "Zoo/", "zoo", "Zoo/deep/down", "\0", "%"] {
            assert_eq!(
                shelf.library.folders(&visitor(dave()), nothing).await.unwrap(),
                [],
                "{nothing:?}"
            );
        }
        let anonymous = shelf.library.folders(&Visitor::Anonymous, "").await;
        assert!(matches!(anonymous, Err(LibraryError::SignInFirst)), "{anonymous:?}");

        let folders = "SELECT count(*) FROM folder c LEFT JOIN folder p ON p.id = c.parent_id
            WHERE c.path = '' OR c.path = p.path || CASE WHEN p.path = '' THEN '' ELSE '/' END || c.name";
        assert_eq!(shelf.database.number(folders).await, 7);
        shelf
            .database
            .execute("UPDATE document SET trashed_at = 1 WHERE folder LIKE 'Zoo%'")
            .await;
        assert_eq!(names(&top(carol()).await), ["apes", "\u{c4}pfel", "b"]);
        assert_eq!(shelf.database.number(folders).await, 4);
        shelf
            .database
            .execute("UPDATE document SET trashed_at = NULL, folder = 'apes/deep' WHERE folder LIKE 'Zoo%'")
            .await;
        let apes = &top(alice()).await[0];
        assert!(apes.has_folders && apes.name == "apes", "{apes:?}");
        shelf
            .database
            .execute("DELETE FROM document WHERE folder LIKE 'apes%'")
            .await;
        assert_eq!(names(&top(dave()).await), ["\u{c4}pfel"]);
        assert_eq!(shelf.database.number(folders).await, 3);
        assert_eq!(shelf.database.number("SELECT count(*) FROM folder").await, 3);
    }
}

/// Few folders are looked for in each group, many are walked through; both find the same.
#[tokio::test]
async fn fi_2_somebody_in_hundreds_of_groups_finds_each_folder_once() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", b"---\nowner: bob\nprivate: true\n---\n# A")])
            .await;
        shelf.database.execute(&format!(
            "INSERT INTO document (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
             WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 609)
             SELECT i, 'Paper', 'paper', '{}', true,
                 CASE WHEN i % 2 = 0 THEN 'few/' || (i % 5) || '/below' ELSE 'wide/f' || (i % 599) END, '', 0, 0, 1, '[]', '', '' FROM n",
            bob().id.as_str()
        )).await;
        let groups = "INSERT INTO document_group (group_id, group_key, document_id) SELECT 'g' || (id % 200), 'g' || (id % 200), id FROM document WHERE id >= 10";
        shelf.database.execute(groups).await;
        let member = |count: usize, by| {
            let groups: Vec<String> = (0..count).map(|number| format!("g{number}")).collect();
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            visitor(Person {
                group_match: by,
                ..super::shelf::person("dave", &groups, None)
            })
        };
        for by in [GroupMatch::Id, GroupMatch::Name] {
            for (count, few, wide) in [(200, 5, 300), (20, 5, 30), (3, 2, 3)] {
                let member = member(count, by);
                let folders = async |parent| shelf.library.folders(&member, parent).await.unwrap();
                assert_eq!(names(&folders("").await), ["few", "wide"]);
                let found = folders("few").await;
                assert!(
                    found.len() == few && found.iter().all(|entry| entry.has_folders),
                    "{found:?}"
                );
                let found = folders("wide").await;
                assert!(
                    found.len() == wide && found.iter().all(|entry| !entry.has_folders),
                    "{count}: {found:?}"
                );
            }
        }
    }
}

/// The walk looks at a thousand documents in one place; a folder with more of them that a rule forbids is looked through once more.
#[tokio::test]
async fn fi_2_a_folder_whose_only_readable_document_comes_last_is_in_the_tree() {
    let rules = "permit (principal, action, resource) when { resource.owner == principal }; \
        forbid (principal, action, resource) when { resource.title like \"Draft*\" }";
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"---\nowner: bob\nid: 1\n---\n# Final")]).await;
        let documents = |folder: &str, first: i64, last: i64, title: &str| {
            format!(
                "INSERT INTO document
                     (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
                 WITH RECURSIVE n(i) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})
                 SELECT i, '{title}', '{title}', '{}', true, '{folder}', '', 0, 0, 1, '[]', '', '' FROM n",
                bob().id.as_str()
            )
        };
        for (folder, first, last, title) in [
            ("big", 10, 1_600, "Draft"),
            ("big", 1_601, 1_601, "Final"),
            ("closed", 2_000, 3_600, "Draft"),
            ("deep/in", 4_000, 5_600, "Draft"),
            ("deep/in", 5_601, 5_601, "Final"),
            ("small", 6_000, 6_001, "Final"),
        ] {
            shelf.database.execute(&documents(folder, first, last, title)).await;
        }
        // As after an import.
        shelf.store.refresh_statistics().await.unwrap();
        let library = super::planned::under(&shelf, rules);
        let tree = tree(&library, &visitor(bob())).await;
        let paths: BTreeSet<&str> = tree.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, BTreeSet::from(["big", "deep", "deep/in", "small"]));
    }
}
