//! Checklist 4.11, PX-1 to PX-3: where the proxy leads, and what passes.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bff::{Bff, Upstream};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use url::Url;

use crate::support::{Api, Browser, Harness, Page, raw};

pub(crate) const AUDIENCE: &str = "https://api.portico.example";

/// A test site with somebody signed in, an API, and a proxy to it beside the site: cookies do not know of ports.
pub(crate) struct Street {
    pub(crate) harness: Harness,
    pub(crate) browser: Browser,
    pub(crate) api: Api,
    pub(crate) proxy: SocketAddr,
}

impl Street {
    pub(crate) async fn new(api: Api, change: fn(Upstream) -> Upstream) -> Self {
        Self::of(Harness::new().await, api, change).await
    }

    pub(crate) async fn of(harness: Harness, api: Api, change: fn(Upstream) -> Upstream) -> Self {
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, 303);
        let upstream = Upstream::new("/api/orders", &api.url()).unwrap().audience(AUDIENCE);
        let router = harness.bff.protect(harness.bff.proxy(change(upstream)).unwrap());
        let proxy = serve(router).await;
        Self {
            harness,
            browser,
            api,
            proxy,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.proxy).parse().unwrap()
    }

    /// What a script of the site requests.
    pub(crate) async fn request(&mut self, method: Method, path: &str, more: &[(&str, &str)]) -> Page {
        let origin = self.harness.site.origin().ascii_serialization();
        let mut send = self.browser.request(
            method,
            self.url(path).as_str(),
            &[("origin", &origin), ("sec-fetch-site", "same-origin")],
        );
        for (name, value) in more {
            send = send.header(name, value);
        }
        self.browser.send(send).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.request(Method::GET, path, &[]).await
    }

    /// The session cookie, as a line of a request.
    pub(crate) fn cookie(&self) -> String {
        format!("Cookie: portico={}\r\n", self.browser.session().unwrap())
    }
}

pub(crate) async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

pub(crate) async fn plain_api() -> Api {
    Api::new(|_| "an order".into_response()).await
}

pub(crate) fn reason(page: &Page) -> String {
    let shown: Value = serde_json::from_str(&page.body).unwrap();
    assert!(
        shown["message"].as_str().is_some_and(|text| text.ends_with('.')),
        "{shown}"
    );
    shown["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn px_1_a_request_is_sent_to_the_configured_address_with_the_persons_token() {
    let mut street = Street::new(plain_api().await, |upstream| upstream).await;
    let page = street.get("/api/orders/7/lines?open=1&q=..%2f").await;
    assert_eq!((page.status, page.body.as_str()), (200, "an order"));
    let requested = street.api.requests();
    assert_eq!(requested[0].target, "/v1/7/lines?open=1&q=..%2f");
    assert_eq!(requested[0].method, Method::GET);
    assert_eq!(requested[0].header("host"), street.api.address.to_string());
    let issued = street.harness.provider.newest(demo::Kind::AccessToken).unwrap();
    assert_eq!(requested[0].token(), issued);
    assert!(!page.body.contains(&issued) && !format!("{:?}", page.headers).contains(&issued));
    street.get("/api/orders").await;
    street.get("/api/orders/").await;
    let targets: Vec<_> = street.api.requests()[1..].iter().map(|a| a.target.clone()).collect();
    assert_eq!(targets, ["/v1/", "/v1/"]);
}

#[tokio::test]
async fn px_2_an_upstream_gets_our_trace_and_never_the_one_a_page_names() {
    const OURS: &str = "00-11111111111111111111111111111111-2222222222222222-01";
    let theirs = [
        ("traceparent", "00-33333333333333333333333333333333-4444444444444444-01"),
        ("tracestate", "a=b"),
    ];
    let known: fn() -> Option<HeaderValue> = || Some(HeaderValue::from_static(OURS));
    let reported = [
        (Some(known), OURS),
        (Some((|| None) as fn() -> Option<HeaderValue>), ""),
        (None, ""),
    ];
    for (current, expected) in reported {
        let harness = Harness::new().await;
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, 303);
        let api = plain_api().await;
        // Not even where the site lets pages state it.
        let mut upstream = Upstream::new("/api/orders", &api.url()).unwrap().audience(AUDIENCE);
        if let Some(current) = current {
            upstream = upstream
                .request_header(HeaderName::from_static("traceparent"))
                .traceparent(current);
        }
        let proxy = serve(harness.bff.protect(harness.bff.proxy(upstream).unwrap())).await;
        let mut street = Street {
            harness,
            browser,
            api,
            proxy,
        };
        assert_eq!(street.request(Method::GET, "/api/orders/7", &theirs).await.status, 200);
        let requested = street.api.requests().remove(0);
        assert_eq!(
            (requested.header("traceparent"), requested.header("tracestate")),
            (expected, "")
        );
        assert!(requested.headers.get_all("traceparent").iter().count() <= 1);
    }
}

