//! Rate limit for reading a provider's keys because of a token. Each source of tokens has a token bucket of its own
//! ([`Bucket`]): a few reads at once, then one at a time. A read that found the key returns its token to the bucket, so that keys may
//! rotate as often as they like. What sign-ins looked for in vain is remembered for some seconds ([`Misses`]).

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use super::{KeyName, TokenSource};

/// Fruitless reads in a row that sign-ins and renewals may cause, and the time after which there is one more.
const OF_PROVIDER: Bucket = Bucket::new(5, Duration::seconds(2));
/// The same for tokens that anybody may have made up.
const OF_STRANGERS: Bucket = Bucket::new(2, Duration::seconds(30));
/// How long a key that sign-ins looked for in vain is not looked for again.
const MISSED: Duration = Duration::seconds(5);
/// Names remembered at most; the oldest is forgotten first.
const MAX_MISSES: usize = 64;

/// When the next read may be caused, as a generic cell rate algorithm stores it: one time instead of a count and a clock.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    burst: i32,
    interval: Duration,
    /// The bucket is full again at this time.
    full_at: Option<OffsetDateTime>,
}

impl Bucket {
    const fn new(burst: i32, interval: Duration) -> Self {
        Self {
            burst,
            interval,
            full_at: None,
        }
    }

    /// Takes a token, if there is one.
    fn take(&mut self, now: OffsetDateTime) -> bool {
        let most = self.interval * self.burst;
        // A clock that was set back would delay everybody by the difference.
        let full_at = self
            .full_at
            .filter(|at| *at <= now + most)
            .map_or(now, |at| at.max(now));
        let after = full_at + self.interval;
        let is_free = after - now <= most;
        if is_free {
            self.full_at = Some(after);
        }
        is_free
    }

    /// Puts a token back.
    fn give_back(&mut self) {
        self.full_at = self.full_at.map(|at| at - self.interval);
    }
}

/// The buckets of one provider.
#[derive(Debug)]
pub(super) struct Throttle {
    provider: Bucket,
    strangers: Bucket,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            provider: OF_PROVIDER,
            strangers: OF_STRANGERS,
        }
    }
}

impl Throttle {
    fn of(&mut self, source: TokenSource) -> &mut Bucket {
        match source {
            TokenSource::Provider => &mut self.provider,
            TokenSource::Stranger => &mut self.strangers,
        }
    }

    /// Whether a token from `source` may cause a read now; then it counts.
    pub(super) fn allows(&mut self, source: TokenSource, now: OffsetDateTime) -> bool {
        self.of(source).take(now)
    }

    /// The read brought what was looked for: it does not count.
    pub(super) fn forgive(&mut self, source: TokenSource) {
        self.of(source).give_back();
    }
}

/// Keys that were looked for in vain, by a hash of algorithm and name: names are from outside and have any length.
#[derive(Debug, Default)]
pub(super) struct Misses(VecDeque<([u8; 32], OffsetDateTime)>);

impl Misses {
    /// Remembers `name`. Only for tokens that a provider sent itself: strangers would name the key that is published next.
    pub(super) fn insert(&mut self, name: KeyName<'_>, now: OffsetDateTime) {
        self.0.retain(|(_, at)| is_recent(*at, now));
        if self.0.len() >= MAX_MISSES {
            self.0.pop_front();
        }
        self.0.push_back((hash(name), now));
    }

    /// Whether `name` was looked for in vain just now.
    pub(super) fn contains(&self, name: KeyName<'_>, now: OffsetDateTime) -> bool {
        let hash = hash(name);
        self.0.iter().any(|(known, at)| *known == hash && is_recent(*at, now))
    }
}

fn is_recent(at: OffsetDateTime, now: OffsetDateTime) -> bool {
    (Duration::ZERO..MISSED).contains(&(now - at))
}

fn hash(KeyName { alg, kid }: KeyName<'_>) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update([u8::from(kid.is_some())]);
    hash.update((alg.len() as u64).to_le_bytes());
    hash.update(alg);
    hash.update(kid.unwrap_or_default());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn id_7_a_few_reads_may_follow_each_other_and_then_one_at_a_time() {
        let mut bucket = Bucket::new(3, Duration::seconds(2));
        let taken = |bucket: &mut Bucket, at: OffsetDateTime| (0..10).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(&mut bucket, AT), 3);
        assert_eq!(taken(&mut bucket, AT + Duration::SECOND), 0);
        assert_eq!(taken(&mut bucket, AT + Duration::seconds(2)), 1);
        assert_eq!(
            taken(&mut bucket, AT + Duration::HOUR),
            3,
            "no more than a few, however long nobody came"
        );
        bucket.give_back();
        assert_eq!(taken(&mut bucket, AT + Duration::HOUR), 1);
        assert_eq!(
            taken(&mut bucket, AT - Duration::DAY),
            3,
            "a clock that was set back stops nobody"
        );
    }

    #[test]
    fn id_7_what_is_given_back_is_never_more_than_was_taken() {
        let mut bucket = Bucket::new(2, Duration::seconds(2));
        for _ in 0..5 {
            assert!(bucket.take(AT));
            bucket.give_back();
        }
        assert_eq!((0..10).filter(|_| bucket.take(AT)).count(), 2);
    }

    #[test]
    fn id_7_a_key_looked_for_in_vain_is_remembered_for_seconds_and_by_its_whole_name() {
        let name = |alg, kid| KeyName { alg, kid };
        let mut misses = Misses::default();
        misses.insert(name("ES256", Some("a")), AT);
        assert!(misses.contains(name("ES256", Some("a")), AT + Duration::seconds(4)));
        assert!(!misses.contains(name("ES256", Some("a")), AT + Duration::seconds(5)));
        for other in [
            name("ES256", Some("b")),
            name("RS256", Some("a")),
            name("ES256", None),
            name("ES256", Some("")),
        ] {
            assert!(!misses.contains(other, AT), "{other:?}");
        }
        for number in 0..1_000 {
            let kid = number.to_string();
            let (alg, kid) = ("ES256", Some(&*kid));
            misses.insert(KeyName { alg, kid }, AT);
        }
        assert_eq!(misses.0.len(), MAX_MISSES);
    }
}
