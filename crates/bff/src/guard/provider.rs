//! Routes for people who are signed in with one provider: a layer that offers everybody else to sign in there.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use oidc::{Provider, Providers};

use super::layer::{Allowed, Guard, Guarded};
use super::page_of;
use super::signed_in::SignedIn;
use crate::event::What;
use crate::guard::error::AccessError;
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::sign_in::start::login_path;

/// No provider has that short name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no provider `{0}`")]
pub struct UnknownProvider(String);

/// The layer made by [`Bff::require_provider`](crate::Bff::require_provider).
#[derive(Clone)]
pub struct RequireProvider {
    pages: SharedPages,
    provider: Arc<Provider>,
}

impl std::fmt::Debug for RequireProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RequireProvider")
            .field(&self.provider.config.id)
            .finish()
    }
}

impl RequireProvider {
    /// # Errors
    /// If no provider has the short name `id`.
    pub(crate) fn new(providers: &Providers, id: &str, pages: SharedPages) -> Result<Self, UnknownProvider> {
        let provider = providers.find(id);
        let provider = provider.ok_or_else(|| UnknownProvider(id.chars().take(40).collect()))?;
        Ok(Self {
            pages,
            provider: Arc::clone(provider),
        })
    }

    fn authorize(&self, request: &Request) -> Result<(), Failure> {
        let person = request.extensions().get::<SignedIn>();
        let required = &self.provider.config;
        let (status, title, error) = match person.map(SignedIn::identity) {
            Some(identity) if identity.provider == required.id => return Ok(()),
            Some(_) => (
                StatusCode::FORBIDDEN,
                "Another sign-in is needed",
                AccessError::OtherProvider,
            ),
            None => (StatusCode::UNAUTHORIZED, "Sign in first", AccessError::NoSession),
        };
        let message = format!("This page is for people who are signed in with {}.", required.title);
        let here = page_of(request.extensions(), request.uri());
        let retry = login_path(Some(&self.provider), &here);
        let failure = Failure::new(status, title, message, &error);
        Err(failure
            .about(What::Access)
            .met_by(person.map(SignedIn::event_subject))
            .retry(retry))
    }
}

impl<S> tower::Layer<S> for RequireProvider {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Guard for RequireProvider {
    async fn check(self, request: Request) -> Result<Allowed, Response> {
        match self.authorize(&request) {
            Ok(()) => Ok(Allowed::new(request)),
            Err(failure) => Err(failure.into_response(&*self.pages, Some(&self.provider.config.id))),
        }
    }
}
