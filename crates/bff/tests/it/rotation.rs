//! Checklist 4.10, SE-8: the keys that seal cookies and sessions change while people are signed in.

use std::fs;

use bff::KeyRing;

use crate::support::{House, Plan};

const NEW: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

async fn houses() -> [House; 2] {
    let sqlite = House::new().await;
    let plan = Plan {
        postgres: true,
        ..Plan::default()
    };
    [sqlite, House::build(plan).await]
}

#[tokio::test]
async fn se_8_a_new_key_signs_nobody_out_and_a_retired_one_is_refused() {
    for house in houses().await {
        let (mut busy, mut idle) = (house.browser(), house.browser());
        assert_eq!(busy.sign_in("alice").await.status, 303);
        assert_eq!(idle.sign_in("bob").await.status, 303);
        let old = fs::read_to_string(house.keys()).unwrap();

        fs::write(house.keys(), format!("{NEW}\n{old}")).unwrap();
        let mut both = house.at_replica(&busy, |_| {}).await;
        assert_eq!(both.go("/").await.body, "hello alice");
        let mut newcomer = house.at_replica(&house.browser(), |_| {}).await;
        assert_eq!(newcomer.sign_in("carol").await.status, 303);

        fs::write(house.keys(), NEW).unwrap();
        let mut retired = house.at_replica(&busy, |_| {}).await;
        assert_eq!(
            retired.go("/").await.body,
            "hello alice",
            "sealed anew when it was used"
        );
        assert_eq!(retired.go("/token").await.status, 200, "tokens and all");
        let mut retired = house.at_replica(&newcomer, |_| {}).await;
        assert_eq!(retired.go("/").await.body, "hello carol");
        let mut retired = house.at_replica(&idle, |_| {}).await;
        assert_eq!(retired.go("/").await.body, "stranger", "signed out, not an error");
        assert_eq!(retired.go("/me").await.status, 401);
        assert_eq!(retired.sign_in("bob").await.status, 303, "and welcome again");
    }
}

#[tokio::test]
async fn se_8_asking_whether_somebody_is_there_writes_nothing_even_with_a_new_key() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let old = fs::read_to_string(house.keys()).unwrap();
    fs::write(house.keys(), format!("{NEW}\n{old}")).unwrap();
    let mut both = house.at_replica(&browser, |_| {}).await;
    assert!(both.go("/auth/session").await.body.contains("true"));
    fs::write(house.keys(), NEW).unwrap();
    let mut retired = house.at_replica(&browser, |_| {}).await;
    assert_eq!(retired.go("/").await.body, "stranger");
}

#[tokio::test]
async fn se_8_cookies_of_another_key_ring_are_no_error() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let mut elsewhere = house
        .at_replica(&browser, |config| config.keys = KeyRing::ephemeral())
        .await;
    assert_eq!(elsewhere.go("/").await.body, "stranger");
    let page = elsewhere.go(callback.as_str()).await;
    assert_eq!(page.status, 400, "a sign-in that was not started here: {}", page.body);
    assert_eq!(elsewhere.sign_in("alice").await.status, 303);
    assert_eq!(elsewhere.go("/").await.body, "hello alice");
}
