//! Where do documents live? In a SQLite database in WAL mode (many readers, one writer), or in a PostgreSQL database that
//! several replicas share. What may be read is not decided here: whoever reads asks the policy about every row.
//!
//! | question | where |
//! |---|---|
//! | Which database is meant? | [`DatabaseUrl`] |
//! | How is a SQLite file opened, and one row read in the thread of the request? | `sqlite.rs` |
//! | When does a statement of SQLite end? | `sqlite/deadline.rs` |
//! | How is a PostgreSQL database opened, and given up on? | `postgres.rs` |
//! | How long may a query take? | `timeout.rs` |
//! | Can the database be written? | [`probe`] |
//! | Which statements are there? | `sql.rs` |
//! | One document, one batch of the list | `reading.rs`: [`Store::find`], [`Store::batch_before`] |
//! | Writing documents | `writing.rs`: [`Store::write_batch`], as `batch.rs` plans it |
//! | Where documents came from, and the trash | `sources.rs` |
//! | Texts of earlier versions in NFC | `normalising.rs` |
//! | Names of people | `people.rs` |
//! | Their ids in a directory | `object_ids.rs` |
//! | What can go wrong? | [`StoreError`] |
//!
//! This is the only crate of the document half that names `sqlx` and `rusqlite`. The tables are in `crates/store/migrations`, one folder for
//! each database, with equal names. HTML is stored as it is given; [`RendererVersions`] tells which of it is out of date.

use domain::RendererVersions;
use sqlx::{PgPool, SqlitePool};

mod batch;
mod database_url;
mod error;
mod normalising;
mod object_ids;
mod people;
mod postgres;
pub mod probe;
mod reading;
mod sources;
mod sql;
mod sqlite;
mod timeout;
mod writing;

use database_url::Location;
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use error::StoreError;
use postgres::Postgres;
pub use reading::{Found, Row, Stale};
pub use sources::{DocumentSource, KnownDocument, SimilarSource};
use sqlite::Sqlite;
use timeout::QUERY_TIMEOUT;
pub use timeout::with_timeout;
pub use writing::{BatchResult, ImportBatch, ImportOutcome, ImportedDocument, UnchangedDocument, WriteError};

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    renderer: RendererVersions,
    last_probe: probe::LastProbe,
}

/// Which database it is. Matched once per query, which is compiled for each of them.
#[derive(Debug, Clone)]
enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The connection pool of a [`Store`], for tables of others in the same database.
#[derive(Debug, Clone)]
pub enum Connections {
    /// Of a SQLite file.
    Sqlite(SqlitePool),
    /// Of a PostgreSQL database.
    Postgres(PgPool),
}

/// The result of `$query`, or [`StoreError::Silent`] after five seconds. The query is written once and compiled for each
/// database; `$backend` has a `pool` to read from, a `writer`, and the statements in its dialect (`sql`).
macro_rules! with_backend {
    ($store:expr, |$backend:ident| $query:expr) => {
        $crate::timeout::with_timeout(async {
            match &$store.backend {
                $crate::Backend::Sqlite($backend) => $query,
                $crate::Backend::Postgres($backend) => $query,
            }
        })
        .await
    };
}
use with_backend;

impl Store {
    /// Opens the database, makes it where it is a file that is missing, and brings tables and texts to the newest form. `renderer` is what
    /// writes the HTML that is stored from now on.
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

    /// Its connections, for sessions in the same database. Queries over them belong into [`with_timeout`].
    #[must_use]
    pub fn connections(&self) -> Connections {
        match &self.backend {
            Backend::Sqlite(sqlite) => Connections::Sqlite(sqlite.pool.clone()),
            Backend::Postgres(postgres) => Connections::Postgres(postgres.pool.clone()),
        }
    }

    /// Closes all connections; SQLite folds its write-ahead log into the file. A PostgreSQL database that does not say goodbye is left.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => drop(tokio::time::timeout(QUERY_TIMEOUT, postgres.pool.close()).await),
        }
    }
}

/// Whether a text holds a NUL, which PostgreSQL keeps in none: nothing is stored under it, in either database.
fn holds_nul(text: &str) -> bool {
    text.contains('\0')
}

/// A text as it is stored to be looked through, and as what is looked for: without regard to case, and however Unicode writes its
/// letters. Made here alone: databases know the lower case of ASCII, or rules of their own.
#[must_use]
pub fn searchable(text: &str) -> String {
    domain::text::fold_case(text)
}
