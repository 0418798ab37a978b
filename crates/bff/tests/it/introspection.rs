//! Checklist IN-1, TO-5 of the features: APIs whose tokens only the provider can read (RFC 7662).

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::get;
use axum::{Json, Router};
use bff::Caller;
use demo::{Answer, Endpoint, Kind};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Counter, House};

const AUDIENCE: &str = "https://api.portico.example";

/// An API of the house that asks the provider, and its address.
async fn api(house: &House, scopes: &[&str]) -> String {
    counted_api(house, scopes, &Counter::default()).await
}

/// The same, which counts the requests that have arrived.
async fn counted_api(house: &House, scopes: &[&str], arrived: &Counter) -> String {
    let bearer = house.bff.introspecting_bearer("demo", AUDIENCE).require(scopes);
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

async fn call(house: &House, api: &str, token: &str) -> (u16, String, String) {
    let mut program = house.browser();
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

fn answer(house: &House, status: u16, value: Value) {
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Introspect, Answer::Json(status, value));
    });
}

/// The provider answers when this is lifted.
fn hold(house: &House) {
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Introspect, Answer::HoldAnswer);
    });
}

#[tokio::test]
async fn in_1_the_provider_is_asked_once_while_its_word_lasts() {
    let house = House::new().await;
    let api = api(&house, &["messages:read"]).await;
    house.browser().sign_in("alice").await;
    let token = house.provider.newest(Kind::AccessToken).unwrap();
    for _ in 0..3 {
        let (status, body, _) = call(&house, &api, &token).await;
        assert_eq!((status, body.contains("alice")), (200, true), "{body}");
    }
    assert_eq!(house.provider.requests(Endpoint::Introspect), 1);
    house.advance(Duration::from_mins(2));
    assert_eq!(call(&house, &api, &token).await.0, 200);
    assert_eq!(house.provider.requests(Endpoint::Introspect), 2);
    house.advance(Duration::from_hours(1));
    let (status, body, challenge) = call(&house, &api, &token).await;
    assert_eq!(status, 401, "{body}");
    assert!(challenge.contains("invalid_token"), "{challenge}");
}

#[tokio::test]
async fn in_1_nothing_is_believed_longer_than_the_token_lives() {
    let house = House::new().await;
    let api = api(&house, &[]).await;
    let exp = house.provider.now() + 20;
    answer(
        &house,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": exp }),
    );
    assert_eq!(call(&house, &api, "opaque").await.0, 200);
    answer(&house, 200, json!({ "active": false }));
    assert_eq!(call(&house, &api, "opaque").await.0, 200, "kept");
    house.advance(Duration::from_secs(20));
    assert_eq!(call(&house, &api, "opaque").await.0, 401);
}

#[tokio::test]
async fn in_1_an_end_with_a_fraction_is_an_end() {
    let house = House::new().await;
    house.provider.stop_clock();
    let api = api(&house, &[]).await;
    let exp = Value::from(house.provider.now()).as_f64().unwrap() + 5.5;
    answer(
        &house,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "exp": exp }),
    );
    assert_eq!(call(&house, &api, "opaque").await.0, 200);
    answer(&house, 200, json!({ "active": false }));
    house.advance(Duration::from_secs(6));
    assert_eq!(call(&house, &api, "opaque").await.0, 401);
}

#[tokio::test]
async fn in_1_an_answer_that_is_not_about_us_opens_nothing() {
    let house = House::new().await;
    let api = api(&house, &[]).await;
    let now = house.provider.now();
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
        answer(&house, 200, wrong.clone());
        // A refusal is kept for its token.
        let token = format!("opaque-{number}");
        assert_eq!(call(&house, &api, &token).await.0, 401, "{wrong}");
        assert_eq!(house.provider.requests(Endpoint::Introspect), number + 1, "{wrong}");
    }
    answer(
        &house,
        200,
        json!({ "active": true, "client_id": "robot", "aud": [AUDIENCE], "scope": "a b" }),
    );
    let (status, body, _) = call(&house, &api, "opaque").await;
    assert_eq!((status, body.contains("robot")), (200, true), "{body}");
}

