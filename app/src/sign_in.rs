//! Where does a person go to sign in, and how do they come back to the page they wanted?

use std::fmt::Write as _;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The address that signs somebody in and brings them back to `path` (with its `search`, without `?`).
pub(crate) fn sign_in_address(path: &str, search: &str) -> String {
    returning("/auth/login", path, search)
}

/// The address of a way in that brings somebody back to `path`.
fn returning(way: &str, path: &str, search: &str) -> String {
    let wanted = if search.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{search}")
    };
    if wanted == "/" {
        way.to_owned()
    } else {
        format!("{way}?return_to={}", in_query(&wanted))
    }
}

/// Percent-encoding for a value in a query (RFC 3986 §2.3: unreserved characters stay; here `/` too, §3.4).
pub(crate) fn in_query(text: &str) -> String {
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

/// The link that signs in, or up, and returns to the page it stands on. It leaves the application: a sign-in is a plain walk.
#[component]
pub(crate) fn SignInLink(
    /// Classes of the link.
    class: &'static str,
    /// The words on it.
    #[prop(default = "Sign in")]
    words: &'static str,
    /// Where it leads.
    #[prop(default = "/auth/login")]
    way: &'static str,
) -> impl IntoView {
    let location = use_location();
    let address = move || {
        location
            .pathname
            .with(|path| location.search.with(|search| returning(way, path, search)))
    };
    view! {
        <a class=class rel="external" href=address>
            {words}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::sign_in_address;

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
}
