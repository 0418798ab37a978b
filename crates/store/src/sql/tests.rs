//! The plan of the statement that reads a document.

use sqlx::{query_as, sqlite::SqliteConnectOptions};

use crate::sqlite::Sqlite;

/// The plans of PostgreSQL are tested with the whole store.
#[tokio::test]
async fn do_4_sqlite_reads_a_document_by_key_and_sorts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("a.db"));
    let sqlite = Sqlite::open(options).await.unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {}", super::SQLITE.find);
    let plan: Vec<(i64, i64, i64, String)> = query_as(&explain).fetch_all(&sqlite.pool).await.unwrap();
    assert!(
        plan.iter()
            .any(|step| step.3.starts_with("SEARCH d USING INTEGER PRIMARY KEY")),
        "{plan:?}"
    );
    let known = ["SEARCH", "CORRELATED SCALAR SUBQUERY"];
    let known = |step: &str| known.iter().any(|known| step.starts_with(known));
    assert!(plan.iter().all(|step| known(&step.3)), "{plan:?}");
}
