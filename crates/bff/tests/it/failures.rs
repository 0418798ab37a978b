//! Failures at the provider are pages a person understands (SI-11).

use demo::{Endpoint, FaultResponse, Kind};
use serde_json::json;

use crate::support::{Harness, Log};

#[tokio::test]
async fn si_11_every_failure_is_a_page_with_a_reference_that_is_in_the_log() {
    let (log, harness) = (Log::start(), Harness::new().await);
    for error in [
        "server_error",
        "temporarily_unavailable",
        "invalid_scope",
        "login_required",
        "nobody_knows_this_one",
    ] {
        let description = format!("{error}: <img src=x onerror=alert(1)> \u{202e}\"'");
        harness
            .provider
            .change(|faults| faults.error = Some((error.into(), description)));
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert!((400..600).contains(&page.status), "{error}: {}", page.status);
        assert!(page.header("content-type").starts_with("text/html"), "{error}");
        assert!(
            !page.body.contains("<img") && !page.body.contains("onerror=alert(1)>"),
            "{}",
            page.body
        );
        let reference = page
            .body
            .split("<code>")
            .nth(1)
            .unwrap()
            .split("</code>")
            .next()
            .unwrap();
        assert_eq!(reference.len(), 8, "{reference}");
        assert!(
            log.operator().contains(reference),
            "{error}: {reference} is not in the log"
        );
        assert_eq!((browser.session(), harness.rows().await), (None, 0), "{error}");
    }
}

#[tokio::test]
async fn si_11_malformed_callbacks_are_pages_not_crashes() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let long = format!("/auth/callback/demo?state={}", "x".repeat(20_000));
    for target in [
        "/auth/callback/demo",
        "/auth/callback/demo?",
        "/auth/callback/demo?code",
        "/auth/callback/demo?state=%ff%fe&code=%00",
        "/auth/callback/demo?error=%3Cscript%3E",
        "/auth/callback/demo?state[]=x&code[]=y",
        long.as_str(),
    ] {
        browser.start("/auth/login").await;
        let page = browser.open(target).await;
        assert!((400..500).contains(&page.status), "{target}: {}", page.status);
        assert!(!page.body.contains("<script>"), "{target}");
    }
    let json = browser
        .form("/auth/callback/demo", &[])
        .header("content-type", "application/json");
    assert!((400..500).contains(&browser.send(json).await.status));
}

#[tokio::test]
async fn si_11_a_failure_preserves_who_is_signed_in_and_locks_nobody_out() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness
        .provider
        .change(|faults| faults.error = Some(("server_error".into(), "broken".into())));
    for _ in 0..3 {
        assert!(browser.sign_in("bob").await.status >= 400);
    }
    assert_eq!(browser.open("/").await.body, "hello alice");
    harness.provider.change(|faults| faults.error = None);
    assert_eq!(harness.browser().sign_in("carol").await.status, 303);
}

#[tokio::test]
async fn si_11_secrets_never_reach_the_log() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(std::time::Duration::from_mins(6));
    browser.open("/token").await;
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Revoke, FaultResponse::Json(500, json!({ "error": "broken" })));
    });
    browser.submit("/auth/logout", &[]).await;
    let (own, operator) = (log.own(), log.operator());
    assert!(!own.is_empty(), "the log was not captured");
    for issued in harness.provider.issued() {
        assert!(
            !own.contains(&issued.value) && !operator.contains(&issued.value),
            "{:?}",
            issued.kind
        );
    }
    assert!(!own.contains("portico-demo-secret") && !operator.contains("portico-demo-secret"));
    assert!(harness.provider.newest(Kind::RefreshToken).is_some());
}
