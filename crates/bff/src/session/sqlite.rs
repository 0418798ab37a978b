//! How are sessions kept in SQLite? The table holds sealed records under hashed ids; the columns beside are for
//! finding sessions of a person, a provider or a provider's session. What is done with them in the same words as in PostgreSQL
//! is in [`super::sql`].

mod reader;

use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row};
use sqlx::sqlite::SqlitePool;
use sqlx::{Transaction, query};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use self::reader::Reader;
use super::columns;
use super::record::SealedSession;
use super::sql;
use super::store::row_key;

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
    pub(super) pool: SqlitePool,
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

    /// There is one writer at a time.
    pub(super) const WRITERS_OVERLAP: bool = false;

    /// A transaction that no other writer is beside.
    pub(super) async fn begin(&self) -> std::result::Result<Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
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

#[expect(
    clippy::unused_async,
    reason = "it is in the thread of the request; the other store waits"
)]
impl SqliteSessions {
    pub(super) async fn stored(&self, id: &Id) -> Result<Option<Record>> {
        self.ask(sql::LOAD, id, |row| read(*id, row))
    }

    pub(super) async fn sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
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
    use tower_sessions::SessionStore as _;

    use super::*;
    use crate::config::key_ring::KeyRing;
    use crate::session::record::Session;
    use crate::session::seal::Sealer;
    use crate::session::token_set::TokenSet;
    use crate::session::{Authentication, Identity, store};
    use oidc::config::ProviderId;

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
        store::tests::refuses_nul(&sessions).await;
        crate::session::index::tests::finds_what_is_meant(&sessions).await;
        crate::session::index::tests::remembers_for_a_while(&sessions).await;
        crate::session::index::tests::keeps_what_came_first(&sessions).await;
        crate::session::creation::tests::begins_whole_or_not_at_all(&sessions).await;
        crate::session::creation::tests::is_not_begun_when_it_was_ended(&sessions).await;
        crate::session::creation::tests::ends_the_ones_used_longest_ago(&sessions).await;
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
            refresh_end: None,
            old_key: false,
        };
        let sealer = Sealer::new(KeyRing::ephemeral());
        sessions
            .create(&mut session.to_record(&sealer, at).unwrap())
            .await
            .unwrap();
        let back = Session::open(&sealer, sessions.sealed(&session.id).await.unwrap().unwrap()).unwrap();
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
