//! The plans of the statements that read documents.

use sqlx::{query_as, sqlite::SqliteConnectOptions};

use crate::sqlite::Sqlite;

/// The plans of PostgreSQL are tested with the whole store.
#[tokio::test]
async fn do_4_sqlite_reads_documents_by_key_and_sorts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("a.db"));
    let sqlite = Sqlite::open(options).await.unwrap();
    for statement in [
        super::SQLITE.find,
        super::SQLITE.batch_before,
        super::SQLITE.batch_before_with_words,
    ] {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = query_as(&explain).fetch_all(&sqlite.pool).await.unwrap();
        assert!(
            plan.iter()
                .any(|step| step.3.starts_with("SEARCH d USING INTEGER PRIMARY KEY")),
            "{plan:?}"
        );
        let known = ["SEARCH", "CORRELATED SCALAR SUBQUERY", "SCAN w VIRTUAL TABLE"];
        let known = |step: &str| known.iter().any(|known| step.starts_with(known));
        assert!(plan.iter().all(|step| known(&step.3)), "{plan:?}");
    }
}
