//! Rows of sessions, and moments in columns.

use sqlx::{ColumnIndex, Decode, Error, Row, Type};
use time::OffsetDateTime;

use crate::session::index::{SessionRef, SessionRow};
use crate::session::store::{SealedParts, SessionRecord};

/// A row whose columns have the types of ours; what both databases' rows are.
pub(in crate::session) trait SessionColumns: Row {
    /// A column of bytes.
    fn bytes(&self, name: &str) -> Result<Vec<u8>, Error>;
    /// A column of bytes that may be null.
    fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;
    /// A column of text that may be null.
    fn optional_text(&self, name: &str) -> Result<Option<String>, Error>;
    /// A column with a number.
    fn number(&self, name: &str) -> Result<i64, Error>;
}

impl<R: Row> SessionColumns for R
where
    for<'a> &'a str: ColumnIndex<R>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn bytes(&self, name: &str) -> Result<Vec<u8>, Error> {
        self.try_get(name)
    }

    fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.try_get(name)
    }

    fn optional_text(&self, name: &str) -> Result<Option<String>, Error> {
        self.try_get(name)
    }

    fn number(&self, name: &str) -> Result<i64, Error> {
        self.try_get(name)
    }
}

/// A moment, from a column of seconds since 1970.
pub(in crate::session) fn seconds(row: &impl SessionColumns, name: &str) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::from_unix_timestamp(row.number(name)?).map_err(|e| Error::Decode(e.into()))
}

/// A moment, from a column of milliseconds since 1970.
pub(super) fn milliseconds(row: &impl SessionColumns, name: &str) -> Result<OffsetDateTime, Error> {
    let nanoseconds = i128::from(row.number(name)?) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|e| Error::Decode(e.into()))
}

/// Milliseconds since 1970; the far future where there are too many.
pub(super) fn to_milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// What [`find`](super::statements::find) reads.
pub(super) fn plain(row: &impl SessionColumns) -> Result<SessionRow, Error> {
    let key = row.bytes("id_hash")?.try_into();
    let key = key.map_err(|_| Error::Decode("a row's key is not 32 bytes long".into()))?;
    let text = |name: &str| row.optional_text(name).map(Option::unwrap_or_default);
    Ok(SessionRow {
        reference: SessionRef::from_row_key(key),
        sealed_refresh_token: row.optional_bytes("sealed_revocable")?,
        provider: text("provider")?,
        issuer: text("issuer")?,
        subject: text("subject")?,
        sid: row.optional_text("sid")?,
        created: seconds(row, "created")?,
        seen: seconds(row, "seen")?,
        expires: seconds(row, "expires")?,
    })
}

/// What [`remove`](super::statements::remove) returns.
pub(super) fn record(row: &impl SessionColumns) -> Result<SessionRecord, Error> {
    Ok(SessionRecord {
        row: plain(row)?,
        parts: parts(row)?,
        version: row.number("version")?,
    })
}

/// The sealed columns.
pub(in crate::session) fn parts(row: &impl SessionColumns) -> Result<SealedParts, Error> {
    Ok(SealedParts {
        identity: row.bytes("sealed_identity")?,
        tokens: row.bytes("sealed_tokens")?,
    })
}
