//! What did a provider say about a token lately? Its word is kept for a while, and who shows a token that it is being asked
//! about waits for the same answer. However many tokens are shown, the memory for it is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use oidc::jwt_access_token::{AccessTokenError, VerifiedAccessToken};
use sha2::{Digest as _, Sha256};

use crate::flight;

/// Most tokens known at a time; there is no need for more than those of a busy minute.
const MAX_KNOWN: usize = 10_000;

/// A token at a provider, for an audience, as a hash: what is kept holds no secret.
pub(super) type Key = [u8; 32];

/// A question under way.
pub(super) type Flight = flight::Flight<Result<VerifiedAccessToken, AccessTokenError>>;

/// What is known of a token.
#[derive(Clone)]
pub(super) enum Known {
    /// The provider is being asked.
    Asked(Flight),
    /// Who calls, or why nobody does, and until when that is believed, in seconds since 1970.
    Said(Result<VerifiedAccessToken, &'static str>, i64),
}

impl Known {
    fn lasts(&self, now: i64) -> bool {
        match self {
            Self::Asked(_) => true,
            Self::Said(_, until) => now < *until,
        }
    }
}

/// What is known of tokens.
#[derive(Default)]
pub(crate) struct Introspected(Mutex<HashMap<Key, Known>>);

impl Introspected {
    /// What is known of a token; `ask` where that is nothing.
    pub(super) fn known(&self, key: Key, now: i64, ask: impl FnOnce() -> Flight) -> Known {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&key).filter(|known| known.lasts(now)) {
            return known.clone();
        }
        let asked = Known::Asked(ask());
        put(&mut all, key, asked.clone(), now);
        asked
    }

    /// Keeps what was said until that moment.
    pub(super) fn keep(&self, key: Key, said: Result<VerifiedAccessToken, &'static str>, until: i64, now: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        put(&mut all, key, Known::Said(said, until), now);
    }

    /// The question is not under way any more, also where it ended without an answer.
    pub(super) fn landed(&self, key: &Key) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(all.get(key), Some(Known::Asked(_))) {
            all.remove(key);
        }
    }
}

fn put(all: &mut HashMap<Key, Known>, key: Key, known: Known, now: i64) {
    let is_full = |all: &HashMap<_, _>| all.len() >= MAX_KNOWN && !all.contains_key(&key);
    if is_full(all) {
        all.retain(|_, known| known.lasts(now));
    }
    if is_full(all) {
        // Tokens that somebody makes up do not displace good ones.
        all.retain(|_, known| matches!(known, Known::Said(Ok(_), _)));
    }
    if is_full(all) {
        all.clear();
    }
    all.insert(key, known);
}

pub(super) fn key_of(parts: [&str; 3]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use serde_json::Map;

    use super::*;

    fn caller() -> VerifiedAccessToken {
        VerifiedAccessToken {
            issuer: String::new(),
            subject: "alice".to_owned(),
            client_id: None,
            scopes: Vec::new(),
            claims: Map::new(),
        }
    }

    fn key(token: &str) -> Key {
        key_of(["demo", token, "api"])
    }

    /// Whether the provider has to be asked.
    fn asks(all: &Introspected, token: &str, now: i64) -> bool {
        let mut asked = false;
        all.known(key(token), now, || {
            asked = true;
            futures::future::pending().boxed().shared()
        });
        asked
    }

    fn len(all: &Introspected) -> usize {
        all.0.lock().unwrap().len()
    }

    #[test]
    fn in_1_what_is_kept_is_bounded_in_time_and_number() {
        let all = Introspected::default();
        all.keep(key("token"), Ok(caller()), 10, 0);
        assert!(!asks(&all, "token", 9) && asks(&all, "token", 10));
        for number in 0..=MAX_KNOWN {
            all.keep(key(&number.to_string()), Ok(caller()), 10, 0);
        }
        assert!(len(&all) <= MAX_KNOWN);
    }

    #[test]
    fn in_1_tokens_that_are_made_up_displace_no_good_one() {
        let all = Introspected::default();
        all.keep(key("good"), Ok(caller()), 10, 0);
        for number in 0..=MAX_KNOWN {
            let token = number.to_string();
            if number % 2 == 0 {
                all.keep(key(&token), Err("not active"), 10, 0);
            } else {
                assert!(asks(&all, &token, 0));
            }
        }
        assert!(len(&all) < MAX_KNOWN && !asks(&all, "good", 0));
    }

    #[test]
    fn in_1_a_question_that_ended_without_an_answer_is_asked_again() {
        let all = Introspected::default();
        assert!(asks(&all, "token", 0) && !asks(&all, "token", 1_000));
        all.landed(&key("token"));
        assert!(asks(&all, "token", 0));
        all.keep(key("token"), Err("not active"), 5, 0);
        all.landed(&key("token"));
        assert!(!asks(&all, "token", 4), "the answer stays");
    }
}
