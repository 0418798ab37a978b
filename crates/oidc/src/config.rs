//! Configuration of a provider: its issuer, the client's registration there, and where it differs from others.
//!
//! Secrets are in [`secret`], time in [`clock`]; what one provider does unlike others in [`issuer`], [`user_flow`], [`userinfo`] and
//! [`sign_out_address`], and whole settings for some in [`preset`]. How the client authenticates is in [`client_auth`], the key for it
//! in [`private_key`]; what can be wrong with a configuration in [`check`].

pub mod check;
pub mod client_auth;
pub mod clock;
pub mod http_limits;
pub mod issuer;
pub mod preset;
pub mod private_key;
pub mod registration;
pub mod secret;
pub mod sign_out_address;
pub mod user_flow;
pub mod userinfo;

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use self::client_auth::ClientAuthMethod;
pub use self::http_limits::HttpLimits;
use self::issuer::IssuerRule;
use self::registration::Registration;
use self::secret::Secret;
use self::sign_out_address::SignOutAddress;
use self::user_flow::{ErrorRule, UserFlow};
use self::userinfo::UserinfoMode;

/// One identity provider and our registration there (OpenID Connect Core 1.0).
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, named as an operator would"
)]
pub struct ProviderConfig {
    /// Short name, part of the callback address.
    pub id: ProviderId,
    /// Name for people.
    pub title: String,
    /// Issuer identifier, read by [`ProviderConfig::issuer_rule`]; by default compared to the discovered one
    /// character by character.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our password there; absent for a public client.
    pub client_secret: Option<Secret>,
    /// Requested scopes; must contain `openid`.
    pub scopes: Vec<String>,
    /// Sent as `audience` when signing in (an extension some providers need to issue a token for an API).
    pub audience: Option<String>,
    /// Resource indicator, sent when signing in and when requesting tokens (RFC 8707 §2).
    pub resource: Option<String>,
    /// Whether every sign-in requests consent (`prompt=consent`), without which some providers issue no
    /// refresh token for `offline_access` (OpenID Connect Core 1.0 §11). Off by default: others request it once by themselves.
    pub consent: bool,
    /// How the authorization response is returned.
    pub response_mode: ResponseMode,
    /// Signature algorithms accepted from this provider (RFC 7518 §3.1). MAC and asymmetric never together.
    pub algorithms: Vec<String>,
    /// Audiences an ID token may carry beside our client id.
    pub extra_audiences: Vec<String>,
    /// How far clocks may differ; at most 5 minutes.
    pub leeway: Duration,
    /// Accept logout tokens with `typ: logout+jwt` only. Older providers leave `typ` out or write `JWT` (Back-Channel
    /// Logout 1.0 §2.4).
    pub typed_logout_tokens: bool,
    /// Accept logout tokens without `exp`, for two minutes after they were issued. Providers from before Back-Channel Logout 1.0
    /// leave it out; everybody else has to write it (§2.4). Off by default.
    pub logout_tokens_without_exp: bool,
    /// When userinfo is requested.
    pub userinfo: UserinfoMode,
    /// Claims the application needs, for [`UserinfoMode::Auto`]: a dot steps into an object unless a claim has the whole name, a
    /// backslash makes a dot part of a name. `None` by default: all there are, so that userinfo is requested wherever it is offered.
    pub required_claims: Option<Vec<String>>,
    /// Front-channel logout has `sid` without `iss`, as Entra sends it. The address names the provider, so
    /// `sid` is enough where the provider's are not to be guessed.
    pub front_channel_without_issuer: bool,
    /// Which issuers are the provider's; by default the one in [`ProviderConfig::issuer`].
    pub issuer_rule: IssuerRule,
    /// Where the metadata are; by default at the issuer (Discovery 1.0 §4).
    pub metadata_url: Option<String>,
    /// What can be done there besides signing in; nothing by default.
    pub user_flows: Vec<UserFlow>,
    /// Reactions to error codes of the provider; without a rule an error is shown.
    pub error_rules: Vec<ErrorRule>,
    /// A parameter that requests the page where an account is made; by default `prompt=create` where the metadata offer
    /// it (Initiating User Registration 1.0).
    pub sign_up_parameter: Option<(String, String)>,
    /// Where people sign out if the metadata name no `end_session_endpoint`; by default nowhere.
    pub sign_out_address: Option<SignOutAddress>,
    /// The provider's metadata (Discovery 1.0 §3); then none are fetched. `issuer` is taken from
    /// [`ProviderConfig::issuer`] where it is missing. By default they are fetched.
    pub metadata: Option<Map<String, Value>>,
    /// How the site registers itself; then [`ProviderConfig::client_id`] and the secret are not used. By default it was
    /// registered beforehand.
    pub registration: Option<Registration>,
    /// The application requests tokens of its own (`Bff::client_token`): a site that registers
    /// itself requests the grant `client_credentials` (RFC 6749 §4.4). Nothing else depends on it.
    pub client_credentials: bool,
    /// How the client authenticates.
    pub client_auth: ClientAuthMethod,
    /// Whether requests are pushed to the provider instead of passing through the browser.
    pub pushed_requests: PushedRequests,
    /// Tokens of people and of the application are bound to a key, and tokens that are not are refused (RFC 9449). Each
    /// sign-in has a key of its own, sealed with its session.
    pub dpop: bool,
    /// Screens without a keyboard may sign in by a code that is entered elsewhere (RFC 8628), where the provider offers
    /// it. Off by default: whoever starts such a sign-in can talk somebody else into entering the code (§5.4).
    pub device_sign_in: bool,
}

