//! How are sessions kept in PostgreSQL, for all replicas of a site? As in SQLite: sealed records under hashed ids, with
//! columns beside them to find sessions by ([`index`]), and the lease by which one replica renews tokens ([`lease`]).
//!
//! What is asked in the same words of both databases is in [`super::sql`].

mod index;
mod lease;

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::columns;
use super::record::SealedSession;
use super::sql;
use super::store::{Saved, SessionRecords, row_key, saved_or_error};

/// Longest time one question to the database may take, waiting for a connection included. Whoever asks then hears that
/// the database is not available, however it went away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Replicas that start at the same time make the tables one after the other: `IF NOT EXISTS` alone lets two of them try.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7093008713113724019)";

/// Each statement may be run again on a database that has it already.
const SCHEMA: [&str; 8] = [
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
/// While the database is away, every question fails within five seconds; when it is back, everything goes on.
#[derive(Debug, Clone)]
pub struct PostgresSessions {
    pool: PgPool,
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

/// What the database says to `question`, if it says anything in time.
async fn answer<T>(question: impl Future<Output = std::result::Result<T, sqlx::Error>> + Send) -> Result<T> {
    within(PATIENCE, question).await
}

async fn within<T>(
    patience: Duration,
    question: impl Future<Output = std::result::Result<T, sqlx::Error>> + Send,
) -> Result<T> {
    match tokio::time::timeout(patience, question).await {
        Ok(answer) => answer.map_err(|e| Error::Backend(e.to_string())),
        Err(_) => Err(Error::Backend("the database does not answer".to_owned())),
    }
}

#[async_trait]
impl SessionStore for PostgresSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let statement = query(sql::CREATE)
                .bind(row_key(&record.id).to_vec())
                .bind(columns::bytes(record, columns::IDENTITY).unwrap_or_default())
                .bind(columns::bytes(record, columns::TOKENS).unwrap_or_default())
                .bind(columns::bytes(record, columns::REVOCABLE))
                .bind(columns::version(record))
                .bind(columns::text(record, columns::PROVIDER))
                .bind(columns::text(record, columns::ISSUER))
                .bind(columns::text(record, columns::SUBJECT))
                .bind(columns::text(record, columns::SID))
                .bind(columns::created(record).unix_timestamp())
                .bind(columns::seen(record).unix_timestamp())
                .bind(record.expiry_date.unix_timestamp());
            if answer(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        saved_or_error(self.update(record).await?)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let question = query(sql::LOAD).bind(row_key(id).to_vec());
        let row = answer(question.fetch_optional(&self.pool)).await?;
        let record = row.map(|row| read(*id, &row)).transpose();
        record.map_err(|e| Error::Decode(e.to_string()))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let statement = query(sql::DELETE).bind(row_key(id).to_vec());
        answer(statement.execute(&self.pool)).await?;
        Ok(())
    }
}

#[async_trait]
impl SessionRecords for PostgresSessions {
    async fn load_sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
        let question = query(sql::LOAD_SEALED).bind(row_key(id).to_vec());
        let row = answer(question.fetch_optional(&self.pool)).await?;
        let sealed = row.map(|row| sealed(*id, &row)).transpose();
        sealed.map_err(|e| Error::Decode(e.to_string()))
    }

    async fn update(&self, record: &Record) -> Result<Saved> {
        let statement = query(sql::UPDATE)
            .bind(columns::bytes(record, columns::IDENTITY).unwrap_or_default())
            .bind(columns::bytes(record, columns::TOKENS).unwrap_or_default())
            .bind(columns::bytes(record, columns::REVOCABLE))
            .bind(columns::seen(record).unix_timestamp())
            .bind(record.expiry_date.unix_timestamp())
            .bind(row_key(&record.id).to_vec())
            .bind(columns::version(record));
        if answer(statement.execute(&self.pool)).await?.rows_affected() == 1 {
            return Ok(Saved::Saved);
        }
        let newest = self.newest_lease(&record.id).await?;
        Ok(if newest.is_some() { Saved::Changed } else { Saved::Gone })
    }

    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()> {
        let statement = query(sql::TOUCH)
            .bind(seen.unix_timestamp())
            .bind(expires.unix_timestamp())
            .bind(row_key(id).to_vec());
        answer(statement.execute(&self.pool)).await?;
        Ok(())
    }

    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
        let notes = query(sql::DELETE_NOTES).bind(now.unix_timestamp());
        answer(notes.execute(&self.pool)).await?;
        let sessions = query(sql::DELETE_EXPIRED).bind(now.unix_timestamp());
        Ok(answer(sessions.execute(&self.pool)).await?.rows_affected())
    }
}

fn sealed(id: Id, row: &PgRow) -> std::result::Result<SealedSession, sqlx::Error> {
    Ok(SealedSession {
        id,
        identity: row.try_get("sealed_identity")?,
        tokens: row.try_get("sealed_tokens")?,
        version: row.try_get("version")?,
        sid: row.try_get("sid")?,
        seen: sql::moment(row, "seen")?,
    })
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
