//! What does a site hold in its hands? One [`Bff`]: routes, a layer, and what may be known about the providers.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use oidc::config::{ProviderConfig, ProviderId};
use oidc::http::HttpClient;
use oidc::registration::Registrar;
use oidc::{Provider, Providers};

use crate::config::BffConfig;
use crate::config::check::{ConfigError, ConfigProblem};
use crate::cookies::Cookies;
use crate::guard::bearer::Bearer;
use crate::guard::introspection::Introspection;
use crate::pages::{Pages, ProviderLink};
use crate::session::lifecycle::Sessions;
use crate::session::registration::RegistrationEntry;
use crate::session::seal::Sealer;
use crate::session::store::SessionRecords;
use crate::session::sweep;
use crate::sign_in::device::pace::Pace;
use crate::sign_in::spent::Spent;
use crate::state::{Bff, Inner};
use crate::tasks::BackgroundTasks;
use crate::tokens::client::ClientTokenRequest;
use crate::tokens::{AccessToken, TokenError, Tokens};
use crate::{guard, router};

/// How often metadata that are known are read again.
const RENEW: Duration = Duration::from_hours(6);
/// Longest pause between attempts to reach a provider that is down.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a provider can sign people in right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Its short name.
    pub id: ProviderId,
    /// Its name for people.
    pub title: String,
    /// Which of its user flows this is about; none where it is about signing in.
    pub user_flow: Option<String>,
    /// Its metadata are known.
    pub ready: bool,
    /// Why not, for an operator.
    pub problem: Option<String>,
}

impl Bff {
    /// Puts the parts together. Asks no network.
    ///
    /// # Errors
    /// Everything that is wrong with `config`.
    pub fn new(
        config: BffConfig,
        sessions: Arc<dyn SessionRecords>,
        pages: Arc<dyn Pages>,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let http = HttpClient::new(config.http).map_err(|e| ConfigError {
            problems: vec![ConfigProblem {
                key: "http".to_owned(),
                problem: crate::problem::chain(&e),
            }],
        })?;
        let http = Arc::new(http);
        let sealer = Sealer::new(config.keys.clone());
        let provider = |p: &ProviderConfig| {
            let addresses = router::client_addresses(&config.public_url, &p.id);
            let store = RegistrationEntry::new(&p.issuer, &addresses, sealer.clone(), Arc::clone(&sessions));
            let registrar = Registrar::new(p, &addresses, config.clock.clone(), Arc::clone(&http), Arc::new(store));
            let provider = Provider::new(
                p.clone(),
                addresses.redirect_uri,
                config.clock.clone(),
                Arc::clone(&http),
            );
            Arc::new(provider.registering(registrar))
        };
        let providers = Providers::new(config.providers.iter().map(provider).collect());
        let tasks = BackgroundTasks::default();
        let sessions = Sessions {
            records: sessions,
            sealer: sealer.clone(),
            lifetime: config.session,
            clock: config.clock.clone(),
        };
        let tokens = Tokens::new(&config, sessions.clone(), providers.clone(), tasks.clone());
        let tokens = Arc::new(tokens);
        Ok(Self(Arc::new(Inner {
            cookies: Cookies::new(&config.cookie_name, &config.public_url),
            sessions,
            tokens,
            sealer,
            pages,
            introspection: Arc::new(Introspection::new(
                providers.clone(),
                config.clock.clone(),
                tasks.clone(),
            )),
            providers,
            spent: Spent::default(),
            device_pace: Pace::default(),
            tasks,
            config,
        })))
    }

    /// Starts discovery and the removal of expired sessions in the background, until the last clone is dropped or
    /// [`BackgroundTasks::stop`] is called.
    /// Call it inside a tokio runtime.
    pub fn start(&self) {
        let tasks = &self.0.tasks;
        for provider in self.with_flows() {
            let discovering = keep_discovered(Arc::downgrade(provider), tasks.clone());
            if provider.config.registration.is_some() {
                // A registration that is broken off leaves a client behind that nobody knows.
                tasks.spawn(discovering);
            } else {
                tasks.spawn_until_shutdown(discovering);
            }
        }
        let pausing = tasks.clone();
        let pause = move || {
            let pausing = pausing.clone();
            async move { pausing.pause(sweep::EVERY).await }
        };
        let site = Arc::downgrade(&self.0);
        let sessions = move || site.upgrade().map(|site| site.sessions.clone());
        tasks.spawn(sweep::in_background(sessions, pause));
    }

