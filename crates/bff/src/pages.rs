//! What does a person see when something is to be said? The site decides by implementing [`Pages`]; [`PlainPages`] is
//! there until it does.

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
    /// Something went wrong; the answer must carry `problem.status`.
    fn problem(&self, problem: &Problem) -> Response;
    /// The session here has ended.
    fn signed_out(&self, signed_out: &SignedOut) -> Response;
    /// Several providers, and the person has to choose one.
    fn chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response;
    /// Several providers make accounts, and the person has to choose one: `/auth/signup?provider=…&return_to=…`.
    fn sign_up_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        PlainPages.sign_up_chooser(providers, return_to)
    }
    /// The provider's sign-out address is too long to be followed: a form that posts to it, with a button.
    fn provider_logout(&self, form: &ProviderLogoutForm) -> Response {
        PlainPages.provider_logout(form)
    }
    /// A code to be entered on another device. The route adds the header by which the page comes back by itself.
    fn device(&self, code: &DeviceCode) -> Response {
        PlainPages.device(code)
    }
    /// Several providers make codes, and the person has to choose one: `/auth/device?provider=…&return_to=…`.
    fn device_chooser(&self, providers: &[ProviderLink], return_to: &ReturnPath) -> Response {
        PlainPages.device_chooser(providers, return_to)
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
    /// Somebody signed in again in this browser meanwhile: the page is an old one, and that session goes on.
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
    /// What is to be entered; at most 64 characters.
    pub user_code: String,
    /// Where; `https`, or on this machine. Meant to be read from the screen.
    pub verification_uri: String,
    /// The same address with the code in it, where the provider has one.
    pub verification_uri_complete: Option<String>,
    /// The most complete of these addresses as a QR code: an SVG element of our own making, to be put in as it is.
    pub qr: Option<String>,
    /// How long the code is still good.
    pub ends_in: Duration,
    /// Path on this site that looks again, for people who do not want to wait for the page to do it.
    pub again: String,
}
