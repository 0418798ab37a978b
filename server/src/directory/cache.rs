//! What was answered before, how old may it be, and who asks again? One request per person at a time, made ahead of need;
//! pages wait for it only when there is nothing young enough, and never long.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::{sync::watch, time::Instant};

use super::{
    graph::GraphError,
    question::{Entry, Key, Told},
};

/// Longest wait of a page, from when the directory was asked.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a directory that had trouble is left alone when it does not say.
const PAUSE: Duration = Duration::from_secs(30);
/// Longest time it is left alone, whatever it says.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Answers that are kept, at most two a person; the least recently seen go first.
const MOST_KEPT: usize = 20_000;

/// Held by whoever asks; dropping it tells everybody who waits.
pub(super) type Asking = watch::Sender<()>;

/// How asking ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// An answer, as it was at that time.
    Told(Arc<Entry>, OffsetDateTime),
    /// The directory knows nobody of that id.
    NotThere,
    /// No answer.
    Trouble {
        /// How long the directory wants to be left alone, if it said so: by everybody.
        retry_after: Option<Duration>,
    },
}

impl From<&GraphError> for Outcome {
    fn from(error: &GraphError) -> Self {
        match error {
            GraphError::NotThere => Self::NotThere,
            GraphError::Busy { retry_after } => Self::Trouble {
                retry_after: *retry_after,
            },
            _ => Self::Trouble { retry_after: None },
        }
    }
}

/// The answers.
pub(super) struct Cache {
    max_age: Duration,
    keep: Duration,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    of: HashMap<Key, Slot>,
    /// Nobody asks before.
    quiet_until: Option<OffsetDateTime>,
}

struct Slot {
    last: Option<(Arc<Entry>, OffsetDateTime)>,
    under_way: Option<Waiting>,
    not_before: Option<OffsetDateTime>,
    seen: OffsetDateTime,
}

/// An answer that is on its way.
#[derive(Clone)]
pub(super) struct Waiting {
    until: Instant,
    asking: watch::Receiver<()>,
}

impl Waiting {
    /// Waits until there is an outcome or patience ends.
    pub(super) async fn end(&mut self) {
        // Nothing is ever sent: an error is the end of asking.
        let _ = tokio::time::timeout_at(self.until, self.asking.changed()).await;
    }

    fn is_over(&self) -> bool {
        self.asking.has_changed().is_err()
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

    /// Has the directory asked if it is time to, and says what to wait for: nothing, where the last answer is young enough.
    pub(super) fn look(&self, key: &Key, now: OffsetDateTime, start: impl FnOnce(Asking)) -> Option<Waiting> {
        let mut slots = self.slots();
        let may_ask = slots.quiet_until.is_none_or(|until| now >= until);
        if !slots.of.contains_key(key) {
            slots.make_room(now, self.keep);
        }
        let slot = slots.of.entry(key.clone()).or_insert_with(|| Slot::new(now));
        slot.seen = now;
        if slot.under_way.as_ref().is_some_and(Waiting::is_over) {
            slot.under_way = None;
        }
        let age = slot.age(now);
        // Ahead of need, so that people who read on never wait.
        let due = age.is_none_or(|age| age >= self.max_age / 2);
        let may_ask = may_ask && slot.not_before.is_none_or(|until| now >= until);
        if due && may_ask && slot.under_way.is_none() {
            let (asking, receiver) = watch::channel(());
            slot.under_way = Some(Waiting {
                until: Instant::now() + PATIENCE,
                asking: receiver,
            });
            start(asking);
        }
        slot.under_way
            .clone()
            .filter(|_| age.is_none_or(|age| age >= self.max_age))
    }

    /// What can be relied on at `now`.
    pub(super) fn told(&self, key: &Key, now: OffsetDateTime) -> Told {
        let slots = self.slots();
        let slot = slots.of.get(key);
        match slot.and_then(|slot| Some((slot.last.as_ref()?, slot.age(now)?))) {
            Some(((entry, _), age)) if age < self.max_age => Told::Known(Arc::clone(entry)),
            Some(((entry, _), age)) if age < self.keep => Told::Kept(Arc::clone(entry)),
            _ => Told::Unknown,
        }
    }

    /// Keeps an outcome.
    pub(super) fn settle(&self, key: &Key, outcome: Outcome, now: OffsetDateTime) {
        let mut slots = self.slots();
        if let Outcome::Trouble {
            retry_after: Some(pause),
        } = &outcome
        {
            slots.quiet_until = Some(now + (*pause).min(LONGEST_PAUSE));
        }
        // Gone if there was no room for it; then there is none for the answer.
        let Some(slot) = slots.of.get_mut(key) else { return };
        slot.not_before = match &outcome {
            Outcome::Told(..) => None,
            Outcome::NotThere | Outcome::Trouble { .. } => Some(now + PAUSE),
        };
        match outcome {
            Outcome::Told(entry, at) => slot.last = Some((entry, at)),
            // Somebody who left the organisation keeps nothing.
            Outcome::NotThere => slot.last = None,
            Outcome::Trouble { .. } => {}
        }
    }
}

impl Slot {
    fn new(now: OffsetDateTime) -> Self {
        Self {
            last: None,
            under_way: None,
            not_before: None,
            seen: now,
        }
    }

