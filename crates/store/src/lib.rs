//! The database: SQLite in WAL mode (many readers, one writer), or PostgreSQL, which several replicas share. Nothing is authorised here:
//! callers have the policy decide about every row.
//!
//! | what | where |
//! |---|---|
//! | The database's address | [`DatabaseUrl`] |
//! | Opening a SQLite file | `sqlite.rs`; one row is read in the thread of the request by `sqlite-reader` |
//! | Deadlines of SQLite's statements | `sqlite/deadline.rs` |
//! | Opening a PostgreSQL database, replacing dead connections | `postgres.rs` |
//! | The timeout of a query | `timeout.rs` |
//! | The write probe of `/readyz` and `portico check` | [`probe`] |
//! | All statements, in both dialects | `sql.rs` |
//! | Queries: one document, one batch of the list | `documents.rs`: [`Store::find`], [`Store::batch_before`] |
//! | Change feed | `changes.rs`: [`Store::changes_after`], [`Store::texts`] |
//! | One page of the list, by a plan of the policy | `list.rs`: [`Store::list`] |
//! | Folders that lead to documents of a plan | `folders.rs`: [`Store::folder_candidates`] |
//! | Writing imported documents | `import.rs`: [`Store::write_batch`], as `import_plan.rs` plans it |
//! | Sources of documents, the trash | `sources.rs` |
//! | Normalising texts of earlier versions | `normalise.rs` |
//! | Names of people | `people.rs` |
//! | Their ids in a directory | `object_ids.rs` |
//! | Errors | [`StoreError`] |
//!
//! This is the only crate of the product half that names `sqlx`. The tables are in `crates/store/migrations`, one folder for
//! each database, with equal names. HTML is stored as it is given; [`RendererVersions`] tells which of it is out of date.

use domain::RendererVersions;
use sqlx::{PgPool, SqlitePool};

mod change_listener;
mod changes;
mod database_url;
mod documents;
mod error;
mod folders;
mod import;
mod import_plan;
mod list;
mod normalise;
mod object_ids;
mod people;
mod postgres;
pub mod probe;
mod reading;
mod sources;
mod sql;
mod sqlite;
mod text;
mod timeout;

pub use change_listener::ChangeListener;
pub use changes::{Change, DocumentText};
use database_url::Location;
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use documents::{DocumentRow, FoundDocument, StaleHtml};
pub use error::{Cause, StoreError};
pub use folders::{FolderCandidate, FolderPart};
pub use import::{BatchResult, ImportBatch, ImportOutcome, ImportedDocument, UnchangedDocument, WriteError};
pub use list::{ListBatch, ListSource, Position, PositionKey, Selection, Stretch};
use postgres::Postgres;
pub use reading::MAX_READ;
pub use sources::{DocumentSource, KnownDocument, SimilarSource};
use sqlite::Sqlite;
use text::contains_nul;
pub use text::searchable;
use timeout::QUERY_TIMEOUT;
pub use timeout::with_timeout;

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    renderer: RendererVersions,
    last_probe: probe::LastProbe,
}

/// The kind of database. Matched once per query, which is compiled for each of them.
#[derive(Debug, Clone)]
enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The connections of a [`Store`], for the session store in the same database.
#[derive(Debug, Clone)]
pub enum Connections {
    /// To a SQLite file.
    Sqlite(SqliteConnections),
    /// To a PostgreSQL database.
    Postgres(PostgresConnections),
}

/// Connections to a SQLite file. Whoever knows `sqlx` makes a pool of them by `into`.
#[derive(Debug, Clone)]
pub struct SqliteConnections(SqlitePool);

/// Connections to a PostgreSQL database. Whoever knows `sqlx` makes a pool of them by `into`.
#[derive(Debug, Clone)]
pub struct PostgresConnections(PgPool);

impl From<SqliteConnections> for SqlitePool {
    fn from(connections: SqliteConnections) -> Self {
        connections.0
    }
}

impl From<PostgresConnections> for PgPool {
    fn from(connections: PostgresConnections) -> Self {
        connections.0
    }
}

/// The result of `$query`, or [`StoreError::Timeout`] after five seconds. The query is written once and compiled for each database; `$backend`
/// has a `pool` to read from, a `writer`, and the statements in its dialect (`sql`).
macro_rules! with_backend {
    ($store:expr, |$backend:ident| $query:expr) => {
        $crate::timeout::with_timeout(async {
            match &$store.backend {
                $crate::Backend::Sqlite($backend) => $query,
                $crate::Backend::Postgres($backend) => $query,
            }
        })
        .await
        .map_err(|error: $crate::error::QueryError| $crate::StoreError::from(error))
    };
}
use with_backend;

impl Store {
    /// Opens the database, creates a missing file, and migrates tables and texts. `renderer` are the versions of the renderer whose HTML is
    /// stored from now on.
    ///
    /// # Errors
    /// [`StoreError`], one line that names the database, without its password.
    pub async fn open(url: &DatabaseUrl, renderer: RendererVersions) -> Result<Self, StoreError> {
        let backend = match &url.0 {
            Location::Sqlite { options, .. } => Backend::Sqlite(Sqlite::open(options.clone()).await?),
            Location::Postgres(options) => Backend::Postgres(Postgres::open(options, &url.to_string()).await?),
        };
        let last_probe = probe::LastProbe::default();
        let store = Self {
            backend,
            renderer,
            last_probe,
        };
        store.normalise().await?;
        Ok(store)
    }

    /// Its connections, for the session store in the same database. Wrap queries over them in [`with_timeout`].
    #[must_use]
    pub fn connections(&self) -> Connections {
        match &self.backend {
            Backend::Sqlite(sqlite) => Connections::Sqlite(SqliteConnections(sqlite.pool.clone())),
            Backend::Postgres(postgres) => Connections::Postgres(PostgresConnections(postgres.pool.clone())),
        }
    }

    /// Closes all connections; SQLite merges its write-ahead log into the file. Waits for PostgreSQL no longer than for a query.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => drop(tokio::time::timeout(QUERY_TIMEOUT, postgres.pool.close()).await),
        }
    }
}
