//! SI-15 of the features, LG-10 and ID-14 of the checklist: what is requested beyond being signed in is requested of the provider,
//! looked for in the ID token, and looked for again by the guard.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use bff::{Combined, ReturnPath, SignedIn, StepUp};
use demo::{Endpoint, Patch, Signing};
use serde_json::{Value, json};
use url::Url;

use crate::support::{Browser, Harness, Log, Page, parameter, patch, without};

fn strong() -> StepUp {
    StepUp::acr("mfa").max_age(Duration::from_mins(10))
}

/// Pages beside the site, on the same host: the browser's cookies are sent there, too.
async fn vault(harness: &Harness) -> Url {
    let show = async |person: SignedIn| {
        let at = person.authenticated_at().map(time::OffsetDateTime::unix_timestamp);
        json!({ "who": person.identity().subject, "acr": person.acr(), "amr": person.amr(), "at": at }).to_string()
    };
    let link = async |person: SignedIn| {
        let step_up = StepUp::acr("mfa");
        let address = person.step_up_address(&step_up, &ReturnPath::parse("/back")).unwrap();
        format!("{} {address}", person.satisfies(&step_up))
    };
    let end_all = async |person: SignedIn| person.end_all_sessions().await.unwrap().to_string();
    let recent = harness.bff.require_step_up(StepUp::recent(Duration::from_mins(5)));
    let pages = Router::new()
        .route("/recent", get(show))
        .route("/end", post(end_all))
        .layer(recent)
        .merge(
            Router::new()
                .route("/vault", get(show).post(show))
                .layer(harness.bff.require_step_up(strong())),
        )
        .route("/link", get(link))
        .merge(harness.bff.router());
    let who = async |who: Combined| who.subject().to_owned();
    let api = Router::new()
        .route("/api/vault", get(who))
        .layer(harness.bff.require_step_up(strong()))
        .layer(harness.bff.bearer("https://api.portico.example").or_session(&[]));
    let router = harness.bff.protect(pages).merge(api);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

/// A test site, pages that request more, and alice signed in by her password.
async fn scene() -> (Harness, Url, Browser) {
    let harness = Harness::new().await;
    harness.provider.stop_clock();
    let pages = vault(&harness).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, pages, browser)
}

async fn open(browser: &mut Browser, pages: &Url, path: &str) -> Page {
    browser.open(pages.join(path).unwrap().as_str()).await
}

/// Follows a page's demand; the response is the way to the provider.
async fn sent_on(browser: &mut Browser, pages: &Url, path: &str) -> Url {
    let page = open(browser, pages, path).await;
    assert_eq!(page.status, 303, "{}", page.body);
    browser.start(page.location().as_str()).await
}

/// Signs in at the provider and returns.
async fn confirm(browser: &mut Browser, authorize: &Url) -> Page {
    let page = browser.open(authorize.as_str()).await;
    browser.open(page.location().as_str()).await
}

/// The link of a page.
fn link_of(page: &Page) -> String {
    let link = page.body.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    link.replace("&amp;", "&")
}

#[tokio::test]
async fn si_15_a_page_that_requires_more_is_reached_after_a_step_up() {
    let (harness, pages, mut browser) = scene().await;
    let before = browser.session();
    let authorize = sent_on(&mut browser, &pages, "vault?a=b").await;
    assert_eq!(parameter(&authorize, "acr_values").as_deref(), Some("mfa"));
    assert_eq!(parameter(&authorize, "max_age").as_deref(), Some("600"));
    assert_eq!(parameter(&authorize, "login_hint").as_deref(), Some("alice"));
    assert_eq!(parameter(&authorize, "prompt"), None, "she has just signed in");
    assert_eq!(
        parameter(&authorize, "id_token_hint"),
        None,
        "no token reaches the browser"
    );
    let back = confirm(&mut browser, &authorize).await;
    assert_eq!(
        (back.status, back.location().as_str()),
        (303, harness.site.join("vault?a=b").unwrap().as_str())
    );
    assert_ne!(browser.session(), before, "a new id, as after every sign-in");
    let shown: Value = serde_json::from_str(&open(&mut browser, &pages, "vault").await.body).unwrap();
    let expected = json!({ "who": "alice", "acr": "mfa", "amr": ["pwd", "otp", "mfa"], "at": harness.provider.now() });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn si_15_a_sign_in_too_long_ago_is_repeated() {
    let (harness, pages, mut browser) = scene().await;
    assert_eq!(open(&mut browser, &pages, "recent").await.status, 200);
    harness.advance(Duration::from_secs(5 * 60 + 55));
    assert_eq!(
        open(&mut browser, &pages, "recent").await.status,
        200,
        "within the leeway"
    );
    harness.advance(Duration::from_secs(10));
    let authorize = sent_on(&mut browser, &pages, "recent").await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&authorize, "max_age").as_deref(), Some("300"));
    assert_eq!(parameter(&authorize, "acr_values"), None);
    assert_eq!(confirm(&mut browser, &authorize).await.location().path(), "/recent");
    assert_eq!(open(&mut browser, &pages, "recent").await.status, 200);
}

