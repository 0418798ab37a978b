//! Reads one row in the thread of the request: by its key, from a file that the operating system caches, this takes a few microseconds, while
//! passing the query to another thread and back takes fifty. Longer queries are in [`crate::documents`].

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rusqlite::{Connection, OpenFlags};

use super::deadline::INSTRUCTIONS;
use crate::timeout::QUERY_TIMEOUT;

/// Connections for short reads. Nothing awaits while it holds one, so there are never more than threads.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Reader {
    /// A reader of the file `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Arc::default(),
        }
    }

    /// Runs `query`, which has to read few rows by an index.
    pub(crate) fn query<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let deadline = Instant::now() + QUERY_TIMEOUT;
        connection.progress_handler(INSTRUCTIONS, Some(move || Instant::now() >= deadline));
        let found = query(&connection)?;
        // After an error the connection is dropped.
        self.idle().push(connection);
        Ok(found)
    }

    /// Closes the idle connections.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