    /// How old the last answer is; a clock set back makes it new, not old.
    fn age(&self, now: OffsetDateTime) -> Option<Duration> {
        let (_, at) = self.last.as_ref()?;
        Some(Duration::try_from(now - *at).unwrap_or_default())
    }
}

impl Slots {
    /// Makes room for one more, in stretches: whoever was not seen lately goes, then the half seen longest ago.
    fn make_room(&mut self, now: OffsetDateTime, keep: Duration) {
        if self.of.len() < MOST_KEPT {
            return;
        }
        self.of.retain(|_, slot| now - slot.seen < keep);
        if self.of.len() < MOST_KEPT {
            return;
        }
        let mut seen: Vec<OffsetDateTime> = self.of.values().map(|slot| slot.seen).collect();
        seen.sort_unstable();
        let middle = seen.get(seen.len() / 2).copied().unwrap_or(now);
        self.of.retain(|_, slot| slot.seen > middle);
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::directory::question::{ObjectId, Wanted};

    fn key(number: usize) -> Key {
        Key {
            provider: bff::ProviderId::parse("a").unwrap(),
            object_id: ObjectId::parse(&number.to_string()).unwrap(),
            wanted: Wanted::default(),
        }
    }

    #[tokio::test]
    async fn se_6_one_asks_and_nobody_waits_for_what_is_young_enough() {
        let cache = Cache::new(Duration::from_mins(4), Duration::from_mins(10));
        let start = datetime!(2030-01-01 00:00 UTC);
        let at = |minutes: i64| start + time::Duration::minutes(minutes);
        let mut asking = Vec::new();
        assert!(cache.look(&key(1), at(0), |it| asking.push(it)).is_some());
        assert!(cache.look(&key(1), at(0), |it| asking.push(it)).is_some());
        assert_eq!(asking.len(), 1, "two ask at once");
        cache.settle(&key(1), Outcome::Told(Arc::default(), at(0)), at(0));
        asking.clear();
        assert!(cache.look(&key(1), at(1), |it| asking.push(it)).is_none() && asking.is_empty());
        assert!(cache.look(&key(1), at(2), |it| asking.push(it)).is_none());
        assert_eq!(asking.len(), 1, "nobody asks ahead of need");
        asking.clear();
        assert!(
            cache.look(&key(1), at(4), |it| asking.push(it)).is_some(),
            "too old to go without waiting"
        );
        cache.settle(&key(1), Outcome::Trouble { retry_after: None }, at(4));
        asking.clear();
        assert!(cache.look(&key(1), at(4), |it| asking.push(it)).is_none() && asking.is_empty());
        assert!(matches!(cache.told(&key(1), at(4)), Told::Kept(_)));
        assert_eq!(cache.told(&key(1), at(10)), Told::Unknown);
    }

    #[tokio::test]
    async fn a_full_cache_forgets_whoever_was_seen_longest_ago() {
        let cache = Cache::new(Duration::from_mins(4), Duration::from_hours(10));
        let start = datetime!(2030-01-01 00:00 UTC);
        for number in 0..=MOST_KEPT {
            let now = start + time::Duration::milliseconds(i64::try_from(number).unwrap());
            cache.look(&key(number), now, |_| {});
            cache.settle(&key(number), Outcome::Told(Arc::default(), now), now);
        }
        assert!(cache.slots().of.len() <= MOST_KEPT / 2 + 1);
        assert_eq!(cache.told(&key(0), start), Told::Unknown);
        assert!(matches!(cache.told(&key(MOST_KEPT), start), Told::Known(_)));
    }
}
