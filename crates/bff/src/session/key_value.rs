//! Key-value entries of a store beside sessions, under hashed names: entries that replicas share, such as a registration at a provider, and
//! markers, moments that are remembered for a while, such as a logout. Implemented by every store of sessions.

use std::fmt;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::store::StoreResult;

/// Entries and markers under 32-byte keys. What an entry holds is sealed by whoever writes it.
#[async_trait]
pub trait KeyValue: fmt::Debug + Send + Sync + 'static {
    /// The value under `key`.
    ///
    /// # Errors
    /// When the store fails.
    async fn get(&self, key: [u8; 32]) -> StoreResult<Option<String>>;

    /// Stores `value` under `key` unless there is a value, and answers the one that is there now: of several replicas the first
    /// one wins.
    ///
    /// # Errors
    /// When the store fails.
    async fn put_if_absent(&self, key: [u8; 32], value: &str) -> StoreResult<String>;

    /// Stores `new` under `key` if `old` is there.
    ///
    /// # Errors
    /// When the store fails.
    async fn replace_if(&self, key: [u8; 32], old: &str, new: &str) -> StoreResult<()>;

    /// Removes what is under `key` if it is `value`.
    ///
    /// # Errors
    /// When the store fails.
    async fn delete_if(&self, key: [u8; 32], value: &str) -> StoreResult<()>;

    /// Remembers until `until` that `key` happened at `at`; where there is a marker, the later moment of each stays.
    ///
    /// # Errors
    /// When the store fails.
    async fn put_marker(&self, key: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> StoreResult<()>;

    /// When `key` happened, to the millisecond; `None` when there is no marker or it has expired at `now`.
    ///
    /// # Errors
    /// When the store fails.
    async fn marker(&self, key: [u8; 32], now: OffsetDateTime) -> StoreResult<Option<OffsetDateTime>>;
}

/// The key of an entry or a marker: a hash, so that a copy of the database does not show what it is about.
pub(crate) fn entry_key(kind: &str, parts: [&str; 2]) -> [u8; 32] {
    // The text is part of the format of stored rows.
    let mut hash = Sha256::new().chain_update(b"bff note ");
    for part in [kind, parts[0], parts[1]] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_about_one_thing() {
        assert_ne!(entry_key("sid", ["ab", "c"]), entry_key("sid", ["a", "bc"]));
        assert_ne!(entry_key("sid", ["a", "b"]), entry_key("jti", ["a", "b"]));
    }
}
