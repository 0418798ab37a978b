//! TO-6 of the features: a valid bearer token, else the session; a bad token is never made good by a cookie.

use axum::Router;
use axum::routing::get;
use bff::Combined;
use demo::{Kind, Patch, Signing};
use serde_json::json;
use url::Url;

use crate::support::{Browser, Harness};

async fn who(who: Combined) -> String {
    let how = match &who {
        Combined::Token(_) => "token",
        Combined::Session(_) => "session",
    };
    format!("{how} {}", who.subject())
}

/// The harness with an API beside it, on the same host: the browser's cookies are sent there, too.
async fn built() -> (Harness, Browser, Url) {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let gate = harness
        .bff
        .bearer("https://api.portico.example")
        .or_session(&["messages:read"]);
    let router = Router::new().route("/api/who", get(who).post(who)).layer(gate);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}/api/who", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (harness, browser, api)
}

async fn fetch(browser: &mut Browser, api: &Url, authorization: &str) -> (u16, String) {
    let send = browser.get(api.as_str()).header("authorization", authorization);
    let page = browser.send(send).await;
    (page.status, page.body)
}

#[tokio::test]
async fn to_6_a_session_opens_it_and_so_does_a_token() {
    let (harness, mut browser, api) = built().await;
    assert_eq!(fetch(&mut browser, &api, "").await, (200, "session alice".into()));
    assert_eq!(
        fetch(&mut browser, &api, "Basic YTpi").await,
        (200, "session alice".into())
    );
    harness.browser().sign_in("bob").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let by_token = fetch(&mut browser, &api, &format!("Bearer {token}")).await;
    assert_eq!(by_token, (200, "token bob".into()), "the token goes first");
    let (status, body) = fetch(&mut harness.browser(), &api, "").await;
    assert_eq!(status, 401, "{body}");
}

#[tokio::test]
async fn to_6_a_bad_token_is_not_made_good_by_a_session() {
    let (harness, mut browser, api) = built().await;
    for bad in [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "bearer a.b.c",
        "DPoP",
        "DPoP x",
        "dpop x",
    ] {
        let (status, body) = fetch(&mut browser, &api, bad).await;
        assert_eq!(status, 401, "{bad}: {body}");
    }
    let now = harness.provider.now();
    let claims = json!({
        "iss": harness.issuer, "sub": "alice", "aud": "https://api.portico.example", "scope": "openid",
        "iat": now, "exp": now + 300,
    });
    let header = Patch::from_iter([("typ".to_owned(), json!("at+jwt"))]);
    let token = harness
        .provider
        .mint(&header, claims.as_object().unwrap(), Signing::Proper);
    assert_eq!(fetch(&mut browser, &api, &format!("Bearer {token}")).await.0, 403);
}

#[tokio::test]
async fn to_6_a_change_by_session_has_to_be_from_our_own_pages() {
    let (_harness, mut browser, api) = built().await;
    let own = browser.form(api.as_str(), &[]);
    assert_eq!(browser.send(own).await.body, "session alice");
    let foreign = Browser::from(
        browser.form(api.as_str(), &[]),
        "https://elsewhere.example",
        "cross-site",
    );
    assert_eq!(browser.send(foreign).await.status, 403);
}
