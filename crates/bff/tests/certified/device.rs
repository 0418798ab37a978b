//! DV-1 and SI-8 at a certified provider: a screen without a keyboard is signed in by a code that is entered on the
//! provider's own pages (RFC 8628).

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Page};
use crate::forms::forms;
use crate::journey::{Pages as _, renew, token};
use crate::provider::{Certified, Person, Setup, open};
use crate::site::Site;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Where the provider names no interval (RFC 8628 §3.2).
const INTERVAL: Duration = Duration::from_secs(5);

async fn scene() -> (Certified, Site, Browser, Page) {
    scene_of(Setup {
        site: |config| config.device_sign_in = true,
        ..Setup::default()
    })
    .await
}

async fn scene_of(setup: Setup) -> (Certified, Site, Browser, Page) {
    let (provider, site) = open(setup).await;
    let mut screen = Browser::new();
    let page = screen.open(&site.at("/auth/device?return_to=/me")).await;
    assert_eq!(page.status, 200, "{page:?}");
    (provider, site, screen, page)
}

fn code_of(page: &Page) -> &str {
    let after = page.body.split("<code>").nth(1);
    after.and_then(|rest| rest.split("</code>").next()).unwrap()
}

/// What the page does by itself after a while.
async fn look(site: &Site, screen: &mut Browser) -> Page {
    screen.open(&site.at("/auth/device/wait?return_to=/me")).await
}

/// The provider's page for codes on a phone, with `code` typed in: it requests whether that is the code on the screen.
async fn enter(provider: &Certified, phone: &mut Browser, code: &str) -> Page {
    let page = phone.open(&format!("{}/device", provider.issuer)).await;
    let page = phone.submit(page.form().with("user_code", code)).await;
    assert!(
        page.body.contains("Confirm Device") && page.body.contains(code),
        "{page:?}"
    );
    page
}

/// Continues to the end: confirms, states who it is, agrees.
async fn approve(phone: &mut Browser, mut page: Page, who: &'static str) {
    while !forms(&page.body, &page.url).is_empty() {
        page = Person(who).pass(phone, page).await;
    }
    assert!(page.body.contains("Sign-in Success"), "{page:?}");
}

/// How often the provider was requested whether the code was entered.
async fn requested(provider: &Certified) -> usize {
    let requests = provider.requests("/token").await;
    requests.iter().filter(|request| request["grant"] == GRANT).count()
}

#[tokio::test]
async fn si_8_a_code_entered_at_a_certified_provider_signs_the_screen_in() {
    let (provider, site, mut screen, page) = scene().await;
    assert!(
        page.body.contains(&format!("{}/device", provider.issuer)),
        "where to enter it: {page:?}"
    );
    let mut phone = Browser::new();
    let confirm = enter(&provider, &mut phone, code_of(&page)).await;
    site.advance(INTERVAL);
    assert_eq!(look(&site, &mut screen).await.url.path(), "/auth/device/wait");
    approve(&mut phone, confirm, "alice").await;
    site.advance(INTERVAL);
    let page = look(&site, &mut screen).await;
    assert_eq!((page.status, page.url.path()), (200, "/me"), "{page:?}");
    let me: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(
        (&me["subject"], &me["claims"]["name"]),
        (&"alice".into(), &"Alice Archer".into())
    );
    assert_eq!(
        phone.open(&site.at("/me")).await.status,
        401,
        "the screen alone is signed in"
    );
    renew(&site, &mut screen, Duration::from_mins(5)).await;
}

#[tokio::test]
async fn si_8_the_address_with_the_code_in_it_leads_to_the_same_question() {
    let (provider, site, mut screen, page) = scene().await;
    let code = code_of(&page).to_owned();
    let address = format!("{}/device?user_code={code}", provider.issuer);
    assert!(page.body.contains(&address), "{page:?}");
    let mut phone = Browser::new();
    // The provider's page sends itself on, by a script.
    let page = phone.open(&address).await;
    let confirm = phone.submit(page.form()).await;
    assert!(confirm.body.contains(&code), "{confirm:?}");
    approve(&mut phone, confirm, "bob").await;
    site.advance(INTERVAL);
    let page = look(&site, &mut screen).await;
    assert_eq!((page.status, page.url.path()), (200, "/me"), "{page:?}");
}

#[tokio::test]
async fn dv_1_a_certified_provider_is_queried_once_an_interval_and_never_after_a_refusal() {
    let (provider, site, mut screen, page) = scene().await;
    for _ in 0..3 {
        look(&site, &mut screen).await;
    }
    assert_eq!(requested(&provider).await, 0, "before the first interval");
    for turn in 1..=2 {
        site.advance(INTERVAL);
        for _ in 0..3 {
            assert_eq!(look(&site, &mut screen).await.status, 200);
        }
        assert_eq!(requested(&provider).await, turn);
    }
    let mut phone = Browser::new();
    let confirm = enter(&provider, &mut phone, code_of(&page)).await;
    phone.submit(confirm.form().with("abort", "yes")).await;
    site.advance(INTERVAL);
    let page = look(&site, &mut screen).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.body.contains("cancelled on the other device"), "{page:?}");
    site.advance(INTERVAL);
    assert_eq!(look(&site, &mut screen).await.status, 410);
    assert_eq!(requested(&provider).await, 3);
    assert_eq!(screen.open(&site.at("/me")).await.status, 401);
}

#[tokio::test]
async fn dp_1_a_screen_gets_tokens_that_are_bound_too() {
    let (provider, site, mut screen, page) = scene_of(Setup {
        client: json!({ "dpop_bound_access_tokens": true }),
        provider: json!({ "dpop_nonce": true }),
        site: |config| {
            config.device_sign_in = true;
            config.dpop = true;
        },
    })
    .await;
    let mut phone = Browser::new();
    let confirm = enter(&provider, &mut phone, code_of(&page)).await;
    approve(&mut phone, confirm, "alice").await;
    site.advance(INTERVAL);
    let page = look(&site, &mut screen).await;
    assert_eq!((page.status, page.url.path()), (200, "/me"), "{page:?}");
    assert_eq!(token(&site, &mut screen).await.scheme(), "DPoP");
    renew(&site, &mut screen, Duration::from_mins(5)).await;
    assert!(
        provider
            .requests("/token")
            .await
            .iter()
            .all(|request| request["dpop"] == true)
    );
}
