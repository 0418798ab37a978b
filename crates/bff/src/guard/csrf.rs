//! Defence against cross-site request forgery: a request that changes something has to be from a page of this site. Browsers state
//! so in headers that no page can forge (Fetch Metadata, `Origin`); cookies alone prove nothing. No token, no script, no CORS:
//! plain forms work.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

use crate::cookies;
use crate::event::What;
use crate::guard::error::AccessError;
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::site::Site;

/// The origin of a request, as far as that decides whether it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OriginCheck {
    Passed,
    /// From another site, or of unknown origin.
    CrossSite,
    /// With a body of a type that other sites can send without a CORS preflight, and pages of this site never do.
    WrongContentType,
}

impl Site {
    /// Checks the headers that browsers add. A request with the session cookie is checked as a browser's whatever else it has:
    /// behind this check the cookie counts.
    pub(crate) fn check_origin(&self, method: &Method, headers: &HeaderMap) -> OriginCheck {
        let has_session = cookies::find(headers, self.cookies.session()).is_some();
        if method.is_safe() || (has_bearer_token(headers) && !has_session) {
            return OriginCheck::Passed;
        }
        let text = |name| headers.get(name).map(|v: &http::HeaderValue| v.to_str().unwrap_or("?"));
        // Under `Referrer-Policy: no-referrer` a browser sends `null` for forms of this site; Fetch Metadata decides then.
        let from = text(ORIGIN).filter(|o| *o != "null" || !headers.contains_key("sec-fetch-site"));
        let own_origin = from.map(|origin| origin == self.origin());
        let own_site = text(http::HeaderName::from_static("sec-fetch-site")).map(|s| s == "same-origin" || s == "none");
        if own_origin == Some(false) || own_site == Some(false) || (own_origin.is_none() && own_site.is_none()) {
            return OriginCheck::CrossSite;
        }
        let is_text = text(CONTENT_TYPE).is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/plain"));
        if is_text {
            OriginCheck::WrongContentType
        } else {
            OriginCheck::Passed
        }
    }
}

/// A program with a token, not a browser with a cookie: no page of another site can set this header without a CORS preflight, and
/// none is allowed.
fn has_bearer_token(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    value
        .and_then(|v| v.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// Routes that other sites may post to: the provider's page with a `state`, the provider's server with a signed token, another
/// site that sends a person to sign in. They trust no cookie.
const CROSS_SITE_ROUTES: [&str; 3] = ["/auth/callback/", "/auth/backchannel-logout/", "/auth/initiate"];

/// The state of the middleware [`defend`].
#[derive(Clone)]
pub(crate) struct CrossSiteDefence {
    pub(crate) site: Arc<Site>,
    pub(crate) pages: SharedPages,
}

/// Middleware that refuses requests that do not pass [`Site::check_origin`].
pub(crate) async fn defend(State(defence): State<CrossSiteDefence>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if CROSS_SITE_ROUTES.iter().any(|prefix| path.starts_with(prefix)) {
        return next.run(request).await;
    }
    let failure = match defence.site.check_origin(request.method(), request.headers()) {
        OriginCheck::Passed => return next.run(request).await,
        OriginCheck::CrossSite => Failure::new(
            StatusCode::FORBIDDEN,
            "Request refused",
            "This request did not come from a page of this site. Nothing was changed.",
            &AccessError::CrossSite,
        ),
        OriginCheck::WrongContentType => Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Request refused",
            "The body of this request is of a type that is not accepted here.",
            &AccessError::ContentType,
        ),
    };
    failure.about(What::Access).into_response(&*defence.pages, None)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const OWN: &str = "https://site.example";

    fn check(method: &Method, pairs: &[(&'static str, &'static str)]) -> OriginCheck {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        Site::new(OWN.parse().unwrap(), "portico").check_origin(method, &headers)
    }

    #[test]
    fn cs_2_a_change_must_be_from_our_own_origin() {
        let post = |pairs: &[(&'static str, &'static str)]| check(&Method::POST, pairs);
        assert_eq!(post(&[("origin", OWN)]), OriginCheck::Passed);
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), OriginCheck::Passed);
        assert_eq!(post(&[("sec-fetch-site", "none")]), OriginCheck::Passed);
        assert_eq!(
            post(&[("sec-fetch-site", "same-origin"), ("origin", "null")]),
            OriginCheck::Passed
        );
        for cross_site in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://site.example.evil.example")],
            &[("origin", "http://site.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", OWN)],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("authorization", "Basic YTpi")],
        ] {
            assert_eq!(post(cross_site), OriginCheck::CrossSite, "{cross_site:?}");
        }
    }

    #[test]
    fn cs_2_text_plain_is_not_a_form_of_ours() {
        let headers = [("origin", OWN), ("content-type", "Text/Plain;charset=utf-8")];
        assert_eq!(check(&Method::POST, &headers), OriginCheck::WrongContentType);
    }

    #[test]
    fn ck_8_a_sibling_subdomain_is_another_site() {
        assert_eq!(
            check(&Method::DELETE, &[("sec-fetch-site", "same-site")]),
            OriginCheck::CrossSite
        );
        assert_eq!(
            check(&Method::PUT, &[("origin", "https://other.site.example")]),
            OriginCheck::CrossSite
        );
    }

    #[test]
    fn reading_and_programs_with_a_token_pass() {
        assert_eq!(
            check(&Method::GET, &[("sec-fetch-site", "cross-site")]),
            OriginCheck::Passed
        );
        assert_eq!(
            check(&Method::POST, &[("authorization", "bearer x")]),
            OriginCheck::Passed
        );
    }

    #[test]
    fn cs_2_a_token_beside_a_session_cookie_does_not_make_a_request_ours() {
        let with = |cookie: &'static str, scheme: &'static str, rest: &[(&'static str, &'static str)]| {
            let headers = [&[("cookie", cookie), ("authorization", scheme)], rest].concat();
            check(&Method::POST, &headers)
        };
        for scheme in ["Bearer x", "bearer ", "DPoP x", "Basic YTpi", "x"] {
            for cookie in ["__Host-portico=1", "a=b; __Host-portico=1", "__Host-portico="] {
                assert_eq!(with(cookie, scheme, &[]), OriginCheck::CrossSite, "{cookie} {scheme}");
                let elsewhere = [("origin", "https://evil.example")];
                assert_eq!(
                    with(cookie, scheme, &elsewhere),
                    OriginCheck::CrossSite,
                    "{cookie} {scheme}"
                );
                assert_eq!(
                    with(cookie, scheme, &[("origin", OWN)]),
                    OriginCheck::Passed,
                    "{cookie} {scheme}"
                );
            }
        }
        for other in ["a=b", "portico=1", "__Host-portico-in-x=1"] {
            assert_eq!(with(other, "Bearer x", &[]), OriginCheck::Passed, "{other}");
        }
    }
}