impl ProviderConfig {
    /// A public client of `issuer` with the usual scopes, algorithms and one minute of leeway.
    ///
    /// # Errors
    /// When `id` is not a [`ProviderId`].
    pub fn new(id: &str, issuer: &str, client_id: &str) -> Result<Self, InvalidProviderId> {
        Ok(Self {
            id: ProviderId::parse(id)?,
            title: id.to_owned(),
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            audience: None,
            resource: None,
            consent: false,
            response_mode: ResponseMode::Query,
            algorithms: ["RS256", "PS256", "ES256", "EdDSA"].map(str::to_owned).to_vec(),
            extra_audiences: Vec::new(),
            leeway: Duration::from_mins(1),
            typed_logout_tokens: false,
            logout_tokens_without_exp: false,
            userinfo: UserinfoMode::default(),
            required_claims: None,
            front_channel_without_issuer: false,
            issuer_rule: IssuerRule::Exact,
            metadata_url: None,
            user_flows: Vec::new(),
            error_rules: Vec::new(),
            sign_up_parameter: None,
            sign_out_address: None,
            metadata: None,
            registration: None,
            client_credentials: false,
            client_auth: ClientAuthMethod::default(),
            pushed_requests: PushedRequests::default(),
            dpop: false,
            device_sign_in: false,
        })
    }
}

/// A provider's short name: 1 to 32 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(String);

impl ProviderId {
    /// Reads a short name.
    ///
    /// # Errors
    /// When it is empty, longer than 32 characters or has a character outside `a-z0-9-`.
    pub fn parse(text: &str) -> Result<Self, InvalidProviderId> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=32).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderId(text.chars().take(40).collect()))
        }
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that cannot name a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("provider id `{0}` must be 1 to 32 of a-z, 0-9 and -")]
pub struct InvalidProviderId(String);

/// How the provider returns the authorization response to the callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// As a query of a GET request (RFC 6749 §4.1.2).
    #[default]
    Query,
    /// As a form posted by the browser (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// Whether authorization requests are pushed to the provider, so that the browser carries a reference alone (RFC 9126).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushedRequests {
    /// Where the metadata name an endpoint for it.
    #[default]
    WhereAdvertised,
    /// Nobody signs in without.
    Always,
    /// Not even where it is offered.
    Never,
}
