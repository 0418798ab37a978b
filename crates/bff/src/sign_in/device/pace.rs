//! How often may the provider be asked whether a code was entered? Never before its interval is over, however many tabs
//! or copies of a cookie ask us (RFC 8628 §3.5).
//!
//! In this process, by a hash of the device code. Several replicas do not see each other's notes; what bounds them is the
//! time in the cookie of each browser, and a provider that says `slow_down`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oidc::config::clock::Clock;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// Codes that may be waited for at once in this process. Anybody can start one, so there is an end to it.
const MAX: usize = 1_000;
/// What `slow_down` adds, for good.
const SLOWER: Duration = Duration::from_secs(5);
/// Longest interval that troubles at the provider lead to.
const SLOWEST: Duration = Duration::from_mins(5);

type Key = [u8; 32];

/// The codes that are waited for.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<Key, Step>>);

#[derive(Debug, Clone, Copy)]
struct Step {
    next: OffsetDateTime,
    interval: Duration,
    /// A request is under way.
    asking: bool,
    /// There is no use in asking again.
    over: bool,
    ends: OffsetDateTime,
}

/// What one browser knows about the pace, from its cookie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) device_code: &'a str,
    pub(super) next: OffsetDateTime,
    pub(super) interval: Duration,
    pub(super) ends: OffsetDateTime,
}

/// Whose turn it is.
pub(super) enum Turn<'a> {
    /// Ours: the provider may be asked, by whoever holds this.
    Ask(Asking<'a>),
    /// Not yet.
    Wait,
    /// Nobody's any more.
    Over,
}

impl Pace {
    fn steps(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more code.
    pub(super) fn has_room(&self, now: OffsetDateTime) -> bool {
        let mut steps = self.steps();
        steps.retain(|_, step| step.ends > now);
        steps.len() < MAX
    }

    /// Whether the provider may be asked about a code now. It is noted before the request is sent.
    pub(super) fn turn<'a>(&'a self, known: &Known<'_>, clock: &'a Clock) -> Turn<'a> {
        let now = clock.now();
        if known.ends <= now {
            return Turn::Over;
        }
        let key: Key = Sha256::digest(known.device_code).into();
        let mut steps = self.steps();
        if !steps.contains_key(&key) {
            steps.retain(|_, step| step.ends > now);
            if steps.len() >= MAX {
                return Turn::Wait;
            }
        }
        let step = steps.entry(key).or_insert(Step {
            next: known.next,
            interval: known.interval,
            asking: false,
            over: false,
            ends: known.ends,
        });
        // The cookie knows more than we do after a restart, and where another replica was told to slow down.
        step.next = step.next.max(known.next);
        step.interval = step.interval.max(known.interval);
        if step.over {
            return Turn::Over;
        }
        if step.asking || now < step.next {
            return Turn::Wait;
        }
        step.asking = true;
        drop(steps);
        Turn::Ask(Asking { pace: self, clock, key })
    }

    /// When the provider is asked next, and the interval now.
    pub(super) fn next(&self, known: &Known<'_>) -> (OffsetDateTime, Duration) {
        let key: Key = Sha256::digest(known.device_code).into();
        let step = self.steps().get(&key).copied();
        step.map_or((known.next, known.interval), |step| {
            (step.next.max(known.next), step.interval.max(known.interval))
        })
    }
}

/// The right to ask once. When it is dropped the interval begins, also when the request was given up.
pub(super) struct Asking<'a> {
    pace: &'a Pace,
    clock: &'a Clock,
    key: Key,
}

impl Asking<'_> {
    /// The provider wants to be asked less often.
    pub(super) fn slow_down(self) {
        self.with(|step| step.interval += SLOWER);
    }

    /// The provider did not answer: it is asked half as often from now on, and not before it is ready.
    pub(super) fn back_off(self, ready_after: Option<Duration>) {
        let now = self.clock.now();
        self.with(|step| {
            step.interval = (step.interval * 2).min(SLOWEST.max(step.interval));
            step.next = ready_after.map_or(step.next, |after| now + after);
        });
    }

    /// The answer is final.
    pub(super) fn over(self) {
        self.with(|step| step.over = true);
    }

    fn with(&self, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.pace.steps().get_mut(&self.key) {
            change(step);
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let now = self.clock.now();
        self.with(|step| {
            step.asking = false;
            step.next = step.next.max(now + step.interval);
        });
    }
}

#[cfg(test)]
mod tests;
