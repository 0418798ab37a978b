//! May this request use the API, be it from a program or from a page? A request with an access token is judged by that
//! token alone; one without by its session. A token that does not pass is never made good by a cookie.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use super::bearer::{Bearer, answer, offers_token};
use super::csrf::{Verdict, judge};
use super::gate::{Admitted, Gate, Guarded};
use super::person_of;
use super::signed_in::SignedIn;
use crate::event::{Outcome, What, event};
use crate::guard::caller::Caller;
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
    async fn judge(&self, request: &Parts) -> Result<Combined, Response> {
        if offers_token(&request.headers) {
            let caller = self
                .bearer
                .admit(&request.headers, &request.extensions, &self.scopes)
                .await?;
            return Ok(Combined::Token(caller));
        }
        self.session(request).await.map(Combined::Session)
    }

    /// The session, found by [`Bff::protect`](crate::Bff::protect) or here. A cookie proves nothing about the page that
    /// sends it, so the rules against other sites hold here too.
    async fn session(&self, request: &Parts) -> Result<SignedIn, Response> {
        let inner = self.bearer.site();
        let origin = inner.config.public_url.origin().ascii_serialization();
        let reason = match judge(&request.method, &request.headers, &origin, inner.cookies.session()) {
            Verdict::Pass => None,
            Verdict::Foreign => Some("cross-site request"),
            Verdict::WrongType => Some("text/plain body"),
        };
        if let Some(reason) = reason {
            // Nobody has looked who it is.
            event(What::Access, Outcome::Refused).reason(reason).record();
            return Err(answer(
                StatusCode::FORBIDDEN,
                None,
                "the request did not come from a page of this site",
            ));
        }
        match person_of(inner, request).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(nobody()),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a session could not be read");
                Err(answer(StatusCode::SERVICE_UNAVAILABLE, None, "not available right now"))
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

impl Gate for RequireCombined {
    async fn admit(self, request: Request) -> Result<Admitted, Response> {
        let (mut parts, body) = request.into_parts();
        let combined = self.judge(&parts).await?;
        let is_person = matches!(combined, Combined::Session(_));
        parts.extensions.insert(combined);
        let admitted = Admitted::new(Request::from_parts(parts, body));
        Ok(if is_person { admitted.private() } else { admitted })
    }
}
