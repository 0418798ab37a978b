//! PX-5 and PX-4 of the checklist: an upstream that sign-ins do not request gets tokens of its own, and no others.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bff::{InvalidUpstream, Upstream};
use demo::{Endpoint, FaultResponse};
use serde_json::{Value, json};

use crate::proxy::{Street, plain_api, reason};
use crate::support::{Api, Harness, Setup, without};

const ORDERS: &str = "https://orders.example";

fn of_orders(upstream: Upstream) -> Upstream {
    upstream.audience(ORDERS).providers(["demo"])
}

fn setup() -> Setup {
    Setup {
        demo: |demo| demo.other_apis = vec![ORDERS.to_owned()],
        ..Setup::default()
    }
}

async fn street(api: Api, change: fn(Upstream) -> Upstream) -> Street {
    Street::of(Harness::build(setup()).await, api, change).await
}

fn claims(token: &str) -> Value {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[tokio::test]
async fn px_5_an_upstream_gets_a_token_that_was_requested_with_its_own_audience() {
    let mut street = street(plain_api().await, of_orders).await;
    for _ in 0..3 {
        assert_eq!(street.get("/api/orders/7").await.status, 200);
    }
    let requested = street.api.requests();
    assert_eq!(claims(requested[0].token())["aud"], ORDERS);
    assert!(
        requested.iter().all(|one| one.token() == requested[0].token()),
        "it is kept"
    );
    assert_eq!(street.harness.provider.requests(Endpoint::Token), 2);
    let bodies = street.harness.provider.bodies(Endpoint::Token);
    assert!(
        bodies[1].contains("audience=https%3A%2F%2Forders.example"),
        "{bodies:?}"
    );
    let own = street.browser.open("/token").await.body;
    assert_ne!(own, requested[0].token(), "the session's own token is another");
}

#[tokio::test]
async fn px_5_an_upstream_requests_its_resource_and_scopes() {
    let mut street = street(plain_api().await, |upstream| {
        of_orders(upstream).resource(ORDERS).scopes(["messages:read"])
    })
    .await;
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    let bodies = street.harness.provider.bodies(Endpoint::Token);
    assert!(
        bodies[1].contains("resource=https%3A%2F%2Forders.example"),
        "{bodies:?}"
    );
    let token = claims(street.api.requests()[0].token());
    assert_eq!(
        (&token["aud"], &token["scope"]),
        (&json!(ORDERS), &json!("messages:read"))
    );
}

#[tokio::test]
async fn px_5_a_provider_that_gives_no_such_token_lets_nobody_through() {
    let mut street = street(plain_api().await, of_orders).await;
    street.harness.provider.change(|faults| {
        let refused = json!({ "error": "invalid_target" });
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(400, refused));
    });
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (403, "not_granted"));
    assert!(
        street.api.requests().is_empty(),
        "a token for another audience left the harness"
    );
    street.harness.provider.change(|faults| faults.responses.clear());
    assert_eq!(street.get("/api/orders/7").await.status, 200, "the session goes on");
}

#[tokio::test]
async fn px_5_without_a_refresh_token_there_is_none_for_another_api() {
    let setup = Setup {
        demo: |demo| {
            demo.other_apis = vec![ORDERS.to_owned()];
            demo.faults.token_response = without("refresh_token");
        },
        ..Setup::default()
    };
    let mut street = Street::of(Harness::build(setup).await, plain_api().await, of_orders).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (403, "not_granted"));
    assert!(street.api.requests().is_empty());
}

#[tokio::test]
async fn px_4_a_refused_token_of_another_api_is_renewed_once_too() {
    let refused: Arc<Mutex<Vec<String>>> = Arc::default();
    let known = Arc::clone(&refused);
    let api = Api::new(move |requested| {
        if known
            .lock()
            .unwrap()
            .iter()
            .any(|token| token == requested.token() || token == "*")
        {
            (StatusCode::UNAUTHORIZED, "no").into_response()
        } else {
            "an order".into_response()
        }
    })
    .await;
    let mut street = street(api, of_orders).await;
    let own = street.browser.open("/token").await.body;
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    let first = street.api.requests()[0].token().to_owned();
    refused.lock().unwrap().push(first.clone());
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    let newer = street.api.requests()[2].token().to_owned();
    assert!(newer != first && claims(&newer)["aud"] == ORDERS);
    let requested = street.harness.provider.requests(Endpoint::Token);
    assert_eq!(requested, 3, "the sign-in, the token, the newer one");
    // An API that refuses everything does not wear out the provider.
    refused.lock().unwrap().push("*".to_owned());
    for _ in 0..3 {
        let page = street.get("/api/orders/7").await;
        assert_eq!((page.status, reason(&page).as_str()), (401, "token_refused"));
    }
    assert_eq!(street.harness.provider.requests(Endpoint::Token), requested);
    assert_eq!(
        street.browser.open("/token").await.body,
        own,
        "the session's own token is not at fault"
    );
}

#[tokio::test]
async fn px_5_whose_tokens_are_meant_is_stated() {
    let harness = Harness::build(Setup {
        second: true,
        ..setup()
    })
    .await;
    let upstream = || {
        Upstream::new("/api/orders", "https://orders.example/")
            .unwrap()
            .audience(ORDERS)
    };
    let refused = harness.bff.proxy(upstream()).err();
    assert_eq!(refused, Some(InvalidUpstream::NotGranted("/api/orders".to_owned())));
    let unknown = harness.bff.proxy(upstream().providers(["nobody"])).err();
    let reported = InvalidUpstream::Provider("/api/orders".to_owned(), "nobody".to_owned());
    assert_eq!(unknown, Some(reported));

    let api = plain_api().await;
    let named = Upstream::new("/api/orders", &api.url()).unwrap();
    let named = named.audience(ORDERS).providers(["demo"]);
    let proxy = crate::proxy::serve(harness.bff.protect(harness.bff.proxy(named).unwrap())).await;
    let url = format!("http://{proxy}/api/orders/7");
    let mut ours = harness.browser();
    ours.sign_in_by("/auth/login?provider=demo", "alice").await;
    assert_eq!(ours.open(&url).await.status, 200);
    let mut theirs = harness.browser();
    theirs.sign_in_by("/auth/login?provider=other", "alice").await;
    let page = theirs.open(&url).await;
    assert_eq!((page.status, reason(&page).as_str()), (403, "not_granted"));
    assert_eq!(api.requests().len(), 1);
}
