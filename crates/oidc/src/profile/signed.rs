//! Verification of signed userinfo: some providers respond with a JWT (OpenID Connect Core 1.0 §5.3.2), which one of their
//! keys must have signed, for this client.

use serde_json::{Map, Value};

use super::UserinfoError;
use crate::Provider;
use crate::jws::Compact;
use crate::keys::TokenSource;
use crate::metadata::Metadata;

/// The text of a JWT: its header is JSON, and so begins like this in base64url.
pub(super) fn token_in(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?.trim();
    text.starts_with("ey").then_some(text)
}

impl Provider {
    /// The claims in `raw`.
    pub(super) async fn signed_userinfo(
        &self,
        metadata: &Metadata,
        raw: &str,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let token = Compact::parse_of_provider(raw).map_err(|_| UserinfoError::NotJson)?;
        let is_other_kind = token.kind().is_some_and(|kind| kind != "jwt") || token.claims.contains_key("events");
        let named = &metadata.issuer;
        let is_ours = !token.claims.contains_key("iss") || self.config.issuer_of(&token.claims, named).is_some();
        let client = self.client();
        let is_for_us = token.claims.get("aud").is_none() || token.audiences().contains(&&*client.id);
        if !self.config.algorithms.contains(&token.header.alg) || is_other_kind || !is_ours || !is_for_us {
            return Err(UserinfoError::NotBelieved);
        }
        let issuer = token.text("iss").unwrap_or(named);
        if self.signed(&token, metadata, issuer, TokenSource::Provider).await? {
            Ok(token.claims)
        } else {
            Err(UserinfoError::NotBelieved)
        }
    }
}
