//! SI-15 and LG-10 at a certified provider: a page requests a stronger or a newer sign-in, the provider is requested, and what
//! it then states is looked at (OpenID Connect Core 1.0 §3.1.2.1).

use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::journey::{pass, sign_in};
use crate::provider::{Certified, Person, Setup, open};
use crate::site::{STRONG, Site};

async fn signed_in(provider: Value) -> (Certified, Site, Browser, Value) {
    let (provider, site) = open(Setup {
        provider,
        ..Setup::default()
    })
    .await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Person("alice")).await;
    (provider, site, browser, me)
}

/// What the provider was requested last.
async fn requested(provider: &Certified) -> Value {
    provider.requests("/auth").await.pop().unwrap()["asked"].clone()
}

fn shown(page: &Page) -> Value {
    assert_eq!(page.status, 200, "{page:?}");
    serde_json::from_str(&page.body).unwrap()
}

#[tokio::test]
async fn si_15_a_stronger_class_is_requested_of_a_certified_provider_and_returned() {
    let (provider, site, mut browser, me) = signed_in(json!({})).await;
    assert_eq!(me["acr"], Value::Null, "it is not told unasked");
    let page = browser.open(&site.at("/strong")).await;
    assert!(
        page.url.as_str().starts_with(&provider.issuer) && page.form().asks_for("login"),
        "{page:?}"
    );
    let page = pass(&site, &mut browser, page, &Person("alice")).await;
    assert_eq!(page.url.path(), "/strong");
    assert_eq!(shown(&page)["acr"], STRONG, "{page:?}");
    assert_eq!(requested(&provider).await["acr_values"], STRONG);
    let before = provider.requests("/auth").await.len();
    shown(&browser.open(&site.at("/strong")).await);
    assert_eq!(provider.requests("/auth").await.len(), before, "once is enough");
}

#[tokio::test]
async fn lg_10_a_certified_provider_that_returns_a_weaker_class_opens_nothing() {
    let (provider, site, mut browser, _) = signed_in(json!({ "class_ignored": true })).await;
    let page = browser.open(&site.at("/strong")).await;
    let page = pass(&site, &mut browser, page, &Person("alice")).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.body.contains("Not confirmed"), "{page:?}");
    assert_eq!(requested(&provider).await["acr_values"], STRONG);
    let me = shown(&browser.open(&site.at("/me")).await);
    assert_eq!((&me["subject"], &me["acr"]), (&json!("alice"), &Value::Null));
}

#[tokio::test]
async fn lg_10_a_certified_provider_states_when_it_was_and_an_old_sign_in_is_repeated_there() {
    let (provider, site, mut browser, me) = signed_in(json!({})).await;
    assert_eq!(me["auth_time"], Value::Null, "it is not told unasked");
    let page = browser.open(&site.at("/recent")).await;
    let page = pass(&site, &mut browser, page, &Person("alice")).await;
    let first = shown(&page)["auth_time"].as_i64();
    let page = browser.open(&site.at("/recent")).await;
    assert_eq!(page.url.path(), "/recent", "just now is recent: {page:?}");
    provider.later(&site).await;
    provider.later(&site).await;
    let page = browser.open(&site.at("/recent")).await;
    assert!(page.form().asks_for("login"), "{page:?}");
    let requested = requested(&provider).await;
    assert_eq!(
        (&requested["max_age"], &requested["prompt"]),
        (&json!("300"), &json!("login")),
        "{requested}"
    );
    assert_eq!(
        browser.open(&site.at("/me")).await.status,
        200,
        "nothing is lost on the way"
    );
    let page = browser.open(page.url.as_str()).await;
    let page = pass(&site, &mut browser, page, &Person("alice")).await;
    assert_eq!(page.url.path(), "/recent", "{page:?}");
    let second = shown(&page)["auth_time"].as_i64();
    assert!(
        first.zip(second).is_some_and(|(a, b)| b >= a + 600),
        "{first:?} {second:?}"
    );
}

#[tokio::test]
async fn si_15_whoever_does_not_confirm_stays_signed_in_and_outside() {
    let (provider, site, mut browser, _) = signed_in(json!({})).await;
    let page = browser.open(&site.at("/strong")).await;
    let abort = page.url.join(&format!("{}/abort", page.url.path())).unwrap();
    let page = browser.open(abort.as_str()).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert_eq!(shown(&browser.open(&site.at("/me")).await)["subject"], "alice");
    let page = browser.open(&site.at("/strong")).await;
    assert!(page.url.as_str().starts_with(&provider.issuer), "{page:?}");
}
