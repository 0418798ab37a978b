//! Checklist 4.9: what is from other sites, and what a browser may store.

use reqwest::Method;

use crate::support::{Browser, Harness, Setup};

async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

#[tokio::test]
async fn cs_1_an_unsafe_request_that_does_not_state_where_it_is_from_is_refused() {
    let (harness, mut browser) = signed_in().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let silent = browser.request(method.clone(), "/write", &[]);
        assert_eq!(browser.send(silent).await.status, 403, "{method}");
    }
    let silent = browser.form("/auth/logout", &[]).silent();
    assert_eq!(browser.send(silent).await.status, 403);
    assert_eq!(
        (harness.written(), browser.open("/").await.body.as_str()),
        (0, "hello alice")
    );
}

#[tokio::test]
async fn cs_1_forms_of_the_site_itself_need_no_script() {
    let (harness, mut browser) = signed_in().await;
    assert_eq!(browser.submit("/write", &[]).await.status, 200);
    // An older browser states only `Origin`.
    let origin = harness.site.origin().ascii_serialization();
    let older = browser.form("/write", &[]).silent().header("origin", &origin);
    assert_eq!(browser.send(older).await.status, 200);
    assert_eq!(harness.written(), 2);
}

#[tokio::test]
async fn cs_2_requests_from_other_origins_are_refused() {
    let (harness, mut browser) = signed_in().await;
    let origin = harness.site.origin().ascii_serialization();
    let other_port = format!("http://127.0.0.1:{}", harness.site.port().unwrap() ^ 1);
    let longer = format!("{origin}.evil.example");
    for (from, site) in [
        ("https://evil.example", "cross-site"),
        ("null", "cross-site"),
        (other_port.as_str(), "same-site"),
        (origin.as_str(), "cross-site"),
        (origin.as_str(), "same-site"),
        ("https://evil.example", "same-origin"),
        ("null", ""),
        ("https://evil.example", ""),
        (other_port.as_str(), ""),
        (longer.as_str(), ""),
    ] {
        let send = Browser::from(browser.form("/write", &[]), from, site);
        assert_eq!(browser.send(send).await.status, 403, "{from} {site}");
    }
    assert_eq!(harness.written(), 0);
}

#[tokio::test]
async fn cs_2_a_body_that_pretends_to_be_text_is_refused() {
    let (harness, mut browser) = signed_in().await;
    for kind in ["text/plain", "Text/Plain; charset=utf-8"] {
        let send = browser
            .form("/write", &[("{\"a\":\"", "\"}")])
            .header("content-type", kind);
        assert_eq!(browser.send(send).await.status, 415, "{kind}");
    }
    assert_eq!(harness.written(), 0);
}

#[tokio::test]
async fn cs_2_a_token_beside_the_session_cookie_opens_nothing_to_other_sites() {
    let (harness, mut browser) = signed_in().await;
    for authorization in ["Bearer x", "bearer x", "DPoP x", "Basic YTpi"] {
        for path in ["/write", "/auth/logout"] {
            let silent = browser.form(path, &[]).silent().header("authorization", authorization);
            assert_eq!(browser.send(silent).await.status, 403, "{authorization} {path}");
            let foreign = Browser::from(browser.form(path, &[]), "https://evil.example", "cross-site");
            let foreign = foreign.header("authorization", authorization);
            assert_eq!(browser.send(foreign).await.status, 403, "{authorization} {path}");
        }
    }
    assert_eq!(
        (harness.written(), browser.open("/").await.body.as_str()),
        (0, "hello alice")
    );
    let own = browser.form("/write", &[]).header("authorization", "Bearer x");
    assert_eq!(browser.send(own).await.status, 200, "a page of the site may");
    let mut program = harness.browser();
    let silent = program.form("/write", &[]).silent().header("authorization", "Bearer x");
    assert_eq!(program.send(silent).await.status, 200, "a program without a cookie may");
}

#[tokio::test]
async fn cs_2_strangers_are_protected_as_well() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    assert_eq!(browser.post_cross_site("/write", &[]).await.status, 403);
    assert_eq!(harness.written(), 0);
}

#[tokio::test]
async fn cs_2_the_callback_takes_posts_of_the_provider_only_with_a_state() {
    // A form that is posted across sites must reach the callback; without the pending sign-in it achieves nothing.
    let setup = Setup {
        https: true,
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let page = browser
        .post_cross_site("/auth/callback/demo", &[("code", "x"), ("state", "y")])
        .await;
    assert_eq!((page.status, browser.session()), (400, None));
}

#[tokio::test]
async fn cs_3_no_other_origin_is_ever_allowed() {
    let (_harness, mut browser) = signed_in().await;
    for target in ["/", "/me", "/auth/session", "/auth/login", "/api/read", "/nowhere"] {
        let send = Browser::from(browser.get(target), "https://evil.example", "cross-site");
        let page = browser.send(send).await;
        let preflight = browser.request(
            Method::OPTIONS,
            target,
            &[
                ("origin", "https://evil.example"),
                ("access-control-request-method", "POST"),
            ],
        );
        let preflight = browser.send(preflight).await;
        for response in [page, preflight] {
            assert!(
                response
                    .headers
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control-")),
                "{target}: {response:?}"
            );
        }
    }
}

#[tokio::test]
async fn hd_3_what_is_about_a_person_is_not_stored() {
    let (_harness, mut browser) = signed_in().await;
    for target in ["/", "/me", "/token", "/auth/session", "/auth/login"] {
        let page = browser.open(target).await;
        assert!(
            page.header("cache-control").contains("no-store"),
            "{target}: {:?}",
            page.headers
        );
    }
    let page = browser.submit("/auth/logout", &[]).await;
    assert!(page.header("cache-control").contains("no-store"));
    let cleared = page.header("clear-site-data");
    assert!(
        cleared.contains("\"cache\"") && cleared.contains("\"storage\""),
        "{cleared}"
    );
    assert_eq!(browser.open("/me").await.status, 401, "the back button shows nothing");
}

#[tokio::test]
async fn hd_4_no_address_of_the_site_carries_a_secret() {
    let (harness, mut browser) = signed_in().await;
    let session = browser.session().unwrap();
    for target in ["/", "/me", "/auth/session"] {
        browser.open(target).await;
    }
    let to = browser.submit("/auth/logout", &[]).await.location();
    let back = browser.open(to.as_str()).await.location();
    browser.open(back.as_str()).await;
    let addresses = browser.addresses.join("\n");
    assert!(addresses.contains("/auth/signed-out"), "{addresses}");
    for issued in harness.provider.issued() {
        assert!(!addresses.contains(&issued.value), "{:?} in {addresses}", issued.kind);
    }
    assert!(!addresses.contains(&session));
}

#[tokio::test]
async fn fc_3_no_other_page_of_ours_stands_in_a_frame() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    for path in [
        "/auth/login",
        "/auth/login?provider=nobody",
        "/auth/signed-out",
        "/auth/session",
        "/auth/callback/demo?state=x",
    ] {
        let page = browser.open(path).await;
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    }
    let framed = browser.open("/auth/frontchannel-logout/demo?sid=x").await;
    assert!(framed.headers.get("x-frame-options").is_none(), "{:?}", framed.headers);
}
