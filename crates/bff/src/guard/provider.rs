//! May somebody who signed in elsewhere pass? Not where a route names the provider it wants: people are asked to sign in
//! there.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use oidc::Provider;

use super::gate::{Admitted, Gate, Guarded};
use super::page_of;
use super::signed_in::SignedIn;
use crate::event::What;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::sign_in::start::login_path;
use crate::state::{Bff, Inner};

/// No provider has that short name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no provider `{0}`")]
pub struct UnknownProvider(String);

/// The layer made by [`Bff::require_provider`].
#[derive(Clone)]
pub struct RequireProvider {
    inner: Arc<Inner>,
    provider: Arc<Provider>,
}

impl std::fmt::Debug for RequireProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RequireProvider")
            .field(&self.provider.config.id)
            .finish()
    }
}

impl Bff {
    /// A layer, inside [`Bff::protect`], that lets people pass who are signed in with this provider. Everybody else gets
    /// a page that offers to sign in there and come back: 401, or 403 for those who are signed in elsewhere. Signing in
    /// there replaces the session they have.
    ///
    /// # Errors
    /// When there is no provider of that short name.
    pub fn require_provider(&self, provider: &str) -> Result<RequireProvider, UnknownProvider> {
        let wanted = self.0.provider(provider);
        let wanted = wanted.ok_or_else(|| UnknownProvider(provider.chars().take(40).collect()))?;
        Ok(RequireProvider {
            inner: Arc::clone(&self.0),
            provider: Arc::clone(wanted),
        })
    }

    /// The address on this site that starts a sign-in with this provider and ends at `return_to`; none where there is no
    /// provider of that short name.
    #[must_use]
    pub fn sign_in_path(&self, provider: &str, return_to: &ReturnPath) -> Option<String> {
        let provider = self.0.provider(provider)?;
        Some(login_path(Some(provider), return_to))
    }
}

impl RequireProvider {
    fn judge(&self, request: &Request) -> Result<(), Failure> {
        let person = request.extensions().get::<SignedIn>();
        let wanted = &self.provider.config;
        let (status, title, reason) = match person.map(SignedIn::identity) {
            Some(identity) if identity.provider == wanted.id => return Ok(()),
            Some(_) => (
                StatusCode::FORBIDDEN,
                "Another sign-in is needed",
                "signed in elsewhere",
            ),
            None => (StatusCode::UNAUTHORIZED, "Sign in first", "no session"),
        };
        let message = format!("This page is for people who are signed in with {}.", wanted.title);
        let here = page_of(request.extensions(), request.uri());
        let way = login_path(Some(&self.provider), &here);
        let failure = Failure::new(status, title, message, reason);
        Err(failure
            .about(What::Access)
            .met_by(person.map(SignedIn::event_subject))
            .retry(way))
    }
}

impl<S> tower::Layer<S> for RequireProvider {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Gate for RequireProvider {
    async fn admit(self, request: Request) -> Result<Admitted, Response> {
        match self.judge(&request) {
            Ok(()) => Ok(Admitted::new(request)),
            Err(failure) => Err(self.inner.show(failure, Some(&self.provider.config.id))),
        }
    }
}
