//! Names and attributes of the cookies. A cookie is removed with the same attributes, or browsers would not remove a `__Host-`
//! cookie.
//!
//! `SameSite=Lax` and not `Strict`, so that the session cookie is sent when a person follows a link from another site or is redirected
//! by the provider; `SameSite` is not the defence against cross-site requests, [`crate::guard::csrf`] is.

use std::fmt;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use time::Duration;
use url::Url;

/// The attribute `SameSite`: with which requests browsers send a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SameSite {
    Lax,
    /// Also with a form posted by the provider's page. Browsers accept it with `Secure` only.
    None,
}

/// Names and attributes of the cookies of one site.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    base: String,
    secure: bool,
}

impl Cookies {
    /// On `https` every name starts with `__Host-`: no domain, path `/`, `Secure` (RFC 6265bis §4.1.3.2).
    pub(crate) fn new(name: &str, public_url: &Url) -> Self {
        let secure = public_url.scheme() == "https";
        Self {
            base: if secure {
                format!("__Host-{name}")
            } else {
                name.to_owned()
            },
            secure,
        }
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The cookie with the session's id.
    pub(crate) fn session(&self) -> &str {
        &self.base
    }

    /// The prefix of the cookies of pending sign-ins.
    pub(crate) fn pending_prefix(&self) -> String {
        format!("{}-in-", self.base)
    }

    /// The cookie of a pending sign-out at the provider.
    pub(crate) fn sign_out(&self) -> String {
        format!("{}-out", self.base)
    }

    /// The cookie of a pending device sign-in.
    pub(crate) fn device(&self) -> String {
        format!("{}-device", self.base)
    }

    /// Sets a cookie for `lifetime`.
    pub(crate) fn set(&self, name: &str, value: &str, lifetime: Duration, same_site: SameSite) -> SetCookie {
        let site = if same_site == SameSite::None && self.secure {
            "None"
        } else {
            "Lax"
        };
        let secure = if self.secure { "; Secure" } else { "" };
        let seconds = lifetime.whole_seconds().max(0);
        SetCookie(format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={site}{secure}"
        ))
    }

    /// Removes a cookie.
    pub(crate) fn remove(&self, name: &str) -> SetCookie {
        self.set(name, "", Duration::ZERO, SameSite::Lax)
    }
}

/// A `Set-Cookie` header. `Debug` does not show its value.
pub(crate) struct SetCookie(String);

impl SetCookie {
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        // Names and values are ASCII: they are made here.
        if let Ok(mut value) = HeaderValue::from_str(&self.0) {
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        }
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookie({})", self.0.split('=').next().unwrap_or_default())
    }
}

/// The names and values of all cookies of a request.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The first cookie called `name`.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(n, _)| *n == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
