//! The HTML that is shown is of the text that was decided about, and never of an unsafe renderer.

use std::sync::Arc;

use bff::KeyRing;
use domain::{Library as _, LibraryError};
use futures::poll;
use server::{config::DatabaseUrl, library::LocalLibrary};
use sqlx::Executor as _;
use store::{StaleHtml, Store};

use super::{
    id,
    shelf::{Shelf, alice, dave, policy, visitor},
};
use crate::support::Wire;

const NOTE: &[u8] = b"---\nowner: bob\n---\n# Note\n\nfor everybody\n";
/// What an import of another text does.
const IMPORT: &str = "UPDATE document SET is_private = 1, content = '# Note\n\nthe secret', html = '<p>the secret</p>', rendered_by = 1000";

async fn age(shelf: &Shelf, version: i64) {
    let age = format!("UPDATE document SET html = '<p>old</p>', headings = '[]', rendered_by = {version}");
    shelf.database.execute(&age).await;
}

async fn html(shelf: &Shelf) -> String {
    shelf.store.find(id(1)).await.unwrap().unwrap().rendered.html
}

#[tokio::test]
async fn do_1_a_document_rendered_by_an_older_version_is_rendered_again_when_opened() {
    for shelf in Shelf::both_with_demo().await {
        age(&shelf, 0).await;
        let open = shelf.library.open(&visitor(dave()), id(3)).await.unwrap();
        assert!(open.html.contains("public document") && !open.headings.is_empty());
        let found = shelf.store.find(id(3)).await.unwrap().unwrap();
        assert!(found.stale.is_none() && found.rendered.html == open.html);
    }
}

#[tokio::test]
async fn do_2_a_text_imported_after_the_decision_is_neither_shown_nor_left_under_old_html() {
    let shelf = Shelf::sqlite().await;
    shelf.import(&[("a.md", NOTE)]).await;
    let dave = visitor(dave());
    // On SQLite the first step finds and decides; on a busy machine it may go on to the end, and there is nothing between. What
    // another process writes is there before the next step.
    let opening = loop {
        age(&shelf, 1).await;
        let mut opening = shelf.library.open(&dave, id(1));
        if poll!(&mut opening).is_pending() {
            break opening;
        }
    };
    let other = rusqlite::Connection::open(shelf.database.file()).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    other.execute_batch(IMPORT).unwrap();
    let shown = opening.await.unwrap().html;
    assert!(shown.contains("for everybody") && !shown.contains("secret"), "{shown}");
    assert!(html(&shelf).await.contains("the secret"), "{}", html(&shelf).await);
    let now = shelf.library.open(&dave, id(1)).await;
    assert!(matches!(now, Err(LibraryError::Refused(_))), "{now:?}");
}

#[tokio::test]
async fn do_2_a_text_that_another_replica_writes_meanwhile_keeps_its_own_html() {
    let [_, shelf] = Shelf::both().await;
    shelf.import(&[("a.md", NOTE)]).await;
    age(&shelf, 1).await;
    let wire = Wire::to(&shelf.database.server().options()).await;
    let url = DatabaseUrl::parse(&wire.text).unwrap();
    let store = Store::open(&url, markdown::VERSIONS).await.unwrap();
    let library = LocalLibrary::new(store, Arc::new(policy()), KeyRing::ephemeral());
    let pool = shelf.database.server().pool().await;
    let mut other = pool.begin().await.unwrap();
    other
        .execute("UPDATE document SET content = 'the secret', html = '<p>the secret</p>', rendered_by = 2")
        .await
        .unwrap();
    let committing = async {
        wire.until_sent("UPDATE document SET html", 1).await;
        other.commit().await.unwrap();
    };
    let dave = visitor(dave());
    let (opened, ()) = futures::join!(library.open(&dave, id(1)), committing);
    assert!(opened.unwrap().html.contains("for everybody"));
    assert_eq!(html(&shelf).await, "<p>the secret</p>");
}

#[tokio::test]
async fn do_1_html_is_replaced_only_if_text_title_and_renderer_are_those_that_were_read() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", NOTE)]).await;
        age(&shelf, 1).await;
        let found = shelf.store.find(id(1)).await.unwrap().unwrap();
        let Some(StaleHtml { content, .. }) = found.stale else {
            panic!("it is not stale")
        };
        let rendered = markdown::render(&content, &found.row.title).unwrap();
        for meanwhile in [
            "UPDATE document SET content = content || '!'",
            "UPDATE document SET title = title || '!'",
            "UPDATE document SET rendered_by = 1000",
        ] {
            age(&shelf, 1).await;
            shelf.database.execute(meanwhile).await;
            shelf.store.replace_html(&found.row, &content, &rendered).await.unwrap();
            assert_eq!(html(&shelf).await, "<p>old</p>", "{meanwhile}");
            shelf
                .database
                .execute(&format!(
                    "UPDATE document SET content = '{content}', title = '{}'",
                    found.row.title
                ))
                .await;
        }
        age(&shelf, 1).await;
        shelf.store.replace_html(&found.row, &content, &rendered).await.unwrap();
        assert_eq!(html(&shelf).await, rendered.html);
    }
}

#[tokio::test]
async fn html_of_a_later_version_is_shown_and_never_goes_back() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", NOTE)]).await;
        age(&shelf, markdown::VERSION + 1).await;
        assert_eq!(
            shelf.library.open(&visitor(alice()), id(1)).await.unwrap().html,
            "<p>old</p>"
        );
        assert_eq!(html(&shelf).await, "<p>old</p>");
    }
}

#[tokio::test]
async fn html_of_a_version_with_a_mended_sanitiser_is_never_shown() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", NOTE)]).await;
        // A text that no renderer takes any more.
        let text = format!(
            "UPDATE document SET content = '{}'",
            ">".repeat(markdown::MAX_DEPTH + 1)
        );
        shelf.database.execute(&text).await;
        age(&shelf, markdown::OLDEST_SAFE - 1).await;
        let refused = shelf.library.open(&visitor(dave()), id(1)).await;
        assert!(matches!(refused, Err(LibraryError::Unshowable(_))), "{refused:?}");
        // What is still good is shown rather than nothing.
        age(&shelf, markdown::OLDEST_SAFE).await;
        if markdown::OLDEST_SAFE < markdown::VERSION {
            assert_eq!(
                shelf.library.open(&visitor(dave()), id(1)).await.unwrap().html,
                "<p>old</p>"
            );
        }
    }
}
