//! Change feed: every change of a document is in it, in the order of commits, on both databases.

use sqlx::Connection as _;
use store::Store;

use super::shelf::Shelf;
use crate::support::Database;

/// The documents that changed after this number, in order, and the last number.
async fn after(store: &Store, sequence: i64) -> (Vec<i64>, i64) {
    let changes = store.changes_after(sequence, 100).await.unwrap();
    let last = store.last_change().await.unwrap();
    assert!(changes.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    assert_eq!(changes.last().map_or(sequence, |change| change.sequence), last);
    (changes.iter().map(|change| change.id.number()).collect(), last)
}

#[tokio::test]
async fn every_change_of_a_document_is_in_the_feed_once_and_in_order() {
    for shelf in Shelf::both().await {
        assert_eq!(after(&shelf.store, 0).await, (vec![], 0));
        let files: [(&str, &[u8]); 3] = [("a.md", b"# A"), ("b.md", b"# B"), ("c.md", b"# C")];
        shelf.import(&files).await;
        let (all, start) = after(&shelf.store, 0).await;
        assert_eq!(all, [1, 2, 3]);

        // What stays as it is, is not in it again.
        shelf.import(&files).await;
        assert_eq!(after(&shelf.store, start).await, (vec![], start));

        shelf.import(&[("b.md", b"# B\nother words")]).await;
        let (changed, last) = after(&shelf.store, start).await;
        assert_eq!(changed, [2]);
        shelf
            .import(&[("a.md", b"---\ngroups: [Sales, Berlin]\n---\n# A")])
            .await;
        assert_eq!(after(&shelf.store, last).await.0, [1]);

        // By whichever way a document changes.
        for (statement, expected) in [
            ("UPDATE document SET trashed_at = 1 WHERE id = 3", 3),
            (
                "DELETE FROM document_group WHERE document_id = 1 AND group_id = 'Sales'",
                1,
            ),
            (
                "INSERT INTO document_group (group_id, group_key, document_id) VALUES ('X', 'x', 2)",
                2,
            ),
            ("UPDATE document SET folder = 'elsewhere' WHERE id = 1", 1),
            ("DELETE FROM document WHERE id = 3", 3),
        ] {
            let before = shelf.store.last_change().await.unwrap();
            shelf.database.execute(statement).await;
            assert_eq!(after(&shelf.store, before).await.0, [expected], "{statement}");
        }
        // Another look of the same words is no change.
        let before = shelf.store.last_change().await.unwrap();
        shelf
            .database
            .execute("UPDATE document SET html = '', rendered_by = 0")
            .await;
        assert_eq!(after(&shelf.store, before).await, (vec![], before));

        // Whoever begins anew is told of each document once, gone ones too.
        let (all, _) = after(&shelf.store, 0).await;
        assert_eq!(all, [2, 1, 3]);
        let some = shelf.store.changes_after(0, 2).await.unwrap();
        assert_eq!(some.len(), 2);
    }
}

#[tokio::test]
async fn documents_from_before_the_feed_are_in_it() {
    let folder = tempfile::TempDir::new().unwrap();
    for database in [Database::postgres().await, Database::sqlite(folder.path())] {
        database.migrate_until(6).await;
        let insert = "INSERT INTO person (id) VALUES ('https://id.example|olga');
            INSERT INTO document (id, title, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
            SELECT n, 'Old', 'https://id.example|olga', PRIVATE, '', 'old', 1, 1, 1, '[]', '', '' FROM (SELECT 7 AS n UNION SELECT 9) AS numbers";
        let private = if matches!(database, Database::Sqlite(_)) {
            "1"
        } else {
            "true"
        };
        database.execute(&insert.replace("PRIVATE", private)).await;
        let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
        assert_eq!(after(&store, 0).await.0, [7, 9]);
        store.close().await;
    }
}

#[tokio::test]
async fn two_transactions_that_change_documents_take_turns() {
    let shelf = Shelf::on(Database::postgres().await, tempfile::TempDir::new().unwrap()).await;
    shelf.import(&[("a.md", b"# A"), ("b.md", b"# B")]).await;
    let (_, start) = after(&shelf.store, 0).await;
    let pool = shelf.database.server().pool().await;
    let (mut one, mut other) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let touch = |id: i64| format!("UPDATE document SET folder = 'x' WHERE id = {id}");

    let mut first = one.begin().await.unwrap();
    sqlx::query(&touch(1)).execute(&mut *first).await.unwrap();
    // Otherwise its number would be seen before the lower one of the first.
    sqlx::query("SET lock_timeout = '50ms'")
        .execute(&mut *other)
        .await
        .unwrap();
    let refused = sqlx::query(&touch(2)).execute(&mut *other).await.unwrap_err();
    let code = refused
        .as_database_error()
        .and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    assert_eq!(code.as_deref(), Some("55P03"), "{refused}");
    assert_eq!(after(&shelf.store, start).await.0, Vec::<i64>::new());

    first.commit().await.unwrap();
    sqlx::query(&touch(2)).execute(&mut *other).await.unwrap();
    assert_eq!(after(&shelf.store, start).await.0, [1, 2]);
}

#[tokio::test]
async fn the_words_and_rights_of_what_changed_are_read_together() {
    for shelf in Shelf::both().await {
        let text: &[u8] = b"---\ngroups: [Sales]\nfolder: a/b\n---\n# Plan\n\n## One\n\nwords";
        shelf
            .import(&[("a.md", text), ("b.md", b"# B"), ("c.md", b"# C")])
            .await;
        shelf
            .database
            .execute("UPDATE document SET trashed_at = 1 WHERE id = 2")
            .await;
        let ids: Vec<_> = [1, 2, 9].into_iter().filter_map(domain::DocumentId::new).collect();
        let found = shelf.store.texts(&ids).await.unwrap();
        assert_eq!(found.len(), 1, "neither what is in the trash nor what never was");
        let rights = domain::search::rights_of(&found[0].row.facts());
        for expected in [
            domain::Right::Folder("a".to_owned()),
            domain::Right::GroupId("Sales".to_owned()),
            domain::Right::GroupName("sales".to_owned()),
        ] {
            assert!(rights.contains(&expected), "{rights:?}");
        }
        let headings: Vec<&str> = found[0].headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!((found[0].row.title.as_str(), headings), ("Plan", vec!["One"]));
        assert!(found[0].content.contains("words"));
        assert_eq!(shelf.store.texts(&[]).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn each_database_has_an_identity_that_stays() {
    let [one, other] = Shelf::both().await;
    let (first, second) = (
        one.store.identity().await.unwrap(),
        other.store.identity().await.unwrap(),
    );
    assert!(first.len() == 32 && second.len() == 32 && first != second);
    let again = Store::open(&one.database.url(), markdown::VERSIONS).await.unwrap();
    assert_eq!(again.identity().await.unwrap(), first);
}
