//! Links to sign-in, each with the `return_to` that leads back to the page it stands on.

use std::fmt::Write as _;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The address that signs somebody in and brings them back to `path` (with its `search`, without `?`).
pub(crate) fn sign_in_address(path: &str, search: &str) -> String {
    with_return_to("/auth/login", path, search)
}

/// The address `endpoint` with a `return_to` of `path` and `search`.
fn with_return_to(endpoint: &str, path: &str, search: &str) -> String {
    let return_to = if search.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{search}")
    };
    if return_to == "/" {
        endpoint.to_owned()
    } else {
        format!("{endpoint}?return_to={}", encode_query_value(&return_to))
    }
}

/// The link `href`, extended so that it returns to `fragment` (with its `#`) of the page at `path`. `None` if it is no link to sign-in from that
/// page, or has this fragment already.
#[cfg(any(test, feature = "hydrate", feature = "csr"))]
pub(crate) fn with_fragment(href: &str, path: &str, fragment: &str) -> Option<String> {
    let (endpoint, query) = href.split_once('?').unwrap_or((href, ""));
    if fragment.len() < 2 || !["/auth/login", "/auth/signup", "/auth/device"].contains(&endpoint) {
        return None;
    }
    let mut parts: Vec<String> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let index = parts.iter().position(|part| part.starts_with(RETURN_TO));
    let current = index.map_or("/", |index| &parts[index][RETURN_TO.len()..]);
    // The link may have a fragment from an earlier click; a `#` of the path itself would be encoded twice.
    let (page, _) = current.split_once("%23").unwrap_or((current, ""));
    let page_path = decoded(page);
    if decoded(page_path.split('?').next().unwrap_or_default()) != decoded(path) {
        return None;
    }
    let parameter = format!("{RETURN_TO}{page}{}", encode_query_value(fragment));
    match index {
        Some(index) if parts[index] == parameter => return None,
        Some(index) => parts[index] = parameter,
        None => parts.push(parameter),
    }
    Some(format!("{endpoint}?{}", parts.join("&")))
}

/// The parameter with the return path.
#[cfg(any(test, feature = "hydrate", feature = "csr"))]
const RETURN_TO: &str = "return_to=";

/// The percent-decoded text; invalid UTF-8 is replaced.
#[cfg(any(test, feature = "hydrate", feature = "csr"))]
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes a value for a query; unreserved characters (RFC 3986 §2.3) and `/` (§3.4) stay.
pub(crate) fn encode_query_value(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The link that signs in or up and returns to the page it stands on; followed by the browser, not by the router.
#[component]
pub(crate) fn SignInLink(
    /// Classes of the link.
    class: &'static str,
    /// The words on it.
    #[prop(default = "Sign in")]
    words: &'static str,
    /// The endpoint.
    #[prop(default = "/auth/login")]
    endpoint: &'static str,
) -> impl IntoView {
    let location = use_location();
    let address = move || {
        location
            .pathname
            .with(|path| location.search.with(|search| with_return_to(endpoint, path, search)))
    };
    view! {
        <a class=class rel="external" href=address>
            {words}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::{sign_in_address, with_fragment};

    #[test]
    fn si_12_signing_in_returns_to_the_page() {
        assert_eq!(sign_in_address("/", ""), "/auth/login");
        assert_eq!(sign_in_address("/docs/7", ""), "/auth/login?return_to=/docs/7");
        assert_eq!(
            sign_in_address("/docs", "q=a b&after=3"),
            "/auth/login?return_to=/docs%3Fq%3Da%20b%26after%3D3"
        );
        assert_eq!(sign_in_address("/é", ""), "/auth/login?return_to=/%C3%A9");
    }

    #[test]
    fn si_12_signing_in_returns_to_the_part_of_the_page() {
        let setup = Some("/auth/login?return_to=/docs/12%23setup".to_owned());
        assert_eq!(
            with_fragment(&sign_in_address("/docs/12", ""), "/docs/12", "#setup"),
            setup
        );
        for (href, path, fragment, expected) in [
            (
                "/auth/login?return_to=/docs/12%23other",
                "/docs/12",
                "#setup",
                "/auth/login?return_to=/docs/12%23setup",
            ),
            (
                "/auth/login?return_to=%2Fdocs%2F12",
                "/docs/12",
                "#a",
                "/auth/login?return_to=%2Fdocs%2F12%23a",
            ),
            (
                "/auth/login?return_to=/%C3%A9",
                "/%C3%A9",
                "#%C3%A9",
                "/auth/login?return_to=/%C3%A9%23%25C3%25A9",
            ),
            (
                "/auth/signup?provider=a&return_to=/docs/12",
                "/docs/12",
                "#a",
                "/auth/signup?provider=a&return_to=/docs/12%23a",
            ),
            ("/auth/login", "/", "#a", "/auth/login?return_to=/%23a"),
        ] {
            assert_eq!(with_fragment(href, path, fragment).as_deref(), Some(expected), "{href}");
        }
        assert_eq!(
            with_fragment(&sign_in_address("/docs", "q=a b"), "/docs", "#x?y&z=1").as_deref(),
            Some("/auth/login?return_to=/docs%3Fq%3Da%20b%23x%3Fy%26z%3D1")
        );
    }

    #[test]
    fn si_12_links_to_other_places_stay_as_they_are() {
        for (href, path, fragment) in [
            ("/auth/login?return_to=/docs/12%23setup", "/docs/12", "#setup"),
            ("/auth/login?return_to=/docs/123", "/docs/12", "#a"),
            ("/auth/login?return_to=/docs/12/files", "/docs/12", "#a"),
            ("/auth/login", "/docs/12", "#a"),
            ("/auth/logout?return_to=/docs/12", "/docs/12", "#a"),
            ("/auth/login?return_to=/docs/12", "/docs/12", "#"),
            ("/auth/login?return_to=/docs/12", "/docs/12", ""),
            ("https://evil.example/auth/login?return_to=/docs/12", "/docs/12", "#a"),
        ] {
            assert_eq!(with_fragment(href, path, fragment), None, "{href} {path} {fragment}");
        }
    }
}
