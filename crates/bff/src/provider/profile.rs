//! What else does the provider know of the person? Userinfo, asked where it is offered (OpenID Connect Core 1.0 §5.3).

mod signed;

use http::StatusCode;
use serde_json::{Map, Value};

use super::Provider;
use super::discovery::Metadata;
use super::http::HttpError;
use super::keys::NoKeys;
use crate::event::measured::{Endpoint, measured};
use crate::tokens::endpoint::Granted;

/// Claims that serve the protocol alone.
const PROTOCOL: [&str; 6] = ["nonce", "at_hash", "c_hash", "s_hash", "sid", "jti"];
/// Claims that userinfo may not change: they say what the ID token is, and how the person was authenticated.
const FIXED: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "acr",
    "amr",
];

/// Why userinfo, and with it the sign-in, is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserinfoError {
    #[error("userinfo is about somebody else")]
    OtherSubject,
    #[error("userinfo cannot be read")]
    NoAnswer(#[from] HttpError),
    #[error("userinfo does not take the access token")]
    TokenRefused,
    #[error("userinfo answers {0}")]
    Status(StatusCode),
    #[error("userinfo is not JSON")]
    NotJson,
    #[error("signed userinfo is not by the provider, or not for us")]
    NotBelieved,
    #[error(transparent)]
    NoKeys(#[from] NoKeys),
}

impl Provider {
    /// The claims about `subject`; none where userinfo is not offered.
    pub(crate) async fn userinfo(
        &self,
        metadata: &Metadata,
        granted: &Granted,
        subject: &str,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let Some(address) = &metadata.userinfo_endpoint else {
            return Ok(Map::new());
        };
        let token = self.token_of(granted);
        let asking = self.read_with(address, &token);
        let answer = measured(self.config.id.as_str(), Endpoint::Userinfo, asking).await?;
        match answer.status {
            StatusCode::OK => match signed::token_in(&answer.body) {
                Some(token) => about(subject, self.signed_userinfo(metadata, token).await?),
                None => claims_about(subject, &answer.body),
            },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(UserinfoError::TokenRefused),
            other => Err(UserinfoError::Status(other)),
        }
    }

    /// The claims about `subject`, also where a token made for an API (`resource`, `audience`, its scopes) is not good for userinfo
    /// (RFC 8707 §2.2): then a second one is asked for, and as a last resort the ID token's claims have to do.
    pub(crate) async fn userinfo_beside_api(
        &self,
        metadata: &Metadata,
        granted: &mut Granted,
        subject: &str,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let first = self.userinfo(metadata, granted, subject).await;
        let config = &self.config;
        // A scope in two parts names the API it belongs to, as Microsoft's do: `api://…/read`, or an identifier before the slash.
        let general: Vec<&str> = config
            .scopes
            .iter()
            .map(String::as_str)
            .filter(|scope| !scope.contains('/'))
            .collect();
        let is_scoped = general.len() < config.scopes.len();
        let for_api = config.audience.is_some() || config.resource.is_some() || is_scoped;
        if !for_api || !matches!(first, Err(UserinfoError::TokenRefused)) {
            return first;
        }
        let Some(refresh_token) = granted.refresh_token.clone() else {
            return Ok(Map::new());
        };
        let scope = general.join(" ");
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ];
        if is_scoped {
            fields.push(("scope", scope.as_str()));
        }
        let key = granted.proof_key.as_ref();
        let Ok(second) = self.ask_for_tokens_of_any_resource(metadata, &fields, key).await else {
            return Ok(Map::new());
        };
        granted.refresh_token = second.refresh_token.clone().or(Some(refresh_token));
        granted.refresh_end = second.refresh_end.or(granted.refresh_end);
        match self.userinfo(metadata, &second, subject).await {
            Err(UserinfoError::TokenRefused) => Ok(Map::new()),
            claims => claims,
        }
    }
}

fn claims_about(subject: &str, body: &[u8]) -> Result<Map<String, Value>, UserinfoError> {
    about(
        subject,
        serde_json::from_slice(body).map_err(|_| UserinfoError::NotJson)?,
    )
}

fn about(subject: &str, claims: Map<String, Value>) -> Result<Map<String, Value>, UserinfoError> {
    if claims.get("sub").and_then(Value::as_str) == Some(subject) {
        Ok(claims)
    } else {
        Err(UserinfoError::OtherSubject)
    }
}

/// What is known of a person, without what only serves the protocol.
pub(crate) fn merged(id_token: Map<String, Value>, userinfo: Map<String, Value>) -> Map<String, Value> {
    let mut claims = id_token;
    claims.extend(userinfo.into_iter().filter(|(name, _)| !FIXED.contains(&name.as_str())));
    claims.retain(|name, _| !PROTOCOL.contains(&name.as_str()));
    claims
}

#[cfg(test)]
mod tests;
