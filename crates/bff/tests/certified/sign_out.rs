//! Signing out: here with the provider, and at the provider without us.

use std::time::Duration;

use crate::browser::Browser;
use crate::journey::{Pages as _, sign_in, sign_out, until_idle};
use crate::provider::{Person, Setup, open};

#[tokio::test]
async fn signing_out_ends_session_refresh_token_and_the_provider_s_session() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    let refresh_token = provider.issued("refresh_token").await;
    assert!(provider.is_active(&refresh_token).await);
    sign_out(&site, &mut browser, &Person("alice")).await;
    let hint = provider.requests("/session/end").await[0]["query"]["id_token_hint"].clone();
    assert_eq!(hint, provider.issued("id_token").await);
    until_idle(&site).await;
    assert!(!provider.is_active(&refresh_token).await);
    assert_eq!(provider.requests("/token/revocation").await[0]["status"], 200);
    // The provider requests again who it is: its session is over as well.
    let page = browser.open(&site.at("/auth/login")).await;
    assert!(page.form().asks_for("login"), "{page:?}");
}

#[tokio::test]
async fn staying_at_the_provider_ends_the_refresh_token_all_the_same() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    let refresh_token = provider.issued("refresh_token").await;
    let home = browser.open(&site.at("/")).await;
    let requested = browser.submit(home.form()).await;
    assert_eq!(requested.url.path(), "/session/end", "the person stops here");
    assert_eq!(browser.open(&site.at("/me")).await.status, 401);
    until_idle(&site).await;
    assert!(!provider.is_active(&refresh_token).await);
}

#[tokio::test]
async fn the_provider_s_sign_out_ends_the_session_here() {
    let (provider, site) = open(Setup::default()).await;
    let (mut alice, mut bob) = (Browser::new(), Browser::new());
    sign_in(&site, &mut alice, &Person("alice")).await;
    sign_in(&site, &mut bob, &Person("bob")).await;
    let mut elsewhere = alice.stranger_to("127.0.0.1");
    let page = elsewhere.open(&format!("{}/session/end", provider.issuer)).await;
    let page = Person("alice").pass(&mut elsewhere, page).await;
    assert_eq!(page.status, 200, "{page:?}");
    let reported = provider.seen().await["told"].clone();
    assert_eq!(reported[0]["heard"], true, "{reported}");
    assert_eq!(alice.open(&site.at("/me")).await.status, 401);
    assert_eq!(
        bob.open(&site.at("/me")).await.status,
        200,
        "another person's session goes on"
    );
    site.advance(Duration::from_mins(5));
    assert_eq!(bob.open(&site.at("/use")).await.status, 200);
}
