//! Which sessions does a person have, and which belong to a session at the provider? They are found, and ended, without
//! their ids, which only browsers hold. What must be remembered about sessions that do not exist is noted here too.
//!
//! What people and administrators see of it is in [`super::list`].

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;

use super::columns;
use super::store::{MemorySessions, row_key};

/// A session's name for lists and logs: the key of its row, a hash of the id. It opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionRef(pub(crate) [u8; 32]);

impl SessionRef {
    pub(crate) fn of(id: &Id) -> Self {
        Self(row_key(id))
    }

    /// The reference of the row with this key.
    #[must_use]
    pub fn from_row_key(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The row's key.
    #[must_use]
    pub fn row_key(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 43 characters of `A-Z a-z 0-9 - _`.
impl fmt::Display for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for SessionRef {
    type Err = NotASessionRef;

    fn from_str(text: &str) -> std::result::Result<Self, NotASessionRef> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotASessionRef)?;
        bytes.try_into().map(Self).map_err(|_| NotASessionRef)
    }
}

/// Text that is no [`SessionRef`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session reference")]
pub struct NotASessionRef;

/// Which sessions are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSelector<'a> {
    /// Every session of a person: issuer and subject together (OpenID Connect Core 1.0 §5.7).
    Person {
        /// The issuer identifier.
        issuer: &'a str,
        /// The person's name there.
        subject: &'a str,
    },
    /// The sessions that came from one session at the provider (`sid`, Front-Channel Logout 1.0 §3).
    ProviderSession {
        /// Short name of the provider.
        provider: &'a str,
        /// Its name for its session.
        sid: &'a str,
    },
    /// This one.
    Reference(SessionRef),
}

/// The plain part of a stored session, and what the key ring opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its name.
    pub reference: SessionRef,
    /// A refresh token that ends with the session, sealed with the key ring.
    pub sealed_revocable: Option<Vec<u8>>,
    /// Short name of the provider.
    pub provider: String,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
    /// The provider's name for its own session.
    pub sid: Option<String>,
    /// When the person signed in.
    pub created: OffsetDateTime,
    /// When the session was last used; exact to a minute.
    pub seen: OffsetDateTime,
    /// When it was to end, as far as was known when it was last used.
    pub expires: OffsetDateTime,
}

/// What a store of sessions can find without an id.
#[async_trait]
pub trait SessionIndex: fmt::Debug + Send + Sync + 'static {
    /// The sessions meant, the one used last first; at most 1,000.
    async fn find(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>>;
    /// Removes the sessions meant, all of them, and says which they were.
    async fn end(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>>;
    /// Notes that `name` happened at `at`, to be forgotten after `until`. The later moments win over those of an
    /// earlier note.
    async fn note(&self, name: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> Result<()>;
    /// Keeps `value` under `name` unless something is kept there, and says what is kept now.
    async fn keep(&self, name: [u8; 32], value: &str) -> Result<String>;
    /// What is kept under `name`.
    async fn kept(&self, name: [u8; 32]) -> Result<Option<String>>;
    /// Keeps `value` under `name` instead of `old`, if that is still kept there.
    async fn replace_kept(&self, name: [u8; 32], old: &str, value: &str) -> Result<()>;
    /// Forgets what is kept under `name` if it is still `value`.
    async fn drop_kept(&self, name: [u8; 32], value: &str) -> Result<()>;
    /// When `name` happened, if that is not forgotten at `now`.
    async fn noted(&self, name: [u8; 32], now: OffsetDateTime) -> Result<Option<OffsetDateTime>>;
}

/// Most sessions that [`SessionIndex::find`] lists.
pub(crate) const MAX_FOUND: usize = 1_000;

/// The name of a note: what it is about cannot be read from it.
pub(crate) fn note_name(kind: &str, parts: [&str; 2]) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(b"bff note ");
    for part in [kind, parts[0], parts[1]] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Notes in memory: when, and until when.
pub(crate) type Notes = HashMap<[u8; 32], (OffsetDateTime, OffsetDateTime)>;

fn is_meant(which: SessionSelector<'_>, key: &[u8; 32], record: &Record) -> bool {
    let is = |name: &str, value: &str| columns::text(record, name) == Some(value);
    match which {
        SessionSelector::Person { issuer, subject } => is(columns::ISSUER, issuer) && is(columns::SUBJECT, subject),
        SessionSelector::ProviderSession { provider, sid } => is(columns::PROVIDER, provider) && is(columns::SID, sid),
        SessionSelector::Reference(reference) => reference.0 == *key,
    }
}

fn row(key: [u8; 32], record: &Record) -> SessionRow {
    let text = |name| columns::text(record, name).unwrap_or_default().to_owned();
    SessionRow {
        reference: SessionRef(key),
        sealed_revocable: columns::bytes(record, columns::REVOCABLE),
        provider: text(columns::PROVIDER),
        issuer: text(columns::ISSUER),
        subject: text(columns::SUBJECT),
        sid: columns::text(record, columns::SID).map(str::to_owned),
        created: columns::created(record),
        seen: columns::seen(record),
        expires: record.expiry_date,
    }
}

#[async_trait]
impl SessionIndex for MemorySessions {
    async fn find(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
        let rows = self.rows();
        let meant = rows.iter().filter(|(key, record)| is_meant(which, key, record));
        let mut found: Vec<_> = meant.map(|(key, record)| row(*key, record)).collect();
        found.sort_by_key(|row| std::cmp::Reverse((row.seen, row.created)));
        found.truncate(MAX_FOUND);
        Ok(found)
    }

    async fn end(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
        let mut ended = Vec::new();
        self.rows().retain(|key, record| {
            let goes = is_meant(which, key, record);
            if goes {
                ended.push(row(*key, record));
            }
            !goes
        });
        Ok(ended)
    }

    async fn note(&self, name: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
        let mut notes = self.notes();
        let note = notes.entry(name).or_insert((at, until));
        *note = (note.0.max(at), note.1.max(until));
        Ok(())
    }

    async fn keep(&self, name: [u8; 32], value: &str) -> Result<String> {
        let mut things = self.things();
        Ok(things.entry(name).or_insert_with(|| value.to_owned()).clone())
    }

    async fn kept(&self, name: [u8; 32]) -> Result<Option<String>> {
        Ok(self.things().get(&name).cloned())
    }

    async fn replace_kept(&self, name: [u8; 32], old: &str, value: &str) -> Result<()> {
        let mut things = self.things();
        if let Some(kept) = things.get_mut(&name).filter(|kept| *kept == old) {
            value.clone_into(kept);
        }
        Ok(())
    }

    async fn drop_kept(&self, name: [u8; 32], value: &str) -> Result<()> {
        let mut things = self.things();
        if things.get(&name).is_some_and(|kept| kept == value) {
            things.remove(&name);
        }
        Ok(())
    }

    async fn noted(&self, name: [u8; 32], now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
        let note = self.notes().get(&name).copied();
        Ok(note.filter(|(_, until)| *until > now).map(|(at, _)| at))
    }
}

#[cfg(test)]
pub(crate) mod tests;
