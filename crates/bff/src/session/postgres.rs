//! Sessions in PostgreSQL, for all replicas of a site. What is the same in SQLite is in [`super::sql`].

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Transaction, query};

use super::index::SessionRef;
use super::sql::{in_time, rows, rows::SessionColumns as _, statements};
use super::store::{SealedData, SealedSession, SessionStoreError, StoreResult};

/// Replicas that start at the same time create the tables one after the other: `IF NOT EXISTS` alone lets two of them try.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7093008713113724019)";

/// Each statement may be run again on a database that has it already.
const SCHEMA: [&str; 10] = [
    // No notice for a table that exists.
    "SET LOCAL client_min_messages = warning",
    // The table of versions that sealed tokens and identity together.
    "DROP TABLE IF EXISTS bff_sessions",
    "CREATE TABLE IF NOT EXISTS bff_session_records (
        id_hash BYTEA PRIMARY KEY,
        sealed_identity BYTEA NOT NULL, sealed_tokens BYTEA NOT NULL, sealed_revocable BYTEA, version BIGINT NOT NULL,
        provider TEXT, issuer TEXT, subject TEXT, sid TEXT,
        created BIGINT NOT NULL, seen BIGINT NOT NULL, expires BIGINT NOT NULL,
        fence BIGINT NOT NULL DEFAULT 0, lease_until BIGINT NOT NULL DEFAULT 0
    )",
    // Columns that tables of earlier versions lack.
    "ALTER TABLE bff_session_records ADD COLUMN IF NOT EXISTS sealed_data BYTEA,
        ADD COLUMN IF NOT EXISTS data_version BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX IF NOT EXISTS bff_session_records_person ON bff_session_records (issuer, subject)",
    // By hash: a B-tree takes less than 3 kB, and a provider may send a longer `sid`.
    "CREATE INDEX IF NOT EXISTS bff_session_records_sid ON bff_session_records USING hash (sid)",
    "CREATE INDEX IF NOT EXISTS bff_session_records_expires ON bff_session_records (expires)",
    "CREATE TABLE IF NOT EXISTS bff_notes (name BYTEA PRIMARY KEY, at BIGINT NOT NULL, expires BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS bff_notes_expires ON bff_notes (expires)",
    "CREATE TABLE IF NOT EXISTS bff_kept (name BYTEA PRIMARY KEY, value TEXT NOT NULL)",
];

/// Sessions in a PostgreSQL database that all replicas share; nothing else has to be shared but the key ring.
///
/// While the database is unavailable, every query fails within five seconds; when it is back, everything continues. The queries
/// are short: a handful of connections serve many people. Give the pool an `acquire_timeout` below five seconds, and the
/// database the same limit (`statement_timeout`), so that it stops what nobody waits for.
#[derive(Debug, Clone)]
pub struct PostgresSessions {
    pub(super) pool: PgPool,
}

impl PostgresSessions {
    /// Uses the database behind `pool` and creates the tables where they are missing; several replicas may do so at once.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn new(pool: PgPool) -> std::result::Result<Self, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        query(LOCK).execute(&mut *transaction).await?;
        for statement in SCHEMA {
            query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Self { pool })
    }
}

impl PostgresSessions {
    /// What one transaction writes is not seen by another that began before.
    pub(super) const WRITERS_OVERLAP: bool = true;

    pub(super) async fn begin(&self) -> std::result::Result<Transaction<'static, sqlx::Postgres>, sqlx::Error> {
        self.pool.begin().await
    }

    pub(super) async fn read(&self, key: SessionRef) -> StoreResult<Option<SealedSession>> {
        let query = query(statements::LOAD).bind(key.row_key().to_vec());
        let row = in_time(query.fetch_optional(&self.pool)).await?;
        let session = row.as_ref().map(sealed).transpose();
        session.map_err(SessionStoreError::malformed)
    }

    pub(super) async fn read_data(&self, key: SessionRef) -> StoreResult<Option<SealedData>> {
        let query = query(statements::LOAD_DATA).bind(key.row_key().to_vec());
        let row = in_time(query.fetch_optional(&self.pool)).await?;
        let read = |row: PgRow| {
            Ok::<_, sqlx::Error>(SealedData {
                version: row.number("data_version")?,
                sealed: row.optional_bytes("sealed_data")?,
            })
        };
        row.map(read).transpose().map_err(SessionStoreError::malformed)
    }
}

/// A row of [`statements::LOAD`].
fn sealed(row: &PgRow) -> Result<SealedSession, sqlx::Error> {
    Ok(SealedSession {
        parts: rows::parts(row)?,
        version: row.number("version")?,
        seen: rows::seconds(row, "seen")?,
        sid: row.optional_text("sid")?,
    })
}

#[cfg(test)]
mod tests;
