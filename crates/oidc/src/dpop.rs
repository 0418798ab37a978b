//! DPoP at the provider: requests for tokens, and those with a token bound to a key, carry a proof (RFC 9449 §5, §7). One that
//! is refused because the nonce is missing is sent again once, signed anew in every part.

use std::sync::Arc;

use http::{Method, StatusCode};
use url::Url;

use super::Provider;
use super::http::{HttpError, HttpResponse};
use super::metadata::Metadata;
use super::nonces::Server;
use super::proof::{Proof, ProofKey};
use super::signing::Unsigned;
use crate::access_token::AccessToken;
use crate::access_token::Binding;
use crate::error_response::ErrorResponse;
use crate::token_endpoint::TokenResponse;

impl Provider {
    /// The key to bind tokens to: the one that is `known`, a new one where there should be one.
    ///
    /// # Errors
    /// Where the machine gives no randomness.
    pub fn proof_key(&self, known: Option<&ProofKey>) -> Result<Option<ProofKey>, Unsigned> {
        match known {
            Some(key) => Ok(Some(key.clone())),
            None if self.config.dpop => ProofKey::fresh().map(Some),
            None => Ok(None),
        }
    }

    /// The key that the token in `granted` is bound to.
    pub fn binding(&self, granted: &TokenResponse) -> Option<Binding> {
        granted.proof_key.clone().map(|key| Binding {
            key,
            clock: self.clock.clone(),
            nonces: Arc::clone(&self.nonces),
        })
    }

    /// The token in `granted`, to be shown.
    pub(crate) fn token_of(&self, granted: &TokenResponse) -> AccessToken {
        AccessToken::new(&granted.access_token, self.binding(granted))
    }

    /// Posts `fields` to the token endpoint with our credentials and a proof by `key`.
    pub(crate) async fn post_with_proof(
        &self,
        metadata: &Metadata,
        fields: &[(&str, &str)],
        key: &ProofKey,
    ) -> Result<HttpResponse, HttpError> {
        let url = &metadata.token_endpoint;
        match self.post_once(url, metadata, fields, key).await? {
            (response, true) if needs_nonce(&response) => {
                tracing::debug!(target: "bff", provider = %self.config.id, "a proof needs a nonce");
                Ok(self.post_once(url, metadata, fields, key).await?.0)
            }
            (response, _) => Ok(response),
        }
    }

    /// The response, and whether it brought a nonce.
    async fn post_once(
        &self,
        url: &Url,
        metadata: &Metadata,
        fields: &[(&str, &str)],
        key: &ProofKey,
    ) -> Result<(HttpResponse, bool), HttpError> {
        let nonce = self.nonces.newest(Server::Authorization, url);
        let proof = key.prove(&Proof {
            method: "POST",
            url,
            token: None,
            nonce: nonce.as_deref(),
            now: self.clock.now().unix_timestamp(),
        })?;
        let auth = self.client_auth(metadata);
        let response = self.http.post_with(url, auth, fields, Some(&proof)).await?;
        let has_nonce = self.nonces.store(Server::Authorization, url, &response.headers);
        Ok((response, has_nonce))
    }

    /// Reads `url` with an access token, and with a proof where it is bound to a key.
    pub(crate) async fn read_with(&self, url: &Url, token: &AccessToken) -> Result<HttpResponse, HttpError> {
        let Some(proof) = token.prove(&Method::GET, url)? else {
            return self.http.read(url, Some(token.secret())).await;
        };
        let response = self.http.read_bound(url, token.secret(), &proof).await?;
        if !token.needs_retry(url, response.status, &response.headers) {
            return Ok(response);
        }
        let proof = token.prove(&Method::GET, url)?.unwrap_or_default();
        let response = self.http.read_bound(url, token.secret(), &proof).await?;
        // The nonce is stored for the next request; there is no third attempt.
        let _ = token.needs_retry(url, response.status, &response.headers);
        Ok(response)
    }
}

/// `use_dpop_nonce` of a token endpoint (RFC 9449 §8).
fn needs_nonce(response: &HttpResponse) -> bool {
    let refused = response.status == StatusCode::BAD_REQUEST || response.status == StatusCode::UNAUTHORIZED;
    let error = serde_json::from_slice::<ErrorResponse>(&response.body);
    refused && error.is_ok_and(|error| error.error().as_ref() == "use_dpop_nonce")
}
