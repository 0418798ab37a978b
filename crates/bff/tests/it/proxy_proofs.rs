//! Checklist DP-2 and PX-4: what the proxy does where an API requires proofs of possession with nonces (RFC 9449 §8, §9).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bff::Upstream;
use demo::Endpoint;

use crate::proxy::{Street, reason};
use crate::support::{Api, Harness, ReceivedRequest, Setup, decoded};

/// A street whose tokens are bound to keys.
async fn bound(api: Api) -> Street {
    let setup = Setup {
        demo: |demo| demo.dpop = true,
        provider: |provider| provider.dpop = true,
        ..Setup::default()
    };
    let with_post = |upstream: Upstream| upstream.methods([Method::GET, Method::POST]);
    Street::of(Harness::build(setup).await, api, with_post).await
}

fn renewals(street: &Street) -> usize {
    street.harness.provider.requests(Endpoint::Token) - 1
}

/// The nonce in the proof of a request.
fn nonce(request: &ReceivedRequest) -> String {
    let (_, claims) = decoded(request.header("dpop"));
    claims["nonce"].as_str().unwrap_or_default().to_owned()
}

fn refused(challenge: &'static str, nonce: &str) -> Response {
    let headers = [
        ("www-authenticate", challenge.to_owned()),
        ("dpop-nonce", nonce.to_owned()),
    ];
    (StatusCode::UNAUTHORIZED, headers, "no").into_response()
}

const NONCE_REQUIRED: &str = "DPoP error=\"use_dpop_nonce\"";
const INVALID: &str = "DPoP error=\"invalid_token\"";

/// An API that takes each nonce once; every response brings the next.
async fn rotating() -> Api {
    let given = Arc::new(AtomicUsize::new(0));
    Api::new(move |requested| {
        let newest = format!("n{}", given.load(Ordering::Relaxed));
        let next = format!("n{}", given.fetch_add(1, Ordering::Relaxed) + 1);
        if nonce(requested) == newest {
            ([("dpop-nonce", next)], format!("{} bytes", requested.body.len())).into_response()
        } else {
            refused(NONCE_REQUIRED, &next)
        }
    })
    .await
}

#[tokio::test]
async fn dp_2_the_nonce_of_a_response_is_in_the_next_proof() {
    let mut street = bound(rotating().await).await;
    for _ in 0..3 {
        assert_eq!(street.get("/api/orders/7").await.status, 200);
    }
    let nonces: Vec<_> = street.api.requests().iter().map(nonce).collect();
    assert_eq!(nonces, ["", "n1", "n2", "n3"], "one question too many");
    // What is too large to be sent twice arrives through as well.
    let large = "x".repeat(200_000);
    let form = street
        .browser
        .form(street.url("/api/orders").as_str(), &[("a", &large)]);
    let page = street.browser.send(form).await;
    assert_eq!((page.status, page.body.as_str()), (200, "200002 bytes"));
    assert_eq!(renewals(&street), 0);
}

#[tokio::test]
async fn px_4_a_token_that_is_refused_after_the_nonce_arrived_is_renewed() {
    let old = Arc::new(std::sync::Mutex::new(String::new()));
    let refuses = Arc::clone(&old);
    let api = Api::new(move |requested| {
        if nonce(requested).is_empty() {
            return refused(NONCE_REQUIRED, "n1");
        }
        let mut old = refuses.lock().unwrap();
        if old.is_empty() {
            requested.header("authorization").clone_into(&mut old);
        }
        if *old == requested.header("authorization") {
            refused(INVALID, "n2")
        } else {
            "an order".into_response()
        }
    })
    .await;
    let mut street = bound(api).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, page.body.as_str()), (200, "an order"));
    assert_eq!((street.api.requests().len(), renewals(&street)), (3, 1));
}

#[tokio::test]
async fn px_4_a_nonce_that_is_missed_after_the_token_was_renewed_is_brought() {
    let seen = Arc::new(AtomicBool::new(false));
    let api = Api::new(move |requested| {
        if !seen.swap(true, Ordering::Relaxed) {
            let headers = [("www-authenticate", INVALID)];
            return (StatusCode::UNAUTHORIZED, headers).into_response();
        }
        match nonce(requested).as_str() {
            "n1" => "an order".into_response(),
            _ => refused(NONCE_REQUIRED, "n1"),
        }
    })
    .await;
    let mut street = bound(api).await;
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    assert_eq!((street.api.requests().len(), renewals(&street)), (3, 1));
}

#[tokio::test]
async fn px_4_an_api_that_is_never_content_is_queried_no_more_than_three_times() {
    let mut street = bound(Api::new(|_| refused(NONCE_REQUIRED, "n1")).await).await;
    for requested in [2, 4] {
        let page = street.get("/api/orders/7").await;
        assert_eq!((page.status, reason(&page).as_str()), (401, "token_refused"));
        assert_eq!(
            (street.api.requests().len(), renewals(&street)),
            (requested, 0),
            "in vain"
        );
    }
    let api = Api::new(|requested| match nonce(requested).as_str() {
        "" => refused(NONCE_REQUIRED, "n1"),
        _ => refused(INVALID, "n2"),
    });
    let mut street = bound(api.await).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "token_refused"));
    assert_eq!((street.api.requests().len(), renewals(&street)), (3, 1));
}
