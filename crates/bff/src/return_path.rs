//! The return path: where a person is redirected after signing in. Only a path of this site: the type cannot hold another one, so there is
//! no open redirect.

use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// Longest path, in bytes; a longer one is replaced by `/`.
const MAX_LEN: usize = 1024;

/// A path with optional query and fragment on our own origin (RFC 9700 §2.1: no open redirector).
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnPath(String);

impl ReturnPath {
    /// Parses a path of this site; everything else becomes `/`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if is_local_path(text) {
            Self(text.to_owned())
        } else {
            Self::default()
        }
    }

    /// The path of an absolute `address` if that has the origin of `public_url`, and `/` otherwise.
    pub(crate) fn from_address(public_url: &Url, address: &str) -> Self {
        let url = Url::parse(address).ok();
        let same_origin = url.filter(|url| url.origin() == public_url.origin());
        same_origin.map_or_else(Self::default, |url| Self::parse(&url[Position::BeforePath..]))
    }

    /// The path; starts with exactly one `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path encoded as the value of a query parameter.
    pub(crate) fn as_query_value(&self) -> String {
        url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect()
    }
}

impl Default for ReturnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl From<String> for ReturnPath {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<ReturnPath> for String {
    fn from(path: ReturnPath) -> Self {
        path.0
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local_path(text: &str) -> bool {
    text.len() <= MAX_LEN && looks_local(text) && looks_local(&percent_decoded(text)) && resolves_to_this_site(text)
}

/// One leading slash, no control character, no backslash: a browser drops tabs and line feeds and reads `\` as `/`, so it would
/// resolve another path than the one that was checked.
fn looks_local(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'/')
        && bytes.next() != Some(b'/')
        && !text.contains('\\')
        && !text.chars().any(|c| c.is_control() || c == '\u{feff}')
        && !text.starts_with("/.//")
}

/// Percent-decodes the path once, because a proxy might decode it before it redirects.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    percent_decode_str(path).decode_utf8_lossy()
}

/// Resolves the path by the URL parser that browsers follow (WHATWG URL). `/auth/` is refused, because signing in again after each
/// sign-in would be a redirect loop.
fn resolves_to_this_site(text: &str) -> bool {
    text.is_ascii()
        && text.bytes().all(|b| b > b' ')
        && Url::parse("https://home.invalid/").is_ok_and(|home| {
            home.join(text).is_ok_and(|u| {
                u.origin() == home.origin() && !u.path().starts_with("//") && !u.path().starts_with("/auth/")
            })
        })
}

#[cfg(test)]
mod tests;
