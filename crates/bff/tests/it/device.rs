//! SI-8 of the features: a screen without a keyboard shows a code, and is signed in when somebody has entered it elsewhere.
//! How often the provider is requested is in [`crate::device_pace`].

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Faults, Signing};
use serde_json::json;
use url::form_urlencoded;

use crate::support::{Browser, Harness, Log, Page, Setup, patch, without};

const GRANT: &str = "device_code";

pub(super) async fn harness() -> Harness {
    harness_with(|_| {}).await
}

async fn harness_with(demo: fn(&mut demo::DemoConfig)) -> Harness {
    let harness = Harness::build(Setup {
        demo,
        provider: |provider| provider.device_sign_in = true,
        ..Setup::default()
    })
    .await;
    // Here every second counts.
    harness.provider.stop_clock();
    harness
}

/// How often the provider was requested whether the code was entered.
pub(super) fn poll_count(harness: &Harness) -> usize {
    let bodies = harness.provider.bodies(Endpoint::Token);
    bodies.iter().filter(|body| body.contains(GRANT)).count()
}

/// How many codes were made.
pub(super) fn made(harness: &Harness) -> usize {
    harness.provider.requests(Endpoint::DeviceAuthorization)
}

/// A screen that shows a code, and the code.
pub(super) async fn screen(harness: &Harness) -> (Browser, String) {
    let mut browser = harness.browser();
    let page = browser.open("/auth/device?return_to=/me").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let code = code_of(&page);
    (browser, code)
}

fn code_of(page: &Page) -> String {
    let code = page.body.split("<code>").nth(1).unwrap();
    code.split("</code>").next().unwrap().to_owned()
}

/// What the page does by itself after the seconds it names.
pub(super) async fn look(browser: &mut Browser) -> Page {
    browser.open("/auth/device/wait?return_to=%2Fme").await
}

/// Somebody enters the code on their phone.
pub(super) async fn enter(harness: &Harness, code: &str, person: &str) {
    let mut phone = harness.browser();
    let address = format!("{}/device", harness.issuer);
    let page = phone
        .submit(&address, &[("user_code", code), ("demo_person", person)])
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
}

#[tokio::test]
async fn si_8_a_screen_is_signed_in_when_its_code_was_entered() {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    assert_eq!(
        (harness.rows().await, screen.session()),
        (0, None),
        "nothing is stored for a stranger"
    );
    harness.advance(Duration::from_secs(5));
    assert_eq!(look(&mut screen).await.status, 200, "nobody has entered it yet");
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(5));
    let page = look(&mut screen).await;
    assert_eq!(
        (page.status, page.location()),
        (303, harness.site.join("me").unwrap()),
        "{}",
        page.body
    );
    assert!(screen.pending().is_empty(), "the code is forgotten");
    let me = screen.open("/me").await;
    assert!(
        me.status == 200 && me.body.contains("alice@portico.example"),
        "{}",
        me.body
    );
    assert_eq!(
        screen.open("/token").await.status,
        200,
        "with tokens like every sign-in"
    );
}

#[tokio::test]
async fn si_8_the_page_states_what_to_do_and_returns_by_itself() {
    let harness = harness().await;
    let mut browser = harness.browser();
    let page = browser.open("/auth/device?return_to=/me").await;
    let code = code_of(&page);
    let address = format!("{}/device", harness.issuer);
    assert!(page.body.contains(&format!(">{address}</a>")), "{}", page.body);
    assert!(
        page.body.contains(&format!("href=\"{address}?user_code={code}\"")),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("<svg ") && !page.body.contains("<script"),
        "{}",
        page.body
    );
    assert_eq!(page.header("refresh"), "6; url=/auth/device/wait?return_to=%2Fme");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("cache-control"), "no-store");
    // Opened again, also in another tab, it is the same code.
    let again = browser.open("/auth/device").await;
    assert_eq!((code_of(&again), made(&harness)), (code, 1));
    let refresh = again.header("refresh").to_owned();
    assert!(refresh.ends_with("return_to=%2Fme"), "{refresh}");
}

