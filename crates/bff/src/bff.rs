//! The facade of this crate: one [`Bff`] per site, with its routes, its layers and what is known about its providers.
//!
//! | part | where ||
//! |---|---|
//! | Building it, starting background tasks | here ||
//! | Routes, middleware and layers for the site's own routes | [`protection`] |
//! | State of the providers; addresses to link to | [`status`] |
//! | Sessions of a person, for administrators | [`sessions`] |
//!
//! It owns the parts and hands each of them to what needs it; nothing else can reach all of them.

mod protection;
mod sessions;
mod status;

use std::sync::{Arc, Weak};
use std::time::Duration;

use oidc::config::ProviderConfig;
use oidc::http::HttpClient;
use oidc::registration::Registrar;
use oidc::{Provider, Providers};

pub use self::status::ProviderStatus;
use crate::config::BffConfig;
use crate::config::check::{ConfigError, ConfigProblem};
use crate::guard::introspection::Introspection;
use crate::guard::session_lookup::{SessionLookup, SessionServices};
use crate::pages::{Pages, SharedPages};
use crate::problem::error_chain;
use crate::router;
use crate::session::lifecycle::Sessions;
use crate::session::registration::RegistrationEntry;
use crate::session::seal::Sealer;
use crate::session::store::SessionStore;
use crate::session::sweep;
use crate::sign_in::SignIns;
use crate::sign_in::device::DeviceSignIns;
use crate::sign_in::pending::PendingCookies;
use crate::site::Site;
use crate::tasks::BackgroundTasks;
use crate::tokens::client::ClientTokenRequest;
use crate::tokens::{AccessToken, TokenError, Tokens};

/// How often metadata that are known are read again.
const REFRESH_INTERVAL: Duration = Duration::from_hours(6);
/// Longest pause between attempts to reach a provider that does not respond.
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(30);

/// Sign-in for one site. Cloning is cheap; all clones are the same site.
#[derive(Clone)]
pub struct Bff(Arc<Parts>);

/// The parts of a site. Private to this module, so that everything else takes the parts it needs.
struct Parts {
    lookup: SessionLookup,
    pages: SharedPages,
    introspection: Arc<Introspection>,
    devices: DeviceSignIns,
}

impl Parts {
    fn services(&self) -> &SessionServices {
        &self.lookup.services
    }
}

impl Bff {
    /// Builds the site. Sends no request.
    ///
    /// # Errors
    /// Everything that is wrong with `config`.
    pub fn new(config: BffConfig, sessions: Arc<dyn SessionStore>, pages: Arc<dyn Pages>) -> Result<Self, ConfigError> {
        config.check()?;
        let tasks = BackgroundTasks::default();
        let providers = providers(&config, &sessions)?;
        let sessions = Sessions {
            store: sessions,
            sealer: Sealer::new(config.keys.clone()),
            lifetime: config.session,
            clock: config.clock.clone(),
        };
        let tokens = Tokens::new(&config, sessions.clone(), providers.clone(), tasks.clone());
        let introspection = Introspection::new(providers.clone(), config.clock.clone(), tasks.clone());
        let site = Arc::new(Site::new(config.public_url, &config.cookie_name));
        let sign_ins = SignIns {
            site: Arc::clone(&site),
            pages: Arc::clone(&pages),
            pending: PendingCookies {
                site: Arc::clone(&site),
                sealer: sessions.sealer.clone(),
                clock: config.clock,
            },
            sessions: sessions.clone(),
            providers: providers.clone(),
            used_states: Arc::default(),
            tasks: tasks.clone(),
            max_sessions: config.max_sessions.get(),
        };
        let services = SessionServices {
            sessions,
            tokens: Arc::new(tokens),
            providers,
            tasks,
        };
        Ok(Self(Arc::new(Parts {
            lookup: SessionLookup {
                site,
                services: Arc::new(services),
            },
            pages,
            introspection: Arc::new(introspection),
            devices: DeviceSignIns {
                sign_ins,
                polling: Arc::default(),
            },
        })))
    }

