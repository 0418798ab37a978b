//! What must a place for sessions promise? And one that keeps them in memory, for tests and examples.
//!
//! The stores see no secret: the record's `data` holds sealed values and a few plain columns (see
//! [`super::record`]), and they keep it under a hash of the id.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::columns;
use super::creation::{self, Created, Creation};
use super::index::{Notes, SessionIndex};
use super::lease::{Leases, SessionLeases};
use super::record::SealedSession;

/// What came of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Written; the version is one higher now.
    Saved,
    /// Somebody else wrote since the record was read.
    Changed,
    /// The session has ended. It stays ended.
    Gone,
}

/// A [`SessionStore`] that keeps the promises sessions need:
/// `create` never overwrites, `save` never creates, and a deletion wins over every save in flight. Sessions can be found
/// and ended without their ids ([`SessionIndex`]), and one replica at a time renews their tokens ([`SessionLeases`]).
#[async_trait]
pub trait SessionRecords: SessionStore + SessionIndex + SessionLeases {
    /// As [`SessionStore::load`], in the shape a request needs; every request of a signed-in person asks this once.
    async fn load_sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
        Ok(self.load(id).await?.as_ref().and_then(SealedSession::from_record))
    }
    /// Stores a new session and does what belongs to it, all of it or nothing. Stores with transactions do it in one; by default it is
    /// one step after the other.
    async fn create_whole(&self, record: &mut Record, creation: Creation<'_>) -> Result<Created> {
        creation::in_steps(self, record, creation).await
    }
    /// Writes `record` if the stored one still has the version that `record` was read with.
    async fn update(&self, record: &Record) -> Result<Saved>;
    /// Notes that the session was used, without a new version; does nothing when it has ended.
    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()>;
    /// Removes the session of that id and says what it was then; one step, so that nothing written before is missed.
    async fn take(&self, id: &Id) -> Result<Option<SealedSession>>;
    /// Removes what expired before `now`, notes too, and says how many sessions.
    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64>;
}

/// The row's key: a copy of the table gives nobody an id.
pub(crate) fn row_key(id: &Id) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"bff session row")
        .chain_update(id.0.to_le_bytes())
        .finalize()
        .into()
}

/// The outcome in the words of [`SessionStore::save`].
pub(crate) fn saved_or_error(saved: Saved) -> Result<()> {
    match saved {
        Saved::Saved => Ok(()),
        Saved::Changed => Err(Error::Backend("the session was changed by another request".to_owned())),
        Saved::Gone => Err(Error::Backend("the session has ended".to_owned())),
    }
}

/// Sessions in this process only.
#[derive(Debug, Default)]
pub struct MemorySessions {
    rows: Mutex<HashMap<[u8; 32], Record>>,
    notes: Mutex<Notes>,
    things: Mutex<HashMap<[u8; 32], String>>,
    leases: Mutex<Leases>,
}

impl MemorySessions {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, HashMap<[u8; 32], Record>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept besides sessions.
    pub(crate) fn things(&self) -> MutexGuard<'_, HashMap<[u8; 32], String>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locked after [`Self::rows`], where both are.
    pub(crate) fn leases(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut rows = self.rows();
        while rows.contains_key(&row_key(&record.id)) {
            record.id = Id::default();
        }
        rows.insert(row_key(&record.id), record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        saved_or_error(self.update(record).await?)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        Ok(self.rows().get(&row_key(id)).cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.rows().remove(&row_key(id));
        Ok(())
    }
}

#[async_trait]
impl SessionRecords for MemorySessions {
    async fn update(&self, record: &Record) -> Result<Saved> {
        let mut rows = self.rows();
        let Some(stored) = rows.get_mut(&row_key(&record.id)) else {
            return Ok(Saved::Gone);
        };
        let written = columns::overwrite(stored, record);
        Ok(if written { Saved::Saved } else { Saved::Changed })
    }

    async fn take(&self, id: &Id) -> Result<Option<SealedSession>> {
        let taken = self.rows().remove(&row_key(id));
        Ok(taken.as_ref().and_then(SealedSession::from_record))
    }

    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()> {
        if let Some(stored) = self.rows().get_mut(&row_key(id)) {
            columns::set_seen(stored, seen);
            stored.expiry_date = expires;
        }
        Ok(())
    }

    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
        self.notes().retain(|_, (_, until)| *until > now);
        let mut rows = self.rows();
        let before = rows.len();
        rows.retain(|_, record| record.expiry_date > now);
        Ok((before - rows.len()) as u64)
    }
}

#[cfg(test)]
pub(crate) mod tests;
