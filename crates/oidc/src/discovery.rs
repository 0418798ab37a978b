//! Where are a provider's endpoints? Asked when first needed and again in the background (OpenID Connect Discovery
//! 1.0 §4); a provider that is down costs nobody but the people who want to sign in there.

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

/// Shortest time between two attempts, however many people want to sign in.
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
    /// The address does not answer.
    #[error("`{address}` cannot be read: {reason}")]
    NoAnswer {
        /// Where the metadata should be.
        address: Url,
        /// What went wrong, causes included.
        reason: String,
    },
    /// The metadata are not believed.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The site is not registered there.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
}

crate::error::error_codes!(DiscoveryError {
    Self::Address { .. } => "metadata_address",
    Self::NoAnswer { .. } => "metadata_no_answer",
} from {
    Self::Metadata(error) => error,
    Self::Registration(error) => error,
});

/// What is known, and how it was tried.
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

    /// Who we are there, where that is not for the configuration to say.
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

    /// What is known without asking.
    pub fn current(&self) -> Option<Arc<Metadata>> {
        self.state().metadata.clone()
    }

    /// The same, unless who we are there has to be found out anew.
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
                .map_or_else(|| "not asked yet".to_owned(), ToString::to_string),
        )
    }

    /// What is known, or what can be found out now.
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
        let told = {
            let state = self.state();
            // Whoever waited for an attempt shares its outcome; nobody queues for ten seconds times the queue.
            let just_tried = state.last_attempt.is_some_and(|at| self.clock.now() - at < PAUSE);
            state.problem.clone().filter(|_| state.attempts != before || just_tried)
        };
        let outcome = match told {
            Some(problem) => Err(problem),
            None => self.attempt().await,
        };
        outcome.or_else(|problem| self.usable().ok_or(problem))
    }

    /// Asks again; what was known stays when that fails.
    ///
    /// # Errors
    /// Where the provider cannot be reached, or its metadata cannot be used.
    pub async fn renew(&self) -> Result<Arc<Metadata>, DiscoveryError> {
        let _flight = self.flight.lock().await;
        self.attempt().await
    }

    async fn attempt(&self) -> Result<Arc<Metadata>, DiscoveryError> {
        let found = self.fetch().await.map(Arc::new);
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

    async fn fetch(&self) -> Result<Metadata, DiscoveryError> {
        let metadata = match Metadata::written(&self.config) {
            Some(written) => written?,
            None => self.ask().await?,
        };
        if let Some(registrar) = &self.registrar {
            registrar.register(&metadata).await?;
        }
        Ok(metadata)
    }

    async fn ask(&self) -> Result<Metadata, DiscoveryError> {
        let address = self.config.metadata_address();
        let url = Url::parse(&address).map_err(|reason| DiscoveryError::Address { address, reason })?;
        let asking = self.http.read(&url, None);
        let answer = measured(self.config.id.as_str(), Endpoint::Discovery, asking).await;
        let answer = answer.map_err(|e| {
            let cause = e.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            DiscoveryError::NoAnswer {
                address: url,
                reason: format!("{e}{cause}"),
            }
        })?;
        Ok(Metadata::from_answer(&self.config, &answer)?)
    }
}
