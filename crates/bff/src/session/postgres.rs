//! How are sessions kept in PostgreSQL, for all replicas of a site? As in SQLite: sealed records under hashed ids, with
//! columns beside them to find sessions by. What is done with them in the same words is in [`super::sql`].

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Row as _, Transaction, query};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::columns;
use super::record::SealedSession;
use super::sql;
use super::sql::answer;
use super::store::row_key;

/// Replicas that start at the same time make the tables one after the other: `IF NOT EXISTS` alone lets two of them try.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7093008713113724019)";

/// Each statement may be run again on a database that has it already.
const SCHEMA: [&str; 9] = [
    // What is there already is no news.
    "SET LOCAL client_min_messages = warning",
    // Of a time before tokens were sealed apart.
    "DROP TABLE IF EXISTS bff_sessions",
    "CREATE TABLE IF NOT EXISTS bff_session_records (
        id_hash BYTEA PRIMARY KEY,
        sealed_identity BYTEA NOT NULL, sealed_tokens BYTEA NOT NULL, sealed_revocable BYTEA, version BIGINT NOT NULL,
        provider TEXT, issuer TEXT, subject TEXT, sid TEXT,
        created BIGINT NOT NULL, seen BIGINT NOT NULL, expires BIGINT NOT NULL,
        fence BIGINT NOT NULL DEFAULT 0, lease_until BIGINT NOT NULL DEFAULT 0
    )",
    "CREATE INDEX IF NOT EXISTS bff_session_records_person ON bff_session_records (issuer, subject)",
    // By hash: how long a `sid` may be is the provider's affair, and the other kind takes less than 3 kB.
    "CREATE INDEX IF NOT EXISTS bff_session_records_sid ON bff_session_records USING hash (sid)",
    "CREATE INDEX IF NOT EXISTS bff_session_records_expires ON bff_session_records (expires)",
    "CREATE TABLE IF NOT EXISTS bff_notes (name BYTEA PRIMARY KEY, at BIGINT NOT NULL, expires BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS bff_notes_expires ON bff_notes (expires)",
    "CREATE TABLE IF NOT EXISTS bff_kept (name BYTEA PRIMARY KEY, value TEXT NOT NULL)",
];

/// Sessions in a PostgreSQL database that all replicas share; nothing else has to be shared but the key ring.
///
/// While the database is away, every question fails within five seconds; when it is back, everything goes on. The questions
/// are short: a handful of connections serve many people. Give the pool an `acquire_timeout` below five seconds, and tell the
/// database the same limit (`statement_timeout`), so that it does not go on with what nobody waits for.
#[derive(Debug, Clone)]
pub struct PostgresSessions {
    pub(super) pool: PgPool,
}

impl PostgresSessions {
    /// Uses the database behind `pool` and makes the tables where they are missing; several replicas may do so at once.
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

    pub(super) async fn stored(&self, id: &Id) -> Result<Option<Record>> {
        let question = query(sql::LOAD).bind(row_key(id).to_vec());
        let row = answer(question.fetch_optional(&self.pool)).await?;
        let record = row.map(|row| read(*id, &row)).transpose();
        record.map_err(|e| Error::Decode(e.to_string()))
    }

    pub(super) async fn sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
        let question = query(sql::LOAD_SEALED).bind(row_key(id).to_vec());
        let row = answer(question.fetch_optional(&self.pool)).await?;
        let sealed = row.map(|row| sql::sealed(*id, &row)).transpose();
        sealed.map_err(|e| Error::Decode(e.to_string()))
    }
}

fn read(id: Id, row: &PgRow) -> std::result::Result<Record, sqlx::Error> {
    let (created, expires) = (sql::moment(row, "created")?, sql::moment(row, "expires")?);
    let mut record = columns::record(id, created, expires);
    for name in [columns::IDENTITY, columns::TOKENS] {
        columns::set_bytes(&mut record, name, row.try_get(name)?);
    }
    columns::set_seen(&mut record, sql::moment(row, "seen")?);
    columns::set_version(&mut record, row.try_get("version")?);
    for name in [columns::PROVIDER, columns::ISSUER, columns::SUBJECT, columns::SID] {
        if let Some(text) = row.try_get::<Option<String>, _>(name)? {
            columns::set_text(&mut record, name, text);
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests;
