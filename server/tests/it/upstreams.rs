//! Do pages reach an API of somebody else by a path of this site, with a token for it and nothing that could be abused
//! (`[[upstreams]]`)? What passes in detail is proven in `bff`.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request};
use bff::Upstream;
use http::{HeaderMap, Method, StatusCode};
use tokio::net::TcpListener;

use crate::support::{TestResponse, TestSite, Visitor};

type Requests = Arc<Mutex<Vec<(Method, String, HeaderMap)>>>;

/// An API that records its requests, and its address.
async fn api() -> (String, Requests) {
    let requested = Requests::default();
    let log = Arc::clone(&requested);
    let router = Router::new().fallback(async move |request: Request| {
        let (parts, _) = request.into_parts();
        log.lock()
            .unwrap()
            .push((parts.method, parts.uri.to_string(), parts.headers));
        ([("set-cookie", "theirs=1")], "an order")
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server::serve::serve(listener, router, std::future::pending()));
    (format!("http://{address}/v1"), requested)
}

async fn script(visitor: &mut Visitor, method: Method, path: &str, body: &'static str) -> TestResponse {
    let request = visitor
        .request(method, path)
        .header("origin", "http://127.0.0.1:4040")
        .header("content-type", "application/json");
    visitor.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn px_1_a_trailing_slash_belongs_to_the_upstream() {
    let (address, requested) = api().await;
    let site = TestSite::with_provider(move |config| {
        let audience = config.providers[0].provider.audience.clone().unwrap();
        let upstream = Upstream::new("/api/orders", &address).unwrap();
        config.upstreams.push(upstream.audience(audience));
    })
    .await;
    let mut alice = site.sign_in("alice").await;
    let response = script(&mut alice, Method::GET, "/api/orders/open/?page=2", "").await;
    assert_eq!(
        (response.status, response.location()),
        (StatusCode::OK, None),
        "{}",
        response.body
    );
    assert_eq!(requested.lock().unwrap()[0].1, "/v1/open/?page=2");
    let refused = script(&mut alice, Method::DELETE, "/api/orders/open", "").await;
    assert_eq!(
        (refused.status, refused.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD")
    );
}

#[tokio::test]
async fn px_1_scripts_reach_an_upstream_with_the_persons_token_and_without_their_cookies() {
    let (address, requested) = api().await;
    let site = TestSite::with_provider(move |config| {
        let audience = config.providers[0].provider.audience.clone().unwrap();
        let upstream = Upstream::new("/api/orders", &address).unwrap();
        let upstream = upstream.methods([Method::GET, Method::POST]).audience(audience);
        config.upstreams.push(upstream);
    })
    .await;
    let mut alice = site.sign_in("alice").await;
    let response = script(&mut alice, Method::POST, "/api/orders/7?all=1", "{}").await;
    assert_eq!((response.status, response.body.as_str()), (StatusCode::OK, "an order"));
    assert!(
        response.header("content-security-policy").contains("sandbox"),
        "{:?}",
        response.headers
    );
    assert!(!alice.cookies.contains_key("theirs"));
    let (method, target, headers) = requested.lock().unwrap()[0].clone();
    assert_eq!((method, target.as_str()), (Method::POST, "/v1/7?all=1"));
    let token = headers["authorization"]
        .to_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap()
        .to_owned();
    assert_eq!(site.provider.newest(demo::Kind::AccessToken), Some(token.clone()));
    assert!(!headers.contains_key("cookie"));
    assert!(
        !String::from_utf8_lossy(&alice.seen).contains(&token),
        "the browser saw the token"
    );

    // More than a page's form may hold, and less than the upstream takes.
    let large: &'static str = Box::leak("x".repeat(200_000).into_boxed_str());
    assert_eq!(
        script(&mut alice, Method::POST, "/api/orders", large).await.status,
        StatusCode::OK
    );
    for (method, status) in [(Method::DELETE, 405), (Method::GET, 200)] {
        assert_eq!(
            script(&mut alice, method, "/api/orders/7", "").await.status.as_u16(),
            status
        );
    }
    let mut stranger = site.visitor();
    assert_eq!(
        script(&mut stranger, Method::GET, "/api/orders/7", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    let foreign = alice
        .foreign_request(Method::POST, "/api/orders")
        .header("sec-fetch-site", "cross-site");
    let refused = alice.send(foreign.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(requested.lock().unwrap().len(), 3);
    assert_eq!(
        alice.get("/docs").await.status,
        StatusCode::OK,
        "everything else is where it was"
    );
}
