//! Who signs people in? One [`Provider`] per configured issuer.
//!
//! | question | where |
//! |---|---|
//! | How is it asked at all? | [`http`] |
//! | How do we say who we are? | [`client_auth`], [`assertion`], [`signing`] |
//! | How do we prove that a token is ours? | [`proof`], [`proven`], [`nonces`] |
//! | Where are its endpoints? | [`discovery`], [`metadata`] |
//! | Which keys does it sign with? | [`keys`], [`signer`] |
//! | What is a signed token? | [`jws`] |
//! | Is this ID token good? | [`id_token`] |
//! | Which texts identify somebody? | [`identifier`] |
//! | Is this logout token good? | [`logout_token`] |
//! | Is this access token good? | [`access_token`] |
//! | Is this one, by the provider's word? | [`introspection`] |
//! | As whom are we known there? | [`registration`] |
//! | What else does it know of the person? | [`profile`] |
//! | What can be done there besides signing in? | [`flow`] |

pub(crate) mod access_token;
pub(crate) mod assertion;
pub(crate) mod client_auth;
pub(crate) mod discovery;
pub(crate) mod flow;
pub(crate) mod http;
pub(crate) mod id_token;
pub(crate) mod identifier;
pub(crate) mod introspection;
pub(crate) mod jws;
pub(crate) mod keys;
pub(crate) mod logout_token;
pub(crate) mod metadata;
mod moments;
pub(crate) mod nonces;
pub(crate) mod profile;
pub(crate) mod proof;
pub(crate) mod proven;
pub(crate) mod registration;
mod signer;
pub(crate) mod signing;

use std::ops::Deref;
use std::sync::Arc;

use url::Url;

use self::assertion::Assertion;
use self::client_auth::ClientAuth;
use self::discovery::Discovery;
use self::http::HttpClient;
use self::keys::KeyCache;
use self::metadata::Metadata;
use self::nonces::Nonces;
use self::profile::refusals::Refusals;
use self::registration::{Client, Registrar};
use crate::config::client_auth::ClientAuthMethod;
use crate::config::clock::Clock;
use crate::config::user_flow::UserFlow;
use crate::config::{BffConfig, ProviderConfig};
use crate::pages::ProviderLink;

/// The providers of a site, in the order of the configuration. Cloning is cheap; all clones are the same providers.
#[derive(Debug, Clone)]
pub(crate) struct Providers(Arc<[Arc<Provider>]>);

impl Providers {
    pub(crate) fn new(providers: Vec<Arc<Provider>>) -> Self {
        Self(providers.into())
    }

    /// The provider called `id`.
    pub(crate) fn find(&self, id: &str) -> Option<&Arc<Provider>> {
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
pub(crate) struct Provider {
    pub(crate) config: ProviderConfig,
    pub(crate) http: Arc<HttpClient>,
    pub(crate) clock: Clock,
    pub(crate) discovery: Discovery,
    pub(crate) keys: KeyCache,
    /// Who we are there by the configuration.
    configured: Arc<Client>,
    /// Our callback, as registered there.
    pub(crate) redirect_uri: String,
    /// Which user flow this is, if it is one.
    pub(crate) flow: Option<UserFlow>,
    /// Its user flows.
    pub(crate) flows: Vec<Arc<Provider>>,
    /// What userinfo refused lately.
    pub(crate) refusals: Refusals,
    /// What servers want to see in the next proof.
    pub(crate) nonces: Arc<Nonces>,
}

impl Provider {
    /// As people choose it.
    pub(crate) fn link(&self) -> ProviderLink {
        ProviderLink {
            id: self.config.id.clone(),
            title: self.config.title.clone(),
        }
    }

    pub(crate) fn new(config: ProviderConfig, site: &BffConfig, http: Arc<HttpClient>) -> Self {
        Self {
            redirect_uri: format!("{}auth/callback/{}", site.public_url, config.id),
            discovery: Discovery::new(&config, site.clock.clone(), Arc::clone(&http)),
            keys: KeyCache::new(config.id.as_str(), site.clock.clone(), Arc::clone(&http)),
            clock: site.clock.clone(),
            configured: Arc::new(Client::configured(&config)),
            flow: None,
            flows: flow::all(&config, site, &http),
            http,
            config,
            refusals: Refusals::default(),
            nonces: Arc::default(),
        }
    }

    /// The same, registering itself there if the configuration wants that.
    pub(crate) fn registering(self, registrar: Option<Registrar>) -> Self {
        let discovery = self.discovery.with_registrar(registrar);
        Self { discovery, ..self }
    }

    /// Who we are there at this moment. Before the site has registered itself: without a name.
    pub(crate) fn client(&self) -> Arc<Client> {
        self.discovery
            .registered()
            .unwrap_or_else(|| Arc::clone(&self.configured))
    }

    /// What proves who we are at `metadata`'s endpoints, for requests of this moment. As the configuration says; `automatic` follows
    /// the metadata.
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
    pub(crate) fn problem(&self) -> Option<String> {
        let Some(metadata) = self.discovery.usable() else {
            return self.discovery.problem();
        };
        let problem = metadata.pushed_requests_problem(self.config.pushed_requests);
        problem.map(str::to_owned)
    }

    /// Origin a browser is sent to when signing out.
    pub(crate) fn sign_out_origin(&self) -> Option<String> {
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
    pub(crate) fn can_sign_up(&self) -> bool {
        self.config.sign_up_parameter.is_some() || self.discovery.current().is_some_and(|m| m.can_sign_up())
    }
}
