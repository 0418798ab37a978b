//! As whom are we known at the provider? As the configuration says, or as the provider answered when we registered ourselves:
//! that is done once, kept sealed in the store of sessions, and shared by all replicas (RFC 7591 §3). What is asked for and
//! what comes back is in `wish`, how it is kept in `keeping`. A secret that ends is replaced while the site runs, and so is a registration that was made
//! for less than the configuration needs by now.

mod error;
mod keeping;
mod wish;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use url::Url;

pub use self::error::{RegistrationError, StoreUnavailable};
use self::wish::{Answered, Kept, Wish};
use super::http::HttpClient;
use super::metadata::Metadata;
use crate::config::ProviderConfig;
use crate::config::clock::Clock;
use crate::config::registration::Registration;
use crate::config::secret::Secret;
use crate::error::{error_chain, plain};
use crate::provider::ClientAddresses;

/// A secret that ends sooner is replaced; seconds.
const MARGIN: i64 = 60;
/// Shortest and longest pause after an answer that made a client of no use: each attempt would make another one.
const PAUSE: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(24));

/// Keeps the registration of one client at one provider, once for all replicas. The value is a secret: a store seals it.
#[async_trait]
pub trait RegistrationStore: fmt::Debug + Send + Sync {
    /// The registration that is kept, if there is one that can be read.
    ///
    /// # Errors
    /// Where the store does not answer.
    async fn get(&self) -> Result<Option<Value>, StoreUnavailable>;
    /// Keeps `registration` unless another replica was faster, and returns the one that is kept now.
    ///
    /// # Errors
    /// Where the store does not answer.
    async fn put_if_absent(&self, registration: &Value) -> Result<Value, StoreUnavailable>;
    /// Removes the registration if it is still `registration`.
    ///
    /// # Errors
    /// Where the store does not answer.
    async fn delete_if(&self, registration: &Value) -> Result<(), StoreUnavailable>;
}

/// Who we are at a provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`.
    pub id: Arc<str>,
    /// None for a public client.
    pub(crate) secret: Option<Secret>,
    /// Whether the secret goes into the form, where the provider said so when it registered the site.
    pub(crate) in_form: Option<bool>,
    /// When the secret ends, seconds since 1970.
    until: Option<i64>,
}

impl Client {
    /// As an operator registered us.
    pub(crate) fn configured(config: &ProviderConfig) -> Self {
        Self {
            id: config.client_id.as_str().into(),
            secret: config.client_secret.clone(),
            in_form: None,
            until: None,
        }
    }
}

/// How often the provider answered with something of no use, and until when it is left alone.
#[derive(Debug, Default)]
struct Odd {
    times: u32,
    until: Option<OffsetDateTime>,
    problem: Option<RegistrationError>,
}

/// Registers the site at one provider.
#[derive(Debug)]
pub struct Registrar {
    registration: Registration,
    wish: Wish,
    http: Arc<HttpClient>,
    clock: Clock,
    store: Arc<dyn RegistrationStore>,
    client: RwLock<Option<Arc<Client>>>,
    odd: Mutex<Odd>,
}

impl Registrar {
    /// Registers a client with these addresses as `config` says; nothing where the configuration has a client.
    pub fn new(
        config: &ProviderConfig,
        addresses: &ClientAddresses,
        clock: Clock,
        http: Arc<HttpClient>,
        store: Arc<dyn RegistrationStore>,
    ) -> Option<Self> {
        let registration = config.registration.clone()?;
        Some(Self {
            wish: Wish::of(config, addresses, &registration),
            registration,
            http,
            clock,
            store,
            client: RwLock::default(),
            odd: Mutex::default(),
        })
    }

