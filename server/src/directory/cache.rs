//! The cache of directory entries: one fetch per person at a time, started before an entry expires. Pages wait for a fetch only if there is no
//! fresh entry, and not for long. `moka` would not do: it neither refreshes ahead nor keeps expired entries while the directory is down.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::{sync::watch, time::Instant};

use super::{
    graph::GraphError,
    lookup::{Entry, Key, Lookup},
};

/// Longest wait of a page, from the start of the fetch.
const MAX_WAIT: Duration = Duration::from_secs(3);
/// Pause after a failed fetch if the directory sends no `Retry-After`.
const DEFAULT_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause, whatever `Retry-After` says.
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// Most entries, at most two per person; the least recently used go first.
const MAX_ENTRIES: usize = 20_000;

/// Held by the fetching task; dropping it wakes everybody who waits.
pub(super) type FetchGuard = watch::Sender<()>;

/// How a fetch ended.
#[derive(Debug)]
pub(super) enum FetchOutcome {
    /// An entry, and when its fetch started.
    Fetched(Arc<Entry>, OffsetDateTime),
    /// The directory has nobody with that id.
    NotFound,
    /// No usable response.
    Failed {
        /// The directory's `Retry-After`, which applies to all requests.
        retry_after: Option<Duration>,
    },
}

impl From<&GraphError> for FetchOutcome {
    fn from(error: &GraphError) -> Self {
        match error {
            GraphError::NotFound => Self::NotFound,
            GraphError::Busy { retry_after } => Self::Failed {
                retry_after: *retry_after,
            },
            _ => Self::Failed { retry_after: None },
        }
    }
}

/// The cache.
pub(super) struct Cache {
    max_age: Duration,
    keep: Duration,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_key: HashMap<Key, Slot>,
    /// No fetch starts before.
    paused_until: Option<OffsetDateTime>,
}

struct Slot {
    /// The last entry, and when its fetch started.
    last: Option<(Arc<Entry>, OffsetDateTime)>,
    pending: Option<PendingFetch>,
    /// No fetch of this entry starts before.
    paused_until: Option<OffsetDateTime>,
    used_at: OffsetDateTime,
}

/// A fetch that has not ended.
#[derive(Clone)]
pub(super) struct PendingFetch {
    until: Instant,
    guard: watch::Receiver<()>,
}

impl PendingFetch {
    /// Waits until the fetch ends, at most [`MAX_WAIT`] from its start.
    pub(super) async fn wait(&mut self) {
        // Nothing is ever sent: an error means that the guard was dropped.
        let _ = tokio::time::timeout_at(self.until, self.guard.changed()).await;
    }

    fn has_ended(&self) -> bool {
        self.guard.has_changed().is_err()
    }
}