    /// Starts discovery and the removal of expired sessions in the background, until the last clone is dropped or
    /// [`BackgroundTasks::stop`] is called. Call it inside a tokio runtime.
    pub fn start(&self) {
        let tasks = self.tasks();
        for provider in self.providers_with_flows() {
            let discovery = refresh_metadata(Arc::downgrade(provider), tasks.clone());
            if provider.config.registration.is_some() {
                // A registration that is interrupted leaves a client behind that nobody uses.
                tasks.spawn(discovery);
            } else {
                tasks.spawn_until_shutdown(discovery);
            }
        }
        let pausing = tasks.clone();
        let pause = move || {
            let pausing = pausing.clone();
            async move { pausing.pause(sweep::EVERY).await }
        };
        let parts = Arc::downgrade(&self.0);
        let sessions = move || parts.upgrade().map(|parts| parts.services().sessions.clone());
        tasks.spawn(sweep::in_background(sessions, pause));
    }

    /// The background tasks: refreshes, revocations, sweeps. A site that stops calls [`BackgroundTasks::stop`] before it closes its
    /// stores: a refresh that is interrupted loses the new refresh token.
    #[must_use]
    pub fn tasks(&self) -> &BackgroundTasks {
        &self.0.services().tasks
    }

    /// A token for the application itself from the provider of that id (client credentials). It is cached until it is about to
    /// expire, and requested once for all callers that wait for one.
    ///
    /// # Errors
    /// [`TokenError::NotGranted`] when there is no such provider or it refuses, [`TokenError::ProviderUnavailable`] when
    /// it has trouble.
    pub async fn client_token(&self, provider: &str, request: ClientTokenRequest) -> Result<AccessToken, TokenError> {
        self.0.services().tokens.client_token(provider, request).await
    }

    fn providers_with_flows(&self) -> impl Iterator<Item = &Arc<Provider>> {
        let providers = self.0.services().providers.iter();
        providers.flat_map(|provider| [provider].into_iter().chain(&provider.flows))
    }
}

/// The providers of `config`, with the HTTP client they share.
fn providers(config: &BffConfig, sessions: &Arc<dyn SessionStore>) -> Result<Providers, ConfigError> {
    let http = HttpClient::new(config.http).map_err(|error| ConfigError {
        problems: vec![ConfigProblem {
            key: "http".to_owned(),
            problem: error_chain(&error),
        }],
    })?;
    let (http, clock) = (Arc::new(http), &config.clock);
    let sealer = Sealer::new(config.keys.clone());
    let provider = |p: &ProviderConfig| {
        let addresses = router::client_addresses(&config.public_url, &p.id);
        let store = RegistrationEntry::new(&p.issuer, &addresses, sealer.clone(), sessions.clone());
        let registrar = Registrar::new(p, &addresses, clock.clone(), Arc::clone(&http), Arc::new(store));
        let provider = Provider::new(p.clone(), addresses.redirect_uri, clock.clone(), Arc::clone(&http));
        Arc::new(provider.registering(registrar))
    };
    Ok(Providers::new(config.providers.iter().map(provider).collect()))
}

/// Reads the metadata of a provider with exponential backoff until it responds, and then every [`REFRESH_INTERVAL`].
async fn refresh_metadata(provider: Weak<Provider>, tasks: BackgroundTasks) {
    let mut pause = Duration::from_secs(1);
    loop {
        let Some(provider) = provider.upgrade() else { return };
        match provider.discovery.renew().await {
            Ok(_) => {
                match provider.problem() {
                    None => tracing::info!(target: "bff", provider = %provider.config.id, "the provider is ready"),
                    Some(problem) => {
                        tracing::warn!(target: "bff", provider = %provider.config.id, problem, "nobody can sign in");
                    }
                }
                let next = provider.discovery.registers_again_in().unwrap_or(REFRESH_INTERVAL);
                pause = next.clamp(Duration::from_secs(1), REFRESH_INTERVAL);
            }
            Err(problem) => {
                tracing::warn!(target: "bff", provider = %provider.config.id, %problem, "the provider is not ready");
                pause = if pause > MAX_RETRY_PAUSE {
                    MAX_RETRY_PAUSE
                } else {
                    (pause * 2).min(MAX_RETRY_PAUSE)
                };
            }
        }
        drop(provider);
        if !tasks.pause(pause).await {
            return;
        }
    }
}
