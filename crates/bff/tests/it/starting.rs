//! Checklist 4.1: starting a sign-in.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo::Endpoint;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::support::{Harness, Setup, parameter};

#[tokio::test]
async fn lg_1_only_the_code_flow_is_used() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    assert_eq!(parameter(&authorize, "response_type").as_deref(), Some("code"));
    let callback = browser.authorize(&authorize, "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.status, 303);
    let requested = harness.provider.bodies(Endpoint::Token);
    assert_eq!(requested.len(), 1);
    assert!(requested[0].contains("grant_type=authorization_code"), "{requested:?}");
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let code = std::fs::read_to_string(&file).unwrap();
        for forbidden in [
            "ResourceOwnerPassword",
            "exchange_password",
            "AuthenticationFlow::Implicit",
            "AuthenticationFlow::Hybrid",
        ] {
            assert!(!code.contains(forbidden), "{forbidden} in {}", file.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .collect()
}

#[tokio::test]
async fn lg_2_every_sign_in_has_its_own_s256_challenge() {
    let harness = Harness::new().await;
    let mut challenges = HashSet::new();
    for number in 0..3 {
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        assert_eq!(parameter(&authorize, "code_challenge_method").as_deref(), Some("S256"));
        let challenge = parameter(&authorize, "code_challenge").unwrap();
        let callback = browser.authorize(&authorize, "alice").await;
        browser.open(callback.as_str()).await;
        let requested = harness.provider.bodies(Endpoint::Token)[number].clone();
        let form = requested.split('\n').next().unwrap();
        let verifier = form_urlencoded::parse(form.as_bytes())
            .find(|(name, _)| name == "code_verifier")
            .unwrap()
            .1;
        assert!((43..=128).contains(&verifier.len()), "{verifier}");
        assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())), challenge);
        assert!(challenges.insert(challenge), "a challenge came twice");
    }
}

#[tokio::test]
async fn lg_3_two_tabs_have_their_own_state_and_nonce_and_both_arrive() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let first = browser.start("/auth/login?return_to=/one").await;
    let second = browser.start("/auth/login?return_to=/two").await;
    for name in ["state", "nonce"] {
        let (one, two) = (parameter(&first, name).unwrap(), parameter(&second, name).unwrap());
        assert_ne!(one, two, "{name}");
        assert!(one.len() >= 22 && two.len() >= 22, "{name} has fewer than 128 bits");
    }
    for (authorize, path) in [(&first, "/one"), (&second, "/two")] {
        let callback = browser.authorize(authorize, "alice").await;
        let page = browser.open(callback.as_str()).await;
        assert_eq!((page.status, page.location().path()), (303, path), "{}", page.body);
    }
}

#[tokio::test]
async fn lg_4_the_scopes_are_the_configured_ones_with_openid() {
    let setup = Setup {
        provider: |provider| provider.scopes = vec!["openid".into(), "email".into()],
        ..Setup::default()
    };
    let authorize = Harness::build(setup).await.browser().start("/auth/login").await;
    assert_eq!(parameter(&authorize, "scope").as_deref(), Some("openid email"));
}

#[tokio::test]
async fn lg_4_a_provider_without_openid_is_refused() {
    let mut provider = bff::ProviderConfig::new("acme", "https://login.example.com", "portal").unwrap();
    provider.scopes = vec!["email".into()];
    let config = bff::BffConfig::new(
        "https://portal.example.com/".parse().unwrap(),
        bff::KeyRing::ephemeral(),
    );
    let sessions = std::sync::Arc::new(bff::MemorySessions::new());
    let built = bff::Bff::new(
        config.with_provider(provider),
        sessions,
        std::sync::Arc::new(bff::PlainPages),
    );
    let problems = built.err().unwrap().problems;
    assert!(
        problems.iter().any(|problem| problem.key == "providers.acme.scopes"),
        "{problems:?}"
    );
}

#[tokio::test]
async fn lg_5_only_paths_of_this_site_are_returned_to() {
    let harness = Harness::new().await;
    let long = format!("/{}", "a".repeat(5000));
    let evil = [
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%2F/evil.example",
        "https:evil.example",
        "https://evil.example/",
        "\t//evil.example",
        "/\t/evil.example",
        "/\r\nset-cookie: a=b",
        "/\u{0}",
        "//user:password@evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/..//evil.example",
        "/auth/login",
        &long,
    ];
    for text in evil {
        assert_eq!(returned_to(&harness, text).await, harness.site.as_str(), "{text:?}");
    }
    for text in ["/", "/docs/7?q=a&after=3", "/docs/7#heading", "/with%20space"] {
        assert_eq!(
            returned_to(&harness, text).await,
            harness.site.join(text).unwrap().as_str(),
            "{text:?}"
        );
    }
}

