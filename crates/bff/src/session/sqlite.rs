//! How are sessions kept in SQLite? The table holds sealed records under hashed ids; the columns beside are for
//! finding sessions of a person, a provider or a provider's session, which happens in [`index`]; one replica at a time
//! renews tokens by [`lease`].

mod index;
mod lease;
mod reader;

use async_trait::async_trait;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row};
use sqlx::query;
use sqlx::sqlite::SqlitePool;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use self::reader::Reader;
use super::columns;
use super::record::SealedSession;
use super::sql;
use super::store::{Saved, SessionRecords, row_key, saved_or_error};

/// Each statement may be run again on a database that has it already. Sessions are a heap: in a table sorted by its key, here
/// a hash, rows of that size lie in pages of their own and leave a third of the others empty.
const SCHEMA: [&str; 8] = [
    // Of a time before tokens were sealed apart.
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
    pool: SqlitePool,
    /// For the one read that every request of a signed-in person costs.
    reader: Reader,
}

impl SqliteSessions {
    /// Uses the database behind `pool` and makes the table where it is missing.
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

    /// One row, by its key.
    fn ask<T>(&self, question: &str, id: &Id, read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        let found = self.reader.ask(|connection| {
            let mut statement = connection.prepare_cached(question)?;
            statement.query_row([row_key(id)], read).optional()
        });
        found.map_err(|e| Error::Backend(e.to_string()))
    }
}

fn backend(error: &sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for SqliteSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let done = query(sql::CREATE)
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
                .bind(record.expiry_date.unix_timestamp())
                .execute(&self.pool)
                .await
                .map_err(|e| backend(&e))?;
            if done.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        saved_or_error(self.update(record).await?)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.ask(sql::LOAD, id, |row| read(*id, row))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let statement = query(sql::DELETE).bind(row_key(id).to_vec());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }
}

#[async_trait]
impl SessionRecords for SqliteSessions {
    async fn load_sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
        self.ask(sql::LOAD_SEALED, id, |row| {
            Ok(SealedSession {
                id: *id,
                identity: row.get(0)?,
                tokens: row.get(1)?,
                version: row.get(2)?,
                sid: row.get(3)?,
                seen: moment(row.get(4)?)?,
            })
        })
    }

    async fn update(&self, record: &Record) -> Result<Saved> {
        let done = query(sql::UPDATE)
            .bind(columns::bytes(record, columns::IDENTITY).unwrap_or_default())
            .bind(columns::bytes(record, columns::TOKENS).unwrap_or_default())
            .bind(columns::bytes(record, columns::REVOCABLE))
            .bind(columns::seen(record).unix_timestamp())
            .bind(record.expiry_date.unix_timestamp())
            .bind(row_key(&record.id).to_vec())
            .bind(columns::version(record))
            .execute(&self.pool)
            .await
            .map_err(|e| backend(&e))?;
        if done.rows_affected() == 1 {
            return Ok(Saved::Saved);
        }
        let left = query(sql::FENCE).bind(row_key(&record.id).to_vec());
        let left = left.fetch_optional(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(if left.is_some() { Saved::Changed } else { Saved::Gone })
    }

    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()> {
        let statement = query(sql::TOUCH)
            .bind(seen.unix_timestamp())
            .bind(expires.unix_timestamp())
            .bind(row_key(id).to_vec());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }

    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
        let notes = query(sql::DELETE_NOTES).bind(now.unix_timestamp());
        notes.execute(&self.pool).await.map_err(|e| backend(&e))?;
        let statement = query(sql::DELETE_EXPIRED).bind(now.unix_timestamp());
        Ok(statement
            .execute(&self.pool)
            .await
            .map_err(|e| backend(&e))?
            .rows_affected())
    }
}

/// A moment, which is a column of seconds since 1970.
fn moment(seconds: i64) -> rusqlite::Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, e.into()))
}

