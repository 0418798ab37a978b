//! Checklist 4.8, BC: the provider's server states that somebody signed out (SI-10 of the features).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo::{Endpoint, FaultResponse, Kind, Patch, Signing};
use serde_json::{Map, Value, json};

use crate::device;
use crate::support::{Browser, Harness, Page, Setup, patch};

pub(crate) const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

pub(crate) async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

/// The provider's name for the session it signed in last.
pub(crate) fn newest_sid(harness: &Harness) -> String {
    let token = harness.provider.newest(Kind::IdToken).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    claims["sid"].as_str().unwrap().to_owned()
}

/// The claims of a good logout token about nobody yet.
pub(crate) fn claims(harness: &Harness, jti: &str) -> Map<String, Value> {
    let now = harness.provider.now();
    let claims = json!({
        "iss": harness.issuer, "aud": "portico", "iat": now, "exp": now + 120, "jti": jti, "events": { EVENT: {} },
    });
    claims.as_object().unwrap().clone()
}

pub(crate) fn with(mut claims: Map<String, Value>, name: &str, value: impl Into<Value>) -> Map<String, Value> {
    claims.insert(name.to_owned(), value.into());
    claims.retain(|_, value| !value.is_null());
    claims
}

pub(crate) fn typed(typ: &str) -> Patch {
    patch("typ", typ)
}

pub(crate) async fn post(harness: &Harness, fields: &[(&str, &str)]) -> Page {
    let mut provider = harness.browser();
    let send = provider.form("/auth/backchannel-logout/demo", fields).silent();
    provider.send(send).await
}

pub(crate) async fn send_logout(harness: &Harness, claims: &Map<String, Value>) -> Page {
    let token = harness.provider.mint(&Patch::new(), claims, Signing::Proper);
    post(harness, &[("logout_token", &token)]).await
}

pub(crate) async fn greeting(browser: &mut Browser) -> String {
    browser.open("/").await.body
}

#[tokio::test]
async fn bc_1_a_good_logout_token_ends_the_session() {
    let (harness, mut browser) = signed_in().await;
    let claims = with(claims(&harness, "1"), "sid", newest_sid(&harness));
    let claims = with(claims, "unknown", json!({ "a": [1] }));
    let token = harness.provider.mint(&typed("logout+jwt"), &claims, Signing::Proper);
    let page = post(&harness, &[("more", "x"), ("logout_token", &token)]).await;
    assert_eq!((page.status, page.body.as_str()), (200, ""));
    assert!(page.header("cache-control").contains("no-store"));
    assert_eq!(greeting(&mut browser).await, "stranger");
    assert_eq!(browser.open("/token").await.status, 401);
}

#[tokio::test]
async fn bc_2_who_is_signed_out_already_is_signed_out() {
    let (harness, mut browser) = signed_in().await;
    let known = newest_sid(&harness);
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sid", "unknown"))
            .await
            .status,
        200
    );
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "2"), "sub", "nobody"))
            .await
            .status,
        200
    );
    assert_eq!(greeting(&mut browser).await, "hello alice");
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "3"), "sid", known))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn bc_4_a_sid_ends_its_sessions_and_a_sub_all_of_the_person() {
    let (harness, mut desk) = signed_in().await;
    let (mut phone, mut bob) = (harness.browser(), harness.browser());
    phone.sign_in("alice").await;
    let sid = newest_sid(&harness);
    bob.sign_in("bob").await;
    let both = with(with(claims(&harness, "1"), "sid", sid), "sub", "alice");
    assert_eq!(send_logout(&harness, &both).await.status, 200);
    assert_eq!(greeting(&mut phone).await, "stranger");
    assert_eq!(
        greeting(&mut desk).await,
        "hello alice",
        "another session of the same person"
    );
    phone.sign_in("alice").await;
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "2"), "sub", "alice"))
            .await
            .status,
        200
    );
    assert_eq!(
        (greeting(&mut desk).await, greeting(&mut phone).await),
        ("stranger".into(), "stranger".into())
    );
    assert_eq!(greeting(&mut bob).await, "hello bob");
}

