//! Checklist IN-1, TO-5 of the features: APIs whose tokens only the provider can read (RFC 7662).

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::get;
use axum::{Json, Router};
use bff::Caller;
use demo::{Endpoint, FaultResponse, Kind};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Counter, Harness};

const AUDIENCE: &str = "https://api.portico.example";

/// An API of the site that requests the provider, and its address.
async fn api(harness: &Harness, scopes: &[&str]) -> String {
    counted_api(harness, scopes, &Counter::default()).await
}

/// The same, which counts the requests that have arrived.
async fn counted_api(harness: &Harness, scopes: &[&str], arrived: &Counter) -> String {
    let bearer = harness.bff.introspecting_bearer("demo", AUDIENCE).require(scopes);
    let who = async |caller: Caller| Json(json!({ "subject": caller.subject, "scopes": caller.scopes }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/who", listener.local_addr().unwrap());
    let arrived = arrived.clone();
    let count = move |request: Request| {
        arrived.increment();
        std::future::ready(request)
    };
    let router = Router::new()
        .route("/who", get(who))
        .layer(bearer)
        .layer(map_request(count));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn call(harness: &Harness, api: &str, token: &str) -> (u16, String, String) {
    let mut program = harness.browser();
    let send = program
        .get(api)
        .silent()
        .header("authorization", &format!("Bearer {token}"));
    let page = program.send(send).await;
    (
        page.status,
        page.body.clone(),
        page.header("www-authenticate").to_owned(),
    )
}

fn response(harness: &Harness, status: u16, value: Value) {
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Introspect, FaultResponse::Json(status, value));
    });
}

/// The provider responses when this is lifted.
fn hold(harness: &Harness) {
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Introspect, FaultResponse::HoldResponse);
    });
}

#[tokio::test]
async fn in_1_the_provider_is_queried_once_while_its_response_is_cached() {
    let harness = Harness::new().await;
    let api = api(&harness, &["messages:read"]).await;
    harness.browser().sign_in("alice").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    for _ in 0..3 {
        let (status, body, _) = call(&harness, &api, &token).await;
        assert_eq!((status, body.contains("alice")), (200, true), "{body}");
    }
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 1);
    harness.advance(Duration::from_mins(2));
    assert_eq!(call(&harness, &api, &token).await.0, 200);
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 2);
    harness.advance(Duration::from_hours(1));
    let (status, body, challenge) = call(&harness, &api, &token).await;
    assert_eq!(status, 401, "{body}");
    assert!(challenge.contains("invalid_token"), "{challenge}");
}

#[tokio::test]
async fn in_1_nothing_is_believed_longer_than_the_token_lives() {
    let harness = Harness::new().await;
    let api = api(&harness, &[]).await;
    let exp = harness.provider.now() + 20;
    response(
        &harness,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": exp }),
    );
    assert_eq!(call(&harness, &api, "opaque").await.0, 200);
    response(&harness, 200, json!({ "active": false }));
    assert_eq!(call(&harness, &api, "opaque").await.0, 200, "kept");
    harness.advance(Duration::from_secs(20));
    assert_eq!(call(&harness, &api, "opaque").await.0, 401);
}

#[tokio::test]
async fn in_1_an_end_with_a_fraction_is_an_end() {
    let harness = Harness::new().await;
    harness.provider.stop_clock();
    let api = api(&harness, &[]).await;
    let exp = Value::from(harness.provider.now()).as_f64().unwrap() + 5.5;
    response(
        &harness,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": exp }),
    );
    assert_eq!(call(&harness, &api, "opaque").await.0, 200);
    response(&harness, 200, json!({ "active": false }));
    harness.advance(Duration::from_secs(6));
    assert_eq!(call(&harness, &api, "opaque").await.0, 401);
}

