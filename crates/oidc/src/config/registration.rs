//! Settings of dynamic client registration: the client registers itself, once (OpenID Connect Dynamic Client Registration 1.0,
//! RFC 7591). The response is stored where sessions are, sealed.

use serde_json::{Map, Value};

use super::secret::Secret;

/// The client metadata that the site registers. Addresses, grant and response types are filled in, how the site
/// proves itself as [`ProviderConfig::client_auth`](crate::config::ProviderConfig::client_auth) specifies (a key by its public half, in
/// `jwks`), and `dpop_bound_access_tokens` where [`ProviderConfig::dpop`](crate::config::ProviderConfig::dpop) is set.
///
/// The registration is stored until its secret ends or the configuration needs something else than it was made for (another grant, another
/// key, a key instead of a secret, bound tokens); then the site registers anew. It is another client from then on: refresh
/// tokens of the old one are of no use, and whoever has one signs in again when their access token ends.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// What people see at the provider (`client_name`).
    pub client_name: String,
    /// The token that allows registering, where the provider requires one (RFC 7591 §3).
    pub initial_access_token: Option<Secret>,
    /// More metadata, such as `contacts` or `logo_uri`; what this crate fills in cannot be changed by it.
    pub extra: Map<String, Value>,
}