#[tokio::test]
async fn bc_4_a_session_with_a_long_name_is_ended_as_well() {
    let harness = Harness::new().await;
    let sid = "s".repeat(1000);
    harness
        .provider
        .change(|faults| faults.id_token = patch("sid", sid.as_str()));
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let claims = with(claims(&harness, "1"), "sid", sid);
    assert_eq!(send_logout(&harness, &claims).await.status, 200);
    assert_eq!(greeting(&mut browser).await, "stranger");
}

#[tokio::test]
async fn bc_4_the_same_person_at_another_provider_stays() {
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let mut other = harness.browser();
    other.sign_in_by("/auth/login?provider=other", "alice").await;
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sub", "alice"))
            .await
            .status,
        200
    );
    assert_eq!(greeting(&mut other).await, "hello alice");
}

#[tokio::test]
async fn bc_5_a_logout_token_works_once() {
    let (harness, mut browser) = signed_in().await;
    let token = with(claims(&harness, "1"), "sub", "alice");
    assert_eq!(send_logout(&harness, &token).await.status, 200);
    harness.advance(Duration::from_secs(30));
    browser.sign_in("alice").await;
    assert!([200, 400].contains(&send_logout(&harness, &token).await.status));
    assert_eq!(greeting(&mut browser).await, "hello alice", "the replay did nothing");
    harness.advance(Duration::from_mins(5));
    assert_eq!(
        send_logout(&harness, &token).await.status,
        400,
        "and then it has expired"
    );
}

#[tokio::test]
async fn bc_8_a_sign_in_under_way_does_not_outlive_the_logout() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.id_token = patch("sid", "s1");
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let wait = async {
        harness
            .until("the tokens are asked for", |provider| {
                provider.requests(Endpoint::Token) == 1
            })
            .await;
        let reported = send_logout(&harness, &with(claims(&harness, "1"), "sid", "s1")).await;
        assert_eq!(reported.status, 200);
        harness.provider.change(|faults| {
            faults.responses.remove(&Endpoint::Token);
        });
    };
    let (page, ()) = tokio::join!(browser.open(callback.as_str()), wait);
    assert_eq!((page.status, browser.session()), (400, None), "{}", page.body);
    assert_eq!(greeting(&mut browser).await, "stranger");
    let token = harness.provider.newest(Kind::RefreshToken).unwrap();
    harness
        .until("its token is revoked", |provider| provider.revoked().contains(&token))
        .await;
    harness.provider.change(|faults| faults.id_token = patch("sid", "s2"));
    assert_eq!(browser.sign_in("alice").await.status, 303, "another session may begin");
}

/// Alice's code is entered at the last moment; the response is what her screen shows then.
async fn screen_at_the_end(logout: Option<(&str, &str)>) -> (Page, Option<String>) {
    let harness = device::harness().await;
    harness
        .provider
        .change(|faults| faults.device_authorization = patch("expires_in", 1_800));
    let (mut screen, _) = device::screen(&harness).await;
    harness.advance(Duration::from_secs(5));
    if let Some((claim, name)) = logout {
        let reported = send_logout(&harness, &with(claims(&harness, "1"), claim, name)).await;
        assert_eq!(reported.status, 200, "{claim}");
    }
    harness.advance(Duration::from_secs(1_790));
    // The demo's own codes do not last that long.
    let now = harness.provider.now();
    let id_token = json!({
        "iss": harness.issuer, "aud": "portico", "sub": "alice", "sid": "s1", "iat": now, "exp": now + 300,
    });
    let id_token = harness
        .provider
        .mint(&Patch::new(), id_token.as_object().unwrap(), Signing::Proper);
    let tokens = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": id_token });
    harness.provider.change(|faults| {
        faults.responses = [
            (Endpoint::Token, FaultResponse::Json(200, tokens)),
            (Endpoint::Userinfo, FaultResponse::Json(200, json!({ "sub": "alice" }))),
        ]
        .into();
    });
    (device::look(&mut screen).await, screen.session())
}

#[tokio::test]
async fn bc_8_a_sign_in_by_a_code_does_not_outlive_the_logout() {
    let (page, session) = screen_at_the_end(None).await;
    assert_eq!((page.status, session.is_some()), (303, true), "{}", page.body);
    for logout in [("sub", "alice"), ("sid", "s1")] {
        let (page, session) = screen_at_the_end(Some(logout)).await;
        assert_eq!((page.status, session), (400, None), "{logout:?}: {}", page.body);
    }
}

