//! Checklist 4.10, SE-8: the keys that seal cookies and sessions change while people are signed in.

use std::fs;

use bff::KeyRing;

use crate::support::{Harness, Setup};

const NEW: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

async fn harnesses() -> [Harness; 2] {
    let sqlite = Harness::new().await;
    let setup = Setup {
        postgres: true,
        ..Setup::default()
    };
    [sqlite, Harness::build(setup).await]
}

#[tokio::test]
async fn se_8_a_new_key_signs_nobody_out_and_a_retired_one_is_refused() {
    for harness in harnesses().await {
        let (mut busy, mut idle) = (harness.browser(), harness.browser());
        assert_eq!(busy.sign_in("alice").await.status, 303);
        assert_eq!(idle.sign_in("bob").await.status, 303);
        let old = fs::read_to_string(harness.keys()).unwrap();

        fs::write(harness.keys(), format!("{NEW}\n{old}")).unwrap();
        let mut both = harness.at_replica(&busy, |_| {}).await;
        assert_eq!(both.open("/").await.body, "hello alice");
        let mut newcomer = harness.at_replica(&harness.browser(), |_| {}).await;
        assert_eq!(newcomer.sign_in("carol").await.status, 303);

        fs::write(harness.keys(), NEW).unwrap();
        let mut retired = harness.at_replica(&busy, |_| {}).await;
        assert_eq!(
            retired.open("/").await.body,
            "hello alice",
            "sealed anew when it was used"
        );
        assert_eq!(retired.open("/token").await.status, 200, "tokens and all");
        let mut retired = harness.at_replica(&newcomer, |_| {}).await;
        assert_eq!(retired.open("/").await.body, "hello carol");
        let mut retired = harness.at_replica(&idle, |_| {}).await;
        assert_eq!(retired.open("/").await.body, "stranger", "signed out, not an error");
        assert_eq!(retired.open("/me").await.status, 401);
        assert_eq!(retired.sign_in("bob").await.status, 303, "and welcome again");
    }
}

#[tokio::test]
async fn se_8_checking_whether_somebody_is_there_writes_nothing_even_with_a_new_key() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let old = fs::read_to_string(harness.keys()).unwrap();
    fs::write(harness.keys(), format!("{NEW}\n{old}")).unwrap();
    let mut both = harness.at_replica(&browser, |_| {}).await;
    assert!(both.open("/auth/session").await.body.contains("true"));
    fs::write(harness.keys(), NEW).unwrap();
    let mut retired = harness.at_replica(&browser, |_| {}).await;
    assert_eq!(retired.open("/").await.body, "stranger");
}

#[tokio::test]
async fn se_8_cookies_of_another_key_ring_are_no_error() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let mut elsewhere = harness
        .at_replica(&browser, |config| config.keys = KeyRing::ephemeral())
        .await;
    assert_eq!(elsewhere.open("/").await.body, "stranger");
    let page = elsewhere.open(callback.as_str()).await;
    assert_eq!(page.status, 400, "a sign-in that was not started here: {}", page.body);
    assert_eq!(elsewhere.sign_in("alice").await.status, 303);
    assert_eq!(elsewhere.open("/").await.body, "hello alice");
}
