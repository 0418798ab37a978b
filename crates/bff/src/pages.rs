//! What does a person see when something is to be said? The site decides by implementing [`Pages`]; [`PlainPages`] is
//! there until it does.

mod plain;

use axum::response::Response;
use http::StatusCode;

pub use self::plain::PlainPages;
use crate::config::ProviderId;
use crate::return_path::ReturnPath;

/// The pages of the sign-in routes, in the style of the site around them.
///
/// Everything handed in may contain text from a provider: escape it.
pub trait Pages: Send + Sync {
    /// Something went wrong; the answer must carry `problem.status`.
    fn problem(&self, problem: &Problem) -> Response;
    /// The session here has ended.
    fn signed_out(&self, signed_out: &SignedOut) -> Response;
    /// Several providers, and the person has to choose one.
    fn chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response;
    /// The provider's sign-out address is too long to be followed: a form that posts to it, with a button.
    fn leave(&self, form: &LeaveForm) -> Response {
        PlainPages.leave(form)
    }
}

/// What went wrong, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Status of the answer, 4xx or 5xx.
    pub status: StatusCode,
    /// One line.
    pub title: String,
    /// What happened and what can be done. May quote the provider.
    pub message: String,
    /// Eight characters that are also in the log.
    pub reference: String,
    /// Path on this site that tries again.
    pub retry: Option<String>,
}

/// How a sign-out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedOut {
    /// The provider could not be told: signing in again may ask for no password.
    pub provider_session_alive: bool,
}

/// A provider as shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLink {
    /// Its short name.
    pub id: ProviderId,
    /// Its name for people.
    pub title: String,
}

/// A form that takes a person to the provider's sign-out (RP-Initiated Logout 1.0 §2, POST).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveForm {
    /// Where it posts to.
    pub action: String,
    /// Hidden fields.
    pub fields: Vec<(String, String)>,
}
