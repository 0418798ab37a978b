//! Introspection of access tokens that only their provider can read (RFC 7662), with a cache and one request per token at a time: a
//! response is cached for a minute at most and never longer than the token lives, a refusal for seconds.

use std::sync::Arc;
use std::time::Duration;

use oidc::config::clock::Clock;
use oidc::introspection::ActiveToken;
use oidc::jwt_access_token::AccessTokenError::{self, Invalid, Unavailable};
use oidc::jwt_access_token::{InvalidAccessToken, Unverifiable, VerifiedAccessToken};
use oidc::{Provider, Providers};
use sha2::{Digest as _, Sha256};

use crate::cache::ExpiringCache;
use crate::single_flight::SingleFlight;
use crate::tasks::BackgroundTasks;

/// How long a response is cached: a revoked token works no longer than this.
const CACHED: Duration = Duration::from_mins(1);
/// How long a refusal is cached: long enough that retries do not load the provider, and no longer, because a token may become
/// known to the provider a moment after it was issued.
const REFUSAL_CACHED: Duration = Duration::from_secs(5);
/// Most responses in the cache: more than the tokens of a busy minute.
const MAX_CACHED: usize = 10_000;
/// Longer tokens are not sent to a provider; no header is larger.
const MAX_LEN: usize = 16 * 1024;

/// A hash of provider, token and audience: the cache holds no secret.
type Key = [u8; 32];

/// An active token, or why it is refused.
type Cached = Result<VerifiedAccessToken, InvalidAccessToken>;

/// A token to be introspected.
struct IntrospectionRequest {
    provider: Arc<Provider>,
    token: String,
    audience: String,
    key: Key,
}

/// Introspection at the providers of a site. One per site, shared by its tasks.
pub(crate) struct Introspection {
    providers: Providers,
    clock: Clock,
    cache: ExpiringCache<Key, Cached>,
    requests: SingleFlight<Key, Result<VerifiedAccessToken, AccessTokenError>>,
}

impl Introspection {
    pub(crate) fn new(providers: Providers, clock: Clock, tasks: BackgroundTasks) -> Self {
        Self {
            providers,
            clock,
            cache: cache(),
            requests: SingleFlight::new(tasks),
        }
    }

    /// Introspects `token` at the provider called `id`, unless its response is cached; the token has to be for `audience`.
    pub(crate) async fn introspect(
        self: &Arc<Self>,
        id: &str,
        token: &str,
        audience: &str,
    ) -> Result<VerifiedAccessToken, AccessTokenError> {
        let provider = self.providers.find(id).ok_or(InvalidAccessToken::UnknownIssuer)?;
        if token.is_empty() || token.len() > MAX_LEN || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidAccessToken::NotAToken.into());
        }
        let key = key_of([id, token, audience]);
        if let Some(cached) = self.cache.get(&key, self.now()) {
            return cached.map_err(Invalid);
        }
        let request = IntrospectionRequest {
            provider: Arc::clone(provider),
            token: token.to_owned(),
            audience: audience.to_owned(),
            key,
        };
        let introspection = Arc::clone(self);
        let result = self
            .requests
            .run(key, || async move { introspection.request(&request).await });
        let interrupted = |_| Unavailable(Unverifiable::BrokenOff);
        result.await.map_err(interrupted)?
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// Sends the request and caches the response. An error of the provider is not cached, because it is no refusal.
    async fn request(&self, request: &IntrospectionRequest) -> Result<VerifiedAccessToken, AccessTokenError> {
        let (now, key) = (self.now(), request.key);
        // Another request may have ended between the look into the cache and this one.
        if let Some(cached) = self.cache.get(&key, now) {
            return cached.map_err(Invalid);
        }
        let response = request
            .provider
            .introspect(&request.token, &request.audience, now)
            .await;
        let after = |time: Duration| now.saturating_add(i64::try_from(time.as_secs()).unwrap_or_default());
        match &response {
            Ok(ActiveToken { token, expires_at }) => {
                let longest = after(CACHED);
                let until = expires_at.map_or(longest, |expires_at| expires_at.min(longest));
                self.cache.insert(key, Ok(token.clone()), until, now);
            }
            Err(Invalid(reason)) => self.cache.insert(key, Err(*reason), after(REFUSAL_CACHED), now),
            Err(Unavailable(_)) => {}
        }
        response.map(|active| active.token)
    }
}

/// Refusals are removed first: tokens that somebody makes up do not displace active ones.
fn cache() -> ExpiringCache<Key, Cached> {
    ExpiringCache::preferring(MAX_CACHED, Result::is_ok)
}

fn key_of(parts: [&str; 3]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn active() -> VerifiedAccessToken {
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

    #[test]
    fn in_1_what_is_cached_is_bounded_in_time_and_number() {
        let cache = cache();
        cache.insert(key("token"), Ok(active()), 10, 0);
        assert!(cache.get(&key("token"), 9).is_some() && cache.get(&key("token"), 10).is_none());
        for number in 0..=MAX_CACHED {
            cache.insert(key(&number.to_string()), Ok(active()), 10, 0);
        }
        assert!(cache.len() <= MAX_CACHED);
    }

    #[test]
    fn in_1_tokens_that_are_made_up_displace_no_active_one() {
        let cache = cache();
        cache.insert(key("active"), Ok(active()), 10, 0);
        for number in 0..=MAX_CACHED {
            cache.insert(key(&number.to_string()), Err(InvalidAccessToken::Inactive), 10, 0);
        }
        assert!(cache.len() < MAX_CACHED && cache.get(&key("active"), 0).is_some());
    }

    #[test]
    fn in_1_provider_token_and_audience_are_distinguished() {
        assert_ne!(key_of(["a", "bc", "d"]), key_of(["ab", "c", "d"]));
        assert_ne!(key_of(["a", "b", "cd"]), key_of(["a", "bc", "d"]));
    }
}
