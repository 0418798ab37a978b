//! For random rules, people and documents: what is found may be opened, and a rare word finds all of it; while the index is behind, less and
//! never more.

use std::{cell::Cell, sync::Arc};

use bff::KeyRing;
use domain::GroupMatch;
use server::{library::LocalLibrary, search::Phase};

use super::finder::{Finder, numbers, page};
use crate::documents::{
    property::{Paper, World, opened, policy, runner, world},
    shelf::{Shelf, visitor},
};

/// A word of its own for each document, so that a quotation shows where it comes from.
fn marker(number: usize) -> String {
    format!("marker{number}x")
}

fn text(turn: usize, number: usize, paper: &Paper) -> String {
    let groups: Vec<&str> = paper.groups.iter().map(domain::Group::as_str).collect();
    let groups = serde_json::to_string(&groups).unwrap();
    format!(
        "---\ntitle: {}\nfolder: \"{}\"\nowner: {}\ngroups: {groups}\nprivate: {}\n---\n\nturn{turn} zebra {}\n",
        paper.title,
        paper.folder,
        paper.owner.subject(),
        paper.is_private,
        marker(number)
    )
}

/// How many of the documents could be opened.
async fn found_is_what_opens(shelf: &Shelf, finder: &Finder, world: &World, turn: usize) -> usize {
    let texts: Vec<(String, String)> = (1..)
        .zip(&world.papers)
        .map(|(number, paper)| (format!("{number}.md"), text(turn, number, paper)))
        .collect();
    let files: Vec<(&str, &[u8])> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let report = shelf.import(&files).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let library = LocalLibrary::new(
        shelf.store.clone(),
        Arc::new(policy(&world.rules)),
        KeyRing::ephemeral(),
    );
    let search = finder.under(policy(&world.rules));
    let mut seen = 0;
    for is_behind in [true, false] {
        if !is_behind {
            finder.until_found().await;
        }
        for person in &world.people {
            let opened = opened(&library, &visitor(person.clone()), world.papers.len()).await;
            let mut readable: Vec<i64> = opened.iter().map(|summary| summary.id.number()).collect();
            readable.sort_unstable();
            for words in ["zebra", &format!("turn{turn}")] {
                let page = page(&search, person, words).await;
                let found = numbers(&page);
                let why = format!("{words}: {found:?} of {readable:?}, {person:?} under\n{}", world.rules);
                assert!(found.iter().all(|number| readable.contains(number)), "{why}");
                assert!(is_behind || found == readable, "{why}");
                assert!(
                    !page.is_cut && page.results.iter().all(|result| !result.summary.reasons.is_empty()),
                    "{why}"
                );
                let shown = serde_json::to_string(&page).unwrap();
                let is_quoted = |number: &usize| shown.contains(&marker(*number));
                let unreadable = (1..=world.papers.len())
                    .filter(|number| !readable.iter().any(|id| *id == i64::try_from(*number).unwrap()));
                assert_eq!(unreadable.filter(is_quoted).count(), 0, "{why}: {shown}");
            }
            seen += readable.len();
        }
    }
    seen / 2
}

fn holds_on(shelf: &Shelf, runtime: &tokio::runtime::Runtime, cases: u32) {
    let finder = runtime.block_on(async {
        let finder = Finder::start(shelf, "index");
        finder.until(Phase::Following).await;
        finder
    });
    let (turn, seen) = (Cell::new(0), Cell::new(0));
    let outcome = runner(cases).run(&world(), |world| {
        turn.set(turn.get() + 1);
        seen.set(seen.get() + runtime.block_on(found_is_what_opens(shelf, &finder, &world, turn.get())));
        Ok(())
    });
    outcome.unwrap();
    let all = turn.get() * 12;
    assert!(
        seen.get() > all / 10 && seen.get() < all * 9 / 10,
        "{} of {all}",
        seen.get()
    );
    runtime.block_on(finder.stop());
}

#[test]
fn fi_5_what_is_found_may_be_opened_and_a_rare_word_finds_all_of_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let [sqlite, postgres] = runtime.block_on(Shelf::both());
    holds_on(&sqlite, &runtime, 60);
    holds_on(&postgres, &runtime, 30);
    // Within the runtime, as their databases say goodbye.
    runtime.block_on(async { drop((sqlite, postgres)) });
}

/// The rights that a plan asks for are those that documents carry, whichever way groups are compared.
#[test]
fn fi_5_groups_are_found_by_id_and_by_name() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let shelf = Shelf::sqlite().await;
        shelf
            .import(&[(
                "a.md",
                "---\nowner: bob\ngroups: [Straße]\nprivate: true\n---\n# Zebra".as_bytes(),
            )])
            .await;
        let finder = Finder::start(&shelf, "index");
        finder.until_found().await;
        for (by, group, expected) in [
            (GroupMatch::Id, "Straße", vec![1]),
            (GroupMatch::Id, "STRASSE", vec![]),
            (GroupMatch::Name, "STRASSE", vec![1]),
            (GroupMatch::Name, "Strase", vec![]),
        ] {
            let mut person = crate::documents::shelf::person("zoe", &[group], None);
            person.group_match = by;
            assert_eq!(finder.find(&person, "zebra").await, expected, "{by:?} {group}");
        }
        finder.stop().await;
    });
}
