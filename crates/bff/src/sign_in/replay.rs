//! Replay protection: a `state` is accepted once. The pending cookie is removed after one use; this also stops a copy of the
//! request that still carries the cookie, and remembers where the sign-in led. In this process only, as a second line of
//! defence: the provider redeems a code once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::PENDING_LIFETIME;
use crate::return_path::ReturnPath;

/// Enough for a quarter of an hour of a large site; the oldest is removed first.
const MAX_STATES: usize = 50_000;
/// Longest return path that is remembered, in bytes; instead of a longer one it is the home page.
const MAX_PATH: usize = 256;

/// The `state` values that were used in the last minutes, as hashes in the order of their use.
#[derive(Debug, Default)]
pub(crate) struct UsedStates(Mutex<Used>);

type StateHash = [u8; 32];

#[derive(Debug, Default)]
struct Used {
    return_paths: HashMap<StateHash, ReturnPath>,
    order: VecDeque<(OffsetDateTime, StateHash)>,
}

impl UsedStates {
    fn used(&self) -> MutexGuard<'_, Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the `state` of a sign-in that leads to `return_to` as used; `false` if it was used before.
    pub(crate) fn mark_used(&self, state: &str, return_to: &ReturnPath, now: OffsetDateTime) -> bool {
        let mut used = self.used();
        while let Some((at, hash)) = used.order.front().copied() {
            if used.order.len() < MAX_STATES && now - at <= PENDING_LIFETIME {
                break;
            }
            used.order.pop_front();
            used.return_paths.remove(&hash);
        }
        let hash: StateHash = Sha256::digest(state).into();
        if used.return_paths.contains_key(&hash) {
            return false;
        }
        let return_to = Some(return_to).filter(|path| path.as_str().len() <= MAX_PATH);
        used.return_paths.insert(hash, return_to.cloned().unwrap_or_default());
        used.order.push_back((now, hash));
        true
    }

    /// The return path of the sign-in with `state`, if that was used in the last minutes.
    pub(crate) fn return_path(&self, state: &str) -> Option<ReturnPath> {
        let hash: StateHash = Sha256::digest(state).into();
        self.used().return_paths.get(&hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn cb_9_a_state_is_used_once() {
        let (states, at) = (UsedStates::default(), datetime!(2030-01-01 00:00 UTC));
        let (path, long) = (
            ReturnPath::parse("/docs/7#part"),
            ReturnPath::parse(&format!("/{}", "x".repeat(900))),
        );
        assert!(states.mark_used("a", &path, at) && states.mark_used("b", &long, at));
        assert!(!states.mark_used("a", &long, at + PENDING_LIFETIME));
        assert_eq!(states.return_path("a"), Some(path.clone()));
        assert_eq!(
            states.return_path("b"),
            Some(ReturnPath::default()),
            "too long to be remembered"
        );
        assert_eq!(states.return_path("c"), None);
        assert!(states.mark_used("c", &path, at + PENDING_LIFETIME * 2));
        assert_eq!(states.used().order.len(), 1, "expired ones are removed");
    }
}
