//! Checklist 4.8: signing out.

use demo::{Endpoint, FaultResponse, Kind};
use serde_json::{Value, json};

use crate::support::{Browser, Harness, parameter, patch, without};

async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

#[tokio::test]
async fn lo_1_a_link_never_signs_anybody_out() {
    let (harness, mut browser) = signed_in().await;
    assert_eq!(browser.open("/auth/logout").await.status, 405);
    for target in [
        "/auth/logout",
        "/auth/logout?confirm=yes",
        "/auth/signed-out",
        "/auth/signed-out?state=x",
    ] {
        browser.open(target).await;
        assert_eq!(browser.open("/").await.body, "hello alice", "{target}");
    }
    assert_eq!((harness.rows().await, harness.provider.revoked().len()), (1, 0));
}

#[tokio::test]
async fn lo_1_a_foreign_page_signs_nobody_out() {
    let (harness, mut browser) = signed_in().await;
    // The form of another site travels without the Lax cookie, so it cannot even state who it is about.
    assert_eq!(browser.post_cross_site("/auth/logout", &[]).await.status, 403);
    // A browser that sends the cookie all the same is refused for where the request is from.
    let from_elsewhere = Browser::from(
        browser.form("/auth/logout", &[]),
        "https://elsewhere.example",
        "cross-site",
    );
    assert_eq!(browser.send(from_elsewhere).await.status, 403);
    assert_eq!(
        (browser.open("/").await.body.as_str(), harness.rows().await),
        ("hello alice", 1)
    );
}

#[tokio::test]
async fn lo_2_the_old_cookie_is_worth_nothing_anywhere() {
    let (harness, mut browser) = signed_in().await;
    let mut copy = harness.browser();
    copy.cookies.clone_from(&browser.cookies);
    let mut replica = harness.at_replica(&browser, |_| {}).await;
    assert_eq!(replica.open("/me").await.status, 200, "one database, two replicas");
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(harness.rows().await, 0);
    for tab in [&mut copy, &mut replica] {
        for path in ["/me", "/token"] {
            assert_eq!(tab.open(path).await.status, 401, "{path}");
        }
        let session: Value = serde_json::from_str(&tab.open("/auth/session").await.body).unwrap();
        assert_eq!(session["signed_in"], false);
        assert_eq!(tab.open("/").await.body, "stranger");
    }
}

#[tokio::test]
async fn lo_2_one_sign_out_ends_one_session() {
    let (harness, mut browser) = signed_in().await;
    let (mut phone, mut bob) = (harness.browser(), harness.browser());
    phone.sign_in("alice").await;
    bob.sign_in("bob").await;
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(phone.open("/").await.body, "hello alice");
    assert_eq!(bob.open("/").await.body, "hello bob");
    assert_eq!(harness.rows().await, 2);
}

#[tokio::test]
async fn lo_3_the_refresh_token_is_revoked() {
    let (harness, mut browser) = signed_in().await;
    let token = harness.provider.newest(Kind::RefreshToken).unwrap();
    assert!(harness.provider.refresh_is_alive(&token));
    browser.submit("/auth/logout", &[]).await;
    harness
        .until("it is revoked", |provider| provider.revoked().contains(&token))
        .await;
    assert!(!harness.provider.refresh_is_alive(&token));
}

#[tokio::test]
async fn lo_3_a_provider_that_cannot_revoke_stops_no_sign_out() {
    for response in [
        FaultResponse::Json(503, json!({})),
        FaultResponse::Json(400, json!({ "error": "unsupported_token_type" })),
        FaultResponse::Html,
    ] {
        let (harness, mut browser) = signed_in().await;
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Revoke, response.clone());
        });
        let page = browser.submit("/auth/logout", &[]).await;
        assert_eq!(page.status, 303, "{response:?}: {}", page.body);
        assert_eq!((harness.rows().await, browser.session()), (0, None), "{response:?}");
    }
}

#[tokio::test]
async fn lo_3_nothing_is_revoked_where_the_provider_offers_no_revocation() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.metadata = without("revocation_endpoint"));
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
    for _ in 0..20 {
        browser.open("/").await;
    }
    assert_eq!(harness.provider.requests(Endpoint::Revoke), 0);
}

#[tokio::test]
async fn lo_4_the_provider_learns_who_signs_out_and_where_to_return() {
    let (harness, mut browser) = signed_in().await;
    let hint = harness.provider.newest(Kind::IdToken);
    let page = browser.submit("/auth/logout", &[]).await;
    let to = page.location();
    assert!(
        to.as_str().starts_with(&format!("{}/end_session?", harness.issuer)),
        "{to}"
    );
    assert_eq!(parameter(&to, "id_token_hint"), hint);
    assert_eq!(parameter(&to, "client_id").as_deref(), Some("portico"));
    let back = harness.site.join("auth/signed-out").unwrap();
    assert_eq!(
        parameter(&to, "post_logout_redirect_uri").as_deref(),
        Some(back.as_str())
    );
    let state = parameter(&to, "state").unwrap();
    browser.sign_in("alice").await;
    let again = parameter(&browser.submit("/auth/logout", &[]).await.location(), "state").unwrap();
    assert!(
        state.len() >= 22 && again.len() >= 22 && state != again,
        "{state} {again}"
    );
}

