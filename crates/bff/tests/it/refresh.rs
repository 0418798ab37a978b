//! Checklist 4.7: refreshing access tokens.

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Kind, Patch};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Browser, Harness, Setup, patch, without};

/// A test site with somebody signed in whose access token has expired.
async fn expired() -> (Harness, Browser) {
    expired_in(Setup::default()).await
}

async fn expired_in(setup: Setup) -> (Harness, Browser) {
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    harness.advance(Duration::from_mins(6));
    (harness, browser)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_1_fifty_parallel_requests_refresh_once() {
    let (harness, browser) = expired().await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let mut tab = harness.browser();
            tab.cookies.clone_from(&browser.cookies);
            tokio::spawn(async move { tab.open("/token").await })
        })
        .collect();
    harness
        .until("the refresh is at the provider", |provider| provider.held() == 1)
        .await;
    // None of the other forty-nine may send a request as well.
    harness
        .counts
        .token_requests
        .reaches("everybody wants a token", 50)
        .await;
    harness.provider.change(|faults| faults.responses.clear());
    let pages: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    assert!(
        pages
            .iter()
            .all(|page| page.status == 200 && page.body == pages[0].body),
        "{pages:?}"
    );
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        2,
        "one for the sign-in, one refresh"
    );
}

#[tokio::test]
async fn rf_1_a_caller_that_disappears_does_not_stop_the_refresh() {
    let (harness, browser) = expired().await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let mut tab = harness.browser();
    tab.cookies.clone_from(&browser.cookies);
    let impatient = tokio::spawn(async move { tab.open("/token").await });
    harness
        .until("the refresh is at the provider", |provider| provider.held() == 1)
        .await;
    impatient.abort();
    assert!(impatient.await.unwrap_err().is_cancelled());
    harness.provider.change(|faults| faults.responses.clear());
    // The rotated refresh token was stored: had it been lost, the provider would see the old one a second time.
    let mut tab = harness.browser();
    tab.cookies.clone_from(&browser.cookies);
    assert_eq!(tab.open("/token").await.status, 200);
    harness.advance(Duration::from_mins(6));
    assert_eq!(tab.open("/token").await.status, 200);
}

#[tokio::test]
async fn rf_2_a_new_refresh_token_is_stored_when_the_keys_cannot_be_read() {
    let (harness, mut browser) = expired().await;
    harness.provider.rotate_key();
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Jwks, FaultResponse::Json(500, json!({})));
    });
    let page = browser.open("/token").await;
    assert_eq!(page.status, 503, "{}", page.body);
    let renewed = harness.provider.newest(Kind::RefreshToken).unwrap();
    assert_eq!(browser.open("/").await.body, "hello alice");
    harness.provider.change(|faults| faults.responses.clear());
    let page = browser.open("/token").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let sent = harness.provider.bodies(Endpoint::Token);
    assert_eq!(sent.len(), 3);
    assert!(sent[2].contains(&renewed), "the old one is used up");
}