    /// What goes on beside the requests: renewals, revocations, sweeps. Before the stores close, a site that stops calls
    /// [`BackgroundTasks::stop`]: a renewal that is broken off loses the refresh token it was given.
    #[must_use]
    pub fn tasks(&self) -> &BackgroundTasks {
        &self.0.tasks
    }

    /// Every `/auth/...` route. They guard themselves: it does not matter whether they are inside [`Bff::protect`].
    pub fn router(&self) -> Router {
        router::routes(Arc::clone(&self.0))
    }

    /// Wraps a whole site: finds the session of each request (no database is asked without a cookie) and puts a
    /// [`SignedIn`](crate::SignedIn) into its extensions; refuses requests that change something and come from
    /// another site.
    pub fn protect(&self, site: Router) -> Router {
        guard::protect(Arc::clone(&self.0), site)
    }

    /// State of each provider, in the order of the configuration, each followed by its user flows.
    #[must_use]
    pub fn readiness(&self) -> Vec<ProviderStatus> {
        let status = |p: &Arc<Provider>| {
            let problem = p.problem();
            ProviderStatus {
                id: p.config.id.clone(),
                title: p.config.title.clone(),
                user_flow: p.flow.as_ref().map(|flow| flow.name.clone()),
                ready: problem.is_none(),
                problem,
            }
        };
        self.with_flows().map(status).collect()
    }

    fn with_flows(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.0.providers.iter().flat_map(|p| [p].into_iter().chain(&p.flows))
    }

    /// The providers to choose from, in the order of the configuration.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderLink> {
        self.0.providers.iter().map(|p| ProviderLink::to(p)).collect()
    }

    /// Whether a provider is known to offer making an account (`prompt=create`, or a parameter of its own).
    #[must_use]
    pub fn can_sign_up(&self) -> bool {
        self.0.providers.iter().any(|p| p.can_sign_up())
    }

    /// Origins to which signing out may lead, for `form-action` in a content security policy: browsers apply it to
    /// the redirect that follows the form as well.
    #[must_use]
    pub fn form_targets(&self) -> Vec<String> {
        let mut origins: Vec<_> = self.0.providers.iter().filter_map(|p| p.sign_out_origin()).collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// Verifies JWT access tokens of the configured providers that are meant for `audience`.
    #[must_use]
    pub fn bearer(&self, audience: &str) -> Bearer {
        Bearer::new(Arc::clone(&self.0), audience)
    }

    /// Like [`Bff::bearer`] for tokens without a readable form: the provider of that id is asked about each (RFC 7662), one
    /// that is good at most once a minute, one that it refuses at most every five seconds. It has to name `audience` in its
    /// answer.
    #[must_use]
    pub fn introspecting_bearer(&self, provider: &str, audience: &str) -> Bearer {
        self.bearer(audience).introspected_by(provider)
    }

    /// A token for the application itself from the provider of that id. The provider is asked again when the token is
    /// about to expire, once however many want it at a time.
    ///
    /// # Errors
    /// [`TokenError::NotGranted`] when there is no such provider or it refuses, [`TokenError::ProviderUnavailable`] when
    /// it has trouble.
    pub async fn client_token(&self, provider: &str, request: ClientTokenRequest) -> Result<AccessToken, TokenError> {
        self.0.tokens.client_token(provider, request).await
    }
}

/// Asks until there is an answer, then rarely.
async fn keep_discovered(provider: Weak<Provider>, tasks: BackgroundTasks) {
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
                let again = provider.discovery.registers_again_in().unwrap_or(RENEW);
                pause = again.clamp(Duration::from_secs(1), RENEW);
            }
            Err(problem) => {
                tracing::warn!(target: "bff", provider = %provider.config.id, %problem, "the provider is not ready");
                pause = if pause > LONGEST_PAUSE {
                    LONGEST_PAUSE
                } else {
                    (pause * 2).min(LONGEST_PAUSE)
                };
            }
        }
        drop(provider);
        if !tasks.pause(pause).await {
            return;
        }
    }
}
