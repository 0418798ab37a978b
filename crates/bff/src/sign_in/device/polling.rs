//! Rate limit for polling the token endpoint in a device sign-in: never before the provider's interval is over, however many tabs
//! or copies of a cookie there are (RFC 8628 §3.5).
//!
//! Stored in this process, by a hash of the device code. Replicas do not share it; what limits them together is the time in the
//! cookie of each browser, and a provider that responds with `slow_down`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oidc::config::clock::Clock;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

/// Device codes that may be polled at the same time in this process. Anybody can request one, so their number is limited.
const MAX_CODES: usize = 1_000;
/// What `slow_down` adds to the interval, for good.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Longest interval that errors of the provider lead to.
const MAX_INTERVAL: Duration = Duration::from_mins(5);

/// A hash of a device code.
type CodeHash = [u8; 32];

/// The device codes that are polled.
#[derive(Debug, Default)]
pub(crate) struct DevicePolling(Mutex<HashMap<CodeHash, PollState>>);

#[derive(Debug, Clone, Copy)]
struct PollState {
    schedule: PollSchedule,
    /// A request is under way.
    polling: bool,
    /// The provider's response was final: there is nothing more to poll for.
    completed: bool,
    expires: OffsetDateTime,
}

/// When the provider may be polled next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PollSchedule {
    pub(super) next: OffsetDateTime,
    pub(super) interval: Duration,
}

impl PollSchedule {
    /// The later and slower of both.
    fn max(self, other: Self) -> Self {
        Self {
            next: self.next.max(other.next),
            interval: self.interval.max(other.interval),
        }
    }
}

/// The polling state in the cookie of one browser.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeviceCodeState<'a> {
    pub(super) device_code: &'a str,
    pub(super) schedule: PollSchedule,
    pub(super) expires: OffsetDateTime,
}

impl DeviceCodeState<'_> {
    fn hash(&self) -> CodeHash {
        Sha256::digest(self.device_code).into()
    }
}

/// Whether the provider may be polled now.
pub(super) enum PollDecision<'a> {
    /// Yes, by whoever holds the permit.
    Poll(PollPermit<'a>),
    /// Not yet.
    Wait,
    /// The code has expired, or the provider's response was final.
    Ended,
}

impl DevicePolling {
    fn states(&self) -> MutexGuard<'_, HashMap<CodeHash, PollState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether another device code fits.
    pub(super) fn has_capacity(&self, now: OffsetDateTime) -> bool {
        let mut states = self.states();
        states.retain(|_, state| state.expires > now);
        states.len() < MAX_CODES
    }

    /// Decides whether to poll for a device code now; a second caller has to wait until the permit of the first is dropped.
    pub(super) fn decide<'a>(&'a self, code: &DeviceCodeState<'_>, clock: &'a Clock) -> PollDecision<'a> {
        let now = clock.now();
        if code.expires <= now {
            return PollDecision::Ended;
        }
        let hash = code.hash();
        let mut states = self.states();
        if !states.contains_key(&hash) {
            states.retain(|_, state| state.expires > now);
            if states.len() >= MAX_CODES {
                return PollDecision::Wait;
            }
        }
        let state = states.entry(hash).or_insert(PollState {
            schedule: code.schedule,
            polling: false,
            completed: false,
            expires: code.expires,
        });
        // The cookie knows more than this process after a restart, and if another replica got `slow_down`.
        state.schedule = state.schedule.max(code.schedule);
        if state.completed {
            return PollDecision::Ended;
        }
        if state.polling || now < state.schedule.next {
            return PollDecision::Wait;
        }
        state.polling = true;
        drop(states);
        PollDecision::Poll(PollPermit {
            polling: self,
            clock,
            hash,
        })
    }

    /// When the provider may be polled next for a device code.
    pub(super) fn schedule(&self, code: &DeviceCodeState<'_>) -> PollSchedule {
        let state = self.states().get(&code.hash()).copied();
        state.map_or(code.schedule, |state| state.schedule.max(code.schedule))
    }
}

/// The permit to poll once. The interval begins when it is dropped, also if the request was cancelled.
pub(super) struct PollPermit<'a> {
    polling: &'a DevicePolling,
    clock: &'a Clock,
    hash: CodeHash,
}

impl PollPermit<'_> {
    /// The provider responded with `slow_down`.
    pub(super) fn slow_down(self) {
        self.update(|state| state.schedule.interval += SLOW_DOWN);
    }

    /// Exponential backoff after an error of the provider: the interval is doubled, and `retry_after` is respected.
    pub(super) fn back_off(self, retry_after: Option<Duration>) {
        let now = self.clock.now();
        self.update(|state| {
            let PollSchedule { next, interval } = &mut state.schedule;
            *interval = (*interval * 2).min(MAX_INTERVAL.max(*interval));
            *next = retry_after.map_or(*next, |after| now + after);
        });
    }

    /// The provider's response was final.
    pub(super) fn complete(self) {
        self.update(|state| state.completed = true);
    }

    fn update(&self, change: impl FnOnce(&mut PollState)) {
        if let Some(state) = self.polling.states().get_mut(&self.hash) {
            change(state);
        }
    }
}

impl Drop for PollPermit<'_> {
    fn drop(&mut self) {
        let now = self.clock.now();
        self.update(|state| {
            state.polling = false;
            let PollSchedule { next, interval } = &mut state.schedule;
            *next = (*next).max(now + *interval);
        });
    }
}

#[cfg(test)]
mod tests;
