//! What a store of sessions promises. A store sees no secret: sealed bytes under the hash of an id, and the plain columns that
//! sessions are found by. The key-value half of a store is in [`super::key_value`], the one in memory in [`super::memory`], the
//! ones in databases in `sqlite.rs` and `postgres.rs`. All of them pass the tests in `store/tests.rs`.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::creation::{CreateOptions, Created};
use super::index::{SessionRef, SessionRow, SessionSelector};
use super::key_value::KeyValue;
use super::lease::Fence;

/// Why an operation of a store failed. Nothing was changed, or it is not known whether something was.
#[derive(Debug, thiserror::Error)]
pub enum SessionStoreError {
    /// The store failed, or did not respond in time.
    #[error("the session store failed")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what this version cannot read.
    #[error("a row of the session store cannot be read")]
    Malformed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A text of the session holds a NUL character, which not every database can store.
    #[error("a text of the session holds a NUL character")]
    Nul,
}

impl SessionStoreError {
    /// The store failed because of `source`.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// A row cannot be read because of `source`.
    pub fn malformed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Malformed(source.into())
    }
}

/// What a store answers.
pub type StoreResult<T> = Result<T, SessionStoreError>;

/// The sealed parts of a session. Without the browser's id and the key ring they open nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedParts {
    /// Who it is and how they were authenticated; every request opens it.
    pub identity: Vec<u8>,
    /// Its tokens; opened when one is needed.
    pub tokens: Vec<u8>,
}

/// A session as a whole, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The plain columns.
    pub row: SessionRow,
    /// The sealed columns.
    pub parts: SealedParts,
    /// One higher after every [`SessionStore::update`]; 0 for a new session.
    pub version: i64,
}

/// What every request reads of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSession {
    /// The sealed columns.
    pub parts: SealedParts,
    /// The version to name in [`SessionUpdate::version`].
    pub version: i64,
    /// When the session was last used.
    pub seen: OffsetDateTime,
    /// The provider's name for its own session.
    pub sid: Option<String>,
}

/// What [`SessionStore::update`] writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUpdate {
    /// The session.
    pub key: SessionRef,
    /// The version it was read with.
    pub version: i64,
    /// The lease under which it is written, if it is; the write gives the lease back.
    pub lease: Option<Fence>,
    /// The new sealed columns.
    pub parts: SealedParts,
    /// The new refresh token that ends with the session, sealed with the key ring; `None` removes the old one.
    pub sealed_refresh_token: Option<Vec<u8>>,
    /// When the session was last used; a later moment in the store stays.
    pub seen: OffsetDateTime,
    /// When the row may be removed.
    pub expires: OffsetDateTime,
}

/// The data that an application stores in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedData {
    /// Read: one higher after every [`SessionStore::update_data`]. Written: the version it was read with.
    pub version: i64,
    /// Sealed for the browser; `None` when there is none.
    pub sealed: Option<Vec<u8>>,
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// Written; the version is one higher, and a lease was given back.
    Written,
    /// Somebody else wrote since the session was read; a lease is still held.
    VersionConflict,
    /// Somebody else has taken the lease since.
    LeaseLost,
    /// The session has ended. It stays ended.
    Gone,
}

/// A store of sessions: creating never overwrites, updating never creates, and removing wins over every write in flight.
/// [`SessionRef`] is the key of a row. Expiry is for the caller to decide; the store only removes in [`SessionStore::sweep`].
///
/// A store is a [`KeyValue`] as well: creating a session and looking for the markers that end it is one transaction.
#[async_trait]
pub trait SessionStore: KeyValue {
    /// Inserts a session and does what belongs to it, all of it or nothing: see [`CreateOptions`].
    ///
    /// # Errors
    /// [`SessionStoreError::Nul`] for a record with such a text; else when the store fails.
    async fn create(&self, session: &SessionRecord, options: CreateOptions<'_>) -> StoreResult<Created>;

    /// The session `key`, if there is one. Every request of a signed-in person reads one.
    ///
    /// # Errors
    /// When the store fails.
    async fn load(&self, key: SessionRef) -> StoreResult<Option<SealedSession>>;

    /// Writes a session if the stored one still has the version that `update` was read with, and the lease, where `update`
    /// names one, is still that one, whether or not its time is over.
    ///
    /// # Errors
    /// When the store fails.
    async fn update(&self, update: &SessionUpdate) -> StoreResult<Updated>;

    /// Writes down that the session was used, without a new version; does nothing when it has ended.
    ///
    /// # Errors
    /// When the store fails.
    async fn touch(&self, key: SessionRef, seen: OffsetDateTime, expires: OffsetDateTime) -> StoreResult<()>;

    /// Removes the selected sessions and answers what they were, in one step: nothing that was written before is missed.
    ///
    /// # Errors
    /// When the store fails, or the removal cannot be committed.
    async fn remove(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRecord>>;

    /// The selected sessions, the one used last first; at most 1,000.
    ///
    /// # Errors
    /// When the store fails.
    async fn find(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRow>>;

    /// Removes what has expired at `now`, markers too, and answers how many sessions that were.
    ///
    /// # Errors
    /// When the store fails.
    async fn sweep(&self, now: OffsetDateTime) -> StoreResult<u64>;

    /// Takes the lease of a session until `until`. `None` while somebody else holds it at `now`, and when the session has ended.
    /// At most one replica holds a session's lease, by clocks that agree within a few seconds.
    ///
    /// # Errors
    /// When the store fails.
    async fn lease(&self, key: SessionRef, now: OffsetDateTime, until: OffsetDateTime) -> StoreResult<Option<Fence>>;

    /// Moves the end of a lease; an `until` in the past gives it back. `false` when somebody else has taken it, or the session has
    /// ended.
    ///
    /// # Errors
    /// When the store fails.
    async fn extend_lease(&self, key: SessionRef, fence: Fence, until: OffsetDateTime) -> StoreResult<bool>;

    /// The application's data of the session `key`; `None` when there is no such session.
    ///
    /// # Errors
    /// When the store fails.
    async fn load_data(&self, key: SessionRef) -> StoreResult<Option<SealedData>>;

    /// Writes the application's data if the stored one still has the version that `data` was read with. It has a version of its
    /// own: [`Self::update`] and this do not get into each other's way.
    ///
    /// # Errors
    /// When the store fails.
    async fn update_data(&self, key: SessionRef, data: &SealedData) -> StoreResult<Updated>;
}

impl SessionRow {
    /// PostgreSQL stores no text with NUL; no store does, so that all of them find the same.
    pub(super) fn refuse_nul(&self) -> StoreResult<()> {
        let texts = [
            Some(&self.provider),
            Some(&self.issuer),
            Some(&self.subject),
            self.sid.as_ref(),
        ];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            return Err(SessionStoreError::Nul);
        }
        Ok(())
    }
}

impl std::fmt::Debug for SealedParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedParts({} + {} bytes)", self.identity.len(), self.tokens.len())
    }
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
pub(crate) mod tests;
