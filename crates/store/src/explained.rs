//! For tests of query plans: a SQLite database of their own, and the steps of a statement there.

use domain::RendererVersions;
use sqlx::query_as;

use crate::{
    backend::{Backend, Store},
    database_url::DatabaseUrl,
    list::statement::Statement,
    sqlite::Sqlite,
};

/// An empty database in this folder.
pub(crate) async fn opened(folder: &tempfile::TempDir, versions: RendererVersions) -> Store {
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    Store::open(&DatabaseUrl::parse(&url).unwrap(), versions).await.unwrap()
}

/// The SQLite database of a store.
pub(crate) fn sqlite(store: &Store) -> &Sqlite {
    match &store.backend {
        Backend::Sqlite(sqlite) => sqlite,
        Backend::Postgres(_) => panic!("not in SQLite"),
    }
}

/// What `EXPLAIN QUERY PLAN` prints.
pub(crate) async fn steps(sqlite: &Sqlite, statement: &Statement) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.text);
    let steps: Vec<(i64, i64, i64, String)> = query_as(&explain).fetch_all(&sqlite.pool).await.unwrap();
    steps.into_iter().map(|step| step.3).collect()
}