#[tokio::test]
async fn in_1_a_response_that_is_not_about_us_opens_nothing() {
    let harness = Harness::new().await;
    let api = api(&harness, &[]).await;
    let now = harness.provider.now();
    for (number, wrong) in [
        json!({ "active": false, "sub": "alice", "aud": AUDIENCE }),
        json!({ "active": "true", "sub": "alice", "aud": AUDIENCE }),
        json!({ "sub": "alice", "aud": AUDIENCE }),
        json!({ "active": true, "sub": "alice" }),
        json!({ "active": true, "sub": "alice", "aud": ["https://other.example"] }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "iss": "https://other.example" }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": now - 1 }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "nbf": now + 600 }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "token_type": "DPoP" }),
        json!({ "active": true, "sub": "alice", "aud": [AUDIENCE, 7] }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": (now + 600).to_string() }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": "2099-01-01T00:00:00Z" }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": 1000.5 }),
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "nbf": "4102444800" }),
        json!({ "active": true, "aud": AUDIENCE }),
    ]
    .into_iter()
    .enumerate()
    {
        response(&harness, 200, wrong.clone());
        // A refusal is stored for its token.
        let token = format!("opaque-{number}");
        assert_eq!(call(&harness, &api, &token).await.0, 401, "{wrong}");
        assert_eq!(harness.provider.requests(Endpoint::Introspect), number + 1, "{wrong}");
    }
    response(
        &harness,
        200,
        json!({ "active": true, "client_id": "robot", "aud": [AUDIENCE], "scope": "a b" }),
    );
    let (status, body, _) = call(&harness, &api, "opaque").await;
    assert_eq!((status, body.contains("robot")), (200, true), "{body}");
}

#[tokio::test]
async fn in_1_who_insists_on_a_refused_token_does_not_wear_out_the_provider() {
    let harness = Harness::new().await;
    harness.provider.stop_clock();
    let api = api(&harness, &[]).await;
    for _ in 0..20 {
        assert_eq!(call(&harness, &api, "junk").await.0, 401);
    }
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 1);
    // For seconds: a token may be known to the provider a moment after it was made.
    response(
        &harness,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE }),
    );
    harness.advance(Duration::from_secs(4));
    assert_eq!(call(&harness, &api, "junk").await.0, 401);
    harness.advance(Duration::from_secs(1));
    assert_eq!(call(&harness, &api, "junk").await.0, 200);
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 2);
    // A refusal reveals nothing about other tokens.
    response(&harness, 200, json!({ "active": false }));
    assert_eq!(call(&harness, &api, "more").await.0, 401);
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 3);
}

#[tokio::test]
async fn in_1_parallel_requests_with_one_token_introspect_once() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let arrived = Counter::default();
    let api = counted_api(&harness, &["messages:read"], &arrived).await;
    for (token, status) in [(token.as_str(), 200), ("junk", 401)] {
        let (before, requested) = (arrived.value(), harness.provider.requests(Endpoint::Introspect));
        hold(&harness);
        let calls = join_all((0..20).map(|_| call(&harness, &api, token)));
        let release = async {
            arrived.reaches("everybody waits", before + 20).await;
            harness.until("it is asked", |provider| provider.held() == 1).await;
            harness.provider.change(|faults| faults.responses.clear());
        };
        let (answers, ()) = tokio::join!(calls, release);
        assert!(answers.iter().all(|(shown, ..)| *shown == status), "{answers:?}");
        assert_eq!(
            harness.provider.requests(Endpoint::Introspect),
            requested + 1,
            "{status}"
        );
    }
}

#[tokio::test]
async fn in_1_who_disappears_does_not_take_the_response_of_others_along() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let arrived = Counter::default();
    let api = counted_api(&harness, &[], &arrived).await;
    hold(&harness);
    tokio::select! {
        _ = call(&harness, &api, &token) => panic!("nobody has answered"),
        () = harness.until("it is asked", |provider| provider.held() == 1) => {}
    }
    let release = async {
        arrived.reaches("somebody else waits", 2).await;
        harness.provider.change(|faults| faults.responses.clear());
    };
    let ((status, body, _), ()) = tokio::join!(call(&harness, &api, &token), release);
    assert_eq!(
        (status, harness.provider.requests(Endpoint::Introspect)),
        (200, 1),
        "{body}"
    );
}

#[tokio::test]
async fn to_5_a_provider_in_trouble_is_no_refusal() {
    let harness = Harness::new().await;
    let api = api(&harness, &["messages:admin"]).await;
    response(&harness, 503, json!({}));
    assert_eq!(call(&harness, &api, "opaque").await.0, 503);
    response(&harness, 400, json!({ "error": "invalid_client" }));
    assert_eq!(call(&harness, &api, "opaque").await.0, 503);
    response(&harness, 400, json!({ "error": "unsupported_token_type" }));
    let refused = call(&harness, &api, "opaque").await;
    assert_eq!(
        refused.0, 401,
        "a token that cannot be asked about is the caller's trouble"
    );
    assert_eq!(harness.provider.requests(Endpoint::Introspect), 3);
    response(
        &harness,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "scope": "messages:read" }),
    );
    let (status, _, challenge) = call(&harness, &api, "another").await;
    assert_eq!(status, 403);
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
}
