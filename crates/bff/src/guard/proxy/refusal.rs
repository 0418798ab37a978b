//! Error responses of the proxy itself, when a request is not forwarded or the upstream fails: a status, a sentence for people
//! and a `reason` for scripts. Nothing of the upstream, its address or the token is in it.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};
use oidc::error::ErrorCode as _;
use serde_json::{Map, Value, json};

use super::challenge::StepUp;
use super::error::ProxyError;
use super::headers::make_inert;
use crate::event::{Outcome, What, event};
use crate::guard::signed_in::SignedIn;
use crate::tokens::TokenError;

/// An error response of this proxy itself.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: ProxyError,
    message: &'static str,
    /// For the log.
    detail: &'static str,
    more: Box<Map<String, Value>>,
    allow: Option<String>,
    retry_after: Option<Duration>,
}

impl Refusal {
    fn new(status: StatusCode, error: ProxyError, message: &'static str) -> Self {
        Self {
            status,
            error,
            message,
            detail: "",
            more: Box::default(),
            allow: None,
            retry_after: None,
        }
    }

    pub(super) fn address(detail: &'static str) -> Self {
        let message = "This address cannot be passed on.";
        Self {
            detail,
            ..Self::new(StatusCode::BAD_REQUEST, ProxyError::BadAddress, message)
        }
    }

    /// An upgrade to another protocol, whose messages would not be checked.
    pub(super) fn upgrade() -> Self {
        let message = "Connections of another kind, such as WebSocket, are not passed on.";
        Self::new(StatusCode::NOT_IMPLEMENTED, ProxyError::UpgradeNotSupported, message)
    }

    pub(super) fn method(allowed: &[Method]) -> Self {
        let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
        Self {
            allow: Some(allowed.join(", ")),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                ProxyError::Method,
                "This method is not passed on.",
            )
        }
    }

    pub(super) fn cross_site() -> Self {
        let message = "This request did not come from a page of this site.";
        Self::new(StatusCode::FORBIDDEN, ProxyError::CrossSite, message)
    }

    pub(super) fn media_type() -> Self {
        let message = "A body of type text/plain is not passed on.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ProxyError::MediaType, message)
    }

    pub(super) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ProxyError::NoSession, "Sign in first.")
    }

    /// The session store does not respond.
    pub(super) fn unavailable() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(10)),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ProxyError::Unavailable,
                "Not available right now.",
            )
        }
    }

    pub(super) fn not_granted() -> Self {
        let message = "Your sign-in does not give access to this.";
        Self::new(StatusCode::FORBIDDEN, ProxyError::NotGranted, message)
    }

    /// The upstream accepts neither the token nor a newer one.
    pub(super) fn token_refused() -> Self {
        let message = "The service did not accept your sign-in. Try again, or sign in again.";
        Self::new(StatusCode::UNAUTHORIZED, ProxyError::TokenRefused, message)
    }

    /// The person needs a stronger or more recent sign-in (RFC 9470 §3).
    pub(super) fn step_up(required: &StepUp) -> Self {
        let mut refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            ProxyError::StepUp,
            "This needs a stronger or a more recent sign-in.",
        );
        if !required.acr_values.is_empty() {
            refusal.more.insert("acr_values".to_owned(), json!(required.acr_values));
        }
        if let Some(seconds) = required.max_age {
            refusal.more.insert("max_age".to_owned(), json!(seconds));
        }
        refusal
    }

    pub(super) fn too_large() -> Self {
        let message = "This is more than is passed on.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ProxyError::TooLarge, message)
    }

    pub(super) fn broken_body() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ProxyError::BrokenBody,
            "The request ended too early.",
        )
    }

    pub(super) fn slow_body() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            ProxyError::SlowBody,
            "The request took too long.",
        )
    }

    pub(super) fn no_response() -> Self {
        let message = "The service does not answer right now.";
        Self::new(StatusCode::BAD_GATEWAY, ProxyError::UpstreamUnreachable, message)
    }

    /// An upgrade that was not requested (RFC 9110 §15.2): its messages would not be checked.
    pub(super) fn no_final_response() -> Self {
        Self {
            detail: "an informational status in the place of an answer",
            ..Self::no_response()
        }
    }

    pub(super) fn late() -> Self {
        let message = "The service took too long to answer.";
        Self::new(StatusCode::GATEWAY_TIMEOUT, ProxyError::UpstreamTimeout, message)
    }

    /// Following it would send the token elsewhere, and passing it on would send the page there.
    pub(super) fn redirect() -> Self {
        let message = "The service answered with a redirect, which is not followed.";
        Self::new(StatusCode::BAD_GATEWAY, ProxyError::UpstreamRedirect, message)
    }

    pub(super) fn large_response() -> Self {
        let message = "The answer of the service is more than is passed on.";
        Self::new(StatusCode::BAD_GATEWAY, ProxyError::UpstreamTooLarge, message)
    }

    /// Whether access was denied. A request to sign in is not a denial, and neither is an incomplete body.
    fn is_denial(&self) -> bool {
        let needs_sign_in = matches!(
            self.error,
            ProxyError::NoSession | ProxyError::SignInAgain | ProxyError::StepUp
        );
        let is_incomplete = matches!(self.error, ProxyError::BrokenBody | ProxyError::SlowBody);
        self.status.is_client_error() && !needs_sign_in && !is_incomplete
    }

    /// Logs the refusal of a request to the upstream at `mount`, by `person` if that is known.
    pub(super) fn log(&self, mount: &str, person: Option<&SignedIn>) {
        if self.is_denial() {
            let reason = format!("{} at {mount}", self.error.reason());
            let person = person.map(SignedIn::event_subject);
            event(What::Access, Outcome::Refused)
                .by(person.as_ref())
                .failure_code(self.error.code(), reason.into())
                .record();
        }
        let (status, reason, detail) = (self.status.as_u16(), self.error.reason(), self.detail);
        if self.status.is_server_error() {
            tracing::warn!(target: "bff", mount, status, reason, detail, "a request to an upstream brought nothing");
        } else {
            tracing::debug!(target: "bff", mount, status, reason, detail, "a request to an upstream is refused");
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::SignInAgain => Self::new(
                StatusCode::UNAUTHORIZED,
                ProxyError::SignInAgain,
                "Your sign-in has ended. Sign in again.",
            ),
            TokenError::ProviderUnavailable { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    ProxyError::ProviderUnavailable,
                    "The sign-in service is not available right now. Try again in a moment.",
                )
            },
            TokenError::NotGranted => Self::not_granted(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = self.more;
        body.insert("message".to_owned(), json!(self.message));
        body.insert("reason".to_owned(), json!(self.error.reason()));
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        make_inert(headers);
        if let Some(allow) = self.allow.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
            headers.insert(ALLOW, allow);
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}
