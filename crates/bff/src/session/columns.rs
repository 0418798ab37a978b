//! How does a session travel in `Record::data`? By parts with names, which become columns in a database. Bytes travel as
//! Base64 (RFC 4648 §5), for `Record::data` is JSON.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};

pub(crate) const IDENTITY: &str = "sealed_identity";
pub(crate) const TOKENS: &str = "sealed_tokens";
pub(crate) const REVOCABLE: &str = "sealed_revocable";
pub(crate) const PROVIDER: &str = "provider";
pub(crate) const ISSUER: &str = "issuer";
pub(crate) const SUBJECT: &str = "subject";
pub(crate) const SID: &str = "sid";
const CREATED: &str = "created";
const SEEN: &str = "seen";
const VERSION: &str = "version";

/// A record that nothing was sealed for yet, to be removed at `expires`.
pub(crate) fn record(id: Id, created: OffsetDateTime, expires: OffsetDateTime) -> Record {
    let data = HashMap::new();
    let mut record = Record {
        id,
        data,
        expiry_date: expires,
    };
    set_number(&mut record, CREATED, created.unix_timestamp());
    set_number(&mut record, SEEN, created.unix_timestamp());
    set_number(&mut record, VERSION, 0);
    record
}

pub(crate) fn bytes(record: &Record, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text(record, name)?).ok()
}

pub(crate) fn set_bytes(record: &mut Record, name: &str, value: &[u8]) {
    set_text(record, name, URL_SAFE_NO_PAD.encode(value));
}

pub(crate) fn text<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    record.data.get(name)?.as_str()
}

pub(crate) fn set_text(record: &mut Record, name: &str, value: String) {
    record.data.insert(name.to_owned(), Value::String(value));
}

fn number(record: &Record, name: &str) -> i64 {
    record.data.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn set_number(record: &mut Record, name: &str, value: i64) {
    record.data.insert(name.to_owned(), value.into());
}

fn moment(record: &Record, name: &str) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(number(record, name)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

pub(crate) fn version(record: &Record) -> i64 {
    number(record, VERSION)
}

pub(crate) fn set_version(record: &mut Record, version: i64) {
    set_number(record, VERSION, version);
}

/// Puts `record` in the place of `stored`, one version higher; `false` when it was read from an older one.
pub(crate) fn overwrite(stored: &mut Record, record: &Record) -> bool {
    let version = version(record);
    if self::version(stored) != version {
        return false;
    }
    let seen = seen(record).max(seen(stored));
    *stored = record.clone();
    set_version(stored, version + 1);
    set_seen(stored, seen);
    true
}

pub(crate) fn created(record: &Record) -> OffsetDateTime {
    moment(record, CREATED)
}

pub(crate) fn seen(record: &Record) -> OffsetDateTime {
    moment(record, SEEN)
}

pub(crate) fn set_seen(record: &mut Record, seen: OffsetDateTime) {
    set_number(record, SEEN, seen.unix_timestamp());
}
