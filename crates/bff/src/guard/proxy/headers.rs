//! Which headers pass? Those on a list; everything else stays behind, whatever its name will be in ten years. A site may
//! lengthen the lists, but not by what [`may_be_asked_with`] and [`may_be_answered_with`] rule out.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION,
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, LOCATION, RANGE,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use super::upstream::Upstream;

/// What a page may say: what it wants, what it sends, what it knows already.
const ASKED_WITH: [HeaderName; 14] = [
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

/// What an upstream may say: what it sends, and how to ask for it again.
const ANSWERED_WITH: [HeaderName; 13] = [
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

/// About one connection only (RFC 9110 §7.6.1), about who is connected, or about the length of a message.
const ONE_HOP: [&str; 13] = [
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

/// Beginnings of names by which servers tell each other who asks, where from and what for. An upstream may believe them.
const SAID_BY_PROXIES: [&str; 24] = [
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

/// Beginnings of names that would act on this site, its cookies or its proxy rather than on one answer.
const SAID_BY_SITES: [&str; 25] = [
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

/// Kept or not is decided by [`keep`].
const ABOUT_CACHES: [&str; 5] = ["cache-control", "expires", "age", "pragma", "vary"];

/// Whether a site may add this header to what pages send.
pub(super) fn may_be_asked_with(name: &HeaderName) -> bool {
    let name = name.as_str();
    !ONE_HOP.contains(&name) && !SAID_BY_PROXIES.iter().any(|start| name.starts_with(start))
}

/// Whether a site may add this header to what the upstream answers.
pub(super) fn may_be_answered_with(name: &HeaderName) -> bool {
    let name = name.as_str();
    !ONE_HOP.contains(&name)
        && !ABOUT_CACHES.contains(&name)
        && !SAID_BY_SITES.iter().any(|start| name.starts_with(start))
}

/// What a request of a page takes along.
pub(super) fn outbound(from: &HeaderMap, upstream: &Upstream) -> HeaderMap {
    chosen(from, ASKED_WITH.iter().chain(&upstream.request_headers))
}

/// What an answer of the upstream brings back; `asked` is the address that was asked for.
pub(super) fn inbound(status: StatusCode, from: &HeaderMap, asked: &Url, upstream: &Upstream) -> HeaderMap {
    let mut headers = chosen(from, ANSWERED_WITH.iter().chain(&upstream.response_headers));
    if status == StatusCode::CREATED
        && let Some(here) = location(from, asked, upstream)
    {
        headers.insert(LOCATION, here);
    }
    headers.insert(CACHE_CONTROL, keep(from, upstream));
    headers.insert(VARY, HeaderValue::from_static("cookie"));
    defuse(&mut headers);
    headers
}

/// An API's error page must not become a page of this site: no script, no form, no guessing of types (HD-1, HD-2).
pub(super) fn defuse(headers: &mut HeaderMap) {
    const NOTHING: &str = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

/// The headers of that name, except those that `Connection` says are for this connection alone.
fn chosen<'a>(from: &HeaderMap, names: impl Iterator<Item = &'a HeaderName>) -> HeaderMap {
    let lines = from.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let this_hop: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut headers = HeaderMap::new();
    for name in names {
        if this_hop.iter().any(|hop| name.as_str().eq_ignore_ascii_case(hop)) || headers.contains_key(name) {
            continue;
        }
        for value in from.get_all(name) {
            headers.append(name, value.clone());
        }
    }
    headers
}

/// Where the new thing is on this site; nothing when it is not behind this proxy.
fn location(from: &HeaderMap, asked: &Url, upstream: &Upstream) -> Option<HeaderValue> {
    let there = asked.join(from.get(LOCATION)?.to_str().ok()?).ok()?;
    let base = &upstream.base;
    if there.origin() != base.origin() {
        return None;
    }
    let rest = there.path().strip_prefix(base.path())?;
    let query = there.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}/{rest}{query}", upstream.mount)).ok()
}

/// How long the browser may keep the answer. Never anybody on the way: it was made for one person.
fn keep(from: &HeaderMap, upstream: &Upstream) -> HeaderValue {
    const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-store");
    let said = from.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let said: Vec<&str> = said.flat_map(|line| line.split(',')).map(str::trim).collect();
    let forbids = |word: &&str| {
        let word = word.split('=').next().unwrap_or_default();
        word.eq_ignore_ascii_case("no-store") || word.eq_ignore_ascii_case("no-cache")
    };
    if !upstream.keeps_in_browser || said.iter().any(forbids) {
        return NOT_AT_ALL;
    }
    let ages = said.iter().filter_map(|word| word.split_once('='));
    let age = ages
        .filter(|(name, _)| name.eq_ignore_ascii_case("max-age"))
        .find_map(|(_, seconds)| seconds.parse::<u32>().ok());
    age.and_then(|seconds| HeaderValue::from_str(&format!("private, max-age={seconds}")).ok())
        .unwrap_or(NOT_AT_ALL)
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
        let asked = map(&[
            ("connection", "close, Accept-Language"),
            ("accept", "a"),
            ("accept-language", "b"),
        ]);
        assert_eq!(outbound(&asked, &upstream()), map(&[("accept", "a")]));
    }

    #[test]
    fn px_2_a_new_thing_is_named_by_its_address_on_this_site() {
        let at = |location: &'static str| {
            let asked = Url::parse("https://orders.example/v1/a/b").unwrap();
            let answer = inbound(
                StatusCode::CREATED,
                &map(&[("location", location)]),
                &asked,
                &upstream(),
            );
            answer.get(LOCATION).map(|value| value.to_str().unwrap().to_owned())
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
    fn px_2_an_answer_is_kept_by_one_browser_or_nobody() {
        let said = |says: &'static str, upstream: &Upstream| keep(&map(&[("cache-control", says)]), upstream);
        assert_eq!(said("public, max-age=60", &upstream()), "no-store");
        let keeping = upstream().keep_in_browser();
        assert_eq!(
            said("public, s-maxage=900, max-age=60", &keeping),
            "private, max-age=60"
        );
        for nobody in [
            "no-store, max-age=60",
            "no-cache=\"x\", max-age=60",
            "public",
            "max-age=x",
            "",
        ] {
            assert_eq!(said(nobody, &keeping), "no-store", "{nobody}");
        }
    }
}
