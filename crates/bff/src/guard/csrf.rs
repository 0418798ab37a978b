//! Does a request that changes something come from our own pages? Browsers say so in headers that no page can forge
//! (Fetch Metadata, `Origin`); cookies alone prove nothing. No token, no script, no CORS: plain forms work.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

use crate::cookies;
use crate::event::What;
use crate::problem::Failure;
use crate::state::Inner;

/// What is to be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// From another site, or from nowhere that can be told.
    Foreign,
    /// A body of a kind that other sites can send without asking, and our own pages never do.
    WrongType,
}

/// Decides from what the browser says. `origin` is our own, as in `https://site.example`. A request that comes with the cookie
/// `session` is judged as a browser's whatever else it carries: behind this check the cookie counts.
pub(crate) fn judge(method: &Method, headers: &HeaderMap, origin: &str, session: &str) -> Verdict {
    let has_session = cookies::find(headers, session).is_some();
    if method.is_safe() || (carries_bearer(headers) && !has_session) {
        return Verdict::Pass;
    }
    let text = |name| headers.get(name).map(|v: &http::HeaderValue| v.to_str().unwrap_or("?"));
    // Under `Referrer-Policy: no-referrer` a browser sends `null` for our own forms; Fetch Metadata decides then.
    let from = text(ORIGIN).filter(|o| *o != "null" || !headers.contains_key("sec-fetch-site"));
    let own_origin = from.map(|o| o == origin);
    let own_site = text(http::HeaderName::from_static("sec-fetch-site")).map(|s| s == "same-origin" || s == "none");
    if own_origin == Some(false) || own_site == Some(false) || (own_origin.is_none() && own_site.is_none()) {
        return Verdict::Foreign;
    }
    let is_text = text(CONTENT_TYPE).is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/plain"));
    if is_text { Verdict::WrongType } else { Verdict::Pass }
}

/// A program with a token, not a browser with a cookie: no page of another site can set this header without asking
/// first, and nobody answers.
fn carries_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    value
        .and_then(|v| v.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// Where others post to us: the provider's page with a `state`, the provider's server with a signed token, another site
/// that sends a person to sign in. Cookies play no part in what is believed there.
const POSTED_FROM_ELSEWHERE: [&str; 3] = ["/auth/callback/", "/auth/backchannel-logout/", "/auth/initiate"];

/// Refuses what [`judge`] does not let pass.
pub(crate) async fn defend(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if POSTED_FROM_ELSEWHERE.iter().any(|prefix| path.starts_with(prefix)) {
        return next.run(request).await;
    }
    let origin = inner.config.public_url.origin().ascii_serialization();
    let failure = match judge(request.method(), request.headers(), &origin, inner.cookies.session()) {
        Verdict::Pass => return next.run(request).await,
        Verdict::Foreign => Failure::new(
            StatusCode::FORBIDDEN,
            "Request refused",
            "This request did not come from a page of this site. Nothing was changed.",
            "cross-site request",
        ),
        Verdict::WrongType => Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Request refused",
            "The body of this request is of a type that is not accepted here.",
            "text/plain body",
        ),
    };
    inner.show(failure.about(What::Access), None)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const OWN: &str = "https://site.example";

    fn verdict(method: &Method, pairs: &[(&'static str, &'static str)]) -> Verdict {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        judge(method, &headers, OWN, "__Host-portico")
    }

    #[test]
    fn cs_2_a_change_must_come_from_our_own_origin() {
        let post = |pairs: &[(&'static str, &'static str)]| verdict(&Method::POST, pairs);
        assert_eq!(post(&[("origin", OWN)]), Verdict::Pass);
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), Verdict::Pass);
        assert_eq!(post(&[("sec-fetch-site", "none")]), Verdict::Pass);
        assert_eq!(
            post(&[("sec-fetch-site", "same-origin"), ("origin", "null")]),
            Verdict::Pass
        );
        for foreign in [
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
            assert_eq!(post(foreign), Verdict::Foreign, "{foreign:?}");
        }
    }

    #[test]
    fn cs_2_text_plain_is_not_a_form_of_ours() {
        let headers = [("origin", OWN), ("content-type", "Text/Plain;charset=utf-8")];
        assert_eq!(verdict(&Method::POST, &headers), Verdict::WrongType);
    }

    #[test]
    fn ck_8_a_sibling_subdomain_is_foreign() {
        assert_eq!(
            verdict(&Method::DELETE, &[("sec-fetch-site", "same-site")]),
            Verdict::Foreign
        );
        assert_eq!(
            verdict(&Method::PUT, &[("origin", "https://other.site.example")]),
            Verdict::Foreign
        );
    }

    #[test]
    fn reading_and_programs_with_a_token_pass() {
        assert_eq!(
            verdict(&Method::GET, &[("sec-fetch-site", "cross-site")]),
            Verdict::Pass
        );
        assert_eq!(verdict(&Method::POST, &[("authorization", "bearer x")]), Verdict::Pass);
    }

    #[test]
    fn cs_2_a_token_beside_a_session_cookie_does_not_make_a_request_ours() {
        let with = |cookie: &'static str, scheme: &'static str, rest: &[(&'static str, &'static str)]| {
            let headers = [&[("cookie", cookie), ("authorization", scheme)], rest].concat();
            verdict(&Method::POST, &headers)
        };
        for scheme in ["Bearer x", "bearer ", "DPoP x", "Basic YTpi", "x"] {
            for cookie in ["__Host-portico=1", "a=b; __Host-portico=1", "__Host-portico="] {
                assert_eq!(with(cookie, scheme, &[]), Verdict::Foreign, "{cookie} {scheme}");
                let elsewhere = [("origin", "https://evil.example")];
                assert_eq!(with(cookie, scheme, &elsewhere), Verdict::Foreign, "{cookie} {scheme}");
                assert_eq!(
                    with(cookie, scheme, &[("origin", OWN)]),
                    Verdict::Pass,
                    "{cookie} {scheme}"
                );
            }
        }
        for other in ["a=b", "portico=1", "__Host-portico-in-x=1"] {
            assert_eq!(with(other, "Bearer x", &[]), Verdict::Pass, "{other}");
        }
    }
}
