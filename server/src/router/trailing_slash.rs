//! Where does an address with a trailing slash lead? To the one without it, for good, so that each page has one address.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, Uri, header};

/// Redirects whoever reads. A write to a mistyped address is answered there: it is not repeated elsewhere.
pub(super) async fn redirect_trailing_slash(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let address = is_read.then(|| without_trailing_slash(request.uri())).flatten();
    match address.and_then(|address| HeaderValue::from_bytes(address.as_bytes()).ok()) {
        Some(address) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, address)]).into_response(),
        None => next.run(request).await,
    }
}

/// The address without its trailing slashes, with its query; `None` if it has none to lose. Always a path of this site: two
/// slashes at its beginning, or a slash and a backslash, would name another site to a browser (RFC 3986 §4.2).
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
