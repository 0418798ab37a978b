//! The signed-in person: an extractor for handlers behind [`Bff::protect`](crate::Bff::protect).

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use oidc::Provider;
use time::OffsetDateTime;

use super::page_of;
use super::session_lookup::SessionServices;
use crate::event::EventSubject;
use crate::guard::error::AccessError;
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::session::Identity;
use crate::session::record::{SealedTokens, Session};
use crate::session::token_set::TokenRequest;
use crate::tokens::{AccessToken, TokenError};

/// A signed-in person, with access to tokens on their behalf. Cloning is cheap.
///
/// As an extractor: `SignedIn` rejects with 401 and a page that offers to sign in, `Option<SignedIn>` never rejects.
#[derive(Clone)]
pub struct SignedIn {
    pub(crate) services: Arc<SessionServices>,
    pub(crate) session: Arc<Session<SealedTokens>>,
}

impl SignedIn {
    pub(super) fn new(services: Arc<SessionServices>, session: Session<SealedTokens>) -> Self {
        Self {
            services,
            session: Arc::new(session),
        }
    }

    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.session.identity
    }

    /// The provider that signed the person in, unless it is not configured any more.
    pub(crate) fn provider(&self) -> Option<&Arc<Provider>> {
        self.services.providers.find(self.identity().provider.as_str())
    }

    /// The person as the log names them.
    pub(crate) fn event_subject(&self) -> EventSubject {
        EventSubject {
            provider: self.identity().provider.to_string(),
            subject: self.identity().subject.clone(),
            session: self.session.reference(),
        }
    }

    /// A key of the person, for the header [`PERSON_HEADER`](crate::PERSON_HEADER): a page compares it with the one it was made
    /// for. The same for all sessions of a person; different at every site; nothing can be read from it.
    #[must_use]
    pub fn person_key(&self) -> String {
        self.services.sessions.sealer.person_key(self.identity())
    }

    /// When the session ends without another request.
    #[must_use]
    pub fn ends_at(&self) -> OffsetDateTime {
        self.services.sessions.end_of(&self.session)
    }

    /// The access token of the session, refreshed when it is about to expire. However many requests need it at once, one
    /// refresh request per session is sent.
    ///
    /// # Errors
    /// [`TokenError::SignInAgain`] when the grant is over (the session has ended then),
    /// [`TokenError::ProviderUnavailable`] when the provider has trouble (the session continues),
    /// [`TokenError::NotGranted`] when it refuses such a token.
    pub async fn access_token(&self) -> Result<AccessToken, TokenError> {
        self.services.tokens.access_token(&self.session).await
    }

    /// An access token for another API or for some of the scopes, on behalf of the same person. It is cached in the session
    /// (the newest 8 are), refreshed when it is about to expire, and never used for another API; callers of the same request
    /// share one. It is requested with the refresh token of the sign-in (RFC 6749 §6, RFC 8707 §2.2).
    ///
    /// # Errors
    /// [`TokenError::NotGranted`] when the session has no refresh token (request the scope `offline_access`, if the provider
    /// needs that), when the provider refuses, when it grants fewer scopes than requested, or grants a token for another
    /// API. The others as for [`SignedIn::access_token`].
    pub async fn access_token_for(&self, request: &TokenRequest) -> Result<AccessToken, TokenError> {
        self.services.tokens.access_token_for(&self.session, request).await
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedIn").field(&self.session.identity).finish()
    }
}

/// The pages of the site, in the extensions of every request behind [`Bff::protect`](crate::Bff::protect).
#[derive(Clone)]
pub(super) struct SignInPages(pub(super) SharedPages);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| sign_in_first(parts))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

fn sign_in_first(parts: &Parts) -> Response {
    let Some(SignInPages(pages)) = parts.extensions.get() else {
        return (StatusCode::UNAUTHORIZED, "sign in first").into_response();
    };
    let here = page_of(&parts.extensions, &parts.uri);
    let failure = Failure::new(
        StatusCode::UNAUTHORIZED,
        "Sign in first",
        "This page is for people who are signed in.",
        &AccessError::NoSession,
    )
    .retry(format!("/auth/login?return_to={}", here.as_query_value()));
    failure.into_response(&**pages, None)
}
