//! SE-9: durations and outcomes of requests to providers are measured, and no label names a person.

use std::time::Duration;

use bff::ClientTokenRequest;
use demo::{Endpoint, FaultResponse};
use serde_json::json;

use crate::support::{Counts, Harness, Setup};

#[tokio::test]
async fn se_9_every_question_of_a_sign_in_is_measured_by_endpoint_and_outcome() {
    let counts = Counts::new();
    let _counting = counts.start();
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    for endpoint in ["discovery", "keys", "token_authorization_code", "userinfo"] {
        assert_eq!(
            counts.requests_to(endpoint, "success"),
            1,
            "{endpoint}: {:#?}",
            counts.lines()
        );
    }
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(400, json!({})));
    });
    harness.browser().sign_in("alice").await;
    assert_eq!(counts.requests_to("token_authorization_code", "refused"), 1);
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(503, json!({})));
    });
    harness.browser().sign_in("alice").await;
    assert_eq!(counts.requests_to("token_authorization_code", "failed"), 1);
}

#[tokio::test]
async fn se_9_renewals_client_tokens_introspection_and_revocation_are_distinguished() {
    let counts = Counts::new();
    let _counting = counts.start();
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_mins(6));
    browser.open("/token").await;
    assert_eq!(counts.requests_to("token_refresh_token", "success"), 1);
    let token = harness.bff.client_token("demo", ClientTokenRequest::default()).await;
    assert!(token.is_ok(), "{token:?}");
    assert_eq!(counts.requests_to("token_client_credentials", "success"), 1);
    let bearer = harness
        .bff
        .introspecting_bearer("demo", "https://api.portico.example")
        .require(&[]);
    let api = axum::Router::new()
        .route("/", axum::routing::get(async || "in"))
        .layer(bearer);
    let request = http::Request::get("/").header("authorization", "Bearer opaque");
    let responded = tower::ServiceExt::oneshot(api, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(responded.unwrap().status(), 401);
    assert_eq!(
        counts.requests_to("introspection", "success"),
        1,
        "inactive is an answer"
    );
    browser.submit("/auth/logout", &[]).await;
    harness.until_idle().await;
    assert!(counts.requests_to("revocation", "success") > 0);
}

#[tokio::test]
async fn se_9_pushed_requests_and_device_codes_are_measured() {
    let counts = Counts::new();
    let _counting = counts.start();
    let setup = Setup {
        demo: |demo| demo.pushed_requests = true,
        provider: |provider| provider.device_sign_in = true,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    harness.browser().start("/auth/login").await;
    assert_eq!(counts.requests_to("pushed_authorization_request", "success"), 1);
    let mut screen = harness.browser();
    let page = screen.open("/auth/device").await;
    let refused = counts.requests_to("device_authorization", "refused");
    let requested = counts.requests_to("device_authorization", "success") + refused;
    assert_eq!(requested, 1, "{} {}", page.status, page.body);
}

#[tokio::test]
async fn se_9_a_sign_in_is_measured_from_leaving_to_the_session() {
    let counts = Counts::new();
    let _counting = counts.start();
    let harness = Harness::new().await;
    harness.provider.stop_clock();
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    harness.advance(Duration::from_mins(3));
    let page = browser.open(authorize.as_str()).await;
    browser.open(page.location().as_str()).await;
    let demo = [("provider", "demo")];
    assert_eq!(counts.value("bff_sign_in_seconds_count", &demo), 1);
    assert_eq!(counts.value("bff_sign_in_seconds_sum", &demo), 180);
    browser.open("/auth/callback/demo?code=x&state=y").await;
    assert_eq!(counts.value("bff_sign_in_seconds_count", &demo), 1, "that was none");
    let stray = [("event", "sign_in"), ("failure", "callback_unknown_state")];
    assert_eq!(counts.value("bff_events_total", &stray), 1);
}

#[tokio::test]
async fn se_9_labels_name_providers_and_outcomes_and_nobody() {
    let counts = Counts::new();
    let _counting = counts.start();
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_mins(6));
    browser.open("/token").await;
    browser.submit("/auth/logout", &[]).await;
    let lines = counts.lines();
    assert!(lines.len() > 10, "{lines:#?}");
    let issued = harness.provider.issued();
    for line in &lines {
        assert!(!line.contains("alice") && !line.contains("127.0.0.1"), "{line}");
        for issued in &issued {
            let send_command = issued.value.rsplit('.').next().unwrap_or_default();
            assert!(!line.contains(send_command), "{:?} in {line}", issued.kind);
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
