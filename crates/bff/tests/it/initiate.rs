//! LG-8 of the checklist: a provider's portal may send a person here, and all that arrives of it is the way to the provider.

use demo::Endpoint;
use url::{Url, form_urlencoded};

use crate::support::{Browser, Harness, Setup, parameter};

fn query(pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/auth/initiate?{query}")
}

#[tokio::test]
async fn lg_8_another_site_can_only_send_a_person_to_a_configured_provider() {
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let target = harness.site.join("docs/7?a=b").unwrap();
    let requested = query(&[
        ("iss", &harness.issuer),
        ("login_hint", "bob"),
        ("target_link_uri", target.as_str()),
        ("lti_message_hint", "ignored"),
    ]);
    let mut browser = harness.browser();
    let send = browser.get(&requested).cross_site().header("origin", "");
    let page = browser.send(send).await;
    assert_eq!(page.status, 303, "{}", page.body);
    assert!(
        page.location()
            .as_str()
            .starts_with(&format!("{}/authorize?", harness.issuer))
    );
    assert_eq!(parameter(&page.location(), "login_hint").as_deref(), Some("bob"));
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(
        (browser.session(), harness.rows().await),
        (None, 0),
        "no session comes of it"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 0);
    let callback = browser.open(page.location().as_str()).await.location();
    let back = browser.open(callback.as_str()).await;
    assert_eq!((back.status, back.location()), (303, target));
    assert_eq!(browser.open("/").await.body, "hello bob");
}

