//! The cache of directory entries, which decides when to fetch one: ahead of its expiry, and not while the directory is paused. Pages wait for
//! a fetch only if there is no fresh entry, and not for long. `moka` would not do: it neither refreshes ahead nor retains expired entries
//! while the directory is down.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    graph::GraphError,
    lookup::{Entry, Key, Lookup},
};

/// Longest wait of a page, from the start of the fetch.
const MAX_WAIT: Duration = Duration::from_secs(3);
/// Pause after a failed fetch if the directory sends no `Retry-After`.
const DEFAULT_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause, whatever the value of `Retry-After`.
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// Most entries, at most two per person; the least recently used are evicted first.
const MAX_ENTRIES: usize = 20_000;

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
    max_stale: Duration,
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
    /// Until when pages wait for the fetch that was started last.
    wait_until: Instant,
    /// No fetch of this entry starts before.
    paused_until: Option<OffsetDateTime>,
    used_at: OffsetDateTime,
}

/// What to do before an entry is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RefreshPlan {
    /// Start a fetch.
    pub(super) start: bool,
    /// Wait for the fetch until then; `None` if there is a fresh entry or no fetch.
    pub(super) wait_until: Option<Instant>,
}

impl Cache {
    pub(super) fn new(max_age: Duration, max_stale: Duration) -> Self {
        Self {
            max_age,
            max_stale,
            slots: Mutex::default(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans the refresh of an entry; `is_fetching` if its fetch is running.
    pub(super) fn plan_refresh(&self, key: &Key, now: OffsetDateTime, is_fetching: bool) -> RefreshPlan {
        let mut slots = self.slots();
        let may_fetch = slots.paused_until.is_none_or(|until| now >= until);
        if !slots.by_key.contains_key(key) {
            slots.evict(now, self.max_stale);
        }
        let slot = slots.by_key.entry(key.clone()).or_insert_with(|| Slot::new(now));
        slot.used_at = now;
        let age = slot.age(now);
        // Before it expires, so that active people never wait.
        let due = age.is_none_or(|age| age >= self.max_age / 2);
        let may_fetch = may_fetch && slot.paused_until.is_none_or(|until| now >= until);
        let start = due && may_fetch && !is_fetching;
        if start {
            slot.wait_until = Instant::now() + MAX_WAIT;
        }
        let is_fresh = age.is_some_and(|age| age < self.max_age);
        let waits = (start || is_fetching) && !is_fresh;
        RefreshPlan {
            start,
            wait_until: waits.then_some(slot.wait_until),
        }
    }

    /// What is known at `now`.
    pub(super) fn get(&self, key: &Key, now: OffsetDateTime) -> Lookup {
        let slots = self.slots();
        let slot = slots.by_key.get(key);
        match slot.and_then(|slot| Some((slot.last.as_ref()?, slot.age(now)?))) {
            Some(((entry, _), age)) if age < self.max_age => Lookup::Fresh(Arc::clone(entry)),
            Some(((entry, _), age)) if age < self.max_stale => Lookup::Stale(Arc::clone(entry)),
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
            wait_until: Instant::now() + MAX_WAIT,
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
    fn evict(&mut self, now: OffsetDateTime, max_stale: Duration) {
        if self.by_key.len() < MAX_ENTRIES {
            return;
        }
        self.by_key.retain(|_, slot| now - slot.used_at < max_stale);
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
        let plan = |minutes, is_fetching| {
            let plan = cache.plan_refresh(&key(1), at(minutes), is_fetching);
            (plan.start, plan.wait_until.is_some())
        };
        let (fetching, waiting) = (true, true);
        assert_eq!(plan(0, !fetching), (true, waiting));
        assert_eq!(plan(0, fetching), (false, waiting), "one fetch at a time");
        cache.put(&key(1), FetchOutcome::Fetched(Arc::default(), at(0)), at(0));
        assert_eq!(plan(1, !fetching), (false, !waiting));
        assert_eq!(plan(2, !fetching), (true, !waiting), "a fetch before the entry expires");
        assert_eq!(plan(4, !fetching), (true, waiting), "too old to go without waiting");
        cache.put(&key(1), FetchOutcome::Failed { retry_after: None }, at(4));
        assert_eq!(plan(4, !fetching), (false, !waiting), "paused");
        assert!(matches!(cache.get(&key(1), at(4)), Lookup::Stale(_)));
        assert_eq!(cache.get(&key(1), at(10)), Lookup::Unknown);
    }

    #[tokio::test]
    async fn a_full_cache_evicts_the_least_recently_used() {
        let cache = Cache::new(Duration::from_mins(4), Duration::from_hours(10));
        let start = datetime!(2030-01-01 00:00 UTC);
        for number in 0..=MAX_ENTRIES {
            let now = start + time::Duration::milliseconds(i64::try_from(number).unwrap());
            cache.plan_refresh(&key(number), now, false);
            cache.put(&key(number), FetchOutcome::Fetched(Arc::default(), now), now);
        }
        assert!(cache.slots().by_key.len() <= MAX_ENTRIES / 2 + 1);
        assert_eq!(cache.get(&key(0), start), Lookup::Unknown);
        assert!(matches!(cache.get(&key(MAX_ENTRIES), start), Lookup::Fresh(_)));
    }
}
