//! How is one row read without a detour? In the thread of the request: a row found by its key in a file that the operating
//! system holds in memory takes a few microseconds, handing the question to another thread and back takes fifty.
//! Everything else about sessions in SQLite is in [`super`].

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rusqlite::{Connection, OpenFlags};

use crate::session::sql::QUERY_TIMEOUT;

/// Instructions of SQLite's virtual machine between two looks at the clock: a fraction of a millisecond.
const INSTRUCTIONS: i32 = 10_000;

/// Connections for short reads. Nothing waits while it holds one, so there are never more than there are threads.
#[derive(Debug, Clone)]
pub(super) struct Reader {
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

    /// What `question` finds. It has to be about few rows, found by an index.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let deadline = Instant::now() + QUERY_TIMEOUT;
        connection.progress_handler(INSTRUCTIONS, Some(move || Instant::now() >= deadline));
        let found = question(&connection)?;
        // After an error it is not kept: whatever went wrong with it goes with it.
        self.idle().push(connection);
        Ok(found)
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
