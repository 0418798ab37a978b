//! Errors of the database. Each message is one line; none holds a password. The libraries' own errors are causes, as
//! [`std::error::Error::source`]: no public signature names their types.

use std::{error::Error, io, path::PathBuf, sync::Arc};

use domain::LibraryError;
use sqlite_reader::ReadError;

/// The primary result code of a statement that was interrupted at its deadline (`SQLITE_INTERRUPT`).
const INTERRUPTED: &str = "9";

/// What a library or the database reported.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why the database could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder of the database file cannot be created.
    #[error("cannot make the folder `{}` for the database", path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be reached, or the file is no database.
    #[error("cannot open the database `{database}`")]
    Open {
        /// Its address, without password.
        database: String,
        /// Why.
        source: Cause,
    },
    /// The database does not respond when it is opened.
    #[error("the database `{database}` does not answer")]
    Unreachable {
        /// Its address, without password.
        database: String,
    },
    /// The database can be read but not written, as opening it shows.
    #[error("the database `{database}` cannot be written: check {remedy}")]
    ReadOnly {
        /// Its address, without password.
        database: String,
        /// What to check.
        remedy: &'static str,
        /// Why.
        source: Cause,
    },
    /// The database cannot store every text.
    #[error("the database `{database}` keeps text as `{encoding}`: make one with `ENCODING 'UTF8'`")]
    Encoding {
        /// Its address, without password.
        database: String,
        /// The name of its encoding.
        encoding: String,
    },
    /// The tables do not fit this version of Portico.
    #[error("the tables of `{database}` do not fit this version of Portico")]
    Migrate {
        /// Its address, without password.
        database: String,
        /// Why.
        source: Cause,
    },
    /// A statement failed.
    #[error("the database failed")]
    Query(#[source] Cause),
    /// The database can be read but not written, as the write probe shows.
    #[error("the database can be read but not written: {why}")]
    WriteRefused {
        /// In words for everybody.
        why: &'static str,
        /// What the database reported.
        source: Cause,
    },
    /// No response within five seconds, or no free connection.
    #[error("the database does not answer")]
    Timeout,
    /// The content of a file cannot be stored or read.
    #[error("a file of a document cannot be stored or read")]
    Files(#[source] Cause),
    /// A row holds an invalid value.
    #[error("document {id} is damaged: {what}")]
    Corrupt {
        /// Number of the document.
        id: i64,
        /// Which value.
        what: &'static str,
    },
}

impl StoreError {
    /// The error of a query that somebody else made over the store's connections.
    #[must_use]
    pub fn of_query(error: impl Error + Send + Sync + 'static) -> Self {
        let cause: Cause = Box::new(error);
        match cause.downcast::<sqlx::Error>() {
            Ok(error) => QueryError::from(*error).0,
            Err(cause) => Self::Query(cause),
        }
    }
}

impl From<StoreError> for LibraryError {
    /// Whatever fails in the database makes the library unavailable; the cause is for the log.
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Arc::new(error))
    }
}

/// An error within the crate, on its way to a [`StoreError`]: the `From` implementations that `?` needs are private by it.
#[derive(Debug)]
pub(crate) struct QueryError(StoreError);

impl From<sqlx::Error> for QueryError {
    fn from(error: sqlx::Error) -> Self {
        Self(match error {
            sqlx::Error::PoolTimedOut => StoreError::Timeout,
            sqlx::Error::Database(error) if error.code().as_deref() == Some(INTERRUPTED) => StoreError::Timeout,
            error => StoreError::Query(error.into()),
        })
    }
}

impl From<ReadError> for QueryError {
    fn from(error: ReadError) -> Self {
        Self(match error {
            ReadError::TimedOut => StoreError::Timeout,
            error => StoreError::Query(error.into()),
        })
    }
}

impl From<StoreError> for QueryError {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<QueryError> for StoreError {
    fn from(error: QueryError) -> Self {
        error.0
    }
}