fn read(id: Id, row: &Row<'_>) -> rusqlite::Result<Record> {
    let mut record = columns::record(id, moment(row.get("created")?)?, moment(row.get("expires")?)?);
    for name in [columns::IDENTITY, columns::TOKENS] {
        columns::set_bytes(&mut record, name, row.get_ref(name)?.as_blob()?);
    }
    columns::set_seen(&mut record, moment(row.get("seen")?)?);
    columns::set_version(&mut record, row.get("version")?);
    for name in [columns::PROVIDER, columns::ISSUER, columns::SUBJECT, columns::SID] {
        if let Some(text) = row.get::<_, Option<String>>(name)? {
            columns::set_text(&mut record, name, text);
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
    use time::macros::datetime;

    use super::*;
    use crate::config::ProviderId;
    use crate::config::key_ring::KeyRing;
    use crate::session::record::Session;
    use crate::session::seal::Sealer;
    use crate::session::{Authentication, Identity, store};
    use crate::tokens::TokenSet;

    async fn database(path: &std::path::Path) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        SqlitePoolOptions::new()
            .max_connections(2)
            .connect_with(options)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn sqlite_keeps_the_promises_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let pool = database(&folder.path().join("a.db")).await;
        let sessions = SqliteSessions::new(pool.clone()).await.unwrap();
        store::tests::keeps_its_promises(&sessions).await;
        crate::session::index::tests::finds_what_is_meant(&sessions).await;
        crate::session::index::tests::remembers_for_a_while(&sessions).await;
        crate::session::index::tests::keeps_what_came_first(&sessions).await;
        crate::session::lease::tests::lets_one_at_a_time(&sessions).await;
        crate::session::lease::tests::refuses_a_late_holder(&sessions).await;
        SqliteSessions::new(pool).await.unwrap();
    }

    #[tokio::test]
    async fn a_session_takes_less_than_a_kilobyte_beside_its_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let sessions = SqliteSessions::new(database(&path).await).await.unwrap();
        let size = || i64::try_from(std::fs::metadata(&path).unwrap().len()).unwrap();
        let empty = size();
        let tokens = store::tests::fill(&sessions, 2_000).await;
        let bytes = (size() - empty) / 2_000;
        println!("{bytes} bytes a session, {tokens} of them tokens");
        assert!(bytes - tokens < 1_000, "{bytes} bytes, {tokens} of them tokens");
    }

    #[tokio::test]
    async fn wow_7_the_database_file_holds_neither_id_nor_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let pool = database(&path).await;
        let sessions = SqliteSessions::new(pool.clone()).await.unwrap();
        let at = datetime!(2030-01-01 00:00 UTC);
        let session = Session {
            id: Id::default(),
            version: 0,
            created: at,
            seen: at,
            sid: Some("provider-session".into()),
            identity: Identity {
                provider: ProviderId::parse("demo").unwrap(),
                issuer: "http://localhost:4041".into(),
                subject: "alice".into(),
                claims: serde_json::Map::new(),
                signed_in_at: at,
            },
            authentication: Authentication::default(),
            tokens: TokenSet::of("access-secret", Some("refresh-secret"), "id-secret"),
            old_key: false,
        };
        let sealer = Sealer::new(KeyRing::ephemeral());
        sessions
            .create(&mut session.to_record(&sealer, at).unwrap())
            .await
            .unwrap();
        let back = Session::open(&sealer, sessions.load_sealed(&session.id).await.unwrap().unwrap()).unwrap();
        let tokens = back.open_tokens(&sealer).unwrap();
        assert_eq!(tokens.access_token, "access-secret");
        assert_eq!((back.identity, back.sid), (session.identity, session.sid));
        pool.close().await;

        let bytes = std::fs::read(&path).unwrap();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(holds(b"provider-session"), "the file is the one that was written");
        for secret in ["access-secret", "refresh-secret", "id-secret", &session.id.to_string()] {
            assert!(!holds(secret.as_bytes()), "{secret}");
        }
        assert!(!holds(&session.id.0.to_le_bytes()));
    }
}
