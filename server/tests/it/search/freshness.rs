//! The index follows the documents on every replica, and heals by itself whatever happens to it.

use std::{
    fs,
    time::{Duration, Instant},
};

use domain::{Search as _, SearchError};
use server::search::Phase;
use store::Store;

use super::finder::Finder;
use crate::{
    documents::shelf::{Shelf, alice, visitor},
    support::Database,
};

#[tokio::test]
async fn fi_6_a_document_is_found_within_a_second_on_every_replica() {
    for shelf in Shelf::both().await {
        let other = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
        let finders = [
            Finder::start(&shelf, "one"),
            Finder::over(&other, shelf.folder.path().join("two")),
        ];
        for finder in &finders {
            finder.until(Phase::Following).await;
        }
        let mut quickest = Duration::MAX;
        let mut former = "nothing";
        for word in ["quagga", "okapi", "tapir"] {
            shelf.import(&[("a.md", format!("# Paper\n\n{word}").as_bytes())]).await;
            let imported = Instant::now();
            for finder in &finders {
                finder.until_found().await;
            }
            quickest = quickest.min(imported.elapsed());
            for finder in &finders {
                assert_eq!(finder.find(&alice(), word).await, [1]);
                assert_eq!(finder.find(&alice(), former).await, [] as [i64; 0]);
            }
            former = word;
        }
        assert!(quickest < Duration::from_secs(1), "{quickest:?}");
        for finder in &finders {
            finder.stop().await;
        }
    }
}

#[tokio::test]
async fn fi_6_an_index_goes_on_where_it_stopped() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# Zebra one")]).await;
        let first = Finder::start(&shelf, "index");
        first.until_found().await;
        first.stop().await;
        drop(first);
        shelf.import(&[("b.md", b"# Zebra two")]).await;
        let again = Finder::start(&shelf, "index");
        again.until_found().await;
        assert_eq!(again.find(&alice(), "zebra").await, [1, 2]);
        again.stop().await;
    }
}

/// Whether a shelf's document is found by a finder whose folder was treated like this while it did not run.
async fn heals(shelf: &Shelf, what: &str, harm: impl AsyncFnOnce(&Finder)) {
    let before = Finder::start(shelf, "index");
    before.until_found().await;
    before.stop().await;
    harm(&before).await;
    drop(before);
    let after = Finder::start(shelf, "index");
    after.until_found().await;
    assert_eq!(after.find(&alice(), "zebra").await, [1], "{what}");
    after.stop().await;
}

#[tokio::test]
async fn fi_6_an_index_that_is_deleted_damaged_or_of_another_database_is_made_anew() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# Zebra")]).await;
        heals(&shelf, "deleted", async |finder| {
            fs::remove_dir_all(&finder.folder).unwrap();
        })
        .await;
        heals(&shelf, "damaged", async |finder| {
            for file in fs::read_dir(finder.folder.join("index")).unwrap() {
                let file = file.unwrap().path();
                let mut bytes = fs::read(&file).unwrap();
                for byte in &mut bytes {
                    *byte ^= 0x55;
                }
                fs::write(file, bytes).unwrap();
            }
        })
        .await;
        // As after a backup was put back: the index knows of changes that never were.
        heals(&shelf, "of a later state", async |finder| {
            let sequence = shelf.store.last_change().await.unwrap();
            shelf
                .database
                .execute("UPDATE document SET trashed_at = 1 WHERE id = 1")
                .await;
            let later = Finder::over(&shelf.store, finder.folder.clone());
            later.until_found().await;
            assert_eq!(later.find(&alice(), "zebra").await, [] as [i64; 0]);
            later.stop().await;
            shelf
                .database
                .execute("UPDATE document SET trashed_at = NULL WHERE id = 1")
                .await;
            shelf
                .database
                .execute(&format!("UPDATE document_change SET sequence = {sequence}"))
                .await;
        })
        .await;

        // The index of one database in the folder of another.
        let other = Shelf::on(Database::postgres().await, tempfile::TempDir::new().unwrap()).await;
        other
            .import(&[("x.md", b"# Nothing"), ("y.md", b"# Zebra of others")])
            .await;
        let stranger = Finder::over(&other.store, shelf.folder.path().join("index"));
        stranger.until_found().await;
        assert_eq!(stranger.find(&alice(), "zebra").await, [2]);
        stranger.stop().await;
    }
}

#[tokio::test]
async fn fi_6_a_folder_that_cannot_be_used_is_said_and_tried_again() {
    let shelf = Shelf::sqlite().await;
    shelf.import(&[("a.md", b"# Zebra")]).await;
    let file = shelf.folder.path().join("index");
    fs::write(&file, "no folder").unwrap();
    let finder = Finder::start(&shelf, "index");
    finder.until(Phase::Failed).await;
    let refused = finder.search.search(&visitor(alice()), "zebra", 10).await;
    assert!(matches!(refused, Err(SearchError::Unavailable(_))), "{refused:?}");
    fs::remove_file(file).unwrap();
    finder.until_found().await;
    assert_eq!(finder.find(&alice(), "zebra").await, [1]);
    finder.stop().await;
}

#[tokio::test]
async fn fi_6_a_second_process_with_the_same_folder_waits_for_the_first() {
    let shelf = Shelf::sqlite().await;
    shelf.import(&[("a.md", b"# Zebra")]).await;
    let first = Finder::start(&shelf, "index");
    first.until_found().await;
    let second = Finder::start(&shelf, "index");
    second.until(Phase::Failed).await;
    assert_eq!(first.find(&alice(), "zebra").await, [1], "the first is not disturbed");
    first.stop().await;
    drop(first);
    second.until_found().await;
    assert_eq!(second.find(&alice(), "zebra").await, [1]);
    second.stop().await;
}
