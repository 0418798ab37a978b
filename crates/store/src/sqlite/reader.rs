//! How is one row read without a detour? In the thread of the request: a row found by its key in a file that the operating
//! system holds in memory takes a few microseconds, handing the question to another thread and back takes fifty.
//! Longer questions are asked in [`crate::reading`].

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rusqlite::{Connection, OpenFlags};

use super::deadline::INSTRUCTIONS;
use crate::timeout::QUERY_TIMEOUT;

/// Connections for short reads. Nothing waits while it holds one, so there are never more than there are threads.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Reader {
    /// For the database in the file `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Arc::default(),
        }
    }

    /// What `query` finds. It has to be about few rows, found by an index.
    pub(crate) fn query<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let deadline = Instant::now() + QUERY_TIMEOUT;
        connection.progress_handler(INSTRUCTIONS, Some(move || Instant::now() >= deadline));
        let found = query(&connection)?;
        // After an error it is not kept: whatever went wrong with it goes with it.
        self.idle().push(connection);
        Ok(found)
    }

    /// Closes the connections that nobody holds.
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