#[tokio::test]
async fn lo_4_an_address_that_would_be_too_long_is_posted() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.id_token = patch("note", "x".repeat(12_000)));
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let page = browser.submit("/auth/logout", &[]).await;
    assert_eq!((page.status, browser.session()), (200, None), "{:?}", page.headers);
    assert!(
        page.body
            .contains(&format!("action=\"{}/end_session\"", harness.issuer)),
        "{}",
        page.body
    );
    assert!(page.body.contains("name=\"id_token_hint\""));
    assert!(page.header("cache-control").contains("no-store"));
}

#[tokio::test]
async fn lo_5_returning_with_a_wrong_state_does_nothing() {
    let (harness, mut browser) = signed_in().await;
    for target in [
        "/auth/signed-out",
        "/auth/signed-out?state=",
        "/auth/signed-out?state=guess&state=guess",
    ] {
        let page = browser.open(target).await;
        assert_eq!(page.status, 200, "{target}: {}", page.body);
        assert!(page.headers.get("location").is_none(), "{target}");
        assert!(!page.body.contains("guess"));
        assert_eq!(browser.open("/").await.body, "hello alice", "{target}");
    }
    assert_eq!(harness.rows().await, 1);
}

#[tokio::test]
async fn lo_5_the_way_back_from_the_provider_is_known_by_its_state() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.metadata = without("end_session_endpoint"));
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    browser.submit("/auth/logout", &[]).await;
    // What was remembered for the landing belongs to a sign-out without `state`: an invented one does not fit.
    let invented = browser.open("/auth/signed-out?state=invented").await;
    assert!(!invented.body.contains("still be signed in"), "{}", invented.body);
    let own = browser.open("/auth/signed-out").await;
    assert!(own.body.contains("still be signed in"), "{}", own.body);
    let again = browser.open("/auth/signed-out").await;
    assert!(!again.body.contains("still be signed in"), "said once");
}

#[tokio::test]
async fn lo_6_without_an_end_session_endpoint_the_page_states_what_is_left() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.metadata = without("end_session_endpoint"));
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let mut page = browser.submit("/auth/logout", &[]).await;
    if page.status == 303 {
        assert_eq!(page.location().origin(), harness.site.origin());
        page = browser.open(page.location().as_str()).await;
    }
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("You may still be signed in at the provider"),
        "{}",
        page.body
    );
    assert_eq!((browser.session(), harness.rows().await), (None, 0));
}

#[tokio::test]
async fn si_9_signing_out_ends_everything_here_and_there() {
    let (harness, mut browser) = signed_in().await;
    let cookie = browser
        .cookies
        .iter()
        .find(|cookie| cookie.name == "portico-demo-provider")
        .unwrap()
        .value
        .clone();
    assert_eq!(harness.provider.person_of(&cookie), Some("alice"));
    let refresh_token = harness.provider.newest(Kind::RefreshToken).unwrap();

    let to = browser.submit("/auth/logout", &[]).await.location();
    let back = browser.open(to.as_str()).await;
    assert_eq!(harness.provider.person_of(&cookie), None, "the provider forgot");
    assert!(
        back.location()
            .as_str()
            .starts_with(harness.site.join("auth/signed-out").unwrap().as_str())
    );
    let page = browser.open(back.location().as_str()).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("signed out") && !page.body.contains("still be signed in"),
        "{}",
        page.body
    );
    harness
        .until("it is revoked", |provider| !provider.refresh_is_alive(&refresh_token))
        .await;
    assert_eq!(browser.open("/").await.body, "stranger");
}

#[tokio::test]
async fn si_9_somebody_who_is_not_signed_in_can_sign_out() {
    let harness = Harness::new().await;
    let page = harness.browser().submit("/auth/logout", &[]).await;
    assert!([200, 303].contains(&page.status), "{}", page.status);
    assert_eq!(harness.provider.requests(Endpoint::Revoke), 0);
}

#[tokio::test]
async fn si_9_a_provider_that_is_down_stops_no_sign_out() {
    let (harness, mut browser) = signed_in().await;
    harness.provider.change(|faults| {
        for endpoint in [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Revoke, Endpoint::Token] {
            faults.responses.insert(endpoint, FaultResponse::Json(503, json!({})));
        }
    });
    assert!([200, 303].contains(&browser.submit("/auth/logout", &[]).await.status));
    assert_eq!((browser.session(), harness.rows().await), (None, 0));
}

#[tokio::test]
async fn lo_5_an_old_page_does_not_speak_for_a_new_session() {
    let (harness, mut browser) = signed_in().await;
    let page = browser.open("/auth/signed-out").await;
    assert!(page.body.contains("You are signed in"), "{}", page.body);
    assert_eq!(
        (browser.open("/").await.body.as_str(), harness.rows().await),
        ("hello alice", 1)
    );
    browser.submit("/auth/logout", &[]).await;
    let page = browser.open("/auth/signed-out").await;
    assert!(page.body.contains("You are signed out"), "{}", page.body);
}
