//! Checklist 4.8, FC: a page of the provider says that somebody signed out (SI-10 of the features).

use bff::ProviderConfig;
use url::form_urlencoded::Serializer;

use crate::back_channel::{greeting, newest_sid, signed_in};
use crate::support::{Browser, House, Page, Plan};

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
    let (house, mut desk) = signed_in().await;
    let sid = newest_sid(&house);
    let mut phone = house.browser();
    phone.sign_in("alice").await;
    let page = frame(&mut desk, &[("iss", &house.issuer), ("sid", &sid)]).await;
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
    let (house, mut browser) = signed_in().await;
    let sid = newest_sid(&house);
    for fields in [
        &[("sid", sid.as_str())][..],
        &[("iss", "https://other.example"), ("sid", &sid)],
        &[("iss", &house.issuer)],
        &[("iss", &house.issuer), ("sid", "")],
        &[("iss", &house.issuer), ("sid", &sid), ("sid", &sid)],
        &[],
    ] {
        assert_eq!(frame(&mut browser, fields).await.status, 400, "{fields:?}");
    }
    assert_eq!(greeting(&mut browser).await, "hello alice");

    let provider: fn(&mut ProviderConfig) = |provider| provider.front_channel_without_issuer = true;
    let house = House::build(Plan {
        provider,
        ..Plan::default()
    })
    .await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    assert_eq!(frame(&mut browser, &[("sid", &newest_sid(&house))]).await.status, 200);
    assert_eq!(greeting(&mut browser).await, "stranger");
}

#[tokio::test]
async fn fc_2_an_unknown_sid_clears_nothing_and_the_own_one_its_cookie() {
    let (house, mut browser) = signed_in().await;
    let sid = newest_sid(&house);
    let unknown = browser
        .go(&address(&[("iss", &house.issuer), ("sid", "unknown")]))
        .await;
    assert_eq!((unknown.status, unknown.headers.get("set-cookie")), (200, None));
    assert_eq!(greeting(&mut browser).await, "hello alice");
    let own = browser.go(&address(&[("iss", &house.issuer), ("sid", &sid)])).await;
    assert!(own.header("set-cookie").contains("Max-Age=0"), "{:?}", own.headers);
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn fc_3_only_the_provider_may_frame_it_and_no_token_is_revoked() {
    let (house, mut browser) = signed_in().await;
    let page = frame(&mut browser, &[("iss", &house.issuer), ("sid", &newest_sid(&house))]).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.ends_with(&format!("frame-ancestors {}", house.issuer)),
        "{policy}"
    );
    assert_eq!(page.headers.get("x-frame-options"), None);
    for _ in 0..20 {
        browser.go("/").await;
    }
    assert!(house.provider.revoked().is_empty());
}
