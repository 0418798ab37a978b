//! Failures and their error pages: a failure is logged once, with a reference, and the person sees a page with the same
//! reference. Neither holds a token, a code or a `state`.

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use oidc::config::ProviderId;
use oidc::error::ErrorCode;
pub(crate) use oidc::error::{error_chain, plain};

use crate::diagnostics::new_reference;
use crate::event::{EventSubject, Outcome, What, event};
use crate::pages::{Pages, Problem};
use crate::sign_in::error::CallbackError;

/// When trying again makes sense after a 503, in seconds (RFC 9110 §10.2.3).
pub(crate) const LATER: &str = "10";

/// A failure on its way to the log and to a page.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    title: &'static str,
    message: String,
    retry: Option<String>,
    code: &'static str,
    reason: String,
    what: What,
    /// Who met with it, where that is known.
    person: Option<Box<EventSubject>>,
}

impl Failure {
    /// `title` and `message` are for the person, `error` for the operator. It is a sign-in that failed, unless
    /// [`Failure::about`] sets another one.
    pub(crate) fn new(
        status: StatusCode,
        title: &'static str,
        message: impl Into<String>,
        error: &dyn ErrorCode,
    ) -> Self {
        Self {
            status,
            title,
            message: message.into(),
            retry: None,
            code: error.code(),
            reason: error_chain(error),
            what: What::SignIn,
            person: None,
        }
    }

    /// The same failure of something else than a sign-in.
    pub(crate) fn about(self, what: What) -> Self {
        Self { what, ..self }
    }

    /// The same failure, met by `person`; the log names them and their provider.
    pub(crate) fn met_by(self, person: Option<EventSubject>) -> Self {
        let person = person.map(Box::new);
        Self { person, ..self }
    }

    /// A request that does not fit to anything we started.
    pub(crate) fn stray(error: &CallbackError) -> Self {
        let message = "This answer does not belong to a sign-in that was started here, or it took too long. \
                       Nothing was changed. Please sign in again.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "Sign-in could not be completed",
            message,
            error,
        )
    }

    /// A failure of this site.
    pub(crate) fn ours(error: &dyn ErrorCode) -> Self {
        let message = "Something is wrong on our side. Please try again in a moment.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available right now",
            message,
            error,
        )
    }

    /// The same failure with a way to try again.
    pub(crate) fn retry(mut self, path: impl Into<String>) -> Self {
        self.retry = Some(path.into());
        self
    }

    /// Logs it and responds with its page among `pages`.
    pub(crate) fn into_response(self, pages: &dyn Pages, provider: Option<&ProviderId>) -> Response {
        let reference = new_reference();
        if self.status == StatusCode::UNAUTHORIZED {
            // Not a fault: somebody opened a page before signing in.
            tracing::debug!(target: "bff", reference, "{}", self.title);
        } else {
            let outcome = if self.status.is_server_error() {
                Outcome::Failed
            } else {
                Outcome::Refused
            };
            let event_record = event(self.what, outcome)
                .failure_code(self.code, self.reason.as_str().into())
                .reference(&reference);
            let event_record = match provider {
                Some(provider) => event_record.provider(provider.as_str()),
                None => event_record,
            };
            event_record.by(self.person.as_deref()).record();
        }
        let mut response = pages.problem(&Problem {
            status: self.status,
            title: self.title.to_owned(),
            message: self.message,
            reference,
            retry: self.retry,
        });
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.entry(RETRY_AFTER).or_insert(HeaderValue::from_static(LATER));
        }
        response
    }
}
