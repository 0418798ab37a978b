//! Redirects addresses with a trailing slash permanently to those without, so that each page has one address.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, Uri, header};

/// Redirects GET and HEAD. Other methods are not redirected: a write is not repeated at another address.
pub(super) async fn redirect_trailing_slash(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let address = is_read.then(|| without_trailing_slash(request.uri())).flatten();
    match address.and_then(|address| HeaderValue::from_bytes(address.as_bytes()).ok()) {
        Some(address) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, address)]).into_response(),
        None => next.run(request).await,
    }
}

/// The address without trailing slashes, with its query; `None` if it has none. Always a path of this site: browsers would take two slashes at
/// its beginning, or a slash and a backslash, for another site (RFC 3986 §4.2).
fn without_trailing_slash(address: &Uri) -> Option<String> {
    let path = address.path();
    let shorter = path.trim_end_matches('/');
    if shorter.len() == path.len() || path == "/" {
        return None;
    }
    let path = shorter.trim_start_matches(['/', '\\']);
    Some(match address.query() {
        Some(query) => format!("/{path}?{query}"),
        None => format!("/{path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_4_a_trailing_slash_leads_to_this_site_alone() {
        for (address, expected) in [
            ("/", None),
            ("/?q=/", None),
            ("/docs", None),
            ("/docs?q=a/", None),
            ("/docs/12%2F", None),
            ("/docs/", Some("/docs")),
            ("/docs//", Some("/docs")),
            ("/docs/12/", Some("/docs/12")),
            ("/docs/?q=a/b&after=7", Some("/docs?q=a/b&after=7")),
            ("/docs/?", Some("/docs?")),
            ("/%C3%A4/", Some("/%C3%A4")),
            ("//", Some("/")),
            ("//?q=a", Some("/?q=a")),
            ("//evil.example/", Some("/evil.example")),
            ("///evil.example//", Some("/evil.example")),
            ("/\\evil.example/", Some("/evil.example")),
            ("/\\/evil.example/", Some("/evil.example")),
            ("//evil.example/?q=//x", Some("/evil.example?q=//x")),
            ("/%2Fevil.example/", Some("/%2Fevil.example")),
        ] {
            let found = without_trailing_slash(&address.parse().unwrap());
            assert_eq!(found.as_deref(), expected, "{address}");
        }
    }
}