#[tokio::test]
async fn si_8_the_cookie_is_never_too_large_and_the_way_back_is_stored() {
    let harness = harness().await;
    harness.provider.change(|faults| {
        faults.device_authorization = patch("device_code", "d".repeat(1024));
        let uri = format!("https://idp.example/{}", "a".repeat(230));
        faults
            .device_authorization
            .insert("verification_uri".into(), uri.clone().into());
        faults
            .device_authorization
            .insert("verification_uri_complete".into(), uri.into());
        faults
            .device_authorization
            .insert("user_code".into(), "ABCD".repeat(16).into());
    });
    let path = format!("/{}", "\"".repeat(1000));
    let query: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let mut browser = harness.browser();
    let page = browser.open(&format!("/auth/device?return_to={query}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let cookie = browser.pending()[0];
    assert!(
        cookie.name.len() + cookie.value.len() <= 4096,
        "ck_4: {}",
        cookie.value.len()
    );
    let refresh = page.header("refresh").split_once("url=").unwrap().1.to_owned();
    let page = browser.open(&refresh).await;
    assert!(page.header("refresh").ends_with(&refresh), "{}", page.header("refresh"));
}

#[tokio::test]
async fn ds_3_a_code_is_not_requested_in_the_clear() {
    let away = harness_with(|demo| {
        demo.faults.metadata = patch("device_authorization_endpoint", "http://idp.example/device");
    });
    assert_eq!(away.await.browser().open("/auth/device").await.status, 503);
}

#[tokio::test]
async fn si_8_a_site_knows_whether_a_link_makes_sense() {
    let (off, silent) = (
        Harness::new().await,
        harness_with(|d| d.faults.metadata = without("device_authorization_endpoint")),
    );
    let (on, silent) = (harness().await, silent.await);
    for (harness, offered) in [(&off, false), (&silent, false), (&on, true)] {
        harness.browser().start("/auth/login").await;
        assert_eq!(harness.bff.can_sign_in_by_code(), offered);
    }
}

#[tokio::test]
async fn si_8_text_of_the_provider_is_escaped() {
    let harness = harness().await;
    harness.provider.change(|faults| {
        faults.device_authorization = patch("user_code", "<b>\"&");
        let uri = "https://idp.example/?\"'<i>";
        faults
            .device_authorization
            .insert("verification_uri".into(), uri.into());
    });
    let page = harness.browser().open("/auth/device").await;
    assert!(page.body.contains("&lt;b&gt;&quot;&amp;"), "{}", page.body);
    assert!(
        !page.body.contains("<b>") && !page.body.contains("<i>"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn si_8_the_device_code_stays_on_the_server() {
    let log = Log::start();
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    harness.advance(Duration::from_secs(5));
    look(&mut screen).await;
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(5));
    look(&mut screen).await;
    let body = harness.provider.bodies(Endpoint::Token).pop().unwrap();
    let mut fields = form_urlencoded::parse(body.split('\n').next().unwrap().as_bytes());
    let device_code = fields.find(|(name, _)| name == "device_code").unwrap().1;
    assert!(device_code.len() > 20);
    let set = screen.set_cookies.join("\n");
    assert!(!screen.received.contains(&*device_code) && !set.contains(&*device_code));
    assert!(!log.own().contains(&*device_code) && !log.operator().contains(&*device_code));
}

#[tokio::test]
async fn si_8_it_has_to_be_configured_and_offered() {
    let off = Harness::new().await;
    let page = off.browser().open("/auth/device").await;
    assert_eq!((page.status, made(&off)), (404, 0));
    assert!(page.body.contains("/auth/login"), "another way in: {}", page.body);
    let silent = harness_with(|demo| demo.faults.metadata = without("device_authorization_endpoint")).await;
    let page = silent.browser().open("/auth/device").await;
    assert_eq!((page.status, made(&silent)), (404, 0));
    assert_eq!(silent.browser().open("/auth/device?provider=nobody").await.status, 404);
}

#[tokio::test]
async fn si_8_several_providers_are_chosen_from() {
    let harness = Harness::build(Setup {
        second: true,
        config: |config| config.providers.iter_mut().for_each(|p| p.device_sign_in = true),
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    let page = browser.open("/auth/device?return_to=/me").await;
    assert!(
        page.body
            .contains("href=\"/auth/device?provider=other&amp;return_to=%2Fme\""),
        "{}",
        page.body
    );
    assert_eq!(made(&harness), 0);
    let page = browser.open("/auth/device?provider=other&return_to=/me").await;
    let other = harness.other.as_ref().unwrap();
    assert_eq!((page.status, other.requests(Endpoint::DeviceAuthorization)), (200, 1));
    browser.open("/auth/device?provider=demo").await;
    assert_eq!(made(&harness), 1, "another provider makes another code");
}

#[tokio::test]
async fn si_8_only_a_person_who_opens_a_tab_has_a_code_made() {
    let harness = harness().await;
    for path in ["/auth/device", "/auth/device/wait"] {
        for (name, value) in [
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-dest", "empty"),
            ("sec-purpose", "prefetch"),
        ] {
            let mut browser = harness.browser();
            let send = browser.get(path).header(name, value);
            assert_eq!(
                (browser.send(send).await.status, browser.cookies.len()),
                (403, 0),
                "{path} {value}"
            );
        }
        let mut browser = harness.browser();
        let head = browser.request(reqwest::Method::HEAD, path, &[]);
        assert_eq!(browser.send(head).await.status, 200, "{path}");
    }
    assert_eq!((made(&harness), poll_count(&harness)), (0, 0));
}

#[tokio::test]
async fn si_8_a_response_that_is_no_code_is_a_page() {
    let harness = harness().await;
    for response in [
        FaultResponse::Html,
        FaultResponse::Json(400, json!({ "error": "unauthorized_client" })),
        FaultResponse::Json(500, json!({})),
        FaultResponse::Json(
            200,
            json!({ "device_code": "d", "user_code": "u", "verification_uri": "javascript:1", "expires_in": 9 }),
        ),
        FaultResponse::Redirect("http://127.0.0.1:1/".into()),
    ] {
        let why = format!("{response:?}");
        harness
            .provider
            .change(|faults| drop(faults.responses.insert(Endpoint::DeviceAuthorization, response)));
        let mut browser = harness.browser();
        let page = browser.open("/auth/device").await;
        assert_eq!((page.status, browser.cookies.len()), (503, 0), "{why}");
        assert!(!page.body.contains("javascript"), "{why}");
    }
}

/// The code was entered, and what the provider hands out then is no good: a page, no session, and never again.
async fn is_refused(why: &str, change: impl FnOnce(&mut Faults)) {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    enter(&harness, &code, "alice").await;
    harness.provider.change(change);
    harness.advance(Duration::from_secs(5));
    let page = look(&mut screen).await;
    assert_eq!(
        (page.status, screen.session(), harness.rows().await),
        (400, None, 0),
        "{why}: {}",
        page.body
    );
    assert!(
        page.headers.get("refresh").is_none() && screen.pending().is_empty(),
        "{why}"
    );
    let before = poll_count(&harness);
    harness.advance(Duration::from_mins(1));
    assert_eq!(
        (look(&mut screen).await.status, poll_count(&harness)),
        (410, before),
        "{why}"
    );
}

#[tokio::test]
async fn si_8_the_id_token_is_verified_like_every_other() {
    is_refused("signature", |faults| faults.signing = Signing::Broken).await;
    is_refused("audience", |faults| faults.id_token = patch("aud", "somebody")).await;
    is_refused("issuer", |faults| {
        faults.id_token = patch("iss", "https://evil.example");
    })
    .await;
    is_refused("nonce", |faults| faults.id_token = patch("nonce", "of another sign-in")).await;
    is_refused("at_hash", |faults| {
        faults.id_token = patch("at_hash", "AAAAAAAAAAAAAAAAAAAAAA");
    })
    .await;
    is_refused("no ID token", |faults| faults.token_response = without("id_token")).await;
    is_refused("userinfo", |faults| faults.userinfo = patch("sub", "bob")).await;
}

#[tokio::test]
async fn si_8_the_session_of_before_is_replaced() {
    let harness = harness().await;
    let mut browser = harness.browser();
    browser.sign_in("bob").await;
    let mut old = harness.browser();
    old.cookies.clone_from(&browser.cookies);
    let page = browser.open("/auth/device?return_to=/me").await;
    enter(&harness, &code_of(&page), "alice").await;
    harness.advance(Duration::from_secs(5));
    assert_eq!(look(&mut browser).await.status, 303);
    assert_eq!(browser.open("/").await.body, "hello alice");
    assert_eq!(old.open("/me").await.status, 401);
}

#[tokio::test]
async fn si_8_a_tab_that_is_late_arrives_too_and_an_idle_screen_stops_polling() {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(5));
    look(&mut screen).await;
    let late = look(&mut screen).await;
    assert_eq!((late.status, late.location().path()), (303, "/me"));
    let mut stranger = harness.browser();
    let page = look(&mut stranger).await;
    assert_eq!((page.status, page.headers.get("refresh")), (410, None), "{}", page.body);
    assert!(page.body.contains("/auth/device?return_to=%2Fme"), "{}", page.body);
    assert_eq!(made(&harness), 1, "a new code is made by a person only");
}

#[tokio::test]
async fn si_8_another_browser_cannot_use_a_code() {
    let harness = harness().await;
    let (screen, code) = screen(&harness).await;
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(5));
    let mut thief = harness.browser();
    let (name, value) = (screen.pending()[0].name.clone(), screen.pending()[0].value.clone());
    thief.add_cookie(&name, &value.chars().rev().collect::<String>());
    assert_eq!(
        (look(&mut thief).await.status, poll_count(&harness)),
        (410, 0),
        "no cookie of ours"
    );
    thief.add_cookie("portico-in-device", &value);
    thief.add_cookie(&name, "");
    assert_eq!(
        (look(&mut thief).await.status, poll_count(&harness)),
        (410, 0),
        "under another name"
    );
}
