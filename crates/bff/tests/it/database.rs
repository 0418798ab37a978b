//! A copy of the database opens nothing (WOW-7); behaviour while the database is unavailable.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bff::KeyRing;
use demo::{Endpoint, FaultResponse, Kind, Patch};
use serde_json::json;

use crate::support::{Browser, Database, Harness, Log, SessionDatabase, Setup, within_deadline};

fn position(postgres: bool) -> Setup {
    Setup {
        postgres,
        ..Setup::default()
    }
}

fn database_of(harness: &Harness) -> &Database {
    match &harness.database {
        SessionDatabase::Postgres(database, _) => database,
        SessionDatabase::Sqlite(_) => panic!("not in PostgreSQL"),
    }
}

/// Alice with a refresh token that outlives her session, and with one that ends with it.
async fn signed_in(postgres: bool) -> (Harness, [Browser; 2]) {
    let harness = Harness::build(position(postgres)).await;
    let (mut offline, mut online) = (harness.browser(), harness.browser());
    assert_eq!(offline.sign_in("alice").await.status, 303);
    harness.provider.change(|faults| {
        faults.token_response = Patch::from_iter([("scope".to_owned(), json!("openid profile"))]);
    });
    assert_eq!(online.sign_in("alice").await.status, 303);
    (harness, [offline, online])
}

#[tokio::test]
async fn wow_7_a_copy_holds_no_id_and_no_token() {
    for postgres in [false, true] {
        let (harness, browsers) = signed_in(postgres).await;
        let copy = harness.database_bytes().await;
        let holds = |needle: &[u8]| copy.windows(needle.len()).any(|window| window == needle);
        assert!(
            holds(b"bff_session_records") && holds(b"alice"),
            "it is a copy of what was written"
        );
        for browser in &browsers {
            let cookie = browser.session().unwrap();
            let id = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
            let reversed: Vec<u8> = id.iter().rev().copied().collect();
            assert!(!holds(cookie.as_bytes()) && !holds(&id) && !holds(&reversed));
            for bytes in [&id, &reversed] {
                let number = u128::from_be_bytes(bytes.as_slice().try_into().unwrap());
                assert!(!holds(format!("{number:032x}").as_bytes()));
            }
        }
        let issued = harness.provider.issued();
        assert!(issued.iter().filter(|issued| issued.kind == Kind::RefreshToken).count() >= 2);
        for issued in issued {
            for part in issued.value.split('.').filter(|part| part.len() > 16) {
                assert!(!holds(part.as_bytes()), "{:?}", issued.kind);
            }
        }
    }
}

#[tokio::test]
async fn wow_7_a_copy_opens_nothing_with_other_keys_and_nothing_without_the_cookie() {
    for postgres in [false, true] {
        let (harness, browsers) = signed_in(postgres).await;
        let references: Vec<_> = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
        let rows = harness.rows().await;
        for browser in &browsers {
            // The cookie without the keys.
            let other = |config: &mut bff::BffConfig| config.keys = KeyRing::ephemeral();
            let mut stranger = harness.at_replica(browser, other).await;
            assert_eq!(stranger.open("/").await.body, "stranger");
            assert_eq!(
                (stranger.open("/me").await.status, stranger.open("/token").await.status),
                (401, 401)
            );
        }
        // The keys without the cookie: everything a row has, tried as an id.
        let mut thief = harness.at_replica(&harness.browser(), |_| {}).await;
        for session in &references {
            let key = session.reference.row_key();
            for guess in [&key[..16], &key[16..], &key[..]] {
                thief.add_cookie("portico", &URL_SAFE_NO_PAD.encode(guess));
                assert_eq!(thief.open("/me").await.status, 401);
            }
            thief.add_cookie("portico", &session.sid.clone().unwrap());
            assert_eq!(thief.open("/me").await.status, 401);
        }
        assert_eq!(harness.rows().await, rows, "looking changes nothing");
        // Both together are the session, so the refusals above are not for another reason.
        let mut owner = harness.at_replica(&browsers[0], |_| {}).await;
        assert_eq!(owner.open("/me").await.status, 200);
    }
}

#[tokio::test]
async fn se_1_idle_and_absolute_limits_hold_in_postgres_too() {
    let harness = Harness::build(position(true)).await;
    let (mut idle, mut busy) = (harness.browser(), harness.browser());
    idle.sign_in("alice").await;
    busy.sign_in("bob").await;
    for _ in 0..27 {
        harness.advance(Duration::from_hours(6));
        assert_eq!(busy.open("/me").await.status, 200);
    }
    assert_eq!(idle.open("/me").await.status, 401, "eight hours without a request");
    harness.advance(Duration::from_hours(6) + Duration::from_secs(5));
    assert_eq!(busy.open("/me").await.status, 401, "seven days in all");
    assert_eq!(harness.rows().await, 0);
}

#[tokio::test]
async fn si_14_sessions_are_listed_and_ended_in_postgres_too() {
    let harness = Harness::build(position(true)).await;
    let (mut desk, mut phone, mut bob) = (harness.browser(), harness.browser(), harness.browser());
    for (browser, person) in [(&mut desk, "alice"), (&mut phone, "alice"), (&mut bob, "bob")] {
        assert_eq!(browser.sign_in(person).await.status, 303);
    }
    let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(harness.bff.end_session(found[0].reference).await.unwrap());
    let alive = [desk.open("/me").await.status, phone.open("/me").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(harness.bff.end_sessions_of(&harness.issuer, "alice").await.unwrap(), 1);
    assert_eq!(bob.open("/me").await.status, 200, "nobody else");
}

#[tokio::test]
async fn si_11_a_database_that_disappears_is_a_503_and_recovers() {
    let harness = Harness::build(position(true)).await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let database = database_of(&harness);
    database.disconnect().await;
    for path in ["/me", "/", "/token", "/auth/session", callback.as_str()] {
        let page = browser.open(path).await;
        assert_eq!(page.status, 503, "{path}: {}", page.body);
        assert!(page.header("retry-after").parse::<u64>().unwrap() > 0, "{path}");
        assert!(
            !page.body.contains("bff_session_records") && !page.body.contains("portico_test"),
            "{}",
            page.body
        );
    }
    let cookie = browser.session();
    assert_eq!(
        browser.submit("/auth/logout", &[]).await.status,
        503,
        "not over, and not called so"
    );
    assert_eq!(browser.session(), cookie, "nobody is signed out by an outage");
    assert_eq!(
        harness.browser().open("/").await.body,
        "stranger",
        "without a cookie nothing is asked"
    );

    database.reconnect().await;
    assert_eq!(browser.open("/").await.body, "hello alice");
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
    assert_eq!(browser.open("/").await.body, "stranger");
}

#[tokio::test]
async fn rf_2_a_database_that_fails_for_a_moment_loses_no_refresh_token() {
    let (log, harness) = (Log::start(), Harness::build(position(true)).await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_mins(6));
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let mut tab = harness.clone_of(&browser);
    let request = tokio::spawn(async move { tab.open("/token").await });
    harness
        .until("the refresh is at the provider", |provider| provider.held() == 1)
        .await;
    database_of(&harness).disconnect().await;
    harness.provider.change(|faults| faults.responses.clear());
    let failed = log.wait_for(|log| log.own().contains("renewed tokens could not be stored"));
    within_deadline("the write has failed", failed).await;
    database_of(&harness).reconnect().await;
    assert_eq!(request.await.unwrap().status, 200);
    let renewed = harness.provider.newest(Kind::RefreshToken).unwrap();
    harness.advance(Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
    assert!(harness.provider.bodies(Endpoint::Token)[2].contains(&renewed));
}
