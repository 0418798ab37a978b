//! SE-9: can an operator see how long providers take and what comes of asking them, without anybody being named?

use std::time::Duration;

use bff::ClientTokenRequest;
use demo::{Answer, Endpoint};
use serde_json::json;

use crate::support::{Counts, House, Plan};

#[tokio::test]
async fn se_9_every_question_of_a_sign_in_is_measured_by_endpoint_and_outcome() {
    let counts = Counts::new();
    let _counting = counts.start();
    let house = House::new().await;
    house.browser().sign_in("alice").await;
    for endpoint in ["discovery", "keys", "token_authorization_code", "userinfo"] {
        assert_eq!(
            counts.asked(endpoint, "success"),
            1,
            "{endpoint}: {:#?}",
            counts.lines()
        );
    }
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Json(400, json!({})));
    });
    house.browser().sign_in("alice").await;
    assert_eq!(counts.asked("token_authorization_code", "refused"), 1);
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Json(503, json!({})));
    });
    house.browser().sign_in("alice").await;
    assert_eq!(counts.asked("token_authorization_code", "failed"), 1);
}

#[tokio::test]
async fn se_9_renewals_client_tokens_introspection_and_revocation_are_told_apart() {
    let counts = Counts::new();
    let _counting = counts.start();
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    house.advance(Duration::from_mins(6));
    browser.go("/token").await;
    assert_eq!(counts.asked("token_refresh_token", "success"), 1);
    let token = house.bff.client_token("demo", ClientTokenRequest::default()).await;
    assert!(token.is_ok(), "{token:?}");
    assert_eq!(counts.asked("token_client_credentials", "success"), 1);
    let bearer = house
        .bff
        .introspecting_bearer("demo", "https://api.portico.example")
        .require(&[]);
    let api = axum::Router::new()
        .route("/", axum::routing::get(async || "in"))
        .layer(bearer);
    let request = http::Request::get("/").header("authorization", "Bearer opaque");
    let answered = tower::ServiceExt::oneshot(api, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answered.unwrap().status(), 401);
    assert_eq!(counts.asked("introspection", "success"), 1, "inactive is an answer");
    browser.submit("/auth/logout", &[]).await;
    house.until_idle().await;
    assert!(counts.asked("revocation", "success") > 0);
}

#[tokio::test]
async fn se_9_pushed_requests_and_device_codes_are_measured() {
    let counts = Counts::new();
    let _counting = counts.start();
    let plan = Plan {
        demo: |demo| demo.pushed_requests = true,
        provider: |provider| provider.device_sign_in = true,
        ..Plan::default()
    };
    let house = House::build(plan).await;
    house.browser().start("/auth/login").await;
    assert_eq!(counts.asked("pushed_authorization_request", "success"), 1);
    let mut screen = house.browser();
    let page = screen.go("/auth/device").await;
    let refused = counts.asked("device_authorization", "refused");
    let asked = counts.asked("device_authorization", "success") + refused;
    assert_eq!(asked, 1, "{} {}", page.status, page.body);
}

#[tokio::test]
async fn se_9_a_sign_in_is_measured_from_leaving_to_the_session() {
    let counts = Counts::new();
    let _counting = counts.start();
    let house = House::new().await;
    house.provider.stop_clock();
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    house.advance(Duration::from_mins(3));
    let page = browser.go(authorize.as_str()).await;
    browser.go(page.location().as_str()).await;
    let demo = [("provider", "demo")];
    assert_eq!(counts.value("bff_sign_in_seconds_count", &demo), 1);
    assert_eq!(counts.value("bff_sign_in_seconds_sum", &demo), 180);
    browser.go("/auth/callback/demo?code=x&state=y").await;
    assert_eq!(counts.value("bff_sign_in_seconds_count", &demo), 1, "that was none");
}

#[tokio::test]
async fn se_9_labels_name_providers_and_outcomes_and_nobody() {
    let counts = Counts::new();
    let _counting = counts.start();
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    house.advance(Duration::from_mins(6));
    browser.go("/token").await;
    browser.submit("/auth/logout", &[]).await;
    let lines = counts.lines();
    assert!(lines.len() > 10, "{lines:#?}");
    let issued = house.provider.issued();
    for line in &lines {
        assert!(!line.contains("alice") && !line.contains("127.0.0.1"), "{line}");
        for issued in &issued {
            let tell = issued.value.rsplit('.').next().unwrap_or_default();
            assert!(!line.contains(tell), "{:?} in {line}", issued.kind);
        }
        let labels = line.split_once('{').map_or("", |(_, rest)| rest);
        for label in labels.split('}').next().unwrap_or_default().split("\",") {
            let name = label.split('=').next().unwrap_or_default();
            assert!(
                ["event", "outcome", "provider", "endpoint", "failure", "le"].contains(&name),
                "{line}"
            );
        }
    }
}
