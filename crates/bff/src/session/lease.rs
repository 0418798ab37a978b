//! Who may renew the tokens of a session when several replicas could? Whoever holds its lease: a right with an end and a
//! number. What is written under an older number than the newest is not written at all, so a holder that was away for
//! too long cannot undo what its successor did.
//!
//! How renewing uses it is in [`crate::tokens::lease`].

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;

use super::columns;
use super::store::{MemorySessions, row_key};

/// Which lease of a session it is: each one has a higher number than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// What came of a write under a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leased {
    /// Written; the version is one higher and the lease is given back.
    Saved,
    /// Somebody wrote something else since the record was read; the lease is still held.
    Changed,
    /// Somebody else has taken the lease since.
    Overtaken,
    /// The session has ended. It stays ended.
    Gone,
}

impl Leased {
    /// Why nothing was written under `fence` when the stored session has the lease `newest`, or is not there.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(super) fn not_written(newest: Option<Fence>, fence: Fence) -> Self {
        match newest {
            None => Self::Gone,
            Some(newest) if newest == fence => Self::Changed,
            Some(_) => Self::Overtaken,
        }
    }
}

/// What a store promises to replicas that must not do the same thing twice: at most one of them holds the lease of a
/// session at a time, by clocks that agree within a few seconds.
#[async_trait]
pub trait SessionLeases: fmt::Debug + Send + Sync + 'static {
    /// Takes the lease of session `id` until `until`. Nothing while somebody else holds it at `now`, and nothing when the
    /// session has ended.
    async fn lease(&self, id: &Id, now: OffsetDateTime, until: OffsetDateTime) -> Result<Option<Fence>>;

    /// Moves the end of a lease; an `until` that is over gives it back. `false` when somebody else has taken it, or the
    /// session has ended.
    async fn hold(&self, id: &Id, fence: Fence, until: OffsetDateTime) -> Result<bool>;

    /// Writes `record` if the stored one still has the version that `record` was read with and the lease is still this
    /// one, whether or not its time is over.
    async fn update_leased(&self, record: &Record, fence: Fence) -> Result<Leased>;
}

/// Leases in memory: the newest number, and until when it is held.
pub(crate) type Leases = HashMap<[u8; 32], (Fence, OffsetDateTime)>;

#[async_trait]
impl SessionLeases for MemorySessions {
    async fn lease(&self, id: &Id, now: OffsetDateTime, until: OffsetDateTime) -> Result<Option<Fence>> {
        let (rows, mut leases) = (self.rows(), self.leases());
        leases.retain(|key, _| rows.contains_key(key));
        let key = row_key(id);
        if !rows.contains_key(&key) {
            return Ok(None);
        }
        let (fence, held) = leases.entry(key).or_insert((Fence(0), OffsetDateTime::UNIX_EPOCH));
        if *held > now {
            return Ok(None);
        }
        (fence.0, *held) = (fence.0 + 1, until);
        Ok(Some(*fence))
    }

    async fn hold(&self, id: &Id, fence: Fence, until: OffsetDateTime) -> Result<bool> {
        let (rows, mut leases) = (self.rows(), self.leases());
        let key = row_key(id);
        let ours = leases
            .get_mut(&key)
            .filter(|lease| lease.0 == fence && rows.contains_key(&key));
        Ok(ours.map(|lease| lease.1 = until).is_some())
    }

    async fn update_leased(&self, record: &Record, fence: Fence) -> Result<Leased> {
        let (mut rows, mut leases) = (self.rows(), self.leases());
        let key = row_key(&record.id);
        let Some(stored) = rows.get_mut(&key) else {
            return Ok(Leased::Gone);
        };
        let Some(lease) = leases.get_mut(&key).filter(|lease| lease.0 == fence) else {
            return Ok(Leased::Overtaken);
        };
        if !columns::overwrite(stored, record) {
            return Ok(Leased::Changed);
        }
        lease.1 = OffsetDateTime::UNIX_EPOCH;
        Ok(Leased::Saved)
    }
}

#[cfg(test)]
pub(crate) mod tests;
