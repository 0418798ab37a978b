//! What is kept of a session? Sealed: identity and tokens. Plain, for finding sessions by: person, provider, `sid`,
//! created, last seen, version. The plain ones travel in `Record::data` and become columns in a database.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};

use super::Identity;
use super::index::{SessionRef, SessionRow};
use super::seal::{SealError, Sealer};
use super::store::row_key;
use crate::config::ProviderId;
use crate::tokens::TokenSet;

/// A session in the clear, as long as a request lasts.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: Id,
    pub(crate) version: i64,
    pub(crate) created: OffsetDateTime,
    pub(crate) seen: OffsetDateTime,
    /// The provider's name for its own session, for the logout channels.
    pub(crate) sid: Option<String>,
    pub(crate) identity: Identity,
    pub(crate) tokens: TokenSet,
    /// The stored record is sealed with a key that no longer seals; writing it mends that.
    pub(crate) old_key: bool,
}

/// What only the browser's id can open.
#[derive(Serialize, Deserialize)]
struct Sealed {
    provider: String,
    issuer: String,
    subject: String,
    claims: Map<String, Value>,
    created: i64,
    tokens: TokenSet,
}

/// What follows in the sealed column: a refresh token that ends with its session, for the day when the provider ends it
/// and no browser is there (Back-Channel Logout 1.0 §2.7). It is sealed with the key ring alone, so a copy of the
/// database still opens nothing. Tokens with `offline_access` outlive their session and are not written here.
const REVOCABLE_FROM: char = '.';
const REVOCABLE: &str = "revocable refresh token";

/// The refresh token that ends with the session of `row`.
pub(crate) fn revocable(with: &Sealer, row: &SessionRow) -> Option<String> {
    let (_, sealed) = row.sealed.split_once(REVOCABLE_FROM)?;
    with.open_cookie(REVOCABLE, &row.reference.to_string(), sealed).ok()
}

impl Session {
    /// Its name in lists and logs.
    pub(crate) fn reference(&self) -> SessionRef {
        SessionRef::of(&self.id)
    }

    /// The record to store, to be removed at `expires`.
    pub(crate) fn to_record(&self, with: &Sealer, expires: OffsetDateTime) -> Result<Record, SealError> {
        let inside = Sealed {
            provider: self.identity.provider.to_string(),
            issuer: self.identity.issuer.clone(),
            subject: self.identity.subject.clone(),
            claims: self.identity.claims.clone(),
            created: self.created.unix_timestamp(),
            tokens: self.tokens.clone(),
        };
        let mut sealed = with.seal_record(self.id.0.to_le_bytes(), &row_key(&self.id), &inside)?;
        if let Some(token) = self.tokens.refresh_token.as_ref().filter(|_| !self.tokens.offline) {
            let bound_to = SessionRef::of(&self.id).to_string();
            sealed.push(REVOCABLE_FROM);
            sealed.push_str(&with.seal_cookie(REVOCABLE, &bound_to, token)?);
        }
        let mut record = Record {
            id: self.id,
            data: std::collections::HashMap::new(),
            expiry_date: expires,
        };
        columns::fill(&mut record, &sealed, self.created);
        columns::set_seen(&mut record, self.seen);
        columns::set_version(&mut record, self.version);
        columns::set_text(&mut record, columns::PROVIDER, inside.provider);
        columns::set_text(&mut record, columns::ISSUER, inside.issuer);
        columns::set_text(&mut record, columns::SUBJECT, inside.subject);
        if let Some(sid) = &self.sid {
            columns::set_text(&mut record, columns::SID, sid.clone());
        }
        Ok(record)
    }

    /// Opens a stored record.
    pub(crate) fn from_record(with: &Sealer, record: &Record) -> Result<Self, SealError> {
        let sealed = columns::text(record, columns::SEALED).unwrap_or_default();
        let sealed = sealed.split(REVOCABLE_FROM).next().unwrap_or_default();
        let opened = with.open_record::<Sealed>(record.id.0.to_le_bytes(), &row_key(&record.id), sealed)?;
        let (inside, current_key) = opened;
        let created = OffsetDateTime::from_unix_timestamp(inside.created).map_err(|_| SealError)?;
        Ok(Self {
            id: record.id,
            version: columns::version(record),
            created,
            seen: columns::seen(record),
            sid: columns::text(record, columns::SID).map(str::to_owned),
            identity: Identity {
                provider: ProviderId::parse(&inside.provider).map_err(|_| SealError)?,
                issuer: inside.issuer,
                subject: inside.subject,
                claims: inside.claims,
                signed_in_at: created,
            },
            tokens: inside.tokens,
            old_key: !current_key,
        })
    }
}

/// The plain part of a record.
pub(crate) mod columns {
    use serde_json::Value;
    use time::OffsetDateTime;
    use tower_sessions::session::Record;

    pub(crate) const SEALED: &str = "sealed";
    pub(crate) const PROVIDER: &str = "provider";
    pub(crate) const ISSUER: &str = "issuer";
    pub(crate) const SUBJECT: &str = "subject";
    pub(crate) const SID: &str = "sid";
    const CREATED: &str = "created";
    const SEEN: &str = "seen";
    const VERSION: &str = "version";

    /// The least a record has.
    pub(crate) fn fill(record: &mut Record, sealed: &str, created: OffsetDateTime) {
        set_text(record, SEALED, sealed.to_owned());
        set_number(record, CREATED, created.unix_timestamp());
        set_number(record, SEEN, created.unix_timestamp());
        set_number(record, VERSION, 0);
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
}
