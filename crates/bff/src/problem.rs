//! What happens when something fails? It is logged once, with a reference, and the person sees a page with the same
//! reference. Neither holds a token, a code or a `state`.

use std::error::Error;
use std::fmt::Write as _;

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use rand::Rng as _;

use crate::config::ProviderId;
use crate::event::{EventSubject, Outcome, What, event};
use crate::pages::{Pages, Problem};

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// When trying again makes sense after a 503, in seconds (RFC 9110 §10.2.3).
pub(crate) const LATER: &str = "10";

/// A failure on its way to the log and to a page.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    title: &'static str,
    message: String,
    retry: Option<String>,
    reason: String,
    what: What,
    /// Who met with it, where that is known.
    person: Option<Box<EventSubject>>,
}

impl Failure {
    /// `title` and `message` are for the person, `reason` for the operator. It is a sign-in that failed, unless
    /// [`Failure::about`] says otherwise.
    pub(crate) fn new(
        status: StatusCode,
        title: &'static str,
        message: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title,
            message: message.into(),
            retry: None,
            reason: reason.into(),
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
    pub(crate) fn stray(reason: impl Into<String>) -> Self {
        let message = "This answer does not belong to a sign-in that was started here, or it took too long. \
                       Nothing was changed. Please sign in again.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "Sign-in could not be completed",
            message,
            reason,
        )
    }

    /// Something of ours does not work.
    pub(crate) fn ours(error: &dyn Error) -> Self {
        let message = "Something is wrong on our side. Please try again in a moment.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available right now",
            message,
            chain(error),
        )
    }

    /// The same failure with a way to try again.
    pub(crate) fn retry(mut self, path: impl Into<String>) -> Self {
        self.retry = Some(path.into());
        self
    }

    /// Logs it and answers with its page among `pages`.
    pub(crate) fn into_response(self, pages: &dyn Pages, provider: Option<&ProviderId>) -> Response {
        let reference = reference();
        if self.status == StatusCode::UNAUTHORIZED {
            // Nothing went wrong: somebody opened a page before signing in.
            tracing::debug!(target: "bff", reference, "{}", self.title);
        } else {
            let outcome = if self.status.is_server_error() {
                Outcome::Failed
            } else {
                Outcome::Refused
            };
            let told = event(self.what, outcome).reason(&self.reason).reference(&reference);
            let told = match provider {
                Some(provider) => told.provider(provider.as_str()),
                None => told,
            };
            told.by(self.person.as_deref()).record();
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

/// Eight characters, different each time.
fn reference() -> String {
    let mut rng = rand::rng();
    (0..8)
        .map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]))
        .collect()
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// Text from elsewhere, cut to `max` characters, without control characters.
pub(crate) fn plain(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_11_a_reference_has_eight_plain_characters() {
        let one = reference();
        assert!(one.len() == 8 && one.bytes().all(|b| ALPHABET.contains(&b)));
        assert_ne!(one, reference());
    }

    #[test]
    fn text_from_elsewhere_is_bounded_and_cannot_forge_a_log_line() {
        assert_eq!(plain("a\r\nb\u{1b}[31mcdef", 6), "ab[31m");
    }
}