#[tokio::test]
async fn bc_8_a_person_ended_as_a_whole_can_sign_in_again() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    harness.advance(Duration::from_secs(5));
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sub", "alice"))
            .await
            .status,
        200
    );
    assert_eq!(browser.open(callback.as_str()).await.status, 400, "it was under way");
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(greeting(&mut browser).await, "hello alice");
}

#[tokio::test]
async fn bc_9_a_refresh_token_of_the_session_is_revoked_and_one_that_outlives_it_is_not() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sub", "alice"))
            .await
            .status,
        200
    );
    harness.provider.change(|faults| {
        faults.token_response = Patch::from_iter([
            ("scope".to_owned(), json!("openid profile")),
            ("refresh_token".to_owned(), json!("online-only")),
        ]);
    });
    harness.advance(Duration::from_secs(5));
    browser.sign_in("alice").await;
    assert!(
        !harness
            .database_bytes()
            .await
            .windows(11)
            .any(|bytes| bytes == b"online-only")
    );
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "2"), "sub", "alice"))
            .await
            .status,
        200
    );
    harness.until_idle().await;
    assert_eq!(harness.provider.revoked(), ["online-only"]);
}

#[tokio::test]
async fn si_10_the_other_replica_knows_at_once() {
    let (harness, browser) = signed_in().await;
    let mut replica = harness.at_replica(&browser, |_| {}).await;
    assert_eq!(greeting(&mut replica).await, "hello alice");
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sid", newest_sid(&harness)))
            .await
            .status,
        200
    );
    assert_eq!(replica.open("/me").await.status, 401);
}

#[tokio::test]
async fn si_10_a_key_made_just_now_is_believed() {
    let (harness, mut browser) = signed_in().await;
    let sid = newest_sid(&harness);
    harness.provider.rotate_key();
    assert_eq!(
        send_logout(&harness, &with(claims(&harness, "1"), "sid", sid))
            .await
            .status,
        200
    );
    assert_eq!(greeting(&mut browser).await, "stranger");
}

#[tokio::test]
async fn bc_4_a_sub_that_does_not_fit_the_session_of_its_sid_ends_nothing() {
    for postgres in [false, true] {
        let harness = Harness::build(Setup {
            postgres,
            ..Setup::default()
        })
        .await;
        let (mut alice, mut bob) = (harness.browser(), harness.browser());
        bob.sign_in("bob").await;
        alice.sign_in("alice").await;
        let sid = newest_sid(&harness);
        let (rows, both) = (harness.rows().await, |sub: &str| {
            with(with(claims(&harness, "1"), "sid", sid.as_str()), "sub", sub)
        });
        for sub in ["bob", "Alice", "alice2", "nobody"] {
            assert_eq!(send_logout(&harness, &both(sub)).await.status, 400, "{sub}");
        }
        let greetings = (greeting(&mut alice).await, greeting(&mut bob).await);
        assert_eq!(greetings, ("hello alice".into(), "hello bob".into()));
        assert_eq!(
            harness.rows().await,
            rows,
            "nothing is remembered, so that it may be said rightly"
        );
        assert_eq!(
            send_logout(&harness, &both("alice")).await.status,
            200,
            "the same token with the right one"
        );
        assert_eq!(greeting(&mut alice).await, "stranger");
        assert_eq!(
            send_logout(&harness, &with(both("bob"), "jti", "2")).await.status,
            200,
            "there is no such session any more"
        );
    }
}

#[tokio::test]
async fn bc_8_a_sign_in_under_way_is_ended_by_its_sid_only_with_its_own_sub() {
    for (sub, ends) in [("bob", false), ("alice", true)] {
        let harness = Harness::new().await;
        harness.provider.change(|faults| faults.id_token = patch("sid", "s1"));
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        let reported = with(with(claims(&harness, "1"), "sid", "s1"), "sub", sub);
        assert_eq!(
            send_logout(&harness, &reported).await.status,
            200,
            "no session has that name yet"
        );
        let page = browser.open(callback.as_str()).await;
        assert_eq!(page.status, if ends { 400 } else { 303 }, "{sub}: {}", page.body);
    }
}
