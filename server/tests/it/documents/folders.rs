//! The tree of folders: exactly what leads to a document that may be read, on both databases.

use std::{cell::Cell, collections::BTreeSet};

use domain::{DocumentId, FolderEntry, Library as _, LibraryError, Person, Visitor, predicate::folder_and_ancestors};
use policy::Policy;
use proptest::test_runner::{Config, TestRunner};
use server::library::LocalLibrary;

use super::shelf::{Shelf, alice, bob, carol, dave, visitor};

mod world;

use world::World;

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

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
        let policy = world::policy(&world.rules);
        let library = world::library(&shelf.store, &world.rules);
        runtime.block_on(async {
            world::write(&shelf.store, &world, turn.get()).await;
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
    assert!(shown.get() > 100 && hidden.get() > 100, "{shown:?} {hidden:?}");
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
        assert_eq!(names(&top(dave()).await), ["apes", "Zoo", "\u{c4}pfel"]);
        assert_eq!(names(&top(bob()).await), ["apes", "b", "Zoo", "\u{c4}pfel"]);
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
        assert_eq!(names(&top(carol()).await), ["apes", "b", "\u{c4}pfel"]);
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