#[tokio::test]
async fn px_1_an_address_that_could_lead_elsewhere_is_400_and_nobody_gets_a_request() {
    let street = Street::new(plain_api().await, |upstream| upstream).await;
    let (port, cookie) = (street.proxy.port(), street.cookie());
    let other = street.api.address;
    for target in [
        "/api/orders/../../admin".to_owned(),
        "/api/orders/..".to_owned(),
        "/api/orders/./7".to_owned(),
        "/api/orders/%2e%2e/admin".to_owned(),
        "/api/orders/%252e%252e/admin".to_owned(),
        "/api/orders/..;/admin".to_owned(),
        "/api/orders/a%2fb".to_owned(),
        "/api/orders/a%5cb".to_owned(),
        "/api/orders/a\\b".to_owned(),
        "/api/orders//evil.example".to_owned(),
        "/api/orders/%00".to_owned(),
        format!("http://127.0.0.1:{port}/api/orders/7"),
        "http://127.0.0.1:9/api/orders/7".to_owned(),
        format!("http://{other}/api/orders/7"),
        format!("http://me:secret@127.0.0.1:{port}/api/orders/7"),
    ] {
        let message = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n");
        let (status, reply) = raw(street.proxy, &message).await;
        assert_eq!(status, 400, "{target}: {reply}");
    }
    for beside in [
        "/api/orders@evil.example/",
        "/api/orders:80/",
        "/api/orders%2f7",
        "/api/ordersx",
    ] {
        let message = format!("GET {beside} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n");
        assert_eq!(raw(street.proxy, &message).await.0, 404, "{beside}");
    }
    assert_eq!(street.api.requests().len(), 0);
    let message = format!("GET /api/orders/7 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n");
    assert_eq!(raw(street.proxy, &message).await.0, 200, "the way itself is open");
}

#[tokio::test]
async fn px_2_a_method_that_is_not_listed_is_405() {
    let mut street = Street::new(plain_api().await, |upstream| {
        upstream.methods([Method::GET, Method::POST])
    })
    .await;
    for refused in [
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::TRACE,
    ] {
        let page = street.request(refused.clone(), "/api/orders/7", &[]).await;
        assert_eq!((page.status, page.header("allow")), (405, "GET, POST"), "{refused}");
    }
    assert_eq!(street.api.requests().len(), 0);
    assert_eq!(street.request(Method::POST, "/api/orders", &[]).await.status, 200);
}

#[tokio::test]
async fn px_2_a_preflight_from_elsewhere_gets_no_permission() {
    let mut street = Street::new(plain_api().await, |upstream| upstream).await;
    let headers = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "GET"),
    ];
    let page = street.request(Method::OPTIONS, "/api/orders/7", &headers).await;
    assert!(page.status >= 400);
    assert!(
        page.headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control-"))
    );
}

/// Everything a client might state to be taken for somebody else.
const SAID: [(&str, &str); 22] = [
    ("authorization", "Bearer stolen"),
    ("proxy-authorization", "Basic YTpi"),
    ("forwarded", "for=10.0.0.1;host=evil.example"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-user", "root"),
    ("x-user", "root"),
    ("x-user-id", "0"),
    ("x-real-ip", "10.0.0.1"),
    ("x-original-url", "/admin"),
    ("x-http-method-override", "DELETE"),
    ("via", "1.1 evil"),
    ("te", "trailers"),
    ("keep-alive", "timeout=5"),
    ("proxy-connection", "keep-alive"),
    ("referer", "https://site.example/secret?code=1"),
    ("user-agent", "browser"),
    ("x-unheard-of", "1"),
    ("connection", "x-custom, accept-language"),
    ("x-custom", "hop"),
    ("accept-language", "de"),
];

#[tokio::test]
async fn px_3_nothing_a_client_states_about_itself_passes() {
    let mut street = Street::new(plain_api().await, |upstream| {
        upstream.request_header(HeaderName::from_static("x-custom"))
    })
    .await;
    street.browser.add_cookie("another", "cookie");
    let mut shown = SAID.to_vec();
    shown.extend([("accept", "application/json"), ("if-none-match", "\"a\"")]);
    assert_eq!(street.request(Method::GET, "/api/orders/7", &shown).await.status, 200);
    let requested = &street.api.requests()[0];
    let mut names: Vec<_> = requested.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["accept", "authorization", "host", "if-none-match", "user-agent"]
    );
    assert_ne!(requested.token(), "stolen");
    assert!(requested.header("user-agent").starts_with("bff/"));
    // Not named by `Connection`, the configured one passes.
    street.request(Method::GET, "/api/orders/7", &[("x-custom", "7")]).await;
    assert_eq!(street.api.requests()[1].header("x-custom"), "7");
    assert_eq!(street.api.requests()[1].header("cookie"), "");
}

