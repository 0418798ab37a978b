//! Sessions in SQLite. What is the same in PostgreSQL is in [`super::sql`].

use sqlite_reader::{ReadError, SqliteReader};
use sqlx::sqlite::SqlitePool;
use sqlx::{Transaction, query};
use time::OffsetDateTime;

use super::index::SessionRef;
use super::sql::{QUERY_TIMEOUT, statements};
use super::store::{SealedData, SealedParts, SealedSession, SessionStoreError, StoreResult};

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

/// Columns that tables of earlier versions lack. SQLite adds none that exists.
const NEW_COLUMNS: [(&str, &str); 2] = [("sealed_data", "BLOB"), ("data_version", "INTEGER NOT NULL DEFAULT 0")];

/// Sessions in a SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteSessions {
    pub(super) pool: SqlitePool,
    /// For the one read that every request of a signed-in person costs.
    reader: SqliteReader,
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
        add_columns(&pool).await?;
        let reader = SqliteReader::new(pool.connect_options().get_filename(), QUERY_TIMEOUT);
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
    pub(super) async fn read_data(&self, key: SessionRef) -> StoreResult<Option<SealedData>> {
        let found = self.reader.row(statements::LOAD_DATA, &[("$1", key.row_key())], |row| {
            Ok(SealedData {
                sealed: row.get(0)?,
                version: row.get(1)?,
            })
        });
        found.map_err(read_error)
    }

    #[expect(
        clippy::unused_async,
        reason = "it is done in the thread of the request; the other store waits"
    )]
    pub(super) async fn read(&self, key: SessionRef) -> StoreResult<Option<SealedSession>> {
        let found = self.reader.row(statements::LOAD, &[("$1", key.row_key())], |row| {
            Ok(SealedSession {
                parts: SealedParts {
                    identity: row.get(0)?,
                    tokens: row.get(1)?,
                },
                version: row.get(2)?,
                sid: row.get(3)?,
                seen: OffsetDateTime::from_unix_timestamp(row.get(4)?).map_err(ReadError::column)?,
            })
        });
        found.map_err(read_error)
    }
}

fn read_error(error: ReadError) -> SessionStoreError {
    match error {
        ReadError::Column(source) => SessionStoreError::Malformed(source),
        error => SessionStoreError::unavailable(error),
    }
}

/// In one transaction without another writer beside it: of several first starts one adds the columns.
async fn add_columns(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    for (name, definition) in NEW_COLUMNS {
        let known = query("SELECT 1 FROM pragma_table_info('bff_session_records') WHERE name = $1").bind(name);
        if known.fetch_optional(&mut *transaction).await?.is_none() {
            let add = format!("ALTER TABLE bff_session_records ADD COLUMN {name} {definition}");
            query(&add).execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests;
