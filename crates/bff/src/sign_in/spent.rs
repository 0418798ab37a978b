//! Was this answer used before? The cookie is gone after one use; this also stops a copy of the request that carries
//! the cookie along, and tells where its sign-in led. In this process only, as a second line: the provider takes a code once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::PENDING_LIFETIME;
use crate::return_path::ReturnPath;

/// Enough for a quarter of an hour of a large site; the oldest leaves first.
const MAX: usize = 50_000;
/// Longest return path that is remembered, in bytes; after a longer one people are led to the home page.
const MAX_PATH: usize = 256;

/// The `state` values that were answered lately, as hashes in the order of their use.
#[derive(Debug, Default)]
pub(crate) struct Spent(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    known: HashMap<[u8; 32], ReturnPath>,
    order: VecDeque<(OffsetDateTime, [u8; 32])>,
}

impl Spent {
    /// Spends the `state` of a sign-in that leads to `return_to`; `false` when it was spent before.
    pub(crate) fn spend(&self, state: &str, return_to: &ReturnPath, now: OffsetDateTime) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((at, hash)) = used.order.front().copied() {
            if used.order.len() < MAX && now - at <= PENDING_LIFETIME {
                break;
            }
            used.order.pop_front();
            used.known.remove(&hash);
        }
        let hash: [u8; 32] = Sha256::digest(state).into();
        if used.known.contains_key(&hash) {
            return false;
        }
        let return_to = Some(return_to).filter(|path| path.as_str().len() <= MAX_PATH);
        used.known.insert(hash, return_to.cloned().unwrap_or_default());
        used.order.push_back((now, hash));
        true
    }

    /// Where the sign-in with `state` led, if it was answered lately.
    pub(crate) fn return_path(&self, state: &str) -> Option<ReturnPath> {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash: [u8; 32] = Sha256::digest(state).into();
        used.known.get(&hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn cb_9_an_answer_is_used_once() {
        let (spent, at) = (Spent::default(), datetime!(2030-01-01 00:00 UTC));
        let (path, long) = (
            ReturnPath::parse("/docs/7#part"),
            ReturnPath::parse(&format!("/{}", "x".repeat(900))),
        );
        assert!(spent.spend("a", &path, at) && spent.spend("b", &long, at));
        assert!(!spent.spend("a", &long, at + PENDING_LIFETIME));
        assert_eq!(spent.return_path("a"), Some(path.clone()));
        assert_eq!(
            spent.return_path("b"),
            Some(ReturnPath::default()),
            "too long to be remembered"
        );
        assert_eq!(spent.return_path("c"), None);
        assert!(spent.spend("c", &path, at + PENDING_LIFETIME * 2));
        assert_eq!(
            spent.0.lock().unwrap().order.len(),
            1,
            "what cannot come back is forgotten"
        );
    }
}
