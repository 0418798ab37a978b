//! An access token that is always good (TO-2 of the features).

use std::time::Duration;

use demo::Endpoint;

use crate::support::{Harness, Setup};

#[tokio::test]
async fn to_2_the_session_outlives_its_tokens_and_renews_them_silently() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let first = browser.open("/token").await.body;
    assert_eq!(browser.open("/token").await.body, first);
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        1,
        "a good token is not renewed"
    );
    for round in 2..5 {
        harness.advance(Duration::from_mins(6));
        let renewed = browser.open("/token").await;
        assert_eq!(renewed.status, 200, "{}", renewed.body);
        assert_ne!(renewed.body, first);
        assert_eq!(harness.provider.requests(Endpoint::Token), round);
        assert_eq!(browser.open("/").await.body, "hello alice");
    }
}

#[tokio::test]
async fn to_2_a_token_is_renewed_before_it_expires() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_secs(298));
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn to_2_the_api_is_named_when_the_token_is_requested() {
    let setup = Setup {
        provider: |provider| {
            provider.audience = None;
            provider.resource = Some("https://api.portico.example".into());
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    assert!(
        authorize
            .query()
            .unwrap()
            .contains("resource=https%3A%2F%2Fapi.portico.example"),
        "{authorize}"
    );
    let callback = browser.authorize(&authorize, "alice").await;
    browser.open(callback.as_str()).await;
    harness.advance(Duration::from_mins(6));
    browser.open("/token").await;
    let requested = harness.provider.bodies(Endpoint::Token);
    assert_eq!(requested.len(), 2);
    assert!(
        requested
            .iter()
            .all(|body| body.contains("resource=https%3A%2F%2Fapi.portico.example")),
        "{requested:?}"
    );
}
