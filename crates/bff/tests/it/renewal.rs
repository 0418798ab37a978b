//! An access token that is always good (TO-2 of the features).

use std::time::Duration;

use demo::Endpoint;

use crate::support::{House, Plan};

#[tokio::test]
async fn to_2_the_session_outlives_its_tokens_and_renews_them_silently() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let first = browser.go("/token").await.body;
    assert_eq!(browser.go("/token").await.body, first);
    assert_eq!(
        house.provider.requests(Endpoint::Token),
        1,
        "a good token is not renewed"
    );
    for round in 2..5 {
        house.advance(Duration::from_mins(6));
        let renewed = browser.go("/token").await;
        assert_eq!(renewed.status, 200, "{}", renewed.body);
        assert_ne!(renewed.body, first);
        assert_eq!(house.provider.requests(Endpoint::Token), round);
        assert_eq!(browser.go("/").await.body, "hello alice");
    }
}

#[tokio::test]
async fn to_2_a_token_is_renewed_before_it_expires() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    house.advance(Duration::from_secs(298));
    assert_eq!(browser.go("/token").await.status, 200);
    assert_eq!(house.provider.requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn to_2_the_api_is_named_when_the_token_is_asked_for() {
    let plan = Plan {
        provider: |provider| {
            provider.audience = None;
            provider.resource = Some("https://api.portico.example".into());
        },
        ..Plan::default()
    };
    let house = House::build(plan).await;
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login").await;
    assert!(
        authorize
            .query()
            .unwrap()
            .contains("resource=https%3A%2F%2Fapi.portico.example"),
        "{authorize}"
    );
    let callback = browser.authorize(&authorize, "alice").await;
    browser.go(callback.as_str()).await;
    house.advance(Duration::from_mins(6));
    browser.go("/token").await;
    let asked = house.provider.bodies(Endpoint::Token);
    assert_eq!(asked.len(), 2);
    assert!(
        asked
            .iter()
            .all(|body| body.contains("resource=https%3A%2F%2Fapi.portico.example")),
        "{asked:?}"
    );
}
