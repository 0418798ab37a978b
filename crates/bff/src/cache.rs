//! A cache in memory whose entries expire, for answers of providers: introspection, tokens of the application, tokens an API
//! refused. Bounded in number and in time; the time is the caller's, by the site's clock.
//!
//! Not a crate such as `moka`: that one expires by a clock of its own, and evicts by how often an entry is used, while here
//! entries that a stranger can make up have to be evicted before the others.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A cache of at most `max_entries`.
#[derive(Debug)]
pub(crate) struct ExpiringCache<K, V> {
    entries: Mutex<HashMap<K, Entry<V>>>,
    max_entries: usize,
    /// Entries that stay when a full cache evicts, as long as that is enough.
    is_preferred: fn(&V) -> bool,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    /// Seconds since 1970.
    expires_at: i64,
}

impl<K: Eq + Hash, V: Clone> ExpiringCache<K, V> {
    /// An empty cache that evicts expired entries, and all of them where that is not enough.
    pub(crate) fn new(max_entries: usize) -> Self {
        Self::preferring(max_entries, |_| false)
    }

    /// The same, but before it removes all, it removes those that are not preferred.
    pub(crate) fn preferring(max_entries: usize, is_preferred: fn(&V) -> bool) -> Self {
        Self {
            entries: Mutex::default(),
            max_entries,
            is_preferred,
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<K, Entry<V>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value of `key` unless it has expired; `now` in seconds since 1970.
    pub(crate) fn get(&self, key: &K, now: i64) -> Option<V> {
        let entries = self.entries();
        let entry = entries.get(key).filter(|entry| now < entry.expires_at)?;
        Some(entry.value.clone())
    }

    /// Replaces the entry by `value`, until `expires_at`; both times in seconds since 1970.
    pub(crate) fn insert(&self, key: K, value: V, expires_at: i64, now: i64) {
        let mut entries = self.entries();
        let is_full = |entries: &HashMap<K, _>| entries.len() >= self.max_entries && !entries.contains_key(&key);
        if is_full(&entries) {
            entries.retain(|_, entry| now < entry.expires_at);
        }
        if is_full(&entries) {
            entries.retain(|_, entry| (self.is_preferred)(&entry.value));
        }
        if is_full(&entries) {
            entries.clear();
        }
        entries.insert(key, Entry { value, expires_at });
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_there_until_it_expires() {
        let cache = ExpiringCache::new(2);
        cache.insert("a", 1, 10, 0);
        assert_eq!((cache.get(&"a", 9), cache.get(&"a", 10)), (Some(1), None));
        cache.insert("a", 2, 20, 10);
        assert_eq!(cache.get(&"a", 10), Some(2));
    }

    #[test]
    fn a_full_cache_removes_what_expired_then_what_is_not_preferred_then_all() {
        let cache = ExpiringCache::preferring(2, |value| *value > 0);
        cache.insert("expired", 1, 5, 0);
        cache.insert("refused", 0, 20, 0);
        cache.insert("good", 1, 20, 5);
        assert_eq!((cache.get(&"refused", 5), cache.get(&"good", 5)), (Some(0), Some(1)));
        cache.insert("better", 2, 20, 5);
        assert_eq!((cache.get(&"refused", 5), cache.get(&"good", 5)), (None, Some(1)));
        cache.insert("best", 3, 20, 5);
        assert_eq!((cache.len(), cache.get(&"best", 5)), (1, Some(3)));
    }
}
