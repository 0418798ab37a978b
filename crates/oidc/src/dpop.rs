//! Which requests to the provider carry a proof? Those for tokens, and those that show a token bound to a key (RFC 9449 §5,
//! §7). One that is turned away for want of a nonce is sent again once, signed anew in every part.

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

    /// What proves that the token in `granted` is ours.
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
            (answer, true) if needs_nonce(&answer) => {
                tracing::debug!(target: "bff", provider = %self.config.id, "a proof needs a nonce");
                Ok(self.post_once(url, metadata, fields, key).await?.0)
            }
            (answer, _) => Ok(answer),
        }
    }

    /// The answer, and whether it brought a nonce.
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
        let answer = self.http.post_with(url, auth, fields, Some(&proof)).await?;
        let brought = self.nonces.note(Server::Authorization, url, &answer.headers);
        Ok((answer, brought))
    }

    /// Reads `url` with an access token, and with a proof where it is bound to a key.
    pub(crate) async fn read_with(&self, url: &Url, token: &AccessToken) -> Result<HttpResponse, HttpError> {
        let Some(proof) = token.prove(&Method::GET, url)? else {
            return self.http.read(url, Some(token.secret())).await;
        };
        let answer = self.http.read_bound(url, token.secret(), &proof).await?;
        if !token.needs_retry(url, answer.status, &answer.headers) {
            return Ok(answer);
        }
        let proof = token.prove(&Method::GET, url)?.unwrap_or_default();
        let answer = self.http.read_bound(url, token.secret(), &proof).await?;
        // Kept for the next request; there is no third try.
        let _ = token.needs_retry(url, answer.status, &answer.headers);
        Ok(answer)
    }
}

/// `use_dpop_nonce` of a token endpoint (RFC 9449 §8).
fn needs_nonce(answer: &HttpResponse) -> bool {
    let refused = answer.status == StatusCode::BAD_REQUEST || answer.status == StatusCode::UNAUTHORIZED;
    let error = serde_json::from_slice::<ErrorResponse>(&answer.body);
    refused && error.is_ok_and(|error| error.error().as_ref() == "use_dpop_nonce")
}
