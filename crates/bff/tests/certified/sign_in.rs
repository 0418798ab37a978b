//! Signing in at a certified provider, and staying signed in.

use std::time::Duration;

use bff::ResponseMode;
use reqwest::Method;
use serde_json::json;

use crate::browser::Browser;
use crate::journey::{pass, renew, sign_in, sign_out, token};
use crate::provider::{Person, Setup, open};

/// How long access tokens live there.
const LIFE: Duration = Duration::from_mins(5);

#[tokio::test]
async fn a_person_signs_in_stays_and_signs_out() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Person("alice")).await;
    assert_eq!(me["issuer"], json!(provider.issuer));
    assert_eq!(me["subject"], "alice");
    let claims = [
        &me["claims"]["name"],
        &me["claims"]["email"],
        &me["claims"]["groups"][0],
    ];
    assert_eq!(claims, ["Alice Archer", "alice@portico.example", "Engineering"]);
    let requested = &provider.requests("/auth").await[0]["asked"];
    assert_eq!(
        (&requested["code_challenge_method"], &requested["response_type"]),
        (&json!("S256"), &json!("code"))
    );
    let back = browser
        .visited
        .iter()
        .rev()
        .find(|url| url.path().starts_with("/auth/callback"));
    assert!(
        back.unwrap()
            .query_pairs()
            .any(|(name, iss)| name == "iss" && iss == provider.issuer)
    );

    renew(&site, &mut browser, LIFE).await;
    let grants: Vec<_> = provider
        .requests("/token")
        .await
        .iter()
        .map(|r| r["grant"].clone())
        .collect();
    assert_eq!(grants, ["authorization_code", "refresh_token"]);
    sign_out(&site, &mut browser, &Person("alice")).await;
}

#[tokio::test]
async fn the_response_may_be_posted() {
    let setup = Setup {
        site: |config| config.response_mode = ResponseMode::FormPost,
        ..Setup::default()
    };
    let (provider, site) = open(setup).await;
    let mut browser = Browser::new();
    assert_eq!(sign_in(&site, &mut browser, &Person("alice")).await["subject"], "alice");
    assert_eq!(
        provider.requests("/auth").await[0]["asked"]["response_mode"],
        "form_post"
    );
    let with_code = |url: &&url::Url| url.query_pairs().any(|(name, _)| name == "code");
    assert_eq!(
        browser.visited.iter().find(with_code),
        None,
        "the code was in an address"
    );
}

/// OpenID Connect Core 1.0 §11, to the letter.
#[tokio::test]
async fn a_provider_that_requires_consent_for_offline_access_gets_a_request_for_it() {
    for consent in [false, true] {
        let setup = Setup {
            provider: json!({ "strict_offline": true }),
            site: if consent {
                |config| config.consent = true
            } else {
                |_| {}
            },
            ..Setup::default()
        };
        let (provider, site) = open(setup).await;
        let mut browser = Browser::new();
        sign_in(&site, &mut browser, &Person("alice")).await;
        let refresh = provider.seen().await["issued"].to_string().contains("refresh_token");
        assert_eq!(refresh, consent);
        if consent {
            renew(&site, &mut browser, LIFE).await;
        }
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_and_each_is_used_once() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    let mut before = provider.issued("refresh_token").await;
    for _ in 0..3 {
        renew(&site, &mut browser, LIFE).await;
        let after = provider.issued("refresh_token").await;
        assert_ne!(before, after, "the provider rotates");
        before = after;
    }
    assert!(provider.is_active(&before).await);
    assert!(provider.requests("/token").await.iter().all(|r| r["status"] == 200));
}

#[tokio::test]
async fn a_grant_that_is_over_ends_the_session() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    token(&site, &mut browser).await;
    // A second use of a rotated token is theft to the provider: it ends the whole grant.
    let mut thief = browser.clone();
    let stolen = provider.issued("refresh_token").await;
    renew(&site, &mut browser, LIFE).await;
    assert_eq!(provider.replay(&stolen).await, 400);
    site.advance(LIFE);
    for _ in 0..2 {
        assert_eq!(thief.fetch(Method::GET, &site.at("/use"), None).await.0, 401);
    }
    assert_eq!(browser.open(&site.at("/me")).await.status, 401);
}

#[tokio::test]
async fn new_keys_are_found_without_a_restart() {
    let (provider, site) = open(Setup::default()).await;
    sign_in(&site, &mut Browser::new(), &Person("alice")).await;
    provider.rotate_keys().await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("bob")).await;
    provider.rotate_keys().await;
    renew(&site, &mut browser, LIFE).await;
    assert_eq!(provider.requests("/jwks").await.len(), 3);
}

#[tokio::test]
async fn two_tabs_sign_in_side_by_side() {
    let (_provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    let login = site.at("/auth/login?return_to=/me");
    let (first, second) = (browser.open(&login).await, browser.open(&login).await);
    for tab in [second, first] {
        let page = pass(&site, &mut browser, tab, &Person("alice")).await;
        assert_eq!((page.status, page.url.path()), (200, "/me"), "{page:?}");
    }
}

#[tokio::test]
async fn somebody_who_cancels_is_shown_that_and_not_signed_in() {
    let (_provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    let page = browser.open(&site.at("/auth/login")).await;
    let abort = page.url.join(&format!("{}/abort", page.url.path())).unwrap();
    let page = browser.open(abort.as_str()).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.body.contains("access_denied"), "{page:?}");
    assert_eq!(browser.open(&site.at("/me")).await.status, 401);
}

#[tokio::test]
async fn making_an_account_is_not_requested_of_a_provider_that_does_not_offer_it() {
    let (provider, site) = open(Setup::default()).await;
    let mut browser = Browser::new();
    let page = browser.open(&site.at("/auth/signup?return_to=/me")).await;
    let page = pass(&site, &mut browser, page, &Person("alice")).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!site.bff.can_sign_up());
    assert_eq!(provider.requests("/auth").await[0]["asked"]["prompt"], json!(null));
}