#[tokio::test]
async fn in_1_who_insists_on_a_refused_token_does_not_wear_out_the_provider() {
    let house = House::new().await;
    house.provider.stop_clock();
    let api = api(&house, &[]).await;
    for _ in 0..20 {
        assert_eq!(call(&house, &api, "junk").await.0, 401);
    }
    assert_eq!(house.provider.requests(Endpoint::Introspect), 1);
    // For seconds: a token may be known to the provider a moment after it was made.
    answer(&house, 200, json!({ "active": true, "sub": "alice", "aud": AUDIENCE }));
    house.advance(Duration::from_secs(4));
    assert_eq!(call(&house, &api, "junk").await.0, 401);
    house.advance(Duration::from_secs(1));
    assert_eq!(call(&house, &api, "junk").await.0, 200);
    assert_eq!(house.provider.requests(Endpoint::Introspect), 2);
    // A refusal says nothing about other tokens.
    answer(&house, 200, json!({ "active": false }));
    assert_eq!(call(&house, &api, "more").await.0, 401);
    assert_eq!(house.provider.requests(Endpoint::Introspect), 3);
}

#[tokio::test]
async fn in_1_parallel_requests_with_one_token_ask_once() {
    let house = House::new().await;
    house.browser().sign_in("alice").await;
    let token = house.provider.newest(Kind::AccessToken).unwrap();
    let arrived = Counter::default();
    let api = counted_api(&house, &["messages:read"], &arrived).await;
    for (token, status) in [(token.as_str(), 200), ("junk", 401)] {
        let (before, asked) = (arrived.value(), house.provider.requests(Endpoint::Introspect));
        hold(&house);
        let calls = join_all((0..20).map(|_| call(&house, &api, token)));
        let release = async {
            arrived.reaches("everybody waits", before + 20).await;
            house.until("it is asked", |provider| provider.held() == 1).await;
            house.provider.change(|faults| faults.answers.clear());
        };
        let (answers, ()) = tokio::join!(calls, release);
        assert!(answers.iter().all(|(said, ..)| *said == status), "{answers:?}");
        assert_eq!(house.provider.requests(Endpoint::Introspect), asked + 1, "{status}");
    }
}

#[tokio::test]
async fn in_1_who_goes_away_does_not_take_the_answer_of_others_along() {
    let house = House::new().await;
    house.browser().sign_in("alice").await;
    let token = house.provider.newest(Kind::AccessToken).unwrap();
    let arrived = Counter::default();
    let api = counted_api(&house, &[], &arrived).await;
    hold(&house);
    tokio::select! {
        _ = call(&house, &api, &token) => panic!("nobody has answered"),
        () = house.until("it is asked", |provider| provider.held() == 1) => {}
    }
    let release = async {
        arrived.reaches("somebody else waits", 2).await;
        house.provider.change(|faults| faults.answers.clear());
    };
    let ((status, body, _), ()) = tokio::join!(call(&house, &api, &token), release);
    assert_eq!(
        (status, house.provider.requests(Endpoint::Introspect)),
        (200, 1),
        "{body}"
    );
}

#[tokio::test]
async fn to_5_a_provider_in_trouble_is_no_refusal() {
    let house = House::new().await;
    let api = api(&house, &["messages:admin"]).await;
    answer(&house, 503, json!({}));
    assert_eq!(call(&house, &api, "opaque").await.0, 503);
    answer(&house, 400, json!({ "error": "invalid_client" }));
    assert_eq!(call(&house, &api, "opaque").await.0, 503);
    answer(&house, 400, json!({ "error": "unsupported_token_type" }));
    let refused = call(&house, &api, "opaque").await;
    assert_eq!(
        refused.0, 401,
        "a token that cannot be asked about is the caller's trouble"
    );
    assert_eq!(house.provider.requests(Endpoint::Introspect), 3);
    answer(
        &house,
        200,
        json!({ "active": true, "sub": "alice", "aud": AUDIENCE, "scope": "messages:read" }),
    );
    let (status, _, challenge) = call(&house, &api, "another").await;
    assert_eq!(status, 403);
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
}
