//! Checklist 4.2, second half: what a callback leaves behind (CB-9 to CB-11).

use demo::Endpoint;
use url::Url;

use crate::support::{Browser, Harness, Log, Page, Setup, parameter};

/// Back to the provider's page: it still knows the person and answers by itself, with a new code and the old `state`.
async fn back(browser: &mut Browser, authorize: &Url) -> Page {
    let callback = browser.authorize(authorize, "alice").await;
    browser.open(callback.as_str()).await
}

#[tokio::test]
async fn cb_9_a_callback_that_is_opened_again_does_nothing() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    browser.open(callback.as_str()).await;
    let session = browser.session();
    let page = browser.open(callback.as_str()).await;
    assert!(
        page.status == 400 || page.status == 303 && page.location().path() == "/",
        "{page:?}"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
    assert_eq!((browser.session(), harness.rows().await), (session, 1));
    assert_eq!(browser.open("/").await.body, "hello alice");
}

#[tokio::test]
async fn cb_9_whoever_returns_after_signing_in_is_led_on() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me%3Fa=b%23part").await;
    assert_eq!(back(&mut browser, &authorize).await.status, 303);
    let (session, rows) = (browser.session(), harness.rows().await);
    for round in 0..3 {
        let page = back(&mut browser, &authorize).await;
        let to = page.location();
        assert_eq!(page.status, 303, "{round}: {}", page.body);
        assert_eq!(
            (to.path(), to.query(), to.fragment()),
            ("/me", Some("a=b"), Some("part"))
        );
    }
    assert_eq!(harness.provider.requests(Endpoint::Token), 1, "no code is redeemed");
    assert_eq!((browser.session(), harness.rows().await), (session, rows));
    assert_eq!(browser.open("/").await.body, "hello alice");
}

#[tokio::test]
async fn cb_9_whoever_returns_is_led_on_by_another_replica_too() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(back(&mut browser, &authorize).await.status, 303);
    let mut there = harness.at_replica(&browser, |_| {}).await;
    let page = back(&mut there, &authorize).await;
    assert_eq!((page.status, page.location().path()), (303, "/"), "{}", page.body);
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
}

#[tokio::test]
async fn cb_9_nobody_is_led_on_without_a_session_or_by_a_sign_in_that_was_never_completed() {
    let harness = Harness::new().await;
    let (mut browser, mut stranger) = (harness.browser(), harness.browser());
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(back(&mut browser, &authorize).await.status, 303);
    assert_eq!(back(&mut stranger, &authorize).await.status, 400, "another browser");
    let unanswered = stranger.start("/auth/login").await;
    assert_eq!(
        back(&mut browser, &unanswered).await.status,
        400,
        "the sign-in of another browser"
    );
    assert_eq!(browser.open("/auth/callback/demo?code=x&state=").await.status, 400);
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(back(&mut browser, &authorize).await.status, 400, "signed out since");
    browser.add_cookie("portico", "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(
        back(&mut browser, &authorize).await.status,
        400,
        "a cookie that opens nothing"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
}

#[tokio::test]
async fn cb_9_whoever_returns_to_a_provider_that_posts_is_led_on() {
    for https in [false, true] {
        let harness = Harness::build(Setup {
            https,
            provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
            ..Setup::default()
        })
        .await;
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login?return_to=/me").await;
        for round in 0..2 {
            let form = crate::sign_in::form_fields(&browser.open(authorize.as_str()).await.body);
            let fields: Vec<_> = form
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let mut page = browser.post_cross_site("/auth/callback/demo", &fields).await;
            if page.status == 303 && page.location().path().starts_with("/auth/callback/") {
                page = browser.open(page.location().as_str()).await;
            }
            assert_eq!(
                (page.status, page.location().path()),
                (303, "/me"),
                "{https} {round}: {}",
                page.body
            );
        }
        assert_eq!(harness.provider.requests(Endpoint::Token), 1, "{https}");
    }
}

#[tokio::test]
async fn cb_10_every_sign_in_makes_a_new_session_and_ends_the_old_one() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let first = browser.session().unwrap();
    browser.sign_in("bob").await;
    let second = browser.session().unwrap();
    assert_ne!(first, second);
    assert_eq!(harness.rows().await, 1, "the first session is gone from the store");
    let me = browser.open("/me").await.body;
    assert!(me.contains("bob") && !me.to_lowercase().contains("alice"), "{me}");
    let mut thief = harness.browser();
    thief.add_cookie("portico", &first);
    assert_eq!(thief.open("/me").await.status, 401);
}

#[tokio::test]
async fn cb_10_a_planted_cookie_is_not_signed_in() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let planted = ["AAAAAAAAAAAAAAAAAAAAAA", "0123456789abcdef0123456789abcdef"];
    for value in planted {
        browser.add_cookie("portico", value);
        browser.sign_in("alice").await;
        assert_ne!(browser.session().unwrap(), value);
        let mut attacker = harness.browser();
        attacker.add_cookie("portico", value);
        assert_eq!(attacker.open("/me").await.status, 401);
    }
}

#[tokio::test]
async fn cb_11_the_callback_is_not_stored_and_reveals_nothing_to_others() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let good = browser.open(callback.as_str()).await;
    let bad = browser.open(callback.as_str()).await;
    for page in [good, bad] {
        assert!(page.header("cache-control").contains("no-store"), "{page:?}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{page:?}");
    }
    let (own, operator) = (log.own(), log.operator());
    assert!(!own.is_empty(), "the log was not captured");
    for name in ["code", "state"] {
        let value = parameter(&callback, name).unwrap();
        assert!(
            !own.contains(&value) && !operator.contains(&value),
            "{name} is in the log"
        );
    }
}