    /// Who we are, once that is known.
    pub(crate) fn client(&self) -> Option<Arc<Client>> {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    fn until(&self) -> Option<i64> {
        self.client()?.until
    }

    /// How long until a secret that ends should be replaced.
    pub(crate) fn again_in(&self) -> Option<Duration> {
        Some(pause(self.until()?, self.now()))
    }

    /// Whether who we are has to be found out, for the first time or again.
    pub(crate) fn is_due(&self) -> bool {
        let is_ending = || self.until().is_some_and(|until| until <= self.now() + MARGIN);
        self.client().is_none() || is_ending()
    }

    /// Whether nothing can be asked as who we were.
    pub(crate) fn is_over(&self) -> bool {
        self.client().is_none() || self.until().is_some_and(|until| until <= self.now())
    }

    /// Finds out who we are: from what is kept, or from the provider. Called by one at a time.
    pub(crate) async fn register(&self, metadata: &Metadata) -> Result<(), RegistrationError> {
        if !self.is_due() {
            // What is sealed with an old key is sealed anew where it is read.
            let _ = self.store.get().await;
            return Ok(());
        }
        let kept = match self.kept().await? {
            Some(kept) => kept,
            None => self.anew(metadata).await?,
        };
        if let Some(missing) = self.wish.missing(&kept) {
            // Signing in works; asking again would make one client after the other.
            tracing::warn!(target: "bff", grants = missing, "the provider registered the site without grants it needs");
        }
        let client = Arc::new(Client {
            in_form: kept.answered.in_form(),
            until: kept.answered.until(),
            id: kept.answered.client_id.into(),
            secret: kept.answered.client_secret.map(Secret::from),
        });
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
        Ok(())
    }

    async fn anew(&self, metadata: &Metadata) -> Result<Kept, RegistrationError> {
        self.left_alone()?;
        let endpoint = metadata.registration_endpoint.as_ref();
        let endpoint = endpoint.ok_or(RegistrationError::NotOffered)?;
        let wanted = self.wish.asked(metadata.takes_secret_in_form_only());
        match self.ask(endpoint, &wanted).await {
            // What cannot be kept was made in vain as well.
            Ok(answered) => match self.keep(answered).await {
                Ok(kept) => {
                    *self.odd.lock().unwrap_or_else(PoisonError::into_inner) = Odd::default();
                    Ok(kept)
                }
                Err(problem) => Err(self.leave_alone(problem)),
            },
            Err(problem) if problem.may_have_made_a_client() => Err(self.leave_alone(problem)),
            Err(problem) => Err(problem),
        }
    }

    /// What was wrong, while the provider is not asked for another client.
    fn left_alone(&self) -> Result<(), RegistrationError> {
        let odd = self.odd.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = odd.until.is_some_and(|until| self.clock.now() < until);
        odd.problem.clone().filter(|_| waits).map_or(Ok(()), Err)
    }

    fn leave_alone(&self, problem: RegistrationError) -> RegistrationError {
        let mut odd = self.odd.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = PAUSE.0.saturating_mul(1 << odd.times.min(16)).min(PAUSE.1);
        odd.times += 1;
        odd.until = Some(self.clock.now() + pause);
        let paused = RegistrationError::Paused {
            cause: Box::new(problem),
            minutes: pause.as_secs() / 60,
        };
        odd.problem = Some(paused.clone());
        paused
    }

    async fn ask(&self, endpoint: &Url, wanted: &Map<String, Value>) -> Result<Answered, RegistrationError> {
        let token = self.registration.initial_access_token.as_ref();
        let asked = self.http.post_json(endpoint, token, wanted).await;
        let answer = asked.map_err(|error| RegistrationError::NoAnswer {
            reason: error_chain(&error),
            came_through: error.came_through(),
        })?;
        // Created is what the specification asks for; others say it with 200.
        if !answer.status.is_success() {
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let error = said.get("error").and_then(Value::as_str).unwrap_or_default();
            let (status, error) = (answer.status, plain(error, 64));
            return Err(RegistrationError::Refused { status, error });
        }
        if answer.status != StatusCode::CREATED && answer.status != StatusCode::OK {
            return Err(RegistrationError::Status(answer.status));
        }
        let answered: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
        let answered = self.wish.read(answered, self.now())?;
        tracing::info!(target: "bff", "the site registered itself at the provider");
        Ok(answered)
    }
}

/// From `now` until a secret that ends at `until` should be replaced; both in seconds since 1970.
fn pause(until: i64, now: i64) -> Duration {
    let seconds = until.saturating_sub(now.saturating_add(MARGIN));
    Duration::from_secs(seconds.try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_5_a_secret_is_replaced_before_it_ends() {
        assert_eq!(pause(1_000, 100), Duration::from_mins(14));
        assert_eq!(pause(1_000, 940), Duration::ZERO);
        assert_eq!(pause(1_000, 5_000), Duration::ZERO);
        assert_eq!(pause(i64::MIN, i64::MAX), Duration::ZERO);
    }
}
