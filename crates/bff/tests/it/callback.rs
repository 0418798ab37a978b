//! Checklist 4.2: what the callback refuses; what it leaves behind is in [`crate::after_callback`].

use demo::Endpoint;
use url::Url;

use crate::support::{Browser, Harness, Page, Setup, parameter, patch, without};

/// Opens `callback` and expects a refusal without any token request or session.
async fn refuses(harness: &Harness, browser: &mut Browser, callback: &Url, why: &str) -> Page {
    let (requested, session) = (harness.provider.requests(Endpoint::Token), browser.session());
    let rows = harness.rows().await;
    let page = browser.open(callback.as_str()).await;
    assert_eq!(page.status, 400, "{why}: {}", page.body);
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        requested,
        "{why}: a token was asked for"
    );
    assert_eq!(browser.session(), session, "{why}: the session changed");
    assert_eq!(harness.rows().await, rows, "{why}: rows changed");
    page
}

fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = url.clone();
    let pairs: Vec<_> = url.query_pairs().filter(|(known, _)| known != name).collect();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    if let Some(value) = value {
        changed.query_pairs_mut().append_pair(name, value);
    }
    changed
}

#[tokio::test]
async fn cb_1_a_state_that_is_missing_wrong_or_used_is_refused() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    refuses(
        &harness,
        &mut browser,
        &with_parameter(&callback, "state", None),
        "missing",
    )
    .await;
    refuses(
        &harness,
        &mut browser,
        &with_parameter(&callback, "state", Some("")),
        "empty",
    )
    .await;
    refuses(
        &harness,
        &mut browser,
        &with_parameter(&callback, "state", Some("guess")),
        "wrong",
    )
    .await;
    assert_eq!(
        browser.open(callback.as_str()).await.status,
        303,
        "the right one still works"
    );
    let used = parameter(&callback, "state").unwrap();
    let authorize = browser.start("/auth/login").await;
    let fresh = browser.authorize(&authorize, "alice").await;
    let stale = with_parameter(&fresh, "state", Some(&used));
    let requested = harness.provider.requests(Endpoint::Token);
    let page = browser.open(stale.as_str()).await;
    assert_eq!(
        (
            page.status,
            page.location().path(),
            harness.provider.requests(Endpoint::Token)
        ),
        (303, "/", requested),
        "used, by somebody who is signed in: nothing is asked for"
    );
    browser.submit("/auth/logout", &[]).await;
    refuses(&harness, &mut browser, &stale, "used").await;
}

#[tokio::test]
async fn cb_1_a_foreign_state_is_refused() {
    let harness = Harness::new().await;
    let (mut attacker, mut victim) = (harness.browser(), harness.browser());
    let authorize = attacker.start("/auth/login").await;
    let callback = attacker.authorize(&authorize, "bob").await;
    refuses(&harness, &mut victim, &callback, "a browser that started nothing").await;
    victim.start("/auth/login").await;
    refuses(&harness, &mut victim, &callback, "a browser that started its own").await;
    // Whoever is signed in stays who they are.
    victim.sign_in("alice").await;
    refuses(&harness, &mut victim, &callback, "a browser that is signed in").await;
    assert_eq!(victim.open("/").await.body, "hello alice");
}

#[tokio::test]
async fn cb_2_another_issuer_is_refused_before_any_token_request() {
    let harness = Harness::new().await;
    for wrong in [
        "https://evil.example",
        "",
        &format!("{}/", harness.issuer),
        &harness.issuer.to_uppercase(),
    ] {
        harness.provider.change(|faults| faults.callback = patch("iss", wrong));
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        refuses(&harness, &mut browser, &callback, wrong).await;
    }
}

#[tokio::test]
async fn cb_3_a_missing_issuer_is_refused_when_the_provider_promises_one() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| faults.callback = without("iss"));
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    refuses(&harness, &mut browser, &callback, "missing").await;
}

