//! May this request use the API, be it from a program or from a page? A request with a bearer token is judged by that
//! token alone; one without by its session. A token that does not pass is never made good by a cookie.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use futures::future::BoxFuture;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::bearer::{Bearer, Caller, answer, offers_bearer};
use super::csrf::{Verdict, judge};
use super::signed_in::SignedIn;
use super::used_session;
use crate::problem::chain;

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
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

fn nobody() -> Response {
    answer(
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
    async fn admit(&self, request: &Parts) -> Result<Combined, Response> {
        if offers_bearer(&request.headers) {
            let caller = self.bearer.admit(&request.headers, &self.scopes).await?;
            return Ok(Combined::Token(caller));
        }
        self.session(request).await.map(Combined::Session)
    }

    /// The session, found by [`Bff::protect`](crate::Bff::protect) or here. A cookie proves nothing about the page that
    /// sends it, so the rules against other sites hold here too.
    async fn session(&self, request: &Parts) -> Result<SignedIn, Response> {
        let inner = self.bearer.site();
        let origin = inner.config.public_url.origin().ascii_serialization();
        if judge(&request.method, &request.headers, &origin) != Verdict::Pass {
            return Err(answer(
                StatusCode::FORBIDDEN,
                None,
                "the request did not come from a page of this site",
            ));
        }
        if let Some(person) = request.extensions.get::<SignedIn>() {
            return Ok(person.clone());
        }
        match used_session(inner, &request.headers).await {
            Ok(Some(session)) => Ok(SignedIn::new(Arc::clone(inner), session)),
            Ok(None) => Err(nobody()),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a session could not be read");
                Err(answer(StatusCode::SERVICE_UNAVAILABLE, None, "not available right now"))
            }
        }
    }
}

impl<S> tower::Layer<S> for RequireCombined {
    type Service = CombinedGuard<S>;

    fn layer(&self, next: S) -> CombinedGuard<S> {
        CombinedGuard {
            gate: self.clone(),
            next,
        }
    }
}

/// A service behind [`RequireCombined`].
#[derive(Debug, Clone)]
pub struct CombinedGuard<S> {
    gate: RequireCombined,
    next: S,
}

impl<S> tower::Service<Request> for CombinedGuard<S>
where
    S: tower::Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let gate = self.gate.clone();
        // The clone takes the place of the one that was polled ready.
        let fresh = self.next.clone();
        let mut next = std::mem::replace(&mut self.next, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let combined = match gate.admit(&parts).await {
                Ok(combined) => combined,
                Err(refusal) => return Ok(refusal),
            };
            let is_person = matches!(combined, Combined::Session(_));
            parts.extensions.insert(combined);
            let mut response = next.call(Request::from_parts(parts, body)).await?;
            if is_person {
                let headers = response.headers_mut();
                headers
                    .entry(CACHE_CONTROL)
                    .or_insert(HeaderValue::from_static("no-store"));
            }
            Ok(response)
        })
    }
}
