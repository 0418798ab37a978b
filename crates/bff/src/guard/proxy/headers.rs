//! Header allow-lists of the proxy: everything else is dropped, whatever headers will be invented. A site may add to the lists,
//! except for what [`is_allowed_request_header`] and [`is_allowed_response_header`] rule out.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION,
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, LOCATION, RANGE,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use super::upstream::Upstream;

/// Request headers that are passed on: content negotiation, the body, conditions.
const REQUEST_HEADERS: [HeaderName; 14] = [
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CONTENT_TYPE,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    IF_RANGE,
    RANGE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("prefer"),
];

/// Response headers that are passed on: the body, its version, retries.
const RESPONSE_HEADERS: [HeaderName; 13] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_DISPOSITION,
    CONTENT_RANGE,
    ACCEPT_RANGES,
    ETAG,
    LAST_MODIFIED,
    RETRY_AFTER,
    ALLOW,
    HeaderName::from_static("preference-applied"),
    HeaderName::from_static("deprecation"),
];

/// Headers of one connection only (RFC 9110 §7.6.1), of its peers, or of the length of a message.
const HOP_BY_HOP: [&str; 13] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "host",
    "expect",
    "max-forwards",
    "http2-settings",
    "via",
];

/// Prefixes of headers by which proxies state who sends a request, from where and how. An upstream may trust them.
const PROXY_PREFIXES: [&str; 24] = [
    "cookie",
    "authorization",
    "proxy-",
    "forwarded",
    "x-forwarded",
    "x-user",
    "x-auth",
    "x-remote",
    "remote-",
    "x-real-ip",
    "x-client",
    "client-ip",
    "true-client-ip",
    "cf-",
    "x-envoy",
    "x-amzn-",
    "x-original",
    "x-rewrite",
    "x-http-method",
    "x-method",
    "x-ssl-",
    "ssl-",
    "sec-",
    "origin",
];

/// Prefixes of headers that would affect this whole site, its cookies or its proxy and not only one response.
const SITE_PREFIXES: [&str; 25] = [
    "set-cookie",
    "access-control-",
    "strict-transport-security",
    "content-security-policy",
    "cross-origin-",
    "permissions-policy",
    "referrer-policy",
    "x-frame-options",
    "x-content-type-options",
    "clear-site-data",
    "www-authenticate",
    "proxy-",
    "authentication-info",
    "location",
    "refresh",
    "service-worker",
    "sourcemap",
    "alt-svc",
    "nel",
    "report",
    "origin-agent-cluster",
    "timing-allow-origin",
    "x-accel-",
    "x-sendfile",
    "public-key-pins",
];

/// Caching is decided by [`cache_control`].
const CACHE_HEADERS: [&str; 5] = ["cache-control", "expires", "age", "pragma", "vary"];

/// Whether a site may add this header to the request headers.
pub(super) fn is_allowed_request_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    !HOP_BY_HOP.contains(&name) && !PROXY_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a site may add this header to the response headers.
pub(super) fn is_allowed_response_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    !HOP_BY_HOP.contains(&name)
        && !CACHE_HEADERS.contains(&name)
        && !SITE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The headers of a page's request that are passed on.
pub(super) fn request_headers(from: &HeaderMap, upstream: &Upstream) -> HeaderMap {
    select(from, REQUEST_HEADERS.iter().chain(&upstream.request_headers))
}

/// The headers of the upstream's response that are passed on; `requested` is the address of the request.
pub(super) fn response_headers(
    status: StatusCode,
    from: &HeaderMap,
    requested: &Url,
    upstream: &Upstream,
) -> HeaderMap {
    let mut headers = select(from, RESPONSE_HEADERS.iter().chain(&upstream.response_headers));
    if status == StatusCode::CREATED
        && let Some(here) = location(from, requested, upstream)
    {
        headers.insert(LOCATION, here);
    }
    headers.insert(CACHE_CONTROL, cache_control(from, upstream));
    headers.insert(VARY, HeaderValue::from_static("cookie"));
    make_inert(&mut headers);
    headers
}

