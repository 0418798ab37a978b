//! Access tokens and how a request presents one: as bearer token, or with a proof of the key it is bound to (RFC 9449 §7).

use std::sync::Arc;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::config::clock::Clock;
use crate::config::secret::Secret;
use crate::nonces::{Nonces, Server};
use crate::proof::{Proof, ProofKey};
use crate::signing::Unsigned;

/// An access token for an API, good for at least a few seconds. Send it as `Authorization: <scheme> <secret>` and nowhere
/// else (RFC 6750 §2.1), and with [`AccessToken::proof`] as header `DPoP` where there is one. `Debug` shows `***`.
#[derive(Clone, Debug)]
pub struct AccessToken {
    secret: Secret,
    binding: Option<Binding>,
}

/// The key a token is bound to, and what is needed to prove it.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The key itself.
    pub key: ProofKey,
    /// The time in a proof (`iat`).
    pub clock: Clock,
    /// The nonces that servers require.
    pub nonces: Arc<Nonces>,
}

impl AccessToken {
    /// The token `secret`; `binding` for one that is bound to a key.
    #[must_use]
    pub fn new(secret: &str, binding: Option<Binding>) -> Self {
        Self {
            secret: Secret::from(secret),
            binding,
        }
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.secret.expose()
    }

    /// How the `Authorization` header begins: `Bearer`, or `DPoP` for a token that is bound to a key (RFC 9449 §7.1).
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.binding.is_some() { "DPoP" } else { "Bearer" }
    }

    /// The value of the header `DPoP` for one request of that method to `url`; a new one for every request, a repeated one
    /// too. Nothing for a bearer token. Query and fragment of `url` are not part of it.
    ///
    /// # Errors
    /// When the machine gives no randomness to sign with.
    pub fn proof(&self, method: &Method, url: &Url) -> Result<Option<String>, ProofError> {
        self.prove(method, url).map_err(ProofError)
    }

    pub(crate) fn prove(&self, method: &Method, url: &Url) -> Result<Option<String>, Unsigned> {
        let Some(binding) = &self.binding else { return Ok(None) };
        let nonce = binding.nonces.newest(Server::Resource, url);
        let proof = Proof {
            method: method.as_str(),
            url,
            token: Some(self.secret()),
            nonce: nonce.as_deref(),
            now: binding.clock.now().unix_timestamp(),
        };
        binding.key.prove(&proof).map(Some)
    }

    /// Stores the nonce of the API's response at `url` for the next proof. `true` if the API refused because the nonce was
    /// missing: send the request again, once, with a new proof (RFC 9449 §9).
    #[must_use = "the API may want the request again"]
    pub fn needs_retry(&self, url: &Url, status: StatusCode, headers: &HeaderMap) -> bool {
        let Some(binding) = &self.binding else { return false };
        let has_nonce = binding.nonces.store(Server::Resource, url, headers);
        let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
        let mut challenges = challenges.filter_map(|value| value.to_str().ok());
        let is_required = challenges.any(|text| is_about_proofs(text) && text.contains("use_dpop_nonce"));
        has_nonce && is_required && status == StatusCode::UNAUTHORIZED
    }
}

/// Whether one of the challenges in `text` has the scheme `DPoP`, in whatever case (RFC 9110 §11.1).
fn is_about_proofs(text: &str) -> bool {
    text.split([' ', '\t', ','])
        .any(|word| word.eq_ignore_ascii_case("DPoP"))
}

/// The same token, bound to the same key.
impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        let key = |token: &Self| token.binding.as_ref().map(|binding| binding.key.clone());
        self.secret == other.secret && key(self) == key(other)
    }
}

impl Eq for AccessToken {}

/// A proof could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the proof of possession could not be made")]
pub struct ProofError(#[source] Unsigned);