fn talkative() -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("set-cookie", "portico=evil; Path=/"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("strict-transport-security", "max-age=0"),
        ("content-security-policy", "default-src *"),
        ("clear-site-data", "\"cookies\""),
        ("refresh", "0; url=https://evil.example"),
        ("location", "https://evil.example"),
        ("www-authenticate", "Basic realm=\"x\""),
        ("x-accel-redirect", "/etc/passwd"),
        ("x-frame-options", "ALLOWALL"),
        ("cache-control", "public, max-age=900"),
        ("server", "orders/1"),
        ("service-worker-allowed", "/"),
        ("link", "<https://evil.example/x.css>; rel=stylesheet"),
        ("connection", "x-shown"),
        ("x-shown", "hop"),
        ("content-type", "text/html"),
        ("etag", "\"7\""),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    (StatusCode::IM_A_TEAPOT, headers, "<script>alert(1)</script>").into_response()
}

#[tokio::test]
async fn px_2_nothing_an_upstream_states_about_this_site_passes() {
    let api = Api::new(|_| talkative()).await;
    let mut street = Street::new(api, |upstream| {
        upstream.response_header(HeaderName::from_static("x-shown"))
    })
    .await;
    let before = street.browser.session();
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, page.body.as_str()), (418, "<script>alert(1)</script>"));
    let mut names: Vec<_> = page.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let expected = [
        "cache-control",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-resource-policy",
        "date",
        "etag",
        "vary",
        "x-content-type-options",
    ];
    assert_eq!(names, expected);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; sandbox;")
    );
    assert_eq!(street.browser.session(), before);
}

#[tokio::test]
async fn px_2_a_response_may_stay_in_the_browser_if_the_site_allows_it() {
    let api = Api::new(|_| ([("cache-control", "public, s-maxage=900, max-age=60")], "x").into_response()).await;
    let mut street = Street::new(api, Upstream::cache_in_browser).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!(page.header("cache-control"), "private, max-age=60");
    assert_eq!(page.header("vary"), "cookie");
}

#[tokio::test]
async fn px_2_a_redirect_is_neither_followed_nor_passed_on() {
    let other = plain_api().await;
    let there = other.url();
    let api = Api::new(move |requested| {
        let status = requested.target.rsplit('/').next().unwrap().parse::<u16>().unwrap();
        (StatusCode::from_u16(status).unwrap(), [("location", there.clone())]).into_response()
    })
    .await;
    let mut street = Street::new(api, |upstream| upstream).await;
    for status in [301, 302, 303, 307, 308] {
        let page = street.get(&format!("/api/orders/{status}")).await;
        assert_eq!(
            (page.status, reason(&page).as_str()),
            (502, "upstream_redirect"),
            "{status}"
        );
        assert_eq!(page.header("location"), "");
    }
    assert_eq!(street.get("/api/orders/304").await.status, 304);
    assert_eq!(other.requests().len(), 0, "the token went elsewhere");
}

#[tokio::test]
async fn px_2_an_upgrade_is_not_passed_on() {
    let street = Street::new(plain_api().await, |upstream| upstream).await;
    for upgrade in [
        "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        "Upgrade: h2c\r\nConnection: close\r\n",
    ] {
        let message = format!(
            "GET /api/orders/7 HTTP/1.1\r\nHost: x\r\n{}{upgrade}Connection: close\r\n\r\n",
            street.cookie()
        );
        let (status, reply) = raw(street.proxy, &message).await;
        assert_eq!(status, 501, "{reply}");
        assert!(reply.contains("upgrade_not_supported"));
    }
    assert_eq!(street.api.requests().len(), 0);
}