#[tokio::test]
async fn lg_8_cb_10_begun_by_a_form_it_ends_the_session_it_replaces() {
    let harness = Harness::build(Setup {
        https: true,
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    post_response(&mut browser, &authorize, "alice").await;
    let replaced = browser.session().unwrap();

    let form = [("iss", harness.issuer.as_str())];
    let again = browser.post_cross_site("/auth/initiate", &form).await.location();
    let authorize = browser.open(again.as_str()).await.location();
    post_response(&mut browser, &authorize, "bob").await;
    assert_eq!(browser.open("/").await.body, "hello bob");
    let mut stale = harness.clone_of(&browser);
    stale.add_cookie("__Host-portico", &replaced);
    assert_eq!(stale.open("/").await.body, "stranger", "nothing of alice is left");
}

#[tokio::test]
async fn lg_8_a_form_that_is_too_long_or_states_something_twice_is_refused() {
    let harness = Harness::new().await;
    let long = "a".repeat(5000);
    for fields in [
        [("iss", harness.issuer.as_str()), ("target_link_uri", long.as_str())],
        [("iss", harness.issuer.as_str()), ("iss", harness.issuer.as_str())],
    ] {
        let page = harness.browser().post_cross_site("/auth/initiate", &fields).await;
        assert_eq!(
            (page.status, page.header("x-frame-options")),
            (400, "DENY"),
            "{}",
            page.body
        );
    }
}

/// The provider's response for `person`, as a form.
async fn post_response(browser: &mut Browser, authorize: &Url, person: &str) {
    let fields = crate::sign_in::posted_for(browser, authorize, person).await;
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let page = browser.post_cross_site("/auth/callback/demo", &fields).await;
    assert_eq!(page.status, 303, "{}", page.body);
}

#[tokio::test]
async fn lg_8_si_2_a_tenant_that_is_listed_may_send_a_person_and_no_other() {
    let (harness, _) = crate::entra::multi_tenant().await;
    let mut browser = harness.browser();
    for (tenant, status) in [(crate::entra::OURS, 303), (crate::entra::THEIRS, 400)] {
        let issuer = crate::entra::issuer_of(&harness, tenant);
        assert_eq!(
            browser.open(&query(&[("iss", &issuer)])).await.status,
            status,
            "{issuer}"
        );
    }
    assert_eq!(
        browser.open(&query(&[("iss", &harness.issuer)])).await.status,
        400,
        "a template is nobody"
    );
}

#[tokio::test]
async fn lg_8_it_may_be_sent_as_a_form() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let fields = [("iss", harness.issuer.as_str()), ("login_hint", "bob")];
    let page = browser.post_cross_site("/auth/initiate", &fields).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let page = browser.open(page.location().as_str()).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let callback = browser.open(page.location().as_str()).await.location();
    assert_eq!(browser.open(callback.as_str()).await.location(), harness.site);
    assert_eq!(browser.open("/").await.body, "hello bob");
}

#[tokio::test]
async fn lg_8_an_issuer_that_is_not_configured_to_the_letter_is_refused() {
    let harness = Harness::new().await;
    let slash = format!("{}/", harness.issuer);
    let upper = harness.issuer.to_uppercase();
    for pairs in [
        &[("iss", "https://evil.example")][..],
        &[("iss", &*slash)],
        &[("iss", &*upper)],
        &[("iss", "")],
        &[("login_hint", "bob")],
        &[("iss", &*harness.issuer), ("iss", "https://evil.example")],
        &[
            ("iss", &*harness.issuer),
            ("target_link_uri", "/a"),
            ("target_link_uri", "/b"),
        ],
    ] {
        let mut browser = harness.browser();
        let page = browser.open(&query(pairs)).await;
        assert_eq!(page.status, 400, "{pairs:?}");
        assert!(!page.body.contains("evil.example"), "{pairs:?}");
        assert!(
            page.headers.get("location").is_none() && browser.cookies.is_empty(),
            "{pairs:?}"
        );
        assert_eq!(page.header("x-frame-options"), "DENY", "{pairs:?}");
    }
}

#[tokio::test]
async fn lg_8_a_target_elsewhere_becomes_the_home_page() {
    let harness = Harness::new().await;
    let lookalike = format!("{}.evil.example/docs", harness.site.as_str().trim_end_matches('/'));
    let twisted = format!("{}/evil.example", harness.site);
    let auth = harness.site.join("auth/login").unwrap();
    for target in [
        "https://evil.example/docs",
        &lookalike,
        &twisted,
        auth.as_str(),
        "javascript:alert(1)",
        "//evil.example",
        "",
    ] {
        let mut browser = harness.browser();
        let page = browser
            .open(&query(&[("iss", &harness.issuer), ("target_link_uri", target)]))
            .await;
        let callback = browser.open(page.location().as_str()).await.location();
        assert_eq!(
            browser.open(callback.as_str()).await.location(),
            harness.site,
            "{target}"
        );
    }
}

#[tokio::test]
async fn lg_8_a_hint_that_is_too_long_is_left_out() {
    let harness = Harness::new().await;
    let long = "a".repeat(256);
    for hint in [&*long, "a\r\nb", ""] {
        let page = harness
            .browser()
            .open(&query(&[("iss", &harness.issuer), ("login_hint", hint)]))
            .await;
        assert_eq!(
            (page.status, parameter(&page.location(), "login_hint")),
            (303, None),
            "{hint:?}"
        );
    }
}

#[tokio::test]
async fn lg_8_frames_images_and_prefetching_start_nothing() {
    let harness = Harness::new().await;
    for (name, value) in [
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "empty"),
        ("sec-purpose", "prefetch"),
    ] {
        let mut browser = harness.browser();
        let send = browser
            .get(&query(&[("iss", &harness.issuer)]))
            .cross_site()
            .header(name, value);
        let page = browser.send(send).await;
        assert_eq!((page.status, browser.cookies.len()), (403, 0), "{value}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{value}");
    }
    let mut browser = harness.browser();
    let head = browser.request(reqwest::Method::HEAD, &query(&[("iss", &harness.issuer)]), &[]);
    assert_eq!((browser.send(head).await.status, browser.cookies.len()), (200, 0));
}

#[tokio::test]
async fn lg_8_a_session_that_is_there_stays_until_the_provider_has_answered() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let before = browser.session();
    let page = browser
        .open(&query(&[("iss", &harness.issuer), ("login_hint", "bob")]))
        .await;
    assert_eq!(page.status, 303);
    assert_eq!(
        (browser.session(), browser.open("/").await.body.as_str()),
        (before, "hello alice")
    );
}
