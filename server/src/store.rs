//! Where do documents live? In a SQLite database in WAL mode (many readers, one writer), or in a PostgreSQL database that
//! several replicas share. What may be read is not decided here ([`crate::library`] asks the policy).
//!
//! | question | where |
//! |---|---|
//! | How is a SQLite file opened, and one row read in the thread of the request? | `sqlite.rs` |
//! | When does a statement of SQLite end? | `sqlite/deadline.rs` |
//! | How is a PostgreSQL database opened, and given up on? | `postgres.rs` |
//! | Can the database be written? | [`probe`] |
//! | What is said to them? | `sql.rs` |
//! | One document, one stretch of the list | [`reading`] |
//! | Writing documents | [`writing`], as `batch.rs` plans it |
//! | Where documents came from, and the trash | [`sources`] |
//! | Texts of earlier versions in NFC | `normalising.rs` |
//! | Names of people | [`people`] |
//! | Their ids in a directory | [`object_ids`] |
//! | What can go wrong? | [`error`] |
//!
//! The tables are in `server/migrations`, one folder for each database, with equal names.

use std::{sync::Arc, time::Duration};

use bff::{PostgresSessions, SessionRecords, SqliteSessions};

use crate::config::DatabaseUrl;

mod batch;
pub mod error;
mod normalising;
pub mod object_ids;
pub mod people;
mod postgres;
pub(crate) mod probe;
pub mod reading;
pub mod sources;
mod sql;
mod sqlite;
pub mod writing;

pub use error::StoreError;
use postgres::Postgres;
pub use reading::{Found, Row, Stale};
pub use sources::{DocumentSource, KnownDocument, SimilarSource};
use sqlite::Sqlite;
pub use writing::{BatchResult, ImportBatch, ImportOutcome, ImportedDocument, UnchangedDocument, WriteError};

/// Longest time one question may take, waiting for a connection included. Whoever asks then hears that the database is not
/// available, however it went away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longest wait for a connection, or for another writer: before [`PATIENCE`] ends, so that the error says which it was.
const WAIT: Duration = Duration::from_secs(4);

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
    last_probe: probe::LastProbe,
}

/// Which of them it is. Asked once per question, which then is compiled for that database.
#[derive(Debug, Clone)]
enum Place {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// What the database answers to `$question`, if it answers in time. The question is written once and compiled for each
/// database; `$place` has a `pool` to read from, a `writer`, and what it calls things (`sql`).
macro_rules! ask {
    ($store:expr, |$place:ident| $question:expr) => {
        $crate::store::within($crate::store::PATIENCE, async {
            match &$store.place {
                $crate::store::Place::Sqlite($place) => $question,
                $crate::store::Place::Postgres($place) => $question,
            }
        })
        .await
    };
}
use ask;

impl Store {
    /// Opens the database, makes it where it is a file that is missing, and brings tables and texts to the newest form.
    ///
    /// # Errors
    /// [`StoreError`], one line that names the database, without its password.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let place = match url {
            DatabaseUrl::Sqlite { options, .. } => Place::Sqlite(Sqlite::open(options.clone()).await?),
            DatabaseUrl::Postgres(options) => Place::Postgres(Postgres::open(options, &url.to_string()).await?),
        };
        let last_probe = probe::LastProbe::default();
        let store = Self { place, last_probe };
        store.normalise().await?;
        Ok(store)
    }

    /// Sessions in the same database, over the same connections.
    ///
    /// # Errors
    /// [`StoreError::Query`] and [`StoreError::Silent`], when their tables cannot be made.
    pub async fn sessions(&self) -> Result<Arc<dyn SessionRecords>, StoreError> {
        within(PATIENCE, async {
            Ok(match &self.place {
                Place::Sqlite(sqlite) => {
                    Arc::new(SqliteSessions::new(sqlite.pool.clone()).await?) as Arc<dyn SessionRecords>
                }
                Place::Postgres(postgres) => Arc::new(PostgresSessions::new(postgres.pool.clone()).await?),
            })
        })
        .await
    }

    /// Closes all connections; SQLite folds its write-ahead log into the file. A PostgreSQL database that does not say goodbye is left.
    pub async fn close(&self) {
        match &self.place {
            Place::Sqlite(sqlite) => sqlite.close().await,
            Place::Postgres(postgres) => drop(tokio::time::timeout(PATIENCE, postgres.pool.close()).await),
        }
    }
}

async fn within<T, E: From<StoreError>>(
    patience: Duration,
    question: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(patience, sqlite::deadline::limit(patience, question)).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Silent.into()),
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
