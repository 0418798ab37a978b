//! Device authorization on the site's pages (SI-8). The flow itself is proven in `bff`.

use demo::Endpoint;
use http::StatusCode;
use server::Config;

use crate::support::{TestSite, Visitor};

/// What stands between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split(before)
        .nth(1)
        .unwrap_or_else(|| panic!("no {before:?} in {text}"));
    rest.split(after).next().unwrap()
}

/// Somebody enters the code on their phone and is `who` there.
async fn enter(site: &TestSite, code: &str, who: &str) {
    let address: url::Url = site.config.providers[0].provider.issuer.parse().unwrap();
    let response = site
        .visitor()
        .at_provider(
            &address.join("/device").unwrap(),
            &[("user_code", code), ("demo_person", who)],
        )
        .await;
    assert_eq!(response, StatusCode::OK);
}

async fn look(screen: &mut Visitor) -> crate::support::TestResponse {
    screen.get("/auth/device/wait?return_to=%2Fprofile").await
}

#[tokio::test]
async fn si_8_a_screen_shows_a_code_in_the_layout_and_is_signed_in_by_it() {
    let site = TestSite::start().await;
    let mut screen = site.visitor();
    let home = screen.get("/").await;
    assert!(home.body.contains("href=\"/auth/device\""), "{}", home.body);

    let page = screen.get("/auth/device?return_to=/profile").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let code = between(&page.body, "<code>", "</code>").to_owned();
    for part in [
        "class=\"mark\"",
        "portico.css",
        "Sign in there with Demo",
        "<svg ",
        "10 more minutes",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(page.header("content-security-policy").contains("script-src 'none'"));
    assert!(
        page.header("refresh")
            .ends_with("url=/auth/device/wait?return_to=%2Fprofile")
    );

    site.advance(6);
    assert_eq!(
        look(&mut screen).await.status,
        StatusCode::OK,
        "nobody has entered it yet"
    );
    enter(&site, &code, "alice").await;
    site.advance(6);
    let arrived = look(&mut screen).await;
    assert_eq!(
        (arrived.status, arrived.location()),
        (StatusCode::SEE_OTHER, Some("/profile")),
        "{}",
        arrived.body
    );
    assert!(screen.get("/profile").await.body.contains("Alice Archer"));
    assert_eq!(site.provider.requests(Endpoint::DeviceAuthorization), 1);
}

/// A second provider that is the first one by another name.
fn and_another(config: &mut Config) {
    let mut second = config.providers[0].clone();
    second.provider.id = bff::ProviderId::parse("other").unwrap();
    "Other".clone_into(&mut second.provider.title);
    config.providers.push(second);
}

#[tokio::test]
async fn si_8_who_chooses_a_provider_can_choose_a_code_instead() {
    let site = TestSite::with_provider(and_another).await;
    let mut screen = site.visitor();
    let chooser = screen.get("/auth/login?return_to=/docs").await;
    let link = "href=\"/auth/device?return_to=%2Fdocs\"";
    assert!(chooser.body.contains(link), "{}", chooser.body);
    let codes = screen.get("/auth/device?return_to=/docs").await;
    assert!(
        codes.body.contains(">Other<") && codes.body.contains("class=\"mark\""),
        "{}",
        codes.body
    );
    let required = "/auth/device?provider=other&amp;return_to=%2Fdocs";
    assert!(codes.body.contains(required), "{}", codes.body);
    let page = screen.get("/auth/device?provider=other&return_to=/docs").await;
    assert!(page.body.contains("Sign in there with Other"), "{}", page.body);
}

#[tokio::test]
async fn si_6_who_creates_an_account_chooses_where() {
    let site = TestSite::with_provider(and_another).await;
    let mut visitor = site.visitor();
    for provider in ["demo", "other"] {
        visitor.get(&format!("/auth/login?provider={provider}")).await;
    }
    let page = visitor.get("/auth/signup?return_to=/docs").await;
    let required = "/auth/signup?provider=other&amp;return_to=%2Fdocs";
    assert!(
        page.body.contains(required) && page.body.contains("class=\"mark\""),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn si_8_where_no_provider_makes_codes_nothing_leads_there() {
    let site = TestSite::with_provider(|config| config.providers[0].provider.device_sign_in = false).await;
    let mut screen = site.visitor();
    assert!(!screen.get("/").await.body.contains("/auth/device"));
    assert_eq!(screen.get("/auth/device").await.status, StatusCode::NOT_FOUND);
}
