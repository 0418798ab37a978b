//! What do all SQL stores say alike? The statements both databases understand, and what is done with them; each is written
//! once and compiled for each database. How tables are made and how one session is read is the store's own affair.
//!
//! | question | where |
//! |---|---|
//! | How is a session written, read, ended by its id? | `records.rs` |
//! | How is it found without? | `index.rs` |
//! | How does it begin? | `creation.rs` |
//! | Which replica may renew its tokens? | `lease.rs` |

mod creation;
mod index;
mod lease;
mod records;

use std::time::Duration;

use sqlx::{ColumnIndex, Decode, Row, Type};
use time::OffsetDateTime;
use tower_sessions::session::Id;
use tower_sessions::session_store::{Error, Result};

use super::index::{SessionRef, SessionRow, SessionSelector};
use super::record::SealedSession;

/// Longest time one question to the database may take, waiting for a connection included. Whoever asks then hears that
/// the database is not available, however it went away.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Says the same of the stores there are.
macro_rules! both {
    ($said:ident) => {
        #[cfg(feature = "postgres")]
        $said!(crate::session::postgres::PostgresSessions);
        #[cfg(feature = "sqlite")]
        $said!(crate::session::sqlite::SqliteSessions);
    };
}
use both;

/// What the database says to `question`, if it says anything in time.
pub(super) async fn answer<T>(question: impl Future<Output = std::result::Result<T, sqlx::Error>> + Send) -> Result<T> {
    within(PATIENCE, question).await
}

/// The row that a statement with `RETURNING` has changed, at most one, once the change is committed. SQLite commits when the
/// statement has come to its end, so whoever stops reading after the first row does not see that the disk was full.
pub(super) async fn changed_row<R>(
    statement: impl Future<Output = std::result::Result<Vec<R>, sqlx::Error>> + Send,
) -> Result<Option<R>> {
    Ok(answer(statement).await?.into_iter().next())
}

pub(super) async fn within<T>(
    patience: Duration,
    question: impl Future<Output = std::result::Result<T, sqlx::Error>> + Send,
) -> Result<T> {
    match tokio::time::timeout(patience, question).await {
        Ok(answer) => answer.map_err(|e| Error::Backend(e.to_string())),
        Err(_) => Err(Error::Backend("the database does not answer".to_owned())),
    }
}

pub(super) const CREATE: &str = "INSERT INTO bff_session_records
    (id_hash, sealed_identity, sealed_tokens, sealed_revocable, version, provider, issuer, subject, sid, created, seen, expires)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id_hash) DO NOTHING";
/// Columns are named one by one: a replica of the next version may add some while this one runs.
pub(super) const LOAD: &str =
    "SELECT sealed_identity, sealed_tokens, version, provider, issuer, subject, sid, created, seen, expires
    FROM bff_session_records WHERE id_hash = $1";
/// What every request asks. SQLite reads the columns by their order.
pub(super) const LOAD_SEALED: &str =
    "SELECT sealed_identity, sealed_tokens, version, sid, seen FROM bff_session_records WHERE id_hash = $1";
pub(super) const DELETE: &str = "DELETE FROM bff_session_records WHERE id_hash = $1";
pub(super) const TAKE: &str = "DELETE FROM bff_session_records WHERE id_hash = $1
    RETURNING sealed_identity, sealed_tokens, version, sid, seen";
pub(super) const TOUCH: &str =
    "UPDATE bff_session_records SET seen = CASE WHEN seen > $1 THEN seen ELSE $1 END, expires = $2 WHERE id_hash = $3";
/// A few at a time: a statement that takes long is given up, and would never come to its end.
pub(super) const DELETE_EXPIRED: &str = "DELETE FROM bff_session_records WHERE id_hash IN
    (SELECT id_hash FROM bff_session_records WHERE expires <= $1 LIMIT 1000)";

pub(super) const UPDATE: &str = "UPDATE bff_session_records
    SET sealed_identity = $1, sealed_tokens = $2, sealed_revocable = $3, version = version + 1,
    seen = CASE WHEN seen > $4 THEN seen ELSE $4 END, expires = $5
    WHERE id_hash = $6 AND version = $7";
/// As [`UPDATE`], under a lease that is given back by it.
pub(super) const UPDATE_LEASED: &str = "UPDATE bff_session_records
    SET sealed_identity = $1, sealed_tokens = $2, sealed_revocable = $3, version = version + 1,
    seen = CASE WHEN seen > $4 THEN seen ELSE $4 END, expires = $5, lease_until = 0
    WHERE id_hash = $6 AND version = $7 AND fence = $8";
/// Asked when nothing was written: the newest lease of a session that exists.
pub(super) const FENCE: &str = "SELECT fence FROM bff_session_records WHERE id_hash = $1";
/// Two at once: the second waits for the first and then finds the lease taken.
pub(super) const LEASE: &str = "UPDATE bff_session_records SET fence = fence + 1, lease_until = $1
    WHERE id_hash = $2 AND lease_until <= $3 RETURNING fence";
pub(super) const HOLD: &str = "UPDATE bff_session_records SET lease_until = $1 WHERE id_hash = $2 AND fence = $3";