#[tokio::test]
async fn rf_3_a_provider_that_does_not_rotate_preserves_its_refresh_token() {
    let (harness, mut browser) = expired().await;
    harness
        .provider
        .change(|faults| faults.refresh_response = without("refresh_token"));
    for _ in 0..3 {
        assert_eq!(browser.open("/token").await.status, 200);
        harness.advance(Duration::from_mins(6));
    }
    let sent: Vec<_> = harness.provider.bodies(Endpoint::Token)[1..].to_vec();
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter()
            .all(|body| body == &sent[0] && body.contains("grant_type=refresh_token")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn rf_3_a_rotated_refresh_token_replaces_the_old_one() {
    let (harness, mut browser) = expired().await;
    browser.open("/token").await;
    let newest = harness.provider.newest(Kind::RefreshToken).unwrap();
    harness.advance(Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
    assert!(harness.provider.bodies(Endpoint::Token)[2].contains(&newest));
}

#[tokio::test]
async fn rf_4_a_refreshed_id_token_of_somebody_else_ends_the_session() {
    for wrong in [
        patch("sub", "bob"),
        patch("iss", "https://evil.example"),
        patch("aud", "somebody"),
        patch("aud", json!(["portico", "somebody"])),
        patch("nonce", "another"),
        patch("auth_time", 12_345),
    ] {
        let (harness, mut browser) = expired().await;
        harness
            .provider
            .change(|faults| faults.refreshed_id_token = wrong.clone());
        let page = browser.open("/token").await;
        assert_eq!(page.status, 401, "{wrong:?}: {}", page.body);
        assert_eq!(harness.rows().await, 0, "{wrong:?}");
        assert_eq!(browser.open("/me").await.status, 401, "{wrong:?}");
    }
}

#[tokio::test]
async fn rf_4_a_refreshed_id_token_is_checked_like_the_first() {
    for wrong in [patch("exp", 1_000_000), without("sub"), without("exp")] {
        let (harness, mut browser) = expired().await;
        harness
            .provider
            .change(|faults| faults.refreshed_id_token = wrong.clone());
        assert_ne!(browser.open("/token").await.status, 200, "{wrong:?}");
    }
}

#[tokio::test]
async fn rf_4_a_proper_refresh_preserves_the_person() {
    for right in [Patch::new(), without("auth_time")] {
        let (harness, mut browser) = expired().await;
        harness
            .provider
            .change(|faults| faults.refreshed_id_token = right.clone());
        assert_eq!(browser.open("/token").await.status, 200, "{right:?}");
        assert_eq!(browser.open("/").await.body, "hello alice");
    }
    let (harness, mut browser) = expired().await;
    harness
        .provider
        .change(|faults| faults.refresh_response = without("id_token"));
    assert_eq!(
        browser.open("/token").await.status,
        200,
        "a refresh need not bring an ID token"
    );
}

#[tokio::test]
async fn rf_5_a_grant_that_is_over_ends_the_session() {
    let (harness, mut browser) = expired().await;
    harness.provider.change(|faults| {
        faults.responses.insert(
            Endpoint::Token,
            FaultResponse::Json(400, json!({ "error": "invalid_grant" })),
        );
    });
    assert_eq!(browser.open("/token").await.body, "sign in again");
    assert_eq!(harness.rows().await, 0);
    assert_eq!(browser.open("/me").await.status, 401);
    let session: Value = serde_json::from_str(&browser.open("/auth/session").await.body).unwrap();
    assert_eq!(session["signed_in"], false);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2, "it is not tried again");
}

#[tokio::test]
async fn rf_5_a_refresh_by_another_replica_is_noticed_before_the_session_ends() {
    let (harness, browser) = expired().await;
    let mut there = harness.at_replica(&browser, |_| {}).await;
    // Here the request is at the provider, with a response that states `invalid_grant`; there it succeeds meanwhile.
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let mut here = harness.browser();
    here.cookies.clone_from(&browser.cookies);
    let slow = tokio::spawn(async move { here.open("/token").await });
    harness
        .until("the refresh is at the provider", |provider| provider.held() == 1)
        .await;
    // The one refresh token is used by whoever is first once the provider responses again.
    harness.provider.change(|faults| faults.responses.clear());
    let quick = there.open("/token").await;
    let slow = slow.await.unwrap();
    assert!(quick.status == 200 || slow.status == 200, "{quick:?} {slow:?}");
}

#[tokio::test]
async fn rf_6_an_outage_preserves_the_session() {
    let setup = Setup {
        config: |config| config.http.timeout = Duration::from_secs(1),
        ..Setup::default()
    };
    let (harness, mut browser) = expired_in(setup).await;
    for response in [
        FaultResponse::Json(500, json!({})),
        FaultResponse::Json(503, json!({ "error": "temporarily_unavailable" })),
        FaultResponse::Json(429, json!({})),
        FaultResponse::Html,
        FaultResponse::Oversize(2 * 1024 * 1024),
        FaultResponse::Hold,
    ] {
        let why: String = format!("{response:?}").chars().take(40).collect();
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Token, response);
        });
        // An earlier failure may have requested a pause.
        harness.advance(Duration::from_mins(2));
        let page = browser.open("/token").await;
        assert_eq!(page.status, 503, "{why}: {}", page.body);
        assert!(page.header("retry-after").parse::<u64>().unwrap() > 0, "{why}");
        assert_eq!(browser.open("/").await.body, "hello alice", "{why}");
        assert_eq!(harness.rows().await, 1, "{why}");
    }
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(Duration::from_mins(2));
    assert_eq!(
        browser.open("/token").await.status,
        200,
        "it goes on as soon as the provider does"
    );
}

