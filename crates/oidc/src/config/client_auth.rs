//! The setting for client authentication; `crate::client_auth` applies it.

use super::ProviderConfig;
use super::private_key::PrivateKey;

/// How the client authenticates at the token, revocation, introspection and pushed authorization request endpoints
/// (OpenID Connect Core 1.0 §9).
#[derive(Debug, Clone, Default)]
pub enum ClientAuthMethod {
    /// With a secret: `client_secret_basic`, or `client_secret_post` where the metadata offer nothing else of the two.
    /// Without: `none`.
    #[default]
    Automatic,
    /// `client_secret_basic`: the secret in the `Authorization` header (RFC 6749 §2.3.1).
    SecretBasic,
    /// `client_secret_post`: the secret in the form.
    SecretPost,
    /// `private_key_jwt`: a signed assertion, made anew for every request, good for a minute and for this issuer alone
    /// (RFC 7523 §3, RFC 9700 §2.5). No secret is shared with the provider.
    PrivateKeyJwt {
        /// Signs; its public half is registered at the provider.
        key: PrivateKey,
        /// Name of the key in the set registered there (RFC 7515 §4.1.4).
        kid: Option<String>,
    },
    /// `none`: the name alone, as a public client.
    None,
}

impl ClientAuthMethod {
    /// Its registered name (RFC 8414 §2).
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt { .. } => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// What is wrong with the method of `provider`.
pub(super) fn problem(provider: &ProviderConfig) -> Option<String> {
    let method = &provider.client_auth;
    let name = method.name();
    let has_secret = provider.client_secret.is_some();
    // A site that registers itself is given one.
    let gets_secret = provider.registration.is_some();
    // ID tokens with `HS*` are verified with the secret, whoever never sends it.
    let secret_is_idle = has_secret && !provider.algorithms.iter().any(|alg| alg.starts_with("HS"));
    match method {
        ClientAuthMethod::SecretBasic | ClientAuthMethod::SecretPost if !has_secret && !gets_secret => {
            Some(format!("`{name}` needs a client_secret; write it as well"))
        }
        ClientAuthMethod::PrivateKeyJwt { .. } | ClientAuthMethod::None if secret_is_idle => Some(format!(
            "`{name}` never sends the client_secret; remove it, here and at the provider"
        )),
        ClientAuthMethod::PrivateKeyJwt { kid: Some(kid), .. } if kid.is_empty() || kid.len() > 256 => {
            Some("the key's `kid` must have 1 to 256 characters, or be left out".to_owned())
        }
        _ => None,
    }
}
