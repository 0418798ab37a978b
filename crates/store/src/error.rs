//! What can go wrong with the database? Each error is one line; none holds a password.

use std::{error::Error, io, path::PathBuf};

use rusqlite::ErrorCode;

/// What SQLite says of a statement whose time was over.
const INTERRUPTED: &str = "9";

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder of the database file cannot be made.
    #[error("cannot make the folder `{}` for the database", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be reached, or is none.
    #[error("cannot open the database `{place}`")]
    Open {
        /// Which.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database says nothing, from the beginning.
    #[error("the database `{place}` does not answer")]
    Away {
        /// Which.
        place: String,
    },
    /// The database can be read but not written.
    #[error("the database `{place}` cannot be written: check {remedy}")]
    Unwritable {
        /// Which.
        place: String,
        /// What to check.
        remedy: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// The database cannot hold every text.
    #[error("the database `{place}` keeps text as `{encoding}`: make one with `ENCODING 'UTF8'`")]
    Encoding {
        /// Which.
        place: String,
        /// As the database calls it.
        encoding: String,
    },
    /// The tables do not fit this version of Portico.
    #[error("the tables of `{place}` do not fit this version of Portico")]
    Migrate {
        /// Which.
        place: String,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the database failed")]
    Query(#[source] sqlx::Error),
    /// It can be read and not written.
    #[error("the database can be read but not written: {why}")]
    NotWritable {
        /// In words for everybody.
        why: &'static str,
        /// What the database said.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// No answer within five seconds, or no connection to ask over.
    #[error("the database does not answer")]
    Silent,
    /// Reading a document failed.
    #[error("the database could not be read")]
    Read(#[source] rusqlite::Error),
    /// A row holds what no row should.
    #[error("document {id} is damaged: {what}")]
    Damaged {
        /// Its number.
        id: i64,
        /// What does not fit.
        what: &'static str,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Silent,
            sqlx::Error::Database(error) if error.code().as_deref() == Some(INTERRUPTED) => Self::Silent,
            error => Self::Query(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            return Self::Silent;
        }
        Self::Read(error)
    }
}