#[tokio::test]
async fn rf_5_a_provider_that_requires_the_person_is_no_outage() {
    for error in ["interaction_required", "login_required", "consent_required"] {
        let (harness, mut browser) = expired().await;
        let shown = FaultResponse::Json(400, json!({ "error": error }));
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Token, shown);
        });
        assert_eq!(browser.open("/token").await.body, "sign in again", "{error}");
        harness.provider.change(|faults| faults.responses.clear());
        assert_eq!(browser.sign_in("alice").await.status, 303, "{error}");
        assert_eq!(browser.open("/token").await.status, 200, "{error}");
    }
}

#[tokio::test]
async fn rf_6_a_client_the_provider_no_longer_knows_is_no_reason_to_end_the_session() {
    let (harness, mut browser) = expired().await;
    harness.provider.change(|faults| {
        faults.responses.insert(
            Endpoint::Token,
            FaultResponse::Json(401, json!({ "error": "invalid_client" })),
        );
    });
    assert_ne!(browser.open("/token").await.status, 200);
    assert_eq!(browser.open("/").await.body, "hello alice");
}

#[tokio::test]
async fn rf_7_a_refresh_does_not_extend_the_session() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    // Busy all week, every few hours.
    for _ in 0..(7 * 24 / 4 - 1) {
        harness.advance(Duration::from_hours(4));
        assert_eq!(browser.open("/token").await.status, 200);
    }
    harness.advance(Duration::from_hours(4) + Duration::from_secs(1));
    assert_eq!(browser.open("/token").await.status, 401);
}

#[tokio::test]
async fn rf_8_a_sign_out_during_a_refresh_wins() {
    let (harness, browser) = expired().await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let mut tab = harness.browser();
    tab.cookies.clone_from(&browser.cookies);
    let refreshing = tokio::spawn(async move { tab.open("/token").await.status });
    harness
        .until("the refresh is at the provider", |provider| provider.held() == 1)
        .await;
    let mut leaving = harness.browser();
    leaving.cookies.clone_from(&browser.cookies);
    assert_eq!(leaving.submit("/auth/logout", &[]).await.status, 303);
    assert_eq!(harness.rows().await, 0);
    harness.provider.change(|faults| faults.responses.clear());
    let _ = refreshing.await.unwrap();
    harness.until_idle().await;
    assert_eq!(harness.rows().await, 0, "the session came back");
    let mut tab = harness.browser();
    tab.cookies.clone_from(&browser.cookies);
    assert_eq!(tab.open("/me").await.status, 401);
    let newest = harness.provider.newest(Kind::RefreshToken).unwrap();
    assert!(
        !harness.provider.refresh_is_alive(&newest),
        "the new refresh token is still good"
    );
}

#[tokio::test]
async fn rf_4_an_odd_claim_in_a_refreshed_id_token_ends_no_session() {
    let (harness, mut browser) = expired().await;
    harness
        .provider
        .change(|faults| faults.id_token = patch("address", "1 Main St"));
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(harness.rows().await, 1);
}
