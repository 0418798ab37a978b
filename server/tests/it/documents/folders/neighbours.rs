//! The documents before and after one, in the reading order of its folder.

use std::cell::Cell;

use domain::{DocumentId, DocumentLink, Library as _, OpenDocument, Person, text::sort_key};
use policy::Policy;

use super::world::{self, World};
use crate::documents::{
    papers,
    property::runner,
    shelf::{Shelf, alice, bob, dave, options, visitor},
};

fn id(number: usize) -> DocumentId {
    DocumentId::new(i64::try_from(number).unwrap()).unwrap()
}

/// What this person may read of a folder, in reading order.
fn read_in_order(policy: &Policy, person: &Person, world: &World, folder: &str) -> Vec<DocumentLink> {
    let papers = world
        .papers
        .iter()
        .enumerate()
        .map(|(number, paper)| (id(number + 1), paper));
    let papers = papers
        .filter(|(id, paper)| paper.folder == folder && policy.decide(person, &paper.facts(*id)).reasons().is_some());
    let mut papers: Vec<_> = papers.collect();
    papers.sort_by_key(|(id, paper)| (paper.position.unwrap_or(i64::MAX), sort_key(paper.title), *id));
    let link = |(id, paper): (DocumentId, &papers::Paper)| DocumentLink {
        id,
        title: paper.title.to_owned(),
    };
    papers.into_iter().map(link).collect()
}

fn holds_on(shelf: &Shelf, runtime: &tokio::runtime::Runtime, cases: u32) {
    let (turn, seen) = (Cell::new(0), Cell::new(0));
    let outcome = runner(cases).run(&world::crowded(), |world| {
        turn.set(turn.get() + 1);
        let policy = papers::policy(&world.rules);
        let library = world::library(&shelf.store, &world.rules);
        runtime.block_on(async {
            papers::write(&shelf.store, &world.papers, turn.get()).await;
            for person in &world.people {
                for folder in &world::FOLDERS[5..7] {
                    let order = read_in_order(&policy, person, &world, folder);
                    for (place, link) in order.iter().enumerate() {
                        let OpenDocument { previous, next, .. } =
                            library.open(&visitor(person.clone()), link.id).await.unwrap();
                        let before = place.checked_sub(1).map(|place| order[place].clone());
                        assert_eq!(
                            (previous, next),
                            (before, order.get(place + 1).cloned()),
                            "{person:?} {link:?}\n{}",
                            world.rules
                        );
                        seen.set(seen.get() + 1);
                    }
                }
            }
        });
        Ok(())
    });
    outcome.unwrap();
    assert!(seen.get() > 20, "{seen:?}");
}

#[test]
fn fi_2_previous_and_next_are_those_of_the_reading_order_that_may_be_read() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let [sqlite, postgres] = runtime.block_on(Shelf::both());
    holds_on(&sqlite, &runtime, 80);
    holds_on(&postgres, &runtime, 12);
    // Within the runtime, as their databases say goodbye.
    runtime.block_on(async { drop((sqlite, postgres)) });
}

/// Titles from the first document on, as somebody goes on to the next.
async fn walk(shelf: &Shelf, person: Person, first: i64) -> Vec<String> {
    let visitor = visitor(person);
    let mut titles = Vec::new();
    let mut open = Some(DocumentId::new(first).unwrap());
    while let Some(id) = open {
        let document = shelf.library.open(&visitor, id).await.unwrap();
        titles.push(document.summary.title);
        open = document.next.map(|link| link.id);
    }
    titles
}

#[tokio::test]
async fn fi_2_documents_are_read_in_the_order_of_front_matter_then_of_the_summary_then_of_titles() {
    for shelf in Shelf::both().await {
        let report = shelf
            .import(&[
                (
                    "SUMMARY.md",
                    b"---\ntitle: Zz contents\n---\n- [B](b.md)\n- [A](a.md)\n- [Sub](sub/x.md)\n",
                ),
                ("a.md", b"# A"),
                ("b.md", b"# B"),
                ("first.md", b"---\nid: 77\nnav_order: 0.5\n---\n# First"),
                (
                    "hidden.md",
                    b"---\nowner: bob\nprivate: true\nweight: 0.6\n---\n# Hidden",
                ),
                ("odd.md", b"---\nweight: soon\n---\n# odd"),
                ("plain.md", b"# Plain"),
                ("sub/x.md", b"# X"),
            ])
            .await;
        let warnings: Vec<_> = report
            .warnings
            .iter()
            .map(|warning| (&*warning.problem.file, warning.problem.line))
            .collect();
        assert_eq!(warnings, [("odd.md", 2)]);
        assert_eq!(
            walk(&shelf, dave(), 77).await,
            ["First", "B", "A", "odd", "Plain", "Zz contents"]
        );
        assert_eq!(
            walk(&shelf, bob(), 77).await,
            ["First", "Hidden", "B", "A", "odd", "Plain", "Zz contents"]
        );
    }
}

#[tokio::test]
async fn fi_2_another_order_moves_documents_and_does_not_make_them_new() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 3] = [
            ("SUMMARY.md", b"---\nweight: 1000\n---\n[A](a.md) [B](b.md)\n"),
            ("a.md", b"---\nid: 5\n---\n# A"),
            ("b.md", b"---\nid: 6\n---\n# B"),
        ];
        shelf.import(&files).await;
        shelf.database.execute("UPDATE document SET updated_at = 7").await;
        assert_eq!(walk(&shelf, alice(), 5).await, ["A", "B", "SUMMARY"]);
        let dir = shelf.write(
            "files",
            &[("SUMMARY.md", b"---\nweight: 1000\n---\n[B](b.md) [A](a.md)\n")],
        );
        let report = shelf.run(options(dir.clone())).await;
        assert_eq!((report.updated, report.unchanged), (3, 0));
        assert_eq!(walk(&shelf, alice(), 6).await, ["B", "A", "SUMMARY"]);
        let report = shelf.run(options(dir)).await;
        assert_eq!((report.updated, report.unchanged), (0, 3));
        assert_eq!(
            shelf
                .database
                .number("SELECT count(*) FROM document WHERE updated_at = 7")
                .await,
            2
        );
    }
}
