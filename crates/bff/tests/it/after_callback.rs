//! Checklist 4.2, second half: what a callback leaves behind (CB-9 to CB-11).

use demo::Endpoint;

use crate::support::{House, Log, parameter};

#[tokio::test]
async fn cb_9_a_callback_that_is_opened_again_does_nothing() {
    let house = House::new().await;
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    browser.go(callback.as_str()).await;
    let session = browser.session();
    let page = browser.go(callback.as_str()).await;
    assert!(
        page.status == 400 || page.status == 303 && page.location().path() == "/",
        "{page:?}"
    );
    assert_eq!(house.provider.requests(Endpoint::Token), 1);
    assert_eq!((browser.session(), house.rows().await), (session, 1));
    assert_eq!(browser.go("/").await.body, "hello alice");
}

#[tokio::test]
async fn cb_10_every_sign_in_makes_a_new_session_and_ends_the_old_one() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let first = browser.session().unwrap();
    browser.sign_in("bob").await;
    let second = browser.session().unwrap();
    assert_ne!(first, second);
    assert_eq!(house.rows().await, 1, "the first session is gone from the store");
    let me = browser.go("/me").await.body;
    assert!(me.contains("bob") && !me.to_lowercase().contains("alice"), "{me}");
    let mut thief = house.browser();
    thief.plant("portico", &first);
    assert_eq!(thief.go("/me").await.status, 401);
}

#[tokio::test]
async fn cb_10_a_planted_cookie_is_not_signed_in() {
    let house = House::new().await;
    let mut browser = house.browser();
    let planted = ["AAAAAAAAAAAAAAAAAAAAAA", "0123456789abcdef0123456789abcdef"];
    for value in planted {
        browser.plant("portico", value);
        browser.sign_in("alice").await;
        assert_ne!(browser.session().unwrap(), value);
        let mut attacker = house.browser();
        attacker.plant("portico", value);
        assert_eq!(attacker.go("/me").await.status, 401);
    }
}

#[tokio::test]
async fn cb_11_the_callback_is_not_kept_and_says_nothing_to_others() {
    let (log, house) = (Log::start(), House::new().await);
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let good = browser.go(callback.as_str()).await;
    let bad = browser.go(callback.as_str()).await;
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