#[tokio::test]
async fn si_15_a_provider_of_many_tenants_has_its_leeway_as_well() {
    let (harness, provider) = crate::entra::multi_tenant().await;
    provider.stop_clock();
    let pages = vault(&harness).await;
    let mut browser = harness.browser();
    let ahead = provider.now() + 30;
    provider.change(|faults| faults.id_token = patch("auth_time", ahead));
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(
        open(&mut browser, &pages, "recent").await.status,
        200,
        "its clock is ahead"
    );
}

/// Alice is sent on, the provider responds with these claims changed: no step-up, and nothing else happens.
async fn denied(claims: Patch) {
    let (harness, pages, mut browser) = scene().await;
    let (session, rows) = (browser.session(), harness.rows().await);
    let authorize = sent_on(&mut browser, &pages, "vault").await;
    harness.provider.change(|faults| faults.id_token.clone_from(&claims));
    let page = confirm(&mut browser, &authorize).await;
    // 400 where the claim is no claim at all.
    assert!([400, 403].contains(&page.status), "{claims:?}: {}", page.body);
    assert_eq!((browser.session(), harness.rows().await), (session, rows), "{claims:?}");
    assert_eq!(
        browser.open("/me").await.status,
        200,
        "{claims:?}: she is signed in as before"
    );
    assert_eq!(
        open(&mut browser, &pages, "vault").await.status,
        303,
        "{claims:?}: and asked again"
    );
    assert!(
        harness.provider.revoked().is_empty(),
        "{claims:?}: her older grant lives"
    );
    harness.provider.change(|faults| faults.id_token = Patch::new());
    let authorize = browser.start(&link_of(&page)).await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("login"), "{claims:?}");
    assert_eq!(
        parameter(&authorize, "acr_values").as_deref(),
        Some("mfa"),
        "{claims:?}"
    );
    assert_eq!(
        confirm(&mut browser, &authorize).await.location().path(),
        "/vault",
        "{claims:?}"
    );
}

#[tokio::test]
async fn id_14_a_class_that_was_not_requested_is_no_step_up() {
    for wrong in [
        patch("acr", "pwd"),
        patch("acr", "MFA"),
        patch("acr", json!(["mfa"])),
        without("acr"),
    ] {
        denied(wrong).await;
    }
}

#[tokio::test]
async fn id_14_an_authentication_too_long_ago_or_at_no_time_is_no_step_up() {
    let now = Harness::new().await.provider.now();
    for wrong in [json!(now - 700), json!(now + 3600), json!(0), json!("now"), Value::Null] {
        denied(patch("auth_time", wrong)).await;
    }
}

#[tokio::test]
async fn id_14_userinfo_cannot_make_a_sign_in_stronger() {
    let (harness, pages, mut browser) = scene().await;
    harness.provider.change(|faults| {
        faults.userinfo = json!({ "acr": "mfa", "amr": ["otp"] }).as_object().unwrap().clone();
        faults.id_token = without("acr");
    });
    browser.sign_in("alice").await;
    assert_eq!(open(&mut browser, &pages, "vault").await.status, 303);
    let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
    assert_eq!(
        (&me["claims"]["acr"], &me["claims"]["amr"]),
        (&Value::Null, &json!(["pwd"]))
    );
}

#[tokio::test]
async fn lg_10_what_the_provider_states_of_an_unrequested_sign_in_counts_as_well_and_nothing_else() {
    let (harness, pages, mut browser) = scene().await;
    harness.provider.change(|faults| faults.id_token = patch("acr", "mfa"));
    browser.sign_in("alice").await;
    assert_eq!(open(&mut browser, &pages, "vault").await.status, 200);
    harness.advance(Duration::from_mins(12));
    assert_eq!(
        open(&mut browser, &pages, "vault").await.status,
        303,
        "strong, but long ago"
    );
}