/// A note's `at` is in milliseconds: a logout and a sign-in may fall into one second.
pub(super) const NOTE: &str = "INSERT INTO bff_notes (name, at, expires) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET
    at = CASE WHEN bff_notes.at > excluded.at THEN bff_notes.at ELSE excluded.at END,
    expires = CASE WHEN bff_notes.expires > excluded.expires THEN bff_notes.expires ELSE excluded.expires END";
pub(super) const NOTED: &str = "SELECT at FROM bff_notes WHERE name = $1 AND expires > $2";
/// Continued by a list of names.
pub(super) const NOTED_AMONG: &str = "SELECT name, at FROM bff_notes WHERE expires > $1 AND name IN ";
/// Whoever comes second keeps what was first.
pub(super) const KEEP: &str = "INSERT INTO bff_kept (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
pub(super) const KEPT: &str = "SELECT value FROM bff_kept WHERE name = $1";
pub(super) const REPLACE_KEPT: &str = "UPDATE bff_kept SET value = $1 WHERE name = $2 AND value = $3";
pub(super) const DROP_KEPT: &str = "DELETE FROM bff_kept WHERE name = $1 AND value = $2";
pub(super) const DELETE_NOTES: &str =
    "DELETE FROM bff_notes WHERE name IN (SELECT name FROM bff_notes WHERE expires <= $1 LIMIT 1000)";

/// Removes the sessions of a person beyond a number of those used last, but for one, and lists them.
pub(super) const END_SURPLUS: &str = "DELETE FROM bff_session_records WHERE id_hash IN (
    SELECT id_hash FROM bff_session_records WHERE issuer = $1 AND subject = $2 AND id_hash <> $3
    ORDER BY seen DESC, created DESC LIMIT 1000 OFFSET $4)
    RETURNING id_hash, sealed_revocable, provider, issuer, subject, sid, created, seen, expires";

/// What [`read`] reads.
const ROW: &str = "id_hash, sealed_revocable, provider, issuer, subject, sid, created, seen, expires";

/// Lists the sessions meant, at most `limit`.
pub(super) fn find(which: SessionSelector<'_>, limit: usize) -> String {
    let condition = condition(which);
    format!("SELECT {ROW} FROM bff_session_records WHERE {condition} ORDER BY seen DESC, created DESC LIMIT {limit}")
}

/// Removes the sessions meant and lists them.
pub(super) fn end(which: SessionSelector<'_>) -> String {
    let condition = condition(which);
    format!("DELETE FROM bff_session_records WHERE {condition} RETURNING {ROW}")
}

fn condition(which: SessionSelector<'_>) -> &'static str {
    match which {
        SessionSelector::Person { .. } => "issuer = $1 AND subject = $2",
        SessionSelector::ProviderSession { .. } => "provider = $1 AND sid = $2",
        SessionSelector::Reference(_) => "id_hash = $1",
    }
}

/// A moment, which is a column of seconds since 1970.
pub(super) fn moment<'r, R: Row>(row: &'r R, name: &str) -> std::result::Result<OffsetDateTime, sqlx::Error>
where
    for<'a> &'a str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    let seconds: i64 = row.try_get(name)?;
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|e| sqlx::Error::Decode(e.into()))
}

/// Milliseconds since 1970; the far future where there are too many.
pub(super) fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// A moment, which is a column of milliseconds since 1970.
pub(super) fn exact_moment<'r, R: Row>(row: &'r R, name: &str) -> std::result::Result<OffsetDateTime, sqlx::Error>
where
    for<'a> &'a str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    let millis: i64 = row.try_get(name)?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(|e| sqlx::Error::Decode(e.into()))
}

/// A row that [`LOAD_SEALED`] or [`TAKE`] brings.
pub(super) fn sealed<'r, R: Row>(id: Id, row: &'r R) -> std::result::Result<SealedSession, sqlx::Error>
where
    for<'a> &'a str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    Ok(SealedSession {
        id,
        identity: row.try_get("sealed_identity")?,
        tokens: row.try_get("sealed_tokens")?,
        version: row.try_get("version")?,
        sid: row.try_get("sid")?,
        seen: moment(row, "seen")?,
    })
}

/// A row that [`find`] or [`end`] brings.
pub(super) fn read<'r, R: Row>(row: &'r R) -> std::result::Result<SessionRow, sqlx::Error>
where
    for<'a> &'a str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    let key: Vec<u8> = row.try_get("id_hash")?;
    let key = key.try_into();
    let key = key.map_err(|_| sqlx::Error::Decode("a row's key is not 32 bytes long".into()))?;
    let text = |name: &str| row.try_get::<Option<String>, _>(name).map(Option::unwrap_or_default);
    Ok(SessionRow {
        reference: SessionRef::from_row_key(key),
        sealed_revocable: row.try_get("sealed_revocable")?,
        provider: text("provider")?,
        issuer: text("issuer")?,
        subject: text("subject")?,
        sid: row.try_get("sid")?,
        created: moment(row, "created")?,
        seen: moment(row, "seen")?,
        expires: moment(row, "expires")?,
    })
}
