//! PX-2: bodies pass the proxy piece by piece, and no side can make it buffer or wait for more than it should.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bff::{ProxyLimits, Upstream};
use futures::StreamExt as _;
use tokio::sync::mpsc;

use crate::proxy::{Street, plain_api, reason};
use crate::support::{Api, raw};

fn small(upstream: Upstream) -> Upstream {
    upstream
        .methods([Method::GET, Method::POST, Method::HEAD])
        .limits(ProxyLimits {
            max_request_bytes: 100_000,
            max_response_bytes: 1_000,
            ..ProxyLimits::default()
        })
}

/// A response of `size` bytes in chunks, without `Content-Length`.
fn pieces(size: usize) -> Response {
    let pieces = (0..size / 100).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 100])));
    Body::from_stream(futures::stream::iter(pieces)).into_response()
}

#[tokio::test]
async fn px_2_a_request_that_is_too_large_is_413() {
    let mut street = Street::new(plain_api().await, small).await;
    let form = street
        .browser
        .form(street.url("/api/orders").as_str(), &[("a", &"x".repeat(100_000))]);
    let page = street.browser.send(form).await;
    assert_eq!(
        (page.status, reason(&page).as_str()),
        (413, "too_large"),
        "by its announced length"
    );
    // A length that nobody announces is counted on the way.
    let origin = street.harness.site.origin().ascii_serialization();
    let head = format!(
        "POST /api/orders HTTP/1.1\r\nHost: x\r\n{}Origin: {origin}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        street.cookie()
    );
    let chunk = format!("2710\r\n{}\r\n", "x".repeat(10_000));
    let (status, reply) = raw(street.proxy, &format!("{head}{}0\r\n\r\n", chunk.repeat(11))).await;
    assert_eq!(status, 413, "{reply}");
    assert_eq!(street.api.requests().len(), 0);
    let (status, reply) = raw(street.proxy, &format!("{head}{}0\r\n\r\n", chunk.repeat(10))).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(street.api.requests()[0].body.len(), 100_000);
}

#[tokio::test]
async fn px_2_a_response_that_is_too_large_does_not_pass() {
    let api = Api::new(|requested| match requested.target.as_str() {
        "/v1/fits" => "x".repeat(1_000).into_response(),
        "/v1/said" => "x".repeat(1_001).into_response(),
        "/v1/fits-in-pieces" => pieces(1_000),
        _ => pieces(100_000),
    })
    .await;
    let mut street = Street::new(api, small).await;
    for fits in ["/api/orders/fits", "/api/orders/fits-in-pieces"] {
        let page = street.get(fits).await;
        assert_eq!((page.status, page.body.len()), (200, 1_000), "{fits}");
    }
    let page = street.get("/api/orders/said").await;
    assert_eq!((page.status, reason(&page).as_str()), (502, "upstream_too_large"));
    let head = street.request(Method::HEAD, "/api/orders/said", &[]).await;
    assert_eq!((head.status, head.header("content-length")), (200, "1001"));
    let message = format!(
        "GET /api/orders/unsaid HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
        street.cookie()
    );
    let (status, reply) = raw(street.proxy, &message).await;
    assert_eq!(status, 200, "the head was sent before");
    let passed = reply.matches('x').count();
    assert!(passed <= 1_000 + 20, "{passed}");
    assert!(!reply.ends_with("0\r\n\r\n"), "the end looks like an end");
}

#[tokio::test]
async fn px_2_a_response_passes_while_it_is_being_made() {
    // The second piece is made when the first has arrived: a proxy that collects would wait for ever.
    let (arrived, reported) = mpsc::unbounded_channel::<()>();
    let reported = std::sync::Arc::new(std::sync::Mutex::new(Some(reported)));
    let api = Api::new(move |_| {
        let mut reported = reported.lock().unwrap().take().unwrap();
        let first = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"first")) });
        let second = futures::stream::once(async move {
            reported.recv().await;
            Ok(Bytes::from_static(b"second"))
        });
        Body::from_stream(first.chain(second)).into_response()
    })
    .await;
    let street = Street::new(api, |upstream| upstream).await;
    let request = crate::support::plain_client()
        .get(street.url("/api/orders/7"))
        .header("cookie", format!("portico={}", street.browser.session().unwrap()));
    let mut pieces = request.send().await.unwrap().bytes_stream();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "first");
    arrived.send(()).unwrap();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "second");
}

#[tokio::test]
async fn px_2_an_upstream_that_hangs_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Api::silent(listener.local_addr().unwrap());
    let mut street = Street::new(silent, |upstream| {
        upstream.limits(ProxyLimits {
            timeout: Duration::from_millis(300),
            ..ProxyLimits::default()
        })
    })
    .await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (504, "upstream_timeout"));
    drop(listener);
    let page = street.get("/api/orders/7").await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY.as_u16());
    assert_eq!(reason(&page), "upstream_unreachable");
    // A page that does not send what it announced.
    let origin = street.harness.site.origin().ascii_serialization();
    let message = format!(
        "GET /api/orders HTTP/1.1\r\nHost: x\r\n{}Origin: {origin}\r\nContent-Length: 10\r\nConnection: close\r\n\r\nx",
        street.cookie()
    );
    assert_eq!(raw(street.proxy, &message).await.0, 408);
}
