//! Was this answer used before? The cookie is gone after one use; this also stops a copy of the request that carries
//! the cookie along. In this process only, as a second line: the provider takes a code once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::pending::LIFETIME;

/// Enough for a quarter of an hour of a large site; the oldest leaves first.
const MAX: usize = 50_000;

/// The `state` values that were answered lately, as hashes in the order of their use.
#[derive(Debug, Default)]
pub(crate) struct Spent(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    known: std::collections::HashSet<[u8; 32]>,
    order: VecDeque<(OffsetDateTime, [u8; 32])>,
}

impl Spent {
    /// Spends `state`; `false` when it was spent before.
    pub(crate) fn spend(&self, state: &str, now: OffsetDateTime) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((at, hash)) = used.order.front().copied() {
            if used.order.len() < MAX && now - at <= LIFETIME {
                break;
            }
            used.order.pop_front();
            used.known.remove(&hash);
        }
        let hash: [u8; 32] = Sha256::digest(state).into();
        let fresh = used.known.insert(hash);
        if fresh {
            used.order.push_back((now, hash));
        }
        fresh
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn cb_9_an_answer_is_used_once() {
        let (spent, at) = (Spent::default(), datetime!(2030-01-01 00:00 UTC));
        assert!(spent.spend("a", at) && spent.spend("b", at));
        assert!(!spent.spend("a", at + LIFETIME));
        assert!(spent.spend("c", at + LIFETIME * 2));
        assert_eq!(
            spent.0.lock().unwrap().order.len(),
            1,
            "what cannot come back is forgotten"
        );
    }
}
