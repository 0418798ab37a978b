//! Access tokens for other APIs and fewer scopes (TO-2 of the features, PX-5 of the checklist).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo::{Endpoint, FaultResponse, Kind};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Browser, Harness, Setup, patch, without};

const ORDERS: &str = "/token-for?resource=https://orders.example";
const STOCK: &str = "/token-for?audience=https://stock.example";

async fn signed_in() -> (Harness, Browser) {
    let setup = Setup {
        demo: |demo| demo.other_apis = vec!["https://orders.example".into(), "https://stock.example".into()],
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

/// The claims of the newest access token.
fn newest(harness: &Harness) -> Value {
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn px_5_every_api_has_a_token_of_its_own() {
    let (harness, mut browser) = signed_in().await;
    let own = browser.open("/token").await.body;
    let orders = browser.open(ORDERS).await;
    assert_eq!(orders.status, 200, "{}", orders.body);
    assert_eq!(newest(&harness)["aud"], "https://orders.example");
    let stock = browser.open(STOCK).await;
    assert_eq!(stock.status, 200, "{}", stock.body);
    assert_eq!(newest(&harness)["aud"], "https://stock.example");
    assert!(own != orders.body && own != stock.body && orders.body != stock.body);
    for (target, token) in [("/token", own), (ORDERS, orders.body), (STOCK, stock.body)] {
        assert_eq!(browser.open(target).await.body, token, "{target} is kept");
    }
    assert_eq!(harness.provider.requests(Endpoint::Token), 3);
}

#[tokio::test]
async fn to_2_a_token_for_an_api_is_renewed_silently_however_often_the_refresh_token_changes() {
    let (harness, mut browser) = signed_in().await;
    let mut last = String::new();
    for round in 0..3 {
        let orders = browser.open(ORDERS).await;
        assert_eq!(orders.status, 200, "{round}: {}", orders.body);
        assert_ne!(orders.body, last);
        last = orders.body;
        assert_eq!(browser.open("/token").await.status, 200, "{round}");
        harness.advance(Duration::from_mins(6));
    }
}

#[tokio::test]
async fn to_2_fewer_scopes_are_requested_and_less_is_not_enough() {
    let (harness, mut browser) = signed_in().await;
    let narrow = browser.open("/token-for?scopes=messages:read").await;
    assert_eq!(narrow.status, 200, "{}", narrow.body);
    assert_eq!(newest(&harness)["scope"], "messages:read");
    let refused = browser.open("/token-for?scopes=nobody:knows").await;
    assert_eq!((refused.status, refused.body.as_str()), (403, "not granted"));
    harness
        .provider
        .change(|faults| faults.refresh_response = patch("scope", "openid"));
    let less = browser.open("/token-for?scopes=messages:read openid").await;
    assert_eq!((less.status, less.body.as_str()), (403, "not granted"));
    harness.provider.change(|faults| faults.refresh_response.clear());
    harness.advance(Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200, "the session goes on");
}

#[tokio::test]
async fn px_5_a_provider_that_ignores_the_api_gives_no_token_for_it() {
    let (harness, mut browser) = signed_in().await;
    let own = harness.provider.newest(Kind::AccessToken).unwrap();
    let mut ignorant = patch("access_token", own);
    ignorant.extend(without("id_token"));
    harness.provider.change(|faults| faults.refresh_response = ignorant);
    let page = browser.open(ORDERS).await;
    assert_eq!((page.status, page.body.as_str()), (403, "not granted"));
    harness.provider.change(|faults| faults.refresh_response.clear());
    assert_eq!(browser.open(ORDERS).await.status, 200);
}

#[tokio::test]
async fn to_2_trouble_preserves_the_session_and_a_grant_that_is_over_ends_it() {
    let (harness, mut browser) = signed_in().await;
    let response = |status, body: Value| {
        harness.provider.change(|faults| {
            faults
                .responses
                .insert(Endpoint::Token, FaultResponse::Json(status, body));
        });
    };
    response(503, json!({}));
    assert_eq!(browser.open(ORDERS).await.status, 503);
    response(400, json!({ "error": "invalid_target" }));
    assert_eq!(browser.open(ORDERS).await.status, 403);
    response(400, json!({ "error": "invalid_grant" }));
    assert_eq!(browser.open(ORDERS).await.status, 403, "perhaps this token alone");
    assert_eq!(browser.open("/").await.body, "hello alice");
    harness.advance(Duration::from_mins(6));
    assert_eq!(browser.open(ORDERS).await.status, 401);
    assert_eq!(browser.open("/").await.body, "stranger");
}

#[tokio::test]
async fn to_2_without_a_refresh_token_there_is_none_for_another_api() {
    let setup = Setup {
        provider: |provider| provider.scopes.retain(|scope| scope != "offline_access"),
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let page = browser.open(ORDERS).await;
    assert_eq!((page.status, page.body.as_str()), (403, "not granted"));
    assert_eq!(browser.open("/token").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_2_one_refresh_token_is_used_by_one_request_at_a_time() {
    let (harness, browser) = signed_in().await;
    harness.advance(Duration::from_mins(6));
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let requests: Vec<_> = (0..30)
        .map(|number: usize| {
            let mut tab = harness.browser();
            tab.cookies.clone_from(&browser.cookies);
            let target = ["/token", ORDERS, STOCK][number % 3];
            tokio::spawn(async move { tab.open(target).await })
        })
        .collect();
    harness
        .until("one is at the provider", |provider| provider.held() == 1)
        .await;
    harness
        .counts
        .token_requests
        .reaches("everybody wants a token", 30)
        .await;
    assert_eq!(harness.provider.requests(Endpoint::Token), 2, "the others wait");
    harness.provider.change(|faults| faults.responses.clear());
    let pages: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    assert!(pages.iter().all(|page| page.status == 200), "{pages:?}");
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        4,
        "the sign-in, and one for each token"
    );
}

#[tokio::test]
async fn to_2_tokens_for_other_apis_are_sealed_and_stay_on_the_server() {
    let (harness, mut browser) = signed_in().await;
    assert_eq!(browser.open(ORDERS).await.status, 200);
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let stored = harness.database_bytes().await;
    assert!(!stored.windows(token.len()).any(|bytes| bytes == token.as_bytes()));
    assert!(!browser.received.contains(&token) && !browser.set_cookies.iter().any(|c| c.contains(&token)));
}
