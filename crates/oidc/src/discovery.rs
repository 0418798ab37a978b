//! Discovery of a provider's metadata, fetched when first needed and again in the background (OpenID Connect Discovery
//! 1.0 §4); a provider that is down affects only sign-ins there.

use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use url::Url;

use super::http::HttpClient;
use super::metadata::{Metadata, MetadataError};
use super::registration::{Client, Registrar, RegistrationError};
use crate::config::ProviderConfig;
use crate::config::clock::Clock;
use crate::measured::{Endpoint, measured};

/// Shortest time between two attempts, however many people are signing in.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a provider is not ready; the texts are for operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The configuration leads to no address for the metadata.
    #[error("`{address}` is not an address: {reason}")]
    Address {
        /// Where the metadata should be.
        address: String,
        /// What is wrong with it.
        reason: url::ParseError,
    },
    /// The address does not respond.
    #[error("`{address}` cannot be read: {reason}")]
    NoResponse {
        /// Where the metadata should be.
        address: Url,
        /// What failed, causes included.
        reason: String,
    },
    /// The metadata are not accepted.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The site is not registered there.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
}

crate::error::error_codes!(DiscoveryError {
    Self::Address { .. } => "metadata_address",
    Self::NoResponse { .. } => "metadata_no_response",
} from {
    Self::Metadata(error) => error,
    Self::Registration(error) => error,
});

/// The metadata and how the last attempt ended.
#[derive(Debug, Default)]
struct State {
    metadata: Option<Arc<Metadata>>,
    problem: Option<DiscoveryError>,
    attempts: u64,
    last_attempt: Option<OffsetDateTime>,
}

/// The metadata of one provider, fetched at most once at a time.
#[derive(Debug)]
pub struct Discovery {
    config: ProviderConfig,
    clock: Clock,
    http: Arc<HttpClient>,
    state: Mutex<State>,
    flight: tokio::sync::Mutex<()>,
    registrar: Option<Registrar>,
}

impl Discovery {
    pub(crate) fn new(config: &ProviderConfig, clock: Clock, http: Arc<HttpClient>) -> Self {
        Self {
            config: config.clone(),
            clock,
            http,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
            registrar: None,
        }
    }

    /// The same, ready only when the site is registered there.
    pub(crate) fn with_registrar(self, registrar: Option<Registrar>) -> Self {
        Self { registrar, ..self }
    }

    /// The client that was registered dynamically; `None` if the configuration has a client.
    pub(crate) fn registered(&self) -> Option<Arc<Client>> {
        self.registrar.as_ref()?.client()
    }

    /// How long until the site has to register itself again, if ever.
    pub fn registers_again_in(&self) -> Option<Duration> {
        self.registrar.as_ref()?.again_in()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The metadata fetched last, if there are any.
    pub fn current(&self) -> Option<Arc<Metadata>> {
        self.state().metadata.clone()
    }

    /// The same, unless the client has to be registered anew.
    fn settled(&self) -> Option<Arc<Metadata>> {
        let is_due = self.registrar.as_ref().is_some_and(Registrar::is_due);
        self.current().filter(|_| !is_due)
    }

    /// The same, while it is of any use: until the secret ends, not only until a new one should be there.
    pub(crate) fn usable(&self) -> Option<Arc<Metadata>> {
        let is_over = self.registrar.as_ref().is_some_and(Registrar::is_over);
        self.current().filter(|_| !is_over)
    }

    /// Why nothing is known.
    pub(crate) fn problem(&self) -> Option<String> {
        if self.usable().is_some() {
            return None;
        }
        let state = self.state();
        Some(
            state
                .problem
                .as_ref()
                .map_or_else(|| "not fetched yet".to_owned(), ToString::to_string),
        )
    }

    /// The metadata fetched last, or fetched now.
    ///
    /// # Errors
    /// Where nothing usable is known and the provider cannot be reached now, or could not be a moment ago.
    pub async fn ready(&self) -> Result<Arc<Metadata>, DiscoveryError> {
        if let Some(metadata) = self.settled() {
            return Ok(metadata);
        }
        let before = self.state().attempts;
        let _flight = self.flight.lock().await;
        if let Some(metadata) = self.settled() {
            return Ok(metadata);
        }
        let shared = {
            let state = self.state();
            // Callers that waited for an attempt share its outcome, or each would wait for a timeout of its own.
            let just_tried = state.last_attempt.is_some_and(|at| self.clock.now() - at < PAUSE);
            state.problem.clone().filter(|_| state.attempts != before || just_tried)
        };
        let outcome = match shared {
            Some(problem) => Err(problem),
            None => self.attempt().await,
        };
        outcome.or_else(|problem| self.usable().ok_or(problem))
    }

    /// Fetches the metadata again; the previous ones stay when that fails.
    ///
    /// # Errors
    /// Where the provider cannot be reached, or its metadata cannot be used.
    pub async fn renew(&self) -> Result<Arc<Metadata>, DiscoveryError> {
        let _flight = self.flight.lock().await;
        self.attempt().await
    }

    async fn attempt(&self) -> Result<Arc<Metadata>, DiscoveryError> {
        let found = self.read_and_register().await.map(Arc::new);
        let mut state = self.state();
        state.attempts += 1;
        state.last_attempt = Some(self.clock.now());
        match &found {
            Ok(metadata) => {
                state.metadata = Some(Arc::clone(metadata));
                state.problem = None;
            }
            Err(problem) => state.problem = Some(problem.clone()),
        }
        found
    }

    async fn read_and_register(&self) -> Result<Metadata, DiscoveryError> {
        let metadata = match Metadata::written(&self.config) {
            Some(written) => written?,
            None => self.fetch().await?,
        };
        if let Some(registrar) = &self.registrar {
            registrar.register(&metadata).await?;
        }
        Ok(metadata)
    }

    async fn fetch(&self) -> Result<Metadata, DiscoveryError> {
        let address = self.config.metadata_address();
        let url = Url::parse(&address).map_err(|reason| DiscoveryError::Address { address, reason })?;
        let request = self.http.read(&url, None);
        let response = measured(self.config.id.as_str(), Endpoint::Discovery, request).await;
        let response = response.map_err(|e| {
            let cause = e.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            DiscoveryError::NoResponse {
                address: url,
                reason: format!("{e}{cause}"),
            }
        })?;
        Ok(Metadata::from_response(&self.config, &response)?)
    }
}
