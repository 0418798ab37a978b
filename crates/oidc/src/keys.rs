//! Cache of a provider's signing keys, read again when a token names an unknown key, or after an hour; the old ones stay when
//! that fails (OpenID Connect Core 1.0 §10.1.1). How often that may be is in `throttle`.

mod error;
mod key;
mod throttle;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use time::OffsetDateTime;
use url::Url;

pub use self::error::KeysError;
pub use self::key::Key;
use self::throttle::{Misses, Throttle};
use super::http::HttpClient;
use crate::config::clock::Clock;
use crate::measured::{Endpoint, measured};

/// Keys older than this are read again before they are trusted.
const FRESH: Duration = Duration::from_hours(1);
/// Keys older than this are not trusted even when the provider does not respond.
const STALE: Duration = Duration::from_hours(24);
/// More keys than any provider has.
const MAX_KEYS: usize = 1_000;

/// Who sent the token whose key is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenSource {
    /// The provider's own response: an ID token, signed userinfo. What strangers do never stops its first read.
    Provider,
    /// A caller of an API or of the logout channel: anybody can write any key's name into a token.
    Stranger,
}

/// Keys that fit.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) keys: Vec<Key>,
    /// How often the keys had been read.
    pub(crate) reads: u64,
    /// Whether they were read for this token.
    pub(crate) was_read: bool,
}

#[derive(Debug, Default)]
struct State {
    keys: Arc<Vec<Key>>,
    /// When the keys were last read.
    fetched: Option<OffsetDateTime>,
    /// How often they were read, or could not be.
    reads: u64,
    problem: Option<KeysError>,
    throttle: Throttle,
    misses: Misses,
}

/// The keys of one provider.
#[derive(Debug)]
pub(crate) struct KeyCache {
    clock: Clock,
    http: Arc<HttpClient>,
    state: Mutex<State>,
    flight: tokio::sync::Mutex<()>,
    /// The provider's short name.
    provider: String,
}

/// The key that a token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyName<'a> {
    /// The algorithm of the signature.
    pub(crate) alg: &'a str,
    pub(crate) kid: Option<&'a str>,
}

impl KeyCache {
    pub(crate) fn new(provider: &str, clock: Clock, http: Arc<HttpClient>) -> Self {
        Self {
            clock,
            http,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
            provider: provider.to_owned(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every key at `address` that may have made a signature of a token that names it `name`; none when there is no such key.
    pub(crate) async fn find(&self, address: &Url, name: KeyName<'_>, source: TokenSource) -> Result<Found, KeysError> {
        let known = self.fitting(name);
        let (age, reads) = {
            let state = self.state();
            (state.fetched.map(|at| self.clock.now() - at), state.reads)
        };
        let is = |limit: Duration| age.is_some_and(|age| age < limit);
        if !known.is_empty() && is(FRESH) {
            return Ok(Found {
                keys: known,
                reads,
                was_read: false,
            });
        }
        match self.read(address, name, source, reads).await {
            Ok(was_read) => Ok(Found {
                keys: self.fitting(name),
                reads,
                was_read,
            }),
            // A key with a new name may be there and cannot be seen: not the same as none.
            Err(_) if is(STALE) && !known.is_empty() => Ok(Found {
                keys: known,
                reads,
                was_read: false,
            }),
            Err(problem) => Err(problem),
        }
    }

    /// The same when none of the remembered keys made the signature: reads them, unless somebody did since `reads` were counted.
    pub(crate) async fn find_again(
        &self,
        address: &Url,
        name: KeyName<'_>,
        source: TokenSource,
        reads: u64,
    ) -> Result<Found, KeysError> {
        let was_read = self.read(address, name, source, reads).await?;
        let keys = self.fitting(name);
        Ok(Found { keys, reads, was_read })
    }

    /// Reads the keys at `address` if they are not known or too old to be trusted. Where that failed last time, whoever needs them
    /// tries again.
    pub(crate) async fn read_ahead(&self, address: &Url) {
        let (fetched, reads, failed) = {
            let state = self.state();
            (state.fetched, state.reads, state.problem.is_some())
        };
        let is_fresh = fetched.is_some_and(|at| self.clock.now() - at < FRESH);
        let source = TokenSource::Provider;
        let unnamed = KeyName { alg: "", kid: None };
        if !is_fresh && !failed && matches!(self.read(address, unnamed, source, reads).await, Ok(true)) {
            self.state().throttle.forgive(source);
        }
    }

    /// Records whether a read that was made for one token found the key of its signature.
    pub(crate) fn judge_read(&self, name: KeyName<'_>, source: TokenSource, found: bool) {
        let now = self.clock.now();
        let mut state = self.state();
        if found {
            state.throttle.forgive(source);
        } else if source == TokenSource::Provider {
            state.misses.insert(name, now);
        }
    }

    fn fitting(&self, KeyName { alg, kid }: KeyName<'_>) -> Vec<Key> {
        let keys = Arc::clone(&self.state().keys);
        keys.iter().filter(|k| k.fits(alg, kid)).cloned().collect()
    }

    /// Reads the keys unless somebody did since `reads` were counted, or it was in vain just now, or there were too many reads. Returns
    /// whether it did.
    async fn read(&self, address: &Url, name: KeyName<'_>, source: TokenSource, reads: u64) -> Result<bool, KeysError> {
        let _flight = self.flight.lock().await;
        {
            let now = self.clock.now();
            let mut state = self.state();
            let is_read = state.reads != reads || state.misses.contains(name, now);
            // Where nothing is known yet, nobody has to make a name up to cause a read.
            let source = if state.fetched.is_none() {
                TokenSource::Provider
            } else {
                source
            };
            if is_read || !state.throttle.allows(source, now) {
                let nothing_known = || KeysError::Throttled;
                let problem = state.problem.clone();
                let problem = problem.or_else(|| state.fetched.is_none().then(nothing_known));
                return problem.map_or(Ok(false), Err);
            }
        }
        let read = self.fetch(address).await;
        let mut state = self.state();
        state.reads += 1;
        match read {
            Ok(keys) => {
                state.keys = Arc::new(keys);
                state.fetched = Some(self.clock.now());
                state.problem = None;
                Ok(true)
            }
            Err(problem) => {
                state.problem = Some(problem.clone());
                Err(problem)
            }
        }
    }

    async fn fetch(&self, address: &Url) -> Result<Vec<Key>, KeysError> {
        let request = self.http.read_large(address);
        let response = measured(&self.provider, Endpoint::Keys, request).await;
        let response = response.map_err(|error| KeysError::NoResponse(error.to_string()))?;
        if response.status != StatusCode::OK {
            let (address, status) = (address.clone(), response.status);
            return Err(KeysError::Status { address, status });
        }
        let body: Value = serde_json::from_slice(&response.body).map_err(|e| KeysError::NotJson(e.to_string()))?;
        let keys = body.get("keys").and_then(Value::as_array).ok_or(KeysError::NoList)?;
        Ok(keys.iter().filter_map(Key::read).take(MAX_KEYS).collect())
    }
}

#[cfg(test)]
mod tests;
