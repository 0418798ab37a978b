//! Which keys does a provider sign with? Kept here, asked again when a token names one that is not known, or after an
//! hour; the old ones stay when that fails (OpenID Connect Core 1.0 §10.1.1).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use openidconnect::JsonWebKey as _;
use openidconnect::core::CoreJsonWebKey;
use serde_json::Value;
use time::OffsetDateTime;
use url::Url;

use super::http::HttpClient;
use crate::config::clock::Clock;
use crate::config::secret::Secret;
use crate::event::measured::{Endpoint, measured};

/// Keys older than this are asked for again before they are trusted.
const FRESH: Duration = Duration::from_hours(1);
/// Keys older than this are not trusted even when the provider does not answer.
const STALE: Duration = Duration::from_hours(24);
/// Shortest time between two questions that strangers can cause by naming keys that do not exist.
const PAUSE: Duration = Duration::from_secs(30);
/// More keys than any provider has.
const MAX_KEYS: usize = 100;

/// A key that can verify signatures.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) jwk: CoreJsonWebKey,
    kid: Option<String>,
    alg: Option<String>,
    /// Whose tokens it signs, where one key set serves many tenants (an extension of Entra's).
    pub(crate) issuer: Option<String>,
    /// `kty`, with the curve where there is one: `RSA`, `EC P-256`, `OKP Ed25519`.
    kind: String,
}

impl Key {
    /// Nothing for a key that is not for signatures, or of a kind that is not known here.
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let kty = text("kty")?;
        if kty == "oct" || text("use").is_some_and(|u| u != "sig") {
            return None;
        }
        let kind = text("crv").map_or_else(|| kty.clone(), |crv| format!("{kty} {crv}"));
        let jwk = serde_json::from_value(value.clone()).ok()?;
        Some(Self {
            jwk,
            kid: text("kid"),
            alg: text("alg"),
            issuer: text("issuer"),
            kind,
        })
    }

    /// The secret that client and provider share, for signatures by MAC.
    pub(crate) fn of_secret(secret: &Secret) -> Self {
        Self {
            jwk: CoreJsonWebKey::new_symmetric(secret.expose().as_bytes().to_vec()),
            kid: None,
            alg: None,
            issuer: None,
            kind: "oct".to_owned(),
        }
    }

    fn fits(&self, alg: &str, kid: Option<&str>) -> bool {
        let expected = match alg {
            "ES256" => "EC P-256",
            "ES384" => "EC P-384",
            "EdDSA" => "OKP Ed25519",
            _ => "RSA",
        };
        self.kind == expected
            && self.alg.as_deref().is_none_or(|a| a == alg)
            && (kid.is_none() || self.kid.as_deref() == kid)
    }
}

/// Who wants to know a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A sign-in or a renewal: the token came from the provider, so one question each is always allowed.
    Provider,
    /// A caller of an API or of the logout channel: anybody can write any key's name into a token.
    Stranger,
}

/// Keys that fit.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) keys: Vec<Key>,
    /// How often the provider had been asked, where that was earlier.
    pub(crate) remembered: Option<u64>,
}

/// The keys cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the provider's keys cannot be read: {0}")]
pub(crate) struct NoKeys(String);

#[derive(Debug, Default)]
struct State {
    keys: Arc<Vec<Key>>,
    /// When the keys were last read.
    fetched: Option<OffsetDateTime>,
    /// When a stranger last caused a question. What sign-ins ask does not count: the first token that names a key made
    /// just now is believed.
    asked: Option<OffsetDateTime>,
    questions: u64,
    problem: Option<NoKeys>,
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

    /// Every key at `address` that may have made a signature with `alg`; none when there is no such key.
    pub(crate) async fn find(
        &self,
        address: &Url,
        wanted: (&str, Option<&str>),
        asker: Asker,
    ) -> Result<Found, NoKeys> {
        let known = self.fitting(wanted);
        let (age, questions) = {
            let state = self.state();
            (state.fetched.map(|at| self.clock.now() - at), state.questions)
        };
        let is = |limit: Duration| age.is_some_and(|age| age < limit);
        if !known.is_empty() && is(FRESH) {
            return Ok(Found {
                keys: known,
                remembered: Some(questions),
            });
        }
        let keys = match self.ask(address, questions, asker).await {
            Ok(()) => self.fitting(wanted),
            // A key with a new name may be there and cannot be seen: not the same as none.
            Err(_) if is(STALE) && !known.is_empty() => known,
            Err(problem) => return Err(problem),
        };
        Ok(Found { keys, remembered: None })
    }

    /// The same when none of the remembered keys made the signature: asks, unless somebody did since `questions` were counted.
    pub(crate) async fn again(
        &self,
        address: &Url,
        wanted: (&str, Option<&str>),
        (asker, questions): (Asker, u64),
    ) -> Result<Vec<Key>, NoKeys> {
        self.ask(address, questions, asker).await?;
        Ok(self.fitting(wanted))
    }

    fn fitting(&self, (alg, kid): (&str, Option<&str>)) -> Vec<Key> {
        let keys = Arc::clone(&self.state().keys);
        keys.iter().filter(|k| k.fits(alg, kid)).cloned().collect()
    }

    /// Asks the provider unless somebody did since `questions` were counted, or the asker has to be patient.
    async fn ask(&self, address: &Url, questions: u64, asker: Asker) -> Result<(), NoKeys> {
        let _flight = self.flight.lock().await;
        {
            let state = self.state();
            let asked_meanwhile = state.questions != questions;
            let pause = if state.fetched.is_some() { PAUSE } else { PAUSE / 30 };
            let recent = state.asked.is_some_and(|at| self.clock.now() - at < pause);
            if asked_meanwhile || (asker == Asker::Stranger && recent) {
                return state.problem.clone().map_or(Ok(()), Err);
            }
        }
        let read = self.fetch(address).await.map_err(NoKeys);
        let now = self.clock.now();
        let mut state = self.state();
        state.questions += 1;
        if asker == Asker::Stranger {
            state.asked = Some(now);
        }
        match read {
            Ok(keys) => {
                state.keys = Arc::new(keys);
                state.fetched = Some(now);
                state.problem = None;
                Ok(())
            }
            Err(problem) => {
                state.problem = Some(problem.clone());
                Err(problem)
            }
        }
    }

    async fn fetch(&self, address: &Url) -> Result<Vec<Key>, String> {
        let asking = self.http.read(address, None);
        let answer = measured(&self.provider, Endpoint::Keys, asking).await;
        let answer = answer.map_err(|e| e.to_string())?;
        if answer.status != StatusCode::OK {
            return Err(format!("`{address}` answers {}", answer.status));
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|e| format!("not JSON: {e}"))?;
        let keys = body
            .get("keys")
            .and_then(Value::as_array)
            .ok_or("there is no list of keys")?;
        Ok(keys.iter().filter_map(Key::read).take(MAX_KEYS).collect())
    }
}

#[cfg(test)]
mod tests;