#[tokio::test]
async fn lg_10_a_demand_removed_or_changed_on_the_way_gains_nothing() {
    let (harness, pages, mut browser) = scene().await;
    let login = open(&mut browser, &pages, "vault").await.location();
    let sealed = parameter(&login, "step_up").unwrap();
    let weaker = open(&mut browser, &pages, "link").await.body;
    let weaker = weaker.split_once("step_up=").unwrap().1.to_owned();
    let turned: String = sealed.chars().rev().collect();
    for (instead, requested) in [("", None), (&*turned, None), ("acr=pwd", None), (&*weaker, Some("mfa"))] {
        let edited = login.as_str().replace(&sealed, instead);
        let authorize = browser.start(&edited).await;
        assert_eq!(parameter(&authorize, "acr_values").as_deref(), requested, "{instead}");
        harness.provider.change(|faults| faults.id_token = without("auth_time"));
        let back = confirm(&mut browser, &authorize).await;
        assert_eq!(back.location().path(), "/vault", "an ordinary sign-in, {instead}");
        assert_eq!(
            open(&mut browser, &pages, "vault").await.status,
            303,
            "and the guard asks again, {instead}"
        );
    }
    // The lowered request sent on to the provider by hand, with the demand still remembered here.
    let mut authorize = sent_on(&mut browser, &pages, "vault").await;
    harness.provider.change(|faults| faults.id_token = Patch::new());
    let stored: Vec<_> = authorize
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| name != "acr_values" && name != "prompt")
        .collect();
    authorize.query_pairs_mut().clear().extend_pairs(stored);
    assert_eq!(confirm(&mut browser, &authorize).await.status, 403);
}

#[tokio::test]
async fn lg_10_an_error_of_the_provider_leaves_the_session_alone() {
    let (harness, pages, mut browser) = scene().await;
    let session = browser.session();
    let authorize = sent_on(&mut browser, &pages, "vault").await;
    let error = ("unmet_authentication_requirements".into(), String::new());
    harness.provider.change(|faults| faults.error = Some(error));
    let page = confirm(&mut browser, &authorize).await;
    assert_eq!(
        (page.status, page.body.contains("Not confirmed")),
        (403, true),
        "{}",
        page.body
    );
    assert_eq!((browser.session(), browser.open("/me").await.status), (session, 200));
}

#[tokio::test]
async fn si_15_whoever_returns_as_somebody_else_is_signed_in_anew() {
    let (harness, pages, mut browser) = scene().await;
    let mut old = harness.browser();
    old.cookies.clone_from(&browser.cookies);
    let authorize = sent_on(&mut browser, &pages, "vault").await;
    let authorize = authorize.as_str().replace("login_hint=alice", "login_hint=bob");
    assert_eq!(confirm(&mut browser, &authorize.parse().unwrap()).await.status, 303);
    assert_eq!(browser.open("/").await.body, "hello bob");
    assert_eq!(old.open("/me").await.status, 401, "the old session is gone");
}

#[tokio::test]
async fn si_15_a_stranger_signs_in_once_for_everything() {
    let harness = Harness::new().await;
    let pages = vault(&harness).await;
    let mut browser = harness.browser();
    let page = open(&mut browser, &pages, "vault").await;
    assert_eq!(page.status, 401, "{}", page.body);
    let authorize = browser.start(&link_of(&page)).await;
    assert_eq!(parameter(&authorize, "acr_values").as_deref(), Some("mfa"));
    assert_eq!(parameter(&authorize, "login_hint"), None);
    assert_eq!(confirm(&mut browser, &authorize).await.location().path(), "/vault");
    assert_eq!(open(&mut browser, &pages, "vault").await.status, 200);
}

#[tokio::test]
async fn si_15_a_script_learns_what_is_missing() {
    let (harness, pages, mut browser) = scene().await;
    let fetch = browser.get(pages.join("vault").unwrap().as_str());
    let fetch = fetch
        .header("sec-fetch-dest", "empty")
        .header("accept", "application/json");
    let page = browser
        .send(fetch.header("referer", harness.site.join("docs/7").unwrap().as_str()))
        .await;
    assert_eq!(page.status, 401);
    let challenge = "Bearer error=\"insufficient_user_authentication\", acr_values=\"mfa\", max_age=\"600\"";
    assert_eq!(page.header("www-authenticate"), challenge);
    let stated: Value = serde_json::from_str(&page.body).unwrap();
    let authorize = browser.start(stated["sign_in"].as_str().unwrap()).await;
    assert_eq!(confirm(&mut browser, &authorize).await.location().path(), "/docs/7");
    assert_eq!(open(&mut browser, &pages, "vault").await.status, 200);
}

