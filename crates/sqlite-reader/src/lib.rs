//! Rows of a SQLite file. A single row is read in the thread of the request: one found by its key in a file that the operating system holds in
//! memory takes a few microseconds, handing a query to another thread and back takes fifty (decision 0011). A page of a list is read in one call,
//! since `sqlx` hands each row over by itself. Everything else that is done with SQLite is done by `sqlx`, which shares the library.
//!
//! This is the only crate that names `rusqlite`. Sessions (`bff`) and documents (`store`) are read through it.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};
pub use rusqlite::{Row, ToSql, types::FromSql};

/// Instructions of SQLite's virtual machine between two looks at the clock: a fraction of a millisecond.
const INSTRUCTIONS: i32 = 10_000;

/// Prepared statements of a connection: those of lists differ by order and by what lets the person in.
const STATEMENTS: usize = 64;

/// Why a row could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The query took longer than the reader's timeout.
    #[error("the query took too long")]
    TimedOut,
    /// A column holds what does not belong there.
    #[error("a column cannot be read")]
    Column(#[source] Box<dyn Error + Send + Sync>),
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl ReadError {
    /// A column cannot be read because of `source`.
    pub fn column(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Column(source.into())
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            return Self::TimedOut;
        }
        Self::Sqlite(error)
    }
}

/// Reads rows over connections of its own. Nothing waits while it holds one, so there are never more than there are threads. Cloning is
/// cheap; clones share the connections.
#[derive(Debug, Clone)]
pub struct SqliteReader {
    path: PathBuf,
    timeout: Duration,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl SqliteReader {
    /// For the database in the file `path`, which is opened with the first query. A query that takes longer than `timeout` is
    /// interrupted.
    #[must_use]
    pub fn new(path: &Path, timeout: Duration) -> Self {
        Self {
            path: path.to_owned(),
            timeout,
            idle: Arc::default(),
        }
    }

    /// The first row that `query` finds. It has to be found by an index: the thread does nothing else meanwhile. Parameters are
    /// named as in the query, `$1`.
    ///
    /// # Errors
    /// When the file cannot be read in time, and what `read` fails with.
    pub fn row<T>(
        &self,
        query: &str,
        parameters: &[(&str, &dyn ToSql)],
        read: impl FnOnce(&Row<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        self.with_connection(|connection| {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = statement.query(parameters)?;
            rows.next()?.map(read).transpose()
        })
    }

    /// All rows that `query` finds, in its order. It has to be limited: call it on a thread that may wait for the disk.
    ///
    /// # Errors
    /// When the file cannot be read in time, and what `read` fails with.
    pub fn rows<T>(
        &self,
        query: &str,
        parameters: &[(&str, &dyn ToSql)],
        mut read: impl FnMut(&Row<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        self.with_connection(|connection| {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = statement.query(parameters)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        })
    }

    fn with_connection<T>(&self, query: impl FnOnce(&Connection) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let deadline = Instant::now() + self.timeout;
        connection.progress_handler(INSTRUCTIONS, Some(move || Instant::now() >= deadline));
        let found = query(&connection)?;
        // After an error the connection is dropped, with whatever is wrong with it.
        self.idle().push(connection);
        Ok(found)
    }

    /// Closes the connections that are not in use.
    pub fn close(&self) {
        self.idle().clear();
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> (SqliteReader, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        let table = "CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT); INSERT INTO word VALUES (7, 'seven')";
        connection.execute_batch(table).unwrap();
        (SqliteReader::new(&path, Duration::from_secs(5)), folder)
    }

    fn word(reader: &SqliteReader, id: i64) -> Result<Option<String>, ReadError> {
        reader.row("SELECT word FROM word WHERE id = $1", &[("$1", &id)], |row| {
            Ok(row.get(0)?)
        })
    }

    #[test]
    fn a_row_is_found_by_its_key() {
        let (reader, _folder) = database();
        assert_eq!(word(&reader, 7).unwrap().as_deref(), Some("seven"));
        assert_eq!(word(&reader, 8).unwrap(), None);
        assert_eq!(reader.idle().len(), 1, "the connection is used again");
        reader.close();
        assert_eq!(word(&reader, 7).unwrap().as_deref(), Some("seven"), "and opened again");
    }

    #[test]
    fn all_rows_are_read_in_order() {
        let (reader, _folder) = database();
        let counted = "WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n";
        let read = reader.rows(counted, &[("$1", &2)], |row| Ok(row.get::<_, i64>(0)?));
        assert_eq!(read.unwrap(), [2, 3, 4, 5]);
        let failed = reader.rows(counted, &[("$1", &2)], |row| Ok(row.get::<_, String>(0)?));
        assert!(matches!(failed, Err(ReadError::Sqlite(_))), "{failed:?}");
        assert_eq!(reader.idle().len(), 0, "a connection that failed is not used again");
    }

    #[test]
    fn a_query_that_takes_too_long_is_interrupted() {
        let (mut reader, _folder) = database();
        reader.timeout = Duration::ZERO;
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        let read = reader.row(endless, &[], |row| Ok(row.get::<_, i64>(0)?));
        assert!(matches!(read, Err(ReadError::TimedOut)), "{read:?}");
        assert_eq!(reader.idle().len(), 0, "a connection that failed is not used again");
    }

    #[test]
    fn nothing_can_be_written_and_no_file_is_made() {
        let (reader, folder) = database();
        let write = reader.row("DELETE FROM word RETURNING word", &[], |row| {
            Ok(row.get::<_, String>(0)?)
        });
        assert!(matches!(write, Err(ReadError::Sqlite(_))), "{write:?}");
        let missing = folder.path().join("b.db");
        assert!(word(&SqliteReader::new(&missing, Duration::from_secs(5)), 7).is_err());
        assert!(!missing.exists());
    }
}
