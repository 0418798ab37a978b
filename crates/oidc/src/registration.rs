//! Dynamic client registration (RFC 7591): the client registers itself once, and all replicas share what a [`RegistrationStore`] holds.
//! The request and its response are in `request`, reading and writing the stored registration in `storage`. A secret that expires
//! is replaced while the site runs, and so is a registration that was made for less than the configuration needs now.

mod error;
mod request;
mod storage;
mod store;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use url::Url;

pub use self::error::{RegistrationError, StoreUnavailable};
use self::request::{RegistrationRequest, RegistrationResponse, StoredRegistration};
pub use self::store::RegistrationStore;
use super::http::HttpClient;
use super::metadata::Metadata;
use crate::client_addresses::ClientAddresses;
use crate::config::ProviderConfig;
use crate::config::clock::Clock;
use crate::config::registration::Registration;
use crate::config::secret::Secret;
use crate::error::{error_chain, plain};
use crate::error_response::ErrorResponse;

/// A secret that ends sooner is replaced; seconds.
const MARGIN: i64 = 60;
/// Shortest and longest pause after a response that made a client of no use: each attempt would make another one.
const PAUSE: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(24));

/// The client as a provider knows it.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`.
    pub id: Arc<str>,
    /// `None` for a public client.
    pub(crate) secret: Option<Secret>,
    /// Whether the secret is put into the form, where the provider stated so when it registered the site.
    pub(crate) in_form: Option<bool>,
    /// When the secret ends, seconds since 1970.
    until: Option<i64>,
}

impl Client {
    /// The client that an operator registered.
    pub(crate) fn configured(config: &ProviderConfig) -> Self {
        Self {
            id: config.client_id.as_str().into(),
            secret: config.client_secret.clone(),
            in_form: None,
            until: None,
        }
    }
}

/// The pause after responses that made a client of no use.
#[derive(Debug, Default)]
struct Backoff {
    failures: u32,
    until: Option<OffsetDateTime>,
    error: Option<RegistrationError>,
}

/// Registers the site at one provider.
#[derive(Debug)]
pub struct Registrar {
    registration: Registration,
    request: RegistrationRequest,
    http: Arc<HttpClient>,
    clock: Clock,
    store: Arc<dyn RegistrationStore>,
    client: RwLock<Option<Arc<Client>>>,
    backoff: Mutex<Backoff>,
}

impl Registrar {
    /// Registers a client with these addresses as `config` states; nothing where the configuration has a client.
    pub fn new(
        config: &ProviderConfig,
        addresses: &ClientAddresses,
        clock: Clock,
        http: Arc<HttpClient>,
        store: Arc<dyn RegistrationStore>,
    ) -> Option<Self> {
        let registration = config.registration.clone()?;
        Some(Self {
            request: RegistrationRequest::of(config, addresses, &registration),
            registration,
            http,
            clock,
            store,
            client: RwLock::default(),
            backoff: Mutex::default(),
        })
    }

    /// The registered client; `None` before the first registration.
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

    /// Whether a registration is missing or its secret expires soon.
    pub(crate) fn is_due(&self) -> bool {
        let is_ending = || self.until().is_some_and(|until| until <= self.now() + MARGIN);
        self.client().is_none() || is_ending()
    }

    /// Whether there is no usable client: none is registered, or its secret has expired.
    pub(crate) fn is_over(&self) -> bool {
        self.client().is_none() || self.until().is_some_and(|until| until <= self.now())
    }

    /// Loads the stored registration, or registers the client. Not to be called concurrently.
    pub(crate) async fn register(&self, metadata: &Metadata) -> Result<(), RegistrationError> {
        if !self.is_due() {
            // What is sealed with an old key is sealed anew where it is read.
            let _ = self.store.get().await;
            return Ok(());
        }
        let stored = match self.load().await? {
            Some(stored) => stored,
            None => self.register_client(metadata).await?,
        };
        if let Some(missing) = self.request.missing(&stored) {
            // Signing in works; a request again would make one client after the other.
            tracing::warn!(target: "bff", grants = missing, "the provider registered the site without grants it needs");
        }
        let client = Arc::new(Client {
            in_form: stored.response.in_form(),
            until: stored.response.until(),
            id: stored.response.client_id.into(),
            secret: stored.response.client_secret.map(Secret::from),
        });
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
        Ok(())
    }

    async fn register_client(&self, metadata: &Metadata) -> Result<StoredRegistration, RegistrationError> {
        self.check_backoff()?;
        let endpoint = metadata.registration_endpoint.as_ref();
        let endpoint = endpoint.ok_or(RegistrationError::NotOffered)?;
        let request = self.request.metadata_for(metadata.takes_secret_in_form_only());
        match self.send(endpoint, &request).await {
            // A client whose registration cannot be stored is of no use either.
            Ok(response) => match self.save(response).await {
                Ok(stored) => {
                    *self.backoff.lock().unwrap_or_else(PoisonError::into_inner) = Backoff::default();
                    Ok(stored)
                }
                Err(problem) => Err(self.back_off(problem)),
            },
            Err(problem) if problem.may_have_made_a_client() => Err(self.back_off(problem)),
            Err(problem) => Err(problem),
        }
    }

    /// The error of the last attempt, as long as its pause lasts.
    fn check_backoff(&self) -> Result<(), RegistrationError> {
        let backoff = self.backoff.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = backoff.until.is_some_and(|until| self.clock.now() < until);
        backoff.error.clone().filter(|_| waits).map_or(Ok(()), Err)
    }

    /// Starts a pause after `problem`, twice as long as the one before.
    fn back_off(&self, problem: RegistrationError) -> RegistrationError {
        let mut backoff = self.backoff.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = PAUSE.0.saturating_mul(1 << backoff.failures.min(16)).min(PAUSE.1);
        backoff.failures += 1;
        backoff.until = Some(self.clock.now() + pause);
        let paused = RegistrationError::Paused {
            cause: Box::new(problem),
            minutes: pause.as_secs() / 60,
        };
        backoff.error = Some(paused.clone());
        paused
    }

    async fn send(
        &self,
        endpoint: &Url,
        request: &Map<String, Value>,
    ) -> Result<RegistrationResponse, RegistrationError> {
        let token = self.registration.initial_access_token.as_ref();
        let sent = self.http.post_json(endpoint, token, request).await;
        let response = sent.map_err(|error| RegistrationError::NoResponse {
            reason: error_chain(&error),
            may_have_arrived: error.may_have_arrived(),
        })?;
        // Created is what the specification requests; others state it with 200.
        if !response.status.is_success() {
            let error = serde_json::from_slice::<ErrorResponse>(&response.body);
            let error = error.map_or_else(|_| String::new(), |refused| plain(refused.error().as_ref(), 64));
            let status = response.status;
            return Err(RegistrationError::Refused { status, error });
        }
        if response.status != StatusCode::CREATED && response.status != StatusCode::OK {
            return Err(RegistrationError::Status(response.status));
        }
        let response: Map<String, Value> = serde_json::from_slice(&response.body).unwrap_or_default();
        let response = self.request.validate(response, self.now())?;
        tracing::info!(target: "bff", "the site registered itself at the provider");
        Ok(response)
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
