//! Providers: one [`Provider`] per configured issuer, with its configuration, metadata and caches. Requests are in the modules of
//! each endpoint.

use std::ops::Deref;
use std::sync::Arc;

use url::Url;

use crate::assertion::Assertion;
use crate::client_auth::ClientAuth;
use crate::config::ProviderConfig;
use crate::config::client_auth::ClientAuthMethod;
use crate::config::clock::Clock;
use crate::config::user_flow::UserFlow;
use crate::discovery::Discovery;
use crate::flow;
use crate::http::HttpClient;
use crate::keys::KeyCache;
use crate::metadata::Metadata;
use crate::nonces::Nonces;
use crate::profile::refusals::Refusals;
use crate::registration::{Client, Registrar};

/// The providers of a site, in the order of the configuration. Cloning is cheap; all clones are the same providers.
#[derive(Debug, Clone)]
pub struct Providers(Arc<[Arc<Provider>]>);

impl Providers {
    /// The providers in this order.
    #[must_use]
    pub fn new(providers: Vec<Arc<Provider>>) -> Self {
        Self(providers.into())
    }

    /// The provider called `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<Provider>> {
        self.iter().find(|provider| provider.config.id.as_str() == id)
    }
}

impl Deref for Providers {
    type Target = [Arc<Provider>];

    fn deref(&self) -> &[Arc<Provider>] {
        &self.0
    }
}

/// A provider and what is known of it so far.
#[derive(Debug)]
pub struct Provider {
    /// Its configuration.
    pub config: ProviderConfig,
    pub(crate) http: Arc<HttpClient>,
    /// The source of the current time.
    pub clock: Clock,
    /// Its metadata.
    pub discovery: Discovery,
    pub(crate) keys: KeyCache,
    /// The client of the configuration.
    pub(crate) configured: Arc<Client>,
    /// The client's callback, as registered there.
    pub redirect_uri: String,
    /// Which user flow this is, if it is one.
    pub flow: Option<UserFlow>,
    /// Its user flows.
    pub flows: Vec<Arc<Provider>>,
    /// Recent refusals of its userinfo endpoint.
    pub(crate) refusals: Refusals,
    /// The nonces of the next DPoP proofs.
    pub nonces: Arc<Nonces>,
}

impl Provider {
    /// The provider that `config` describes, for the client at `redirect_uri`. Sends nothing.
    #[must_use]
    pub fn new(config: ProviderConfig, redirect_uri: String, clock: Clock, http: Arc<HttpClient>) -> Self {
        Self {
            discovery: Discovery::new(&config, clock.clone(), Arc::clone(&http)),
            keys: KeyCache::new(config.id.as_str(), clock.clone(), Arc::clone(&http)),
            configured: Arc::new(Client::configured(&config)),
            flow: None,
            flows: flow::all(&config, &redirect_uri, &clock, &http),
            redirect_uri,
            clock,
            http,
            config,
            refusals: Refusals::default(),
            nonces: Arc::default(),
        }
    }

    /// The same, with dynamic registration if it is configured.
    #[must_use]
    pub fn registering(self, registrar: Option<Registrar>) -> Self {
        let discovery = self.discovery.with_registrar(registrar);
        Self { discovery, ..self }
    }

    /// The client there at this moment. Its id is empty before a dynamic registration.
    pub fn client(&self) -> Arc<Client> {
        self.discovery
            .registered()
            .unwrap_or_else(|| Arc::clone(&self.configured))
    }

    /// The client authentication at `metadata`'s endpoints, for requests of this moment. By the configured method; `automatic`
    /// follows the metadata.
    pub(crate) fn client_auth<'a>(&'a self, metadata: &'a Metadata) -> ClientAuth<'a> {
        let client = self.client();
        let id = Arc::clone(&client.id);
        let by_secret = |in_form: bool| match client.secret.clone() {
            None => ClientAuth::Public {
                id: Arc::clone(&client.id),
            },
            Some(secret) if in_form => ClientAuth::Form {
                id: Arc::clone(&client.id),
                secret,
            },
            Some(secret) => ClientAuth::Basic {
                id: Arc::clone(&client.id),
                secret,
            },
        };
        match &self.config.client_auth {
            ClientAuthMethod::Automatic => {
                by_secret(client.in_form.unwrap_or_else(|| metadata.takes_secret_in_form_only()))
            }
            ClientAuthMethod::SecretBasic => by_secret(false),
            ClientAuthMethod::SecretPost => by_secret(true),
            ClientAuthMethod::None => ClientAuth::Public { id },
            ClientAuthMethod::PrivateKeyJwt { key, kid } => ClientAuth::Signed(Assertion {
                client_id: id,
                audience: metadata.assertion_audience(),
                key,
                kid: kid.as_deref(),
                algorithm: key.algorithm(metadata.assertion_algorithms()),
                now: self.clock.now().unix_timestamp(),
            }),
        }
    }

    /// Why nobody can sign in here right now, for an operator.
    pub fn problem(&self) -> Option<String> {
        let Some(metadata) = self.discovery.usable() else {
            return self.discovery.problem();
        };
        let problem = metadata.pushed_requests_problem(self.config.pushed_requests);
        problem.map(|problem| problem.to_string())
    }

    /// Origin a browser is sent to when signing out.
    pub fn sign_out_origin(&self) -> Option<String> {
        let known = self.discovery.current().and_then(|m| m.end_session_endpoint.clone());
        let own = || {
            self.config
                .sign_out_address
                .as_ref()
                .map(|there| there.address.as_str())
        };
        let url = known.or_else(|| Url::parse(own().unwrap_or(&self.config.issuer)).ok())?;
        Some(url.origin().ascii_serialization())
    }

    /// Whether it is known to offer making an account.
    pub fn can_sign_up(&self) -> bool {
        self.config.sign_up_parameter.is_some() || self.discovery.current().is_some_and(|m| m.can_sign_up())
    }
}
