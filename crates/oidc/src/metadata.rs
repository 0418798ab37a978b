//! Metadata of a provider (OpenID Connect Discovery 1.0 §3), read from its response or from the configuration and checked
//! alike. When they are fetched is in [`super::discovery`].

mod error;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

pub use self::error::{MetadataError, PushedRequestsError};
use super::http::HttpResponse;
use crate::address::{is_local, is_loopback, is_secure_or_loopback};
use crate::config::{ProviderConfig, PushedRequests};

/// The grant type of the device flow (RFC 8628 §3.4).
pub const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The metadata of a provider; members not needed here are not read, whatever they hold.
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    /// The issuer identifier, as the provider writes it.
    pub issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    pub(crate) jwks_uri: Url,
    pub(crate) userinfo_endpoint: Option<Url>,
    /// Where people sign out (RP-Initiated Logout 1.0 §2.1).
    pub end_session_endpoint: Option<Url>,
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) introspection_endpoint: Option<Url>,
    pub(super) registration_endpoint: Option<Url>,
    pub(crate) pushed_authorization_request_endpoint: Option<Url>,
    require_pushed_authorization_requests: Option<bool>,
    authorization_response_iss_parameter_supported: Option<bool>,
    prompt_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    pub(crate) device_authorization_endpoint: Option<Url>,
}

impl Metadata {
    /// Whether every response of this provider names its issuer (RFC 9207 §3).
    #[must_use]
    pub fn names_issuer_in_responses(&self) -> bool {
        self.authorization_response_iss_parameter_supported == Some(true)
    }

    /// Whether requests that pass through the browser are refused (RFC 9126 §5).
    pub(crate) fn requires_par(&self) -> bool {
        self.require_pushed_authorization_requests == Some(true)
    }

    /// Why nobody can sign in with this setting.
    pub(crate) fn pushed_requests_problem(&self, setting: PushedRequests) -> Option<PushedRequestsError> {
        let offered = self.pushed_authorization_request_endpoint.is_some();
        match setting {
            PushedRequests::Always if !offered => Some(PushedRequestsError::NotOffered),
            PushedRequests::Never if self.requires_par() => Some(PushedRequestsError::SwitchedOff),
            PushedRequests::WhereAdvertised if !offered && self.requires_par() => Some(PushedRequestsError::NoEndpoint),
            _ => None,
        }
    }

    /// Whether it offers to make an account (Initiating User Registration 1.0).
    pub(crate) fn can_sign_up(&self) -> bool {
        self.prompt_values_supported
            .as_ref()
            .is_some_and(|v| v.iter().any(|p| p == "create"))
    }

    /// `client_secret_basic` is the default (Discovery §3); some take the secret in the form alone.
    pub(crate) fn takes_secret_in_form_only(&self) -> bool {
        let Some(methods) = &self.token_endpoint_auth_methods_supported else {
            return false;
        };
        let has = |method: &str| methods.iter().any(|m| m == method);
        has("client_secret_post") && !has("client_secret_basic")
    }

    /// Whom assertions of clients are for: the issuer (RFC 9700 §2.5), or its token endpoint where the metadata are those of many tenants
    /// and name a pattern (RFC 7523 §3).
    pub(crate) fn assertion_audience(&self) -> &str {
        let is_pattern = self.issuer.contains(['{', '}']);
        if is_pattern {
            self.token_endpoint.as_str()
        } else {
            &self.issuer
        }
    }

    /// Algorithms of client assertions that it accepts, if listed (Discovery §3).
    pub(crate) fn assertion_algorithms(&self) -> Option<&[String]> {
        self.token_endpoint_auth_signing_alg_values_supported.as_deref()
    }

    /// Reads and checks a response of the provider known as `config`.
    pub(super) fn from_response(config: &ProviderConfig, response: &HttpResponse) -> Result<Self, MetadataError> {
        if response.status != StatusCode::OK {
            return Err(MetadataError::Status(response.status));
        }
        let metadata: Self =
            serde_json::from_slice(&response.body).map_err(|error| MetadataError::Unreadable(error.to_string()))?;
        metadata.checked(config)
    }

    /// The metadata written in the configuration; sends no request.
    pub(crate) fn written(config: &ProviderConfig) -> Option<Result<Self, MetadataError>> {
        let mut members = config.metadata.clone()?;
        members.entry("issuer").or_insert_with(|| config.issuer.clone().into());
        let read = serde_json::from_value::<Self>(Value::Object(members));
        Some(
            read.map_err(|error| MetadataError::Unreadable(error.to_string()))
                .and_then(|metadata| metadata.checked(config)),
        )
    }

    fn checked(self, config: &ProviderConfig) -> Result<Self, MetadataError> {
        let metadata = self;
        if !config.may_name(&metadata.issuer) {
            return Err(MetadataError::Issuer {
                named: metadata.issuer,
                configured: config.issuer.clone(),
            });
        }
        metadata.check_endpoints(config)?;
        Ok(metadata)
    }

    /// Endpoints are encrypted, and a provider on the internet leads nobody into a local network: only an operator does, by
    /// the issuer or by metadata written in the configuration. A name is not resolved for that: a server
    /// without a certificate for it receives nothing.
    fn check_endpoints(&self, config: &ProviderConfig) -> Result<(), MetadataError> {
        let issuer = Url::parse(&config.issuer);
        let at_home = issuer.as_ref().is_ok_and(is_loopback);
        let may_be_local = config.metadata.is_some() || issuer.as_ref().is_ok_and(is_local);
        let needed = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        let offered = [
            &self.userinfo_endpoint,
            &self.end_session_endpoint,
            &self.revocation_endpoint,
            &self.introspection_endpoint,
            &self.registration_endpoint,
            &self.pushed_authorization_request_endpoint,
            &self.device_authorization_endpoint,
        ];
        for url in needed.into_iter().chain(offered.into_iter().flatten()) {
            if url.scheme() != "https" && !(at_home && is_secure_or_loopback(url)) {
                return Err(MetadataError::InsecureEndpoint(url.clone()));
            }
            if !may_be_local && is_local(url) {
                return Err(MetadataError::LocalEndpoint(url.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
