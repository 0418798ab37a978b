//! A session does not outlive its refresh token, and in use it renews that in time (RF-7 of the checklist).

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Patch};
use serde_json::{Value, json};

use crate::support::{Browser, Harness, Setup, patch};

const MINUTE: Duration = Duration::from_mins(1);

/// Somebody signed in, in two browsers, at a provider whose refresh tokens last half an hour.
async fn signed_in(postgres: bool) -> (Harness, Browser, Browser) {
    let setup = Setup {
        postgres,
        demo: |demo| demo.faults.token_response = patch("refresh_expires_in", 1800),
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let (mut desk, mut phone) = (harness.browser(), harness.browser());
    assert_eq!(desk.sign_in("alice").await.status, 303);
    assert_eq!(phone.sign_in("alice").await.status, 303);
    (harness, desk, phone)
}

/// When each session ends, in minutes after it began; the latest last.
async fn ends(harness: &Harness) -> Vec<i64> {
    let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    let mut ends: Vec<_> = found
        .iter()
        .map(|info| (info.ends_at - info.signed_in_at).whole_minutes())
        .collect();
    ends.sort_unstable();
    ends
}

#[tokio::test]
async fn rf_7_a_session_ends_with_its_refresh_token() {
    for postgres in [false, true] {
        let (harness, mut desk, mut phone) = signed_in(postgres).await;
        assert_eq!(ends(&harness).await, [30, 30], "it is told before it happens");
        harness.advance(Duration::from_secs(30 * 60 - 5));
        let shown: Value = serde_json::from_str(&phone.open("/auth/session").await.body).unwrap();
        assert_eq!(shown["signed_in"], true, "just inside");
        assert_eq!(desk.open("/me").await.status, 200, "just inside");
        harness.advance(Duration::from_secs(10));
        assert_eq!(phone.open("/me").await.status, 401);
        assert_eq!(phone.open("/").await.body, "stranger");
    }
}

#[tokio::test]
async fn rf_7_a_session_in_use_renews_its_refresh_token_in_time() {
    for postgres in [false, true] {
        let (harness, mut desk, mut phone) = signed_in(postgres).await;
        let mut end = 30;
        for now in (10..=120).step_by(10) {
            harness.advance(MINUTE * 10);
            assert_eq!(desk.open("/me").await.status, 200, "after {now} minutes");
            if end - now <= 15 {
                end = now + 30;
                harness.until_idle().await;
                assert_eq!(ends(&harness).await.last(), Some(&end), "the refresh token is renewed");
            }
        }
        assert_eq!(harness.provider.requests(Endpoint::Token), 2 + 6);
        assert_eq!(phone.open("/me").await.status, 401, "the browser that was left alone");
    }
}

#[tokio::test]
async fn rf_7_a_provider_that_is_away_ends_nothing_before_its_time() {
    let (harness, mut desk, mut phone) = signed_in(false).await;
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(503, json!({})));
    });
    harness.advance(MINUTE * 20);
    for browser in [&mut desk, &mut phone] {
        assert_eq!(browser.open("/me").await.status, 200);
    }
    harness.until_idle().await;
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        4,
        "both renewals were tried"
    );
    harness.advance(MINUTE * 9);
    assert_eq!(desk.open("/me").await.status, 200);
    harness.until_idle().await;
    assert_eq!(harness.provider.requests(Endpoint::Token), 5, "it is tried again");
    assert_eq!(ends(&harness).await, [30, 30]);
    harness.provider.change(|faults| faults.responses.clear());
    assert_eq!(phone.open("/me").await.status, 200);
    harness.until_idle().await;
    assert!(ends(&harness).await[1] > 55, "the one in use goes on");
    harness.advance(MINUTE);
    assert_eq!(
        (desk.open("/me").await.status, phone.open("/me").await.status),
        (401, 200)
    );
}

#[tokio::test]
async fn rf_7_without_word_of_an_end_only_the_limits_of_the_site_count() {
    let plans: [fn() -> Patch; 3] = [
        Patch::default,
        || patch("refresh_expires_in", 0),
        || {
            Patch::from_iter([
                ("refresh_expires_in".to_owned(), json!(60)),
                ("refresh_token".to_owned(), json!("")),
            ])
        },
    ];
    for shown in plans {
        let harness = Harness::new().await;
        harness.provider.change(|faults| faults.token_response = shown());
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, 303);
        assert_eq!(ends(&harness).await, [8 * 60], "{:?}", shown());
        harness.advance(MINUTE * 60 * 7);
        assert_eq!(browser.open("/me").await.status, 200, "{:?}", shown());
    }
}
