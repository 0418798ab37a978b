//! Checklist 4.8, FC: a page of the provider states that somebody signed out (SI-10 of the features).

use bff::ProviderConfig;
use url::form_urlencoded::Serializer;

use crate::back_channel::{greeting, newest_sid, signed_in};
use crate::support::{Browser, Harness, Page, Setup};

fn address(fields: &[(&str, &str)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("/auth/frontchannel-logout/demo?{query}")
}

/// Loads the address in a frame of the provider's page: from another site, so without cookies.
async fn frame(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let mut cookies = std::mem::take(&mut browser.cookies);
    let send = browser.get(&address(fields)).header("sec-fetch-dest", "iframe");
    let page = browser
        .send(send.header("sec-fetch-site", "cross-site").header("origin", ""))
        .await;
    cookies.append(&mut browser.cookies);
    browser.cookies = cookies;
    page
}

#[tokio::test]
async fn fc_1_a_frame_without_cookie_ends_the_session_it_names() {
    let (harness, mut desk) = signed_in().await;
    let sid = newest_sid(&harness);
    let mut phone = harness.browser();
    phone.sign_in("alice").await;
    let page = frame(&mut desk, &[("iss", &harness.issuer), ("sid", &sid)]).await;
    assert_eq!(page.status, 200);
    assert!(page.header("cache-control").contains("no-store"));
    assert_eq!(page.headers.get("set-cookie"), None, "no cookie came, none goes");
    assert_eq!(
        (greeting(&mut desk).await, greeting(&mut phone).await),
        ("stranger".into(), "hello alice".into())
    );
}

#[tokio::test]
async fn fc_2_a_sid_alone_counts_for_providers_that_are_marked_so() {
    let (harness, mut browser) = signed_in().await;
    let sid = newest_sid(&harness);
    for fields in [
        &[("sid", sid.as_str())][..],
        &[("iss", "https://other.example"), ("sid", &sid)],
        &[("iss", &harness.issuer)],
        &[("iss", &harness.issuer), ("sid", "")],
        &[("iss", &harness.issuer), ("sid", &sid), ("sid", &sid)],
        &[],
    ] {
        assert_eq!(frame(&mut browser, fields).await.status, 400, "{fields:?}");
    }
    assert_eq!(greeting(&mut browser).await, "hello alice");

    let provider: fn(&mut ProviderConfig) = |provider| provider.front_channel_without_issuer = true;
    let harness = Harness::build(Setup {
        provider,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    assert_eq!(frame(&mut browser, &[("sid", &newest_sid(&harness))]).await.status, 200);
    assert_eq!(greeting(&mut browser).await, "stranger");
}

#[tokio::test]
async fn fc_2_an_unknown_sid_clears_nothing_and_the_own_one_its_cookie() {
    let (harness, mut browser) = signed_in().await;
    let sid = newest_sid(&harness);
    let unknown = browser
        .open(&address(&[("iss", &harness.issuer), ("sid", "unknown")]))
        .await;
    assert_eq!((unknown.status, unknown.headers.get("set-cookie")), (200, None));
    assert_eq!(greeting(&mut browser).await, "hello alice");
    let own = browser.open(&address(&[("iss", &harness.issuer), ("sid", &sid)])).await;
    assert!(own.header("set-cookie").contains("Max-Age=0"), "{:?}", own.headers);
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn fc_3_only_the_provider_may_frame_it_and_no_token_is_revoked() {
    let (harness, mut browser) = signed_in().await;
    let page = frame(
        &mut browser,
        &[("iss", &harness.issuer), ("sid", &newest_sid(&harness))],
    )
    .await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.ends_with(&format!("frame-ancestors {}", harness.issuer)),
        "{policy}"
    );
    assert_eq!(page.headers.get("x-frame-options"), None);
    for _ in 0..20 {
        browser.open("/").await;
    }
    assert!(harness.provider.revoked().is_empty());
}
