//! The few pages of the sign-in routes. A site renders them in its own style by implementing [`Pages`]; [`PlainPages`] is the default
//! without a style.

mod plain;
pub(crate) mod qr;

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use oidc::Provider;
use oidc::config::ProviderId;

pub use self::plain::PlainPages;
use crate::return_path::ReturnPath;

/// The pages of a site, shared by its routes.
pub(crate) type SharedPages = Arc<dyn Pages>;

/// The pages of the sign-in routes, in the style of the site around them.
///
/// Everything handed in may contain text from a provider: escape it.
pub trait Pages: Send + Sync {
    /// The page of an error; the response must have `problem.status`.
    fn problem(&self, problem: &Problem) -> Response;
    /// The page after signing out.
    fn signed_out(&self, signed_out: &SignedOut) -> Response;
    /// The providers to choose from for signing in: `/auth/login?provider=…&return_to=…`.
    fn chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response;
    /// The providers to choose from for creating an account: `/auth/signup?provider=…&return_to=…`.
    fn sign_up_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        PlainPages.sign_up_chooser(providers, return_to)
    }
    /// The provider's sign-out address is too long to be followed: a form that posts to it, with a button.
    fn provider_logout(&self, form: &ProviderLogoutForm) -> Response {
        PlainPages.provider_logout(form)
    }
    /// A code to be entered on another device. The route adds the header by which the page reloads itself.
    fn device(&self, code: &DeviceCode) -> Response {
        PlainPages.device(code)
    }
    /// The providers to choose from for a device sign-in: `/auth/device?provider=…&return_to=…`.
    fn device_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        PlainPages.device_chooser(providers, return_to)
    }
}

/// An error, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Status of the response, 4xx or 5xx.
    pub status: StatusCode,
    /// One line.
    pub title: String,
    /// What happened and what can be done. May quote the provider.
    pub message: String,
    /// Eight characters that are also in the log.
    pub reference: String,
    /// Path on this site that retries.
    pub retry: Option<String>,
}

/// How a sign-out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedOut {
    /// The provider's session has not been ended: the next sign-in may need no password.
    pub provider_session_alive: bool,
    /// This browser has signed in again since: the page is an old one, and the session continues.
    pub signed_in_again: bool,
}

/// A provider as shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLink {
    /// Its short name.
    pub id: ProviderId,
    /// Its name for people.
    pub title: String,
}

impl ProviderLink {
    /// The link to `provider`, as people choose it.
    pub(crate) fn to(provider: &Provider) -> Self {
        Self {
            id: provider.config.id.clone(),
            title: provider.config.title.clone(),
        }
    }
}

/// A form that takes a person to the provider's sign-out (RP-Initiated Logout 1.0 §2, POST).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLogoutForm {
    /// Where it posts to.
    pub action: String,
    /// Hidden fields.
    pub fields: Vec<(String, String)>,
}

/// A code by which a screen without a keyboard is signed in from another device (RFC 8628 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// The provider's name for people.
    pub provider: String,
    /// The code to enter; at most 64 characters.
    pub user_code: String,
    /// The address to enter it at; `https`, or a loopback host. Meant to be read from the screen.
    pub verification_uri: String,
    /// The same address with the code in it, if the provider has one.
    pub verification_uri_complete: Option<String>,
    /// The most complete of these addresses as a QR code: an SVG element made here, to be inserted without escaping.
    pub qr: Option<String>,
    /// Time until the code expires.
    pub ends_in: Duration,
    /// Path on this site that polls again, for people who do not wait for the page to reload itself.
    pub again: String,
}