#[tokio::test]
async fn px_2_an_upgrade_that_the_upstream_begins_is_not_passed_on() {
    let headers = [("upgrade", "websocket"), ("connection", "upgrade")];
    let api = Api::new(move |_| (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()).await;
    let street = Street::new(api, |upstream| upstream).await;
    let message = format!(
        "GET /api/orders/7 HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
        street.cookie()
    );
    let (status, reply) = raw(street.proxy, &message).await;
    assert_eq!(status, 502, "{reply}");
    assert!(reply.contains("upstream_unreachable"), "{reply}");
    assert_eq!(street.api.requests().len(), 1);
}

/// What pages of other sites can make a browser send.
async fn from_elsewhere(street: &mut Street, guard: &str) {
    for headers in [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")][..],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "")],
        &[("origin", ""), ("sec-fetch-site", "same-site")],
        &[
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("authorization", "Bearer x"),
        ],
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", ""),
            ("authorization", "Bearer x"),
        ],
        &[("origin", ""), ("sec-fetch-site", ""), ("authorization", "Bearer x")],
        &[("origin", ""), ("sec-fetch-site", "")],
    ] {
        let page = street.request(Method::POST, "/api/orders", headers).await;
        assert_eq!(page.status, 403, "{guard}: {headers:?}");
    }
    for headers in [
        &[("sec-fetch-site", "same-site")][..],
        &[("sec-fetch-site", "cross-site")],
    ] {
        let page = street.request(Method::GET, "/api/orders/7", headers).await;
        assert_eq!(
            (page.status, reason(&page).as_str()),
            (403, "cross_site"),
            "{guard}: {headers:?}"
        );
    }
    let text = [("content-type", "text/plain")];
    assert_eq!(
        street.request(Method::POST, "/api/orders", &text).await.status,
        415,
        "{guard}"
    );
    assert_eq!(street.api.requests().len(), 0, "{guard}");
    assert_eq!(
        street.request(Method::POST, "/api/orders", &[]).await.status,
        200,
        "{guard}"
    );
}

fn with_post(upstream: Upstream) -> Upstream {
    upstream.methods([Method::GET, Method::POST])
}

#[tokio::test]
async fn px_2_a_request_of_another_site_is_refused() {
    let mut street = Street::new(plain_api().await, with_post).await;
    from_elsewhere(&mut street, "inside protect").await;
}

#[tokio::test]
async fn px_2_a_request_of_another_site_is_refused_even_if_protect_is_forgotten() {
    let mut street = Street::new(plain_api().await, with_post).await;
    let upstream = with_post(Upstream::new("/api/orders", &street.api.url()).unwrap()).audience(AUDIENCE);
    street.proxy = serve(street.harness.bff.proxy(upstream).unwrap()).await;
    from_elsewhere(&mut street, "without protect").await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
}

#[tokio::test]
async fn px_3_without_a_session_nobody_gets_a_request() {
    let mut street = Street::new(plain_api().await, |upstream| upstream).await;
    street.browser.cookies.clear();
    for headers in [
        &[][..],
        &[("authorization", "Bearer x")],
        &[("cookie", "portico=AAAAAAAAAAAAAAAAAAAAAA")],
    ] {
        let page = street.request(Method::GET, "/api/orders/7", headers).await;
        assert_eq!(
            (page.status, reason(&page).as_str()),
            (401, "no_session"),
            "{headers:?}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
    }
    assert_eq!(street.api.requests().len(), 0);
}

#[tokio::test]
async fn px_5_a_proxy_whose_tokens_are_for_somebody_else_is_not_made() {
    let harness = Harness::new().await;
    let refused = |bff: &Bff, upstream: Upstream| bff.proxy(upstream).unwrap_err().to_string();
    let upstream = || Upstream::new("/api/orders", "https://orders.example/").unwrap();
    let shown = refused(&harness.bff, upstream());
    assert!(shown.contains("audience or the resource"), "{shown}");
    for other in [
        upstream().audience("https://other.example"),
        upstream().audience(AUDIENCE).resource("https://other.example"),
        upstream()
            .audience(AUDIENCE)
            .scopes(["messages:read", "messages:write"]),
    ] {
        let shown = refused(&harness.bff, other);
        assert!(shown.starts_with("no provider"), "{shown}");
    }
    let right = upstream().audience(AUDIENCE).scopes(["messages:read"]);
    assert!(harness.bff.proxy(right).is_ok());
}

#[tokio::test]
async fn px_1_a_new_thing_is_named_by_its_address_here() {
    let api = Api::new(|_| (StatusCode::CREATED, [("location", "/v1/7")], json!({}).to_string()).into_response()).await;
    let mut street = Street::new(api, with_post).await;
    let page = street.request(Method::POST, "/api/orders", &[]).await;
    assert_eq!((page.status, page.header("location")), (201, "/api/orders/7"));
}