async fn returned_to(harness: &Harness, return_to: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("return_to", return_to)
        .finish();
    let page = harness
        .browser()
        .sign_in_by(&format!("/auth/login?{query}"), "alice")
        .await;
    assert_eq!(page.status, 303, "{return_to:?}: {}", page.body);
    page.location().to_string()
}

#[tokio::test]
async fn lg_6_prefetching_starts_nothing() {
    let harness = Harness::new().await;
    let headers = [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-dest", "iframe"),
    ];
    for (name, value) in headers {
        let mut browser = harness.browser();
        let send = browser.get("/auth/login").header(name, value);
        let page = browser.send(send).await;
        assert!((400..500).contains(&page.status), "{name}: {value}: {}", page.status);
        assert!(browser.cookies.is_empty(), "{name}: {value}");
    }
    let mut browser = harness.browser();
    let head = browser.request(reqwest::Method::HEAD, "/auth/login", &[]);
    assert_eq!(browser.send(head).await.status, 200);
    assert!(browser.cookies.is_empty());
    // A browser that reveals nothing about itself may sign in.
    let silent = browser.get("/auth/login").silent();
    assert_eq!(browser.send(silent).await.status, 303);
}

#[tokio::test]
async fn lg_7_sign_ins_under_way_are_few_and_the_newest_stays() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let mut last = None;
    let first = browser.start("/auth/login").await;
    for _ in 0..30 {
        harness.advance(Duration::from_secs(1));
        last = Some(browser.start("/auth/login?return_to=/newest").await);
    }
    let pending = browser.pending();
    let bytes: usize = pending
        .iter()
        .map(|cookie| cookie.name.len() + cookie.value.len() + 3)
        .sum();
    assert!(pending.len() <= 10, "{} sign-ins under way", pending.len());
    assert!(bytes < 8 * 1024, "{bytes} bytes of cookies");

    let callback = browser.authorize(&first, "alice").await;
    assert_eq!(
        browser.open(callback.as_str()).await.status,
        400,
        "the oldest is dropped"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 0);
    let callback = browser.authorize(&last.unwrap(), "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.location().path(), "/newest");
}

#[tokio::test]
async fn lg_7_a_sign_in_under_way_expires() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    harness.advance(Duration::from_hours(2));
    let callback = browser.authorize(&authorize, "alice").await;
    let page = browser.open(callback.as_str()).await;
    assert_eq!(page.status, 400, "{}", page.body);
    assert_eq!(
        (harness.provider.requests(Endpoint::Token), browser.session()),
        (0, None)
    );
}

#[tokio::test]
async fn lg_7_a_thousand_unfinished_sign_ins_leave_a_browser_that_can_sign_in() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let login = format!("/auth/login?return_to=/{}", "a".repeat(900));
    let first = browser.start(&login).await;
    let mut largest = 0;
    for number in 0..1_000 {
        browser.start(&login).await;
        let sent: usize = browser.pending().iter().map(|c| c.name.len() + c.value.len() + 3).sum();
        largest = largest.max(sent);
        // All of them begin within the time that one may take.
        harness.advance(Duration::from_secs(number % 2));
    }
    assert!(browser.pending().len() <= 5, "{} are left", browser.pending().len());
    assert!(largest < 12 * 1024, "{largest} bytes of cookies");
    let callback = browser.authorize(&first, "alice").await;
    assert_eq!(
        browser.open(callback.as_str()).await.status,
        400,
        "the oldest is dropped"
    );
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(browser.open("/me").await.status, 200);
}

#[tokio::test]
async fn lg_7_tabs_that_start_all_at_once_are_cut_back_by_the_next_one() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    // Each of them leaves with the cookies of before.
    let mut jar = Vec::new();
    for _ in 0..40 {
        let mut tab = harness.browser();
        tab.start("/auth/login").await;
        jar.append(&mut tab.cookies);
    }
    browser.cookies = jar;
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert!(browser.pending().len() <= 5, "{} are left", browser.pending().len());
    let callback = browser.authorize(&authorize, "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.location().path(), "/me");
}
