//! Checklist 4.10: how long a session lives, and what a copy of the database is worth.

use std::time::Duration;

use demo::Kind;
use serde_json::Value;

use crate::support::{Browser, Harness};

async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn se_1_an_idle_session_ends() {
    let (harness, mut browser) = signed_in().await;
    harness.advance(Duration::from_secs(8 * 3600 - 5));
    assert_eq!(browser.open("/me").await.status, 200, "just inside");
    harness.advance(HOUR * 7);
    assert_eq!(browser.open("/me").await.status, 200, "a request starts the time anew");
    harness.advance(HOUR * 8 + Duration::from_secs(5));
    assert_eq!(browser.open("/me").await.status, 401);
    assert_eq!(browser.open("/").await.body, "stranger");
}

#[tokio::test]
async fn se_1_a_busy_session_ends_too() {
    let (harness, mut browser) = signed_in().await;
    for _ in 0..(24 * 7 / 6) - 1 {
        harness.advance(HOUR * 6);
        assert_eq!(browser.open("/me").await.status, 200);
    }
    harness.advance(HOUR * 6 + Duration::from_secs(5));
    assert_eq!(browser.open("/me").await.status, 401);
}

#[tokio::test]
async fn se_1_shorter_limits_reach_sessions_that_live() {
    let (harness, browser) = signed_in().await;
    harness.advance(HOUR * 2);
    let mut strict = harness
        .at_replica(&browser, |config| {
            config.session.idle = HOUR;
        })
        .await;
    assert_eq!(strict.open("/me").await.status, 401);
    let (harness, mut browser) = signed_in().await;
    harness.advance(HOUR * 7);
    assert_eq!(browser.open("/me").await.status, 200);
    harness.advance(HOUR * 6);
    let mut strict = harness
        .at_replica(&browser, |config| {
            config.session.absolute = HOUR * 12;
        })
        .await;
    assert_eq!(strict.open("/me").await.status, 401);
}

#[tokio::test]
async fn se_2_checking_whether_somebody_is_there_does_not_extend_the_session() {
    let (harness, mut browser) = signed_in().await;
    for _ in 0..15 {
        harness.advance(HOUR / 2);
        let session: Value = serde_json::from_str(&browser.open("/auth/session").await.body).unwrap();
        assert_eq!(session["signed_in"], true);
    }
    harness.advance(HOUR / 2 + Duration::from_secs(5));
    let session: Value = serde_json::from_str(&browser.open("/auth/session").await.body).unwrap();
    assert_eq!(session["signed_in"], false, "eight hours without a page");
    assert_eq!(browser.open("/me").await.status, 401);
}

#[tokio::test]
async fn se_2_the_session_states_who_and_until_when() {
    let (harness, mut browser) = signed_in().await;
    let page = browser.open("/auth/session").await;
    let session: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!((page.status, &session["name"]), (200, &"Alice Archer".into()));
    assert!(!session["expires_at"].is_null());
    let nobody: Value = serde_json::from_str(&harness.browser().open("/auth/session").await.body).unwrap();
    assert_eq!(nobody["signed_in"], false);
}

#[tokio::test]
async fn se_7_a_copy_of_the_database_is_worth_nothing() {
    let (harness, browser) = signed_in().await;
    let bytes = harness.database_bytes().await;
    let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds("bff_session_records"), "the files were read");
    assert!(!holds(&browser.session().unwrap()));
    for issued in harness.provider.issued() {
        assert!(!holds(&issued.value), "{:?}", issued.kind);
        if issued.kind == Kind::IdToken {
            assert!(issued.value.split('.').all(|part| !holds(part)));
        }
    }
}

#[tokio::test]
async fn se_7_strangers_write_nothing() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    for path in [
        "/",
        "/me",
        "/auth/session",
        "/auth/login",
        "/auth/callback/demo?state=x&code=y",
        "/auth/signed-out",
    ] {
        browser.open(path).await;
    }
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(harness.rows().await, 0);
    assert!(
        browser
            .set_cookies
            .iter()
            .all(|line| !line.starts_with("portico=") || line.contains("Max-Age=0"))
    );
}
