//! The return path: where a person goes after signing in. Only a path of this site: the type cannot hold another one, so there is
//! no open redirect.

use std::fmt;

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
fn percent_decoded(text: &str) -> String {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        let (byte, left) = match hex {
            Some(byte) if first == b'%' => (byte, &tail[2..]),
            _ => (first, tail),
        };
        bytes.push(byte);
        rest = left;
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lg_5_paths_of_this_site_pass() {
        for good in [
            "/",
            "/docs/7",
            "/docs?q=a%20b&after=3",
            "/docs/7#part",
            "/a//b",
            "/x?next=https://other.example/",
        ] {
            assert_eq!(ReturnPath::parse(good).as_str(), good);
        }
    }

    #[test]
    fn lg_5_everything_else_becomes_the_home_page() {
        let long = format!("/{}", "a".repeat(3000));
        for evil in [
            "",
            "docs",
            "//evil.example",
            "/\\evil.example",
            "/%5Cevil.example",
            "/%2F%2Fevil.example",
            "https:evil",
            "https://evil.example",
            "\t//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/%09/evil.example",
            "///evil.example",
            "\\\\evil.example",
            "http:\\\\evil.example",
            "//user@evil.example",
            "javascript:alert(1)",
            "/%00",
            "/a\r\nSet-Cookie: a=b",
            "/.//evil.example",
            "/..//evil.example",
            "/%2e//evil.example",
            "/auth/login",
            "/é",
            &long,
        ] {
            assert_eq!(ReturnPath::parse(evil).as_str(), "/", "{evil:?}");
        }
    }

    #[test]
    fn lg_8_of_a_whole_address_the_path_is_taken_when_it_is_ours() {
        let home = Url::parse("https://site.example/").unwrap();
        for (address, path) in [
            ("https://site.example/docs/7?a=b#c", "/docs/7?a=b#c"),
            ("https://user:word@site.example/docs", "/docs"),
            ("https://site.example:443/docs", "/docs"),
            ("https://site.example//evil.example", "/"),
            ("https://site.example/auth/login", "/"),
            ("https://site.example.evil.example/docs", "/"),
            ("https://evil.example/docs", "/"),
            ("http://site.example/docs", "/"),
            ("https://site.example:444/docs", "/"),
            ("/docs", "/"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            assert_eq!(ReturnPath::from_address(&home, address).as_str(), path, "{address}");
        }
    }

    proptest! {
        #[test]
        fn lg_5_a_return_path_never_leaves_the_origin(text in "[ -~\\t\\n\\r]{0,40}|/[/\\\\%25cCfF.a:@?#\\t]{0,20}|\\PC{0,20}") {
            let path = ReturnPath::parse(&text);
            let home = Url::parse("http://localhost:4040/auth/callback/demo").unwrap();
            let target = home.join(path.as_str()).unwrap();
            prop_assert_eq!(target.origin(), home.origin());
            prop_assert!(path.as_str().starts_with('/') && !path.as_str().starts_with("//"));
            prop_assert!(http::HeaderValue::from_str(path.as_str()).is_ok());
        }
    }
}