#[tokio::test]
async fn si_15_a_prefetch_is_not_sent_on() {
    let (harness, pages, mut browser) = scene().await;
    let requested = harness.provider.requests(Endpoint::Authorize);
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-fetch-dest", "iframe"),
        ("accept", "image/png"),
    ] {
        let send = browser.get(pages.join("vault").unwrap().as_str()).header(name, value);
        assert_eq!(browser.send(send).await.status, 401, "{name}: {value}");
    }
    assert_eq!(harness.provider.requests(Endpoint::Authorize), requested);
}

#[tokio::test]
async fn si_15_a_form_is_never_lost_silently() {
    let (harness, pages, mut browser) = scene().await;
    let form = browser.form(pages.join("vault").unwrap().as_str(), &[("a", "b")]);
    let page = browser
        .send(form.header("referer", harness.site.join("docs/7/edit?x=1").unwrap().as_str()))
        .await;
    assert_eq!(page.status, 401);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("Nothing was changed"), "{}", page.body);
    assert!(
        page.header("www-authenticate")
            .contains("insufficient_user_authentication")
    );
    let authorize = browser.start(&link_of(&page)).await;
    let back = confirm(&mut browser, &authorize).await.location();
    assert_eq!(back, harness.site.join("docs/7/edit?x=1").unwrap(), "to the form");
    assert_eq!(
        browser.submit(pages.join("vault").unwrap().as_str(), &[]).await.status,
        200
    );

    // Somebody else's page is no return path.
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let form = browser.form(pages.join("vault").unwrap().as_str(), &[]);
    let page = browser.send(form.header("referer", "https://evil.example/docs")).await;
    assert!(link_of(&page).contains("return_to=%2F&"), "{}", page.body);
}

#[tokio::test]
async fn si_15_a_handler_can_require_it_itself() {
    let (_harness, pages, mut browser) = scene().await;
    let page = open(&mut browser, &pages, "link").await;
    let (satisfied, address) = page.body.split_once(' ').unwrap();
    assert_eq!(satisfied, "false");
    let authorize = browser.start(address).await;
    assert_eq!(confirm(&mut browser, &authorize).await.location().path(), "/back");
    assert!(open(&mut browser, &pages, "link").await.body.starts_with("true "));
}

#[tokio::test]
async fn si_15_a_program_is_judged_by_its_token() {
    let log = Log::start();
    let (harness, pages, mut browser) = scene().await;
    let now = harness.provider.now();
    let token = |acr: &str, auth_time: i64| {
        let claims = json!({
            "iss": harness.issuer, "sub": "alice", "aud": "https://api.portico.example", "client_id": "portico",
            "jti": "j", "iat": now, "exp": now + 300, "scope": "", "acr": acr, "auth_time": auth_time
        });
        let header = json!({ "typ": "at+jwt" });
        let (header, claims) = (header.as_object().unwrap(), claims.as_object().unwrap());
        harness.provider.mint(header, claims, Signing::Proper)
    };
    for (token, status) in [
        (token("mfa", now), 200),
        (token("pwd", now), 401),
        (token("mfa", now - 3600), 401),
    ] {
        let send = browser.get(pages.join("api/vault").unwrap().as_str());
        let page = browser
            .send(send.header("authorization", &format!("Bearer {token}")))
            .await;
        assert_eq!(page.status, status, "{}", page.body);
        let challenged = page
            .header("www-authenticate")
            .contains("insufficient_user_authentication");
        assert_eq!(challenged, status == 401);
        assert!(
            !page.body.contains("sign_in"),
            "a program has no browser: {}",
            page.body
        );
    }
    let reported = log.own();
    let refused = reported
        .lines()
        .filter(|line| line.contains("event=\"access\" outcome=\"refused\""));
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused.len(), 2, "{reported}");
    for line in refused {
        assert!(
            line.contains("subject=\"alice\"") && line.contains("not strong or recent enough"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn se_3_sessions_are_ended_after_the_person_has_signed_in_again() {
    let (harness, pages, mut desk) = scene().await;
    let mut phone = harness.browser();
    phone.sign_in("alice").await;
    harness.advance(Duration::from_hours(1));
    let end = pages.join("end").unwrap();
    let page = desk.submit(end.as_str(), &[]).await;
    assert_eq!(
        (page.status, phone.open("/me").await.status),
        (401, 200),
        "{}",
        page.body
    );
    let authorize = desk.start(&link_of(&page)).await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("login"));
    confirm(&mut desk, &authorize).await;
    assert_eq!(desk.submit(end.as_str(), &[]).await.body, "2");
    assert_eq!(
        (desk.open("/me").await.status, phone.open("/me").await.status),
        (401, 401)
    );
}
