//! Who is signed in?
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::StatusCode;
use http::request::Parts;

use crate::session::Identity;
use crate::tokens::{AccessToken, TokenError};

/// A signed-in person.
#[derive(Clone)]
pub struct SignedIn(std::sync::Arc<Identity>);

impl SignedIn {
    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0
    }
    /// A token.
    ///
    /// # Errors
    /// See [`TokenError`].
    #[expect(clippy::unused_async, reason = "not there yet")]
    pub async fn access_token(&self) -> Result<AccessToken, TokenError> {
        Err(TokenError::NotGranted)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
