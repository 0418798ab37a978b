//! Checklist 4.3: cookies.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::{Browser, Harness, Log, Setup, patch};

const SESSION: &str = "__Host-portico";

async fn https() -> Harness {
    Harness::build(Setup {
        https: true,
        ..Setup::default()
    })
    .await
}

/// The newest `Set-Cookie` of a name, attributes in lower case.
fn set_cookie(browser: &Browser, name: &str) -> (String, Vec<String>) {
    let line = browser
        .set_cookies
        .iter()
        .rev()
        .find(|line| line.starts_with(&format!("{name}=")))
        .unwrap();
    let mut parts = line.split(';').map(str::trim);
    let value = parts.next().unwrap().split_once('=').unwrap().1.to_owned();
    (value, parts.map(str::to_ascii_lowercase).collect())
}

fn is_hardened(attributes: &[String]) {
    let has = |name: &str| attributes.iter().any(|attribute| attribute == name);
    assert!(
        has("secure") && has("httponly") && has("path=/") && has("samesite=lax"),
        "{attributes:?}"
    );
    assert!(
        !attributes.iter().any(|attribute| attribute.starts_with("domain")),
        "{attributes:?}"
    );
}

#[tokio::test]
async fn ck_1_the_session_cookie_is_secure_http_only_and_lax() {
    let harness = https().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    is_hardened(&set_cookie(&browser, SESSION).1);
}

#[tokio::test]
async fn ck_1_every_cookie_of_the_site_is_http_only_and_secure() {
    let harness = https().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    browser.submit("/auth/logout", &[]).await;
    assert!(browser.set_cookies.len() >= 3);
    for line in &browser.set_cookies {
        let line = line.to_ascii_lowercase();
        assert!(
            line.contains("; httponly") && line.contains("; secure") && line.contains("samesite="),
            "{line}"
        );
        assert!(!line.contains("domain="), "{line}");
    }
}

#[tokio::test]
async fn ck_2_names_carry_the_host_prefix() {
    let harness = https().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    for line in &browser.set_cookies {
        assert!(line.starts_with("__Host-"), "{line}");
    }
}

#[tokio::test]
async fn ck_2_plain_http_on_loopback_has_no_prefix() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let line = browser
        .set_cookies
        .iter()
        .find(|line| line.starts_with("portico="))
        .unwrap();
    assert!(line.contains("HttpOnly") && !line.contains("Secure"), "{line}");
}

#[tokio::test]
async fn ck_3_cookies_are_removed_with_the_attributes_they_were_set_with() {
    let harness = https().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    // The browser of these tests ignores a removal that lacks what the prefix demands.
    assert!(browser.pending().is_empty(), "{:?}", browser.pending());
    assert!(browser.session().is_some());
    browser.submit("/auth/logout", &[]).await;
    assert_eq!(browser.session(), None);
    let (value, attributes) = set_cookie(&browser, SESSION);
    assert_eq!(value, "");
    is_hardened(&attributes);
    assert!(
        attributes.iter().any(|attribute| attribute == "max-age=0"),
        "{attributes:?}"
    );
}

#[tokio::test]
async fn ck_4_no_cookie_is_larger_than_4096_bytes() {
    let harness = https().await;
    harness
        .provider
        .change(|faults| faults.id_token = patch("groups", (0..400).map(|n| format!("group-{n}")).collect::<Vec<_>>()));
    let mut browser = harness.browser();
    let page = browser
        .sign_in_by(&format!("/auth/login?return_to=/{}", "a".repeat(1900)), "alice")
        .await;
    assert_eq!(page.status, 303, "{}", page.body);
    for line in &browser.set_cookies {
        let pair = line.split(';').next().unwrap();
        assert!(pair.len() <= 4096, "{} bytes: {line}", pair.len());
    }
    assert_eq!(browser.open("/me").await.status, 200);
}

#[tokio::test]
async fn ck_5_the_session_id_is_nowhere_but_in_the_cookie() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let session = browser.session().unwrap();
    for path in [
        "/",
        "/me",
        "/token",
        "/auth/session",
        "/auth/callback/demo?code=x&state=y",
        "/nowhere",
    ] {
        browser.open(path).await;
    }
    browser.submit("/auth/logout", &[]).await;
    assert!(!browser.received.contains(&session));
    assert!(!browser.addresses.iter().any(|address| address.contains(&session)));
    assert!(!log.own().contains(&session) && !log.operator().contains(&session));
    assert!(!log.own().is_empty(), "the log was not captured");
}

#[tokio::test]
async fn ck_6_session_ids_have_128_random_bits() {
    let harness = Harness::new().await;
    let mut seen = HashSet::new();
    for _ in 0..24 {
        harness.advance(Duration::from_secs(1));
        let mut browser = harness.browser();
        browser.sign_in("alice").await;
        let id = browser.session().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&id).unwrap();
        assert!(bytes.len() >= 16, "{id}");
        // Sixteen random bytes have fewer than ten different values once in a million times.
        assert!(bytes.iter().collect::<HashSet<_>>().len() >= 10, "{bytes:?}");
        assert!(seen.insert(id), "an id came twice");
    }
}

#[tokio::test]
async fn ck_7_the_cookie_holds_no_token() {
    let harness = Harness::new().await;
    let mut lengths = HashSet::new();
    for size in [10, 20_000] {
        harness
            .provider
            .change(|faults| faults.id_token = patch("note", "x".repeat(size)));
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, 303);
        lengths.insert(browser.session().unwrap().len());
    }
    assert_eq!(lengths.len(), 1, "the cookie grows with the token");
    assert!(lengths.into_iter().all(|length| length < 64));
}

#[tokio::test]
async fn ck_8_a_sibling_site_is_refused_although_its_requests_carry_the_cookie() {
    let harness = https().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    for target in ["/write", "/auth/logout"] {
        let send = Browser::from(
            browser.form(target, &[]),
            "https://sibling.portico.example",
            "same-site",
        );
        assert_eq!(browser.send(send).await.status, 403, "{target}");
    }
    assert_eq!(
        (harness.written(), browser.open("/").await.body.as_str()),
        (0, "hello alice")
    );
    // The provider's page is on the same host here: its forms are same-site, and refused too.
    let send = Browser::from(browser.form("/write", &[]), &harness.issuer, "same-site");
    assert_eq!(browser.send(send).await.status, 403);
}

#[tokio::test]
async fn ck_1_the_cookie_of_a_form_post_sign_in_travels_across_sites() {
    let setup = Setup {
        https: true,
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    browser.start("/auth/login").await;
    let line = browser.set_cookies.last().unwrap().to_ascii_lowercase();
    assert!(line.contains("samesite=none") && line.contains("; secure"), "{line}");
    let _: Value = serde_json::from_str(&browser.open("/auth/session").await.body).unwrap();
}
