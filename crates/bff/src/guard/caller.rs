//! The caller of an API: an extractor for handlers behind [`super::bearer`].

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use oidc::jwt_access_token::VerifiedAccessToken;
use serde_json::{Map, Value};

use super::bearer::api_response;

/// Who calls an API, and what the token allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Who issued the token.
    pub issuer: String,
    /// On behalf of whom; the application itself when it acts alone.
    pub subject: String,
    /// The application that holds the token.
    pub client_id: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// All claims of the token.
    pub claims: Map<String, Value>,
}

impl From<VerifiedAccessToken> for Caller {
    fn from(token: VerifiedAccessToken) -> Self {
        Self {
            issuer: token.issuer,
            subject: token.subject,
            client_id: token.client_id,
            scopes: token.scopes,
            claims: token.claims,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let missing = || api_response(StatusCode::UNAUTHORIZED, Some("Bearer".into()), "a token is needed");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
