//! Sessions in SQLite. What is the same in PostgreSQL is in [`super::sql`].

mod reader;

use rusqlite::OptionalExtension as _;
use rusqlite::types::Type;
use sqlx::sqlite::SqlitePool;
use sqlx::{Transaction, query};
use time::OffsetDateTime;

use self::reader::Reader;
use super::index::SessionRef;
use super::sql::statements;
use super::store::{SealedParts, SealedSession, SessionStoreError, StoreResult};

/// Each statement may be run again on a database that has it already. Sessions are a heap: in a table sorted by its key, here
/// a hash, rows of that size lie in pages of their own and leave a third of the others empty.
const SCHEMA: [&str; 8] = [
    // The table of versions that sealed tokens and identity together.
    "DROP TABLE IF EXISTS bff_sessions",
    "CREATE TABLE IF NOT EXISTS bff_session_records (
        id_hash BLOB PRIMARY KEY NOT NULL,
        sealed_identity BLOB NOT NULL, sealed_tokens BLOB NOT NULL, sealed_revocable BLOB, version INTEGER NOT NULL,
        provider TEXT, issuer TEXT, subject TEXT, sid TEXT,
        created INTEGER NOT NULL, seen INTEGER NOT NULL, expires INTEGER NOT NULL,
        fence INTEGER NOT NULL DEFAULT 0, lease_until INTEGER NOT NULL DEFAULT 0
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS bff_session_records_person ON bff_session_records (issuer, subject)",
    "CREATE INDEX IF NOT EXISTS bff_session_records_sid ON bff_session_records (provider, sid)",
    "CREATE INDEX IF NOT EXISTS bff_session_records_expires ON bff_session_records (expires)",
    "CREATE TABLE IF NOT EXISTS bff_notes (
        name BLOB PRIMARY KEY, at INTEGER NOT NULL, expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS bff_notes_expires ON bff_notes (expires)",
    "CREATE TABLE IF NOT EXISTS bff_kept (name BLOB PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
];

/// Sessions in a SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteSessions {
    pub(super) pool: SqlitePool,
    /// For the one read that every request of a signed-in person costs.
    reader: Reader,
}

impl SqliteSessions {
    /// Uses the database behind `pool` and creates the tables where they are missing.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn new(pool: SqlitePool) -> std::result::Result<Self, sqlx::Error> {
        for statement in SCHEMA {
            query(statement).execute(&pool).await?;
        }
        let reader = Reader::new(pool.connect_options().get_filename());
        Ok(Self { pool, reader })
    }

    /// SQLite has one writer at a time.
    pub(super) const WRITERS_OVERLAP: bool = false;

    /// A transaction that no other writer is beside.
    pub(super) async fn begin(&self) -> std::result::Result<Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    #[expect(
        clippy::unused_async,
        reason = "it is done in the thread of the request; the other store waits"
    )]
    pub(super) async fn read(&self, key: SessionRef) -> StoreResult<Option<SealedSession>> {
        let found = self.reader.ask(|connection| {
            let mut statement = connection.prepare_cached(statements::LOAD)?;
            let read = |row: &rusqlite::Row<'_>| {
                Ok(SealedSession {
                    parts: SealedParts {
                        identity: row.get(0)?,
                        tokens: row.get(1)?,
                    },
                    version: row.get(2)?,
                    sid: row.get(3)?,
                    seen: moment(row.get(4)?)?,
                })
            };
            statement.query_row([key.row_key()], read).optional()
        });
        found.map_err(SessionStoreError::unavailable)
    }
}

/// A moment, from a column of seconds since 1970.
fn moment(seconds: i64) -> rusqlite::Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(4, Type::Integer, e.into()))
}

#[cfg(test)]
mod tests;
