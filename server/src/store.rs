//! Where do documents live? In a SQLite database in WAL mode: many readers, one writer. What may be read is not decided here
//! ([`crate::library`] asks the policy).
//!
//! | question | where |
//! |---|---|
//! | How is the database opened? | [`open`](mod@open) |
//! | One row in the thread of the request | `reader.rs` |
//! | One document, one stretch of the list | [`reading`] |
//! | Writing documents | [`writing`] |
//! | Names of people | [`people`] |
//! | Their ids in a directory | [`object_ids`] |
//!
//! The tables are in `server/migrations/sqlite`.

use std::{io, path::PathBuf};

use sqlx::SqlitePool;

pub mod object_ids;
pub mod open;
pub mod people;
mod reader;
pub mod reading;
pub mod writing;

use reader::Reader;
pub use reading::{Found, Row};
pub use writing::{Change, Draft, WriteError};

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    /// For reading stretches, and for short single statements of others.
    pool: SqlitePool,
    /// For one document by number.
    reader: Reader,
    /// One connection: writes of several statements wait here instead of meeting `SQLITE_BUSY` half way.
    writer: SqlitePool,
}

impl Store {
    /// The connections, for others who keep tables of their own in the same database.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Closes all connections, folding the write-ahead log into the database file.
    pub async fn close(&self) {
        self.reader.close();
        self.writer.close().await;
        self.pool.close().await;
    }
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none of a SQLite file.
    #[error("`{url}` is no database address: expected `sqlite:` and the path of a file")]
    Address {
        /// As configured.
        url: String,
    },
    /// The folder of the database file cannot be made.
    #[error("cannot make the folder `{}` for the database", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be opened as a database.
    #[error("cannot open the database `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The database can be read but not written.
    #[error("the database `{}` cannot be written: check the permissions of the file and its folder", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables do not fit this version of Portico.
    #[error("the tables of `{}` do not fit this version of Portico", path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the database failed")]
    Query(#[from] sqlx::Error),
    /// Reading a document failed.
    #[error("the database could not be read")]
    Read(#[from] rusqlite::Error),
    /// A row holds what no row should.
    #[error("document {id} is damaged: {what}")]
    Damaged {
        /// Its number.
        id: i64,
        /// What does not fit.
        what: &'static str,
    },
}