#[tokio::test]
async fn cb_3_a_provider_that_promises_no_issuer_need_not_send_one() {
    let setup = Setup {
        demo: |demo| {
            demo.faults.metadata = without("authorization_response_iss_parameter_supported");
            demo.faults.callback = without("iss");
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
}

#[tokio::test]
async fn cb_4_errors_are_shown_only_from_the_provider_that_was_queried() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.error = Some(("server_error".into(), "call-0900-evil".into())));
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    for (name, value) in [
        ("state", Some("guess")),
        ("state", None),
        ("iss", Some("https://evil.example")),
        ("iss", None),
    ] {
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        let page = refuses(&harness, &mut browser, &with_parameter(&callback, name, value), name).await;
        assert!(!page.body.contains("call-0900-evil"), "{name}: {}", page.body);
    }
    let page = browser.open(callback.as_str()).await;
    assert!(
        page.status >= 400 && page.body.contains("call-0900-evil"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn cb_5_a_response_at_another_providers_callback_is_refused() {
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?provider=demo").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let mixed: Url = callback
        .as_str()
        .replace("/callback/demo", "/callback/other")
        .parse()
        .unwrap();
    refuses(&harness, &mut browser, &mixed, "mixed up").await;
    assert_eq!(harness.other.as_ref().unwrap().requests(Endpoint::Token), 0);
    let unknown: Url = callback
        .as_str()
        .replace("/callback/demo", "/callback/nobody")
        .parse()
        .unwrap();
    assert_eq!(browser.open(unknown.as_str()).await.status, 404);
}

#[tokio::test]
async fn cb_6_a_denial_is_a_readable_page_and_ends_the_sign_in() {
    let harness = Harness::new().await;
    let text = "<script>alert(1)</script> & \"quoted\"";
    harness
        .provider
        .change(|faults| faults.error = Some(("access_denied".into(), text.into())));
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let page = browser.open(callback.as_str()).await;
    assert!((400..500).contains(&page.status), "{}", page.status);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert_eq!((browser.session(), browser.pending().len()), (None, 0));
    refuses(&harness, &mut browser, &callback, "again").await;
}

#[tokio::test]
async fn cb_7_parameters_that_occur_twice_are_refused() {
    let harness = Harness::new().await;
    for name in ["code", "state", "iss"] {
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let mut callback = browser.authorize(&authorize, "alice").await;
        let value = parameter(&callback, name).unwrap();
        callback.query_pairs_mut().append_pair(name, &value);
        refuses(&harness, &mut browser, &callback, name).await;
    }
}

#[tokio::test]
async fn cb_8_an_error_together_with_a_code_is_refused() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    refuses(
        &harness,
        &mut browser,
        &with_parameter(&callback, "error", Some("access_denied")),
        "both",
    )
    .await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    refuses(
        &harness,
        &mut browser,
        &with_parameter(&callback, "code", None),
        "neither",
    )
    .await;
}

#[tokio::test]
async fn cb_1_a_stored_cookie_gives_no_second_response_after_one_that_did_not_fit() {
    let harness = Harness::new().await;
    for (name, value) in [
        ("error", "access_denied"),
        ("iss", "https://evil.example"),
        ("code", ""),
    ] {
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        let stored = browser.cookies.clone();
        let first = with_parameter(&callback, name, Some(value));
        assert!(
            (400..500).contains(&browser.open(first.as_str()).await.status),
            "{name}"
        );
        browser.cookies = stored;
        refuses(&harness, &mut browser, &callback, name).await;
    }
}

#[tokio::test]
async fn cb_1_a_head_request_consumes_no_response() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let head = browser.request(reqwest::Method::HEAD, callback.as_str(), &[]);
    assert_eq!(browser.send(head).await.status, 200);
    assert_eq!(
        (harness.provider.requests(Endpoint::Token), harness.rows().await),
        (0, 0)
    );
    assert_eq!(browser.open(callback.as_str()).await.status, 303, "it is still good");
}
