//! Why the metadata of a provider are of no use.

use http::StatusCode;
use url::Url;

/// Why metadata are not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Their address responds with another status than 200.
    #[error("the metadata address answers {0}")]
    Status(StatusCode),
    /// They are not JSON, or lack what is needed.
    #[error("the metadata cannot be read: {0}")]
    Unreadable(String),
    /// They are about another issuer.
    #[error("the metadata name the issuer `{named}` instead of `{configured}`")]
    Issuer {
        /// Whom they name.
        named: String,
        /// Whom the configuration names.
        configured: String,
    },
    /// They lead to an endpoint without encryption.
    #[error("the endpoint `{0}` is not https")]
    InsecureEndpoint(Url),
    /// They lead from the internet into a local network.
    #[error("the endpoint `{0}` is in a local network, the issuer is not")]
    LocalEndpoint(Url),
}

crate::error::error_codes!(MetadataError {
    Self::Status(_) => "metadata_status",
    Self::Unreadable(_) => "metadata_unreadable",
    Self::Issuer { .. } => "metadata_issuer",
    Self::InsecureEndpoint(_) => "metadata_insecure_endpoint",
    Self::LocalEndpoint(_) => "metadata_local_endpoint",
});

/// Why requests cannot be pushed as configured (RFC 9126).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushedRequestsError {
    /// The configuration requires it, the provider has no endpoint.
    #[error("pushed authorization requests are configured, and the metadata name no endpoint for them")]
    NotOffered,
    /// The provider requires it, the configuration forbids it.
    #[error("the provider takes pushed authorization requests only, and they are switched off")]
    SwitchedOff,
    /// The provider requires it and has no endpoint.
    #[error("the provider takes pushed authorization requests only, and its metadata name no endpoint for them")]
    NoEndpoint,
}

crate::error::error_codes!(PushedRequestsError {
    Self::NotOffered => "pushed_requests_not_offered",
    Self::SwitchedOff => "pushed_requests_switched_off",
    Self::NoEndpoint => "pushed_requests_no_endpoint",
});
