//! An API for programs and pages: a request with an access token is authenticated by that token alone, one without by its session.
//! A cookie never makes up for a token that is not valid.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use super::bearer::{Bearer, api_response, has_token};
use super::csrf::OriginCheck;
use super::layer::{Allowed, Guard, Guarded};
use super::signed_in::SignedIn;
use crate::event::{Outcome, What, event};
use crate::guard::caller::Caller;
use crate::guard::error::AccessError;
use crate::problem::error_chain;

/// Who uses an API behind [`Bearer::or_session`].
#[derive(Debug, Clone)]
pub enum Combined {
    /// A program, with a token that grants what is required.
    Token(Caller),
    /// A signed-in person, from a page of this site.
    Session(SignedIn),
}

impl Combined {
    /// The issuer of the person or program; the identity is this together with [`Combined::subject`].
    #[must_use]
    pub fn issuer(&self) -> &str {
        match self {
            Self::Token(caller) => &caller.issuer,
            Self::Session(person) => &person.identity().issuer,
        }
    }

    /// Its name at the issuer.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Token(caller) => &caller.subject,
            Self::Session(person) => &person.identity().subject,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Combined {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthenticated)
    }
}

fn unauthenticated() -> Response {
    api_response(
        StatusCode::UNAUTHORIZED,
        Some("Bearer".to_owned()),
        "a token or a session is needed",
    )
}

/// The layer made by [`Bearer::or_session`].
#[derive(Debug, Clone)]
pub struct RequireCombined {
    pub(crate) bearer: Bearer,
    pub(crate) scopes: Arc<[String]>,
}

impl RequireCombined {
    async fn authenticate(&self, request: &Parts) -> Result<Combined, Response> {
        if has_token(&request.headers) {
            let caller = self
                .bearer
                .verify(&request.headers, &request.extensions, &self.scopes)
                .await?;
            return Ok(Combined::Token(caller));
        }
        self.session(request).await.map(Combined::Session)
    }

    /// The session, found by [`Bff::protect`](crate::Bff::protect) or here. A cookie proves nothing about the page that
    /// sends it, so the check against cross-site requests applies here too.
    async fn session(&self, request: &Parts) -> Result<SignedIn, Response> {
        let lookup = self.bearer.session_lookup();
        let refusal = match lookup.site.check_origin(&request.method, &request.headers) {
            OriginCheck::Passed => None,
            OriginCheck::CrossSite => Some(AccessError::CrossSite),
            OriginCheck::WrongContentType => Some(AccessError::ContentType),
        };
        if let Some(error) = refusal {
            // Without a subject: the session has not been read.
            event(What::Access, Outcome::Refused).failure(&error).record();
            return Err(api_response(
                StatusCode::FORBIDDEN,
                None,
                "the request did not come from a page of this site",
            ));
        }
        match lookup.of_request(request).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(unauthenticated()),
            Err(error) => {
                tracing::error!(target: "bff", error = error_chain(&error), "a session could not be read");
                Err(api_response(
                    StatusCode::SERVICE_UNAVAILABLE,
                    None,
                    "not available right now",
                ))
            }
        }
    }
}

impl<S> tower::Layer<S> for RequireCombined {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Guard for RequireCombined {
    async fn check(self, request: Request) -> Result<Allowed, Response> {
        let (mut parts, body) = request.into_parts();
        let combined = self.authenticate(&parts).await?;
        let is_person = matches!(combined, Combined::Session(_));
        let lookup = self.bearer.session_lookup();
        let data = match &combined {
            // The token alone counts, whatever cookie is sent with it.
            Combined::Token(_) => Some(lookup.data_of(None)),
            Combined::Session(person) => {
                let is_known = parts.extensions.get::<tower_sessions::Session>().is_some();
                (!is_known).then(|| lookup.data_of(Some(person)))
            }
        };
        parts.extensions.insert(combined);
        let mut allowed = Allowed::new(Request::from_parts(parts, body));
        if let Some(data) = data {
            allowed = allowed.with_data(data);
        }
        Ok(if is_person { allowed.private() } else { allowed })
    }
}