impl Cache {
    pub(super) fn new(max_age: Duration, keep: Duration) -> Self {
        Self {
            max_age,
            keep,
            slots: Mutex::default(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a fetch if one is due, and returns the fetch to wait for; `None` if there is a fresh entry.
    pub(super) fn refresh_if_due(
        &self,
        key: &Key,
        now: OffsetDateTime,
        start: impl FnOnce(FetchGuard),
    ) -> Option<PendingFetch> {
        let mut slots = self.slots();
        let may_fetch = slots.paused_until.is_none_or(|until| now >= until);
        if !slots.by_key.contains_key(key) {
            slots.evict(now, self.keep);
        }
        let slot = slots.by_key.entry(key.clone()).or_insert_with(|| Slot::new(now));
        slot.used_at = now;
        if slot.pending.as_ref().is_some_and(PendingFetch::has_ended) {
            slot.pending = None;
        }
        let age = slot.age(now);
        // Before it expires, so that active people never wait.
        let due = age.is_none_or(|age| age >= self.max_age / 2);
        let may_fetch = may_fetch && slot.paused_until.is_none_or(|until| now >= until);
        if due && may_fetch && slot.pending.is_none() {
            let (guard, receiver) = watch::channel(());
            slot.pending = Some(PendingFetch {
                until: Instant::now() + MAX_WAIT,
                guard: receiver,
            });
            start(guard);
        }
        slot.pending
            .clone()
            .filter(|_| age.is_none_or(|age| age >= self.max_age))
    }

    /// What is known at `now`.
    pub(super) fn get(&self, key: &Key, now: OffsetDateTime) -> Lookup {
        let slots = self.slots();
        let slot = slots.by_key.get(key);
        match slot.and_then(|slot| Some((slot.last.as_ref()?, slot.age(now)?))) {
            Some(((entry, _), age)) if age < self.max_age => Lookup::Fresh(Arc::clone(entry)),
            Some(((entry, _), age)) if age < self.keep => Lookup::Stale(Arc::clone(entry)),
            _ => Lookup::Unknown,
        }
    }

    /// Stores the outcome of a fetch.
    pub(super) fn put(&self, key: &Key, outcome: FetchOutcome, now: OffsetDateTime) {
        let mut slots = self.slots();
        if let FetchOutcome::Failed {
            retry_after: Some(pause),
        } = &outcome
        {
            slots.paused_until = Some(now + (*pause).min(MAX_PAUSE));
        }
        // Evicted meanwhile.
        let Some(slot) = slots.by_key.get_mut(key) else { return };
        slot.paused_until = match &outcome {
            FetchOutcome::Fetched(..) => None,
            FetchOutcome::NotFound | FetchOutcome::Failed { .. } => Some(now + DEFAULT_PAUSE),
        };
        match outcome {
            FetchOutcome::Fetched(entry, at) => slot.last = Some((entry, at)),
            // The person has left the organisation.
            FetchOutcome::NotFound => slot.last = None,
            FetchOutcome::Failed { .. } => {}
        }
    }
}

impl Slot {
    fn new(now: OffsetDateTime) -> Self {
        Self {
            last: None,
            pending: None,
            paused_until: None,
            used_at: now,
        }
    }

    /// Age of the last entry; zero if the clock was set back.
    fn age(&self, now: OffsetDateTime) -> Option<Duration> {
        let (_, at) = self.last.as_ref()?;
        Some(Duration::try_from(now - *at).unwrap_or_default())
    }
}

impl Slots {
    /// Evicts entries if the cache is full: those that are too old to be used, then the less recently used half.
    fn evict(&mut self, now: OffsetDateTime, keep: Duration) {
        if self.by_key.len() < MAX_ENTRIES {
            return;
        }
        self.by_key.retain(|_, slot| now - slot.used_at < keep);
        if self.by_key.len() < MAX_ENTRIES {
            return;
        }
        let mut used_at: Vec<OffsetDateTime> = self.by_key.values().map(|slot| slot.used_at).collect();
        used_at.sort_unstable();
        let median = used_at.get(used_at.len() / 2).copied().unwrap_or(now);
        self.by_key.retain(|_, slot| slot.used_at > median);
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::directory::lookup::{Fields, ObjectId};

    fn key(number: usize) -> Key {
        Key {
            provider: bff::ProviderId::parse("a").unwrap(),
            object_id: ObjectId::parse(&number.to_string()).unwrap(),
            fields: Fields::default(),
        }
    }

    #[tokio::test]
    async fn se_6_one_fetch_at_a_time_and_nobody_waits_for_a_fresh_entry() {
        let cache = Cache::new(Duration::from_mins(4), Duration::from_mins(10));
        let start = datetime!(2030-01-01 00:00 UTC);
        let at = |minutes: i64| start + time::Duration::minutes(minutes);
        let mut guards = Vec::new();
        assert!(
            cache
                .refresh_if_due(&key(1), at(0), |guard| guards.push(guard))
                .is_some()
        );
        assert!(
            cache
                .refresh_if_due(&key(1), at(0), |guard| guards.push(guard))
                .is_some()
        );
        assert_eq!(guards.len(), 1, "two fetches at once");
        cache.put(&key(1), FetchOutcome::Fetched(Arc::default(), at(0)), at(0));
        guards.clear();
        assert!(
            cache
                .refresh_if_due(&key(1), at(1), |guard| guards.push(guard))
                .is_none()
                && guards.is_empty()
        );
        assert!(
            cache
                .refresh_if_due(&key(1), at(2), |guard| guards.push(guard))
                .is_none()
        );
        assert_eq!(guards.len(), 1, "no fetch before the entry expires");
        guards.clear();
        assert!(
            cache
                .refresh_if_due(&key(1), at(4), |guard| guards.push(guard))
                .is_some(),
            "too old to go without waiting"
        );
        cache.put(&key(1), FetchOutcome::Failed { retry_after: None }, at(4));
        guards.clear();
        assert!(
            cache
                .refresh_if_due(&key(1), at(4), |guard| guards.push(guard))
                .is_none()
                && guards.is_empty()
        );
        assert!(matches!(cache.get(&key(1), at(4)), Lookup::Stale(_)));
        assert_eq!(cache.get(&key(1), at(10)), Lookup::Unknown);
    }

    #[tokio::test]
    async fn a_full_cache_evicts_the_least_recently_used() {
        let cache = Cache::new(Duration::from_mins(4), Duration::from_hours(10));
        let start = datetime!(2030-01-01 00:00 UTC);
        for number in 0..=MAX_ENTRIES {
            let now = start + time::Duration::milliseconds(i64::try_from(number).unwrap());
            cache.refresh_if_due(&key(number), now, |_| {});
            cache.put(&key(number), FetchOutcome::Fetched(Arc::default(), now), now);
        }
        assert!(cache.slots().by_key.len() <= MAX_ENTRIES / 2 + 1);
        assert_eq!(cache.get(&key(0), start), Lookup::Unknown);
        assert!(matches!(cache.get(&key(MAX_ENTRIES), start), Lookup::Fresh(_)));
    }
}