/// An API's error page must not become a page of this site: no script, no form, no content sniffing (HD-1, HD-2).
pub(super) fn make_inert(headers: &mut HeaderMap) {
    const NOTHING: &str = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

/// The headers of these names, except those that `Connection` declares hop-by-hop.
fn select<'a>(from: &HeaderMap, names: impl Iterator<Item = &'a HeaderName>) -> HeaderMap {
    let lines = from.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let hop_by_hop: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut headers = HeaderMap::new();
    for name in names {
        if hop_by_hop.iter().any(|hop| name.as_str().eq_ignore_ascii_case(hop)) || headers.contains_key(name) {
            continue;
        }
        for value in from.get_all(name) {
            headers.append(name, value.clone());
        }
    }
    headers
}

/// `Location` as a path of this site; `None` if the created resource is not behind this proxy.
fn location(from: &HeaderMap, requested: &Url, upstream: &Upstream) -> Option<HeaderValue> {
    let there = requested.join(from.get(LOCATION)?.to_str().ok()?).ok()?;
    let base = &upstream.base;
    if there.origin() != base.origin() {
        return None;
    }
    let rest = there.path().strip_prefix(base.path())?;
    let query = there.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}/{rest}{query}", upstream.mount)).ok()
}

/// `Cache-Control` for the browser. Shared caches never store the response: it is for one person.
fn cache_control(from: &HeaderMap, upstream: &Upstream) -> HeaderValue {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    let directives = from.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let directives: Vec<&str> = directives.flat_map(|line| line.split(',')).map(str::trim).collect();
    let forbids = |directive: &&str| {
        let word = directive.split('=').next().unwrap_or_default();
        word.eq_ignore_ascii_case("no-store") || word.eq_ignore_ascii_case("no-cache")
    };
    if !upstream.browser_cache || directives.iter().any(forbids) {
        return NO_STORE;
    }
    let ages = directives.iter().filter_map(|word| word.split_once('='));
    let age = ages
        .filter(|(name, _)| name.eq_ignore_ascii_case("max-age"))
        .find_map(|(_, seconds)| seconds.parse::<u32>().ok());
    age.and_then(|seconds| HeaderValue::from_str(&format!("private, max-age={seconds}")).ok())
        .unwrap_or(NO_STORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream() -> Upstream {
        Upstream::new("/api/orders", "https://orders.example/v1/").unwrap()
    }

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn px_2_what_connection_names_stays_here_even_if_it_is_on_the_list() {
        let sent = map(&[
            ("connection", "close, Accept-Language"),
            ("accept", "a"),
            ("accept-language", "b"),
        ]);
        assert_eq!(request_headers(&sent, &upstream()), map(&[("accept", "a")]));
    }

    #[test]
    fn px_2_a_new_thing_is_named_by_its_address_on_this_site() {
        let at = |location: &'static str| {
            let requested = Url::parse("https://orders.example/v1/a/b").unwrap();
            let headers = response_headers(
                StatusCode::CREATED,
                &map(&[("location", location)]),
                &requested,
                &upstream(),
            );
            headers.get(LOCATION).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(at("https://orders.example/v1/7?x").as_deref(), Some("/api/orders/7?x"));
        assert_eq!(at("c").as_deref(), Some("/api/orders/a/c"));
        for elsewhere in [
            "https://evil.example/v1/7",
            "/v2/7",
            "//evil.example/v1/7",
            "https://orders.example:444/v1/7",
        ] {
            assert_eq!(at(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn px_2_a_response_is_stored_by_one_browser_or_nobody() {
        let sent =
            |value: &'static str, upstream: &Upstream| cache_control(&map(&[("cache-control", value)]), upstream);
        assert_eq!(sent("public, max-age=60", &upstream()), "no-store");
        let caching = upstream().cache_in_browser();
        assert_eq!(
            sent("public, s-maxage=900, max-age=60", &caching),
            "private, max-age=60"
        );
        for value in [
            "no-store, max-age=60",
            "no-cache=\"x\", max-age=60",
            "public",
            "max-age=x",
            "",
        ] {
            assert_eq!(sent(value, &caching), "no-store", "{value}");
        }
    }
}
