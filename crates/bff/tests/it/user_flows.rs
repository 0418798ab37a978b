//! SI-3 of the features: editing the profile, a forgotten password, and changing one's mind. Where the flows are is in
//! [`crate::b2c`].

use demo::{DemoHandle, Endpoint, Kind};
use serde_json::{Value, json};
use url::Url;

use crate::b2c::{PROFILE, RESET, SIGN_IN, at, preset, setup, signed_in};
use crate::entra::me;
use crate::sign_in::form_fields;
use crate::support::{Browser, Harness, Page, Setup, parameter};

const EDIT: &str = "/auth/edit-profile?return_to=/me%3Ftab%3D1";

fn fails(provider: &DemoHandle, description: &str) {
    provider.change(|faults| faults.error = Some(("access_denied".to_owned(), description.to_owned())));
}

fn forgets(provider: &DemoHandle) {
    fails(
        provider,
        "AADB2C90118: The user has forgotten their password.\r\nCorrelation ID: 7",
    );
}

fn cancels(provider: &DemoHandle) {
    fails(
        provider,
        "AADB2C90091: The user has cancelled entering self-asserted information.",
    );
}

fn works(provider: &DemoHandle) {
    provider.change(|faults| faults.error = None);
}

/// The provider's response to `authorize`, and what we state to it.
async fn back(browser: &mut Browser, authorize: &Url) -> Page {
    let callback = browser.authorize(authorize, "alice").await;
    browser.open(callback.as_str()).await
}

fn sends(harness: &Harness, changes: &Value) {
    let changes = changes.as_object().unwrap().clone();
    at(harness, PROFILE).change(|faults| {
        faults.id_token.extend(changes);
        faults.id_token.retain(|_, value| !value.is_null());
    });
}

#[tokio::test]
async fn si_3_editing_the_profile_renews_the_claims_and_returns() {
    let (harness, mut browser) = signed_in().await;
    let (before, cookie) = (me(&mut browser).await, browser.session());
    let mut elsewhere = harness.browser();
    elsewhere.sign_in("alice").await;
    sends(
        &harness,
        &json!({ "name": "Alice Ames", "jobTitle": null, "tfp": "B2C_1_profileediting1", "auth_time": 7, "acr": "x" }),
    );

    let authorize = browser.start(EDIT).await;
    assert_eq!(authorize.path(), format!("/{PROFILE}/authorize"));
    let scope = parameter(&authorize, "scope").unwrap();
    assert!(!scope.contains("offline_access"), "{scope}");
    let page = back(&mut browser, &authorize).await;
    assert_eq!(
        (page.status, page.location().as_str()),
        (303, harness.site.join("/me?tab=1").unwrap().as_str())
    );

    let after = me(&mut browser).await;
    assert_eq!(after["claims"]["name"], "Alice Ames");
    assert_eq!(after["claims"].get("jobTitle"), None, "what is gone there is gone here");
    for stored in ["auth_time", "acr", "iss", "aud"] {
        assert_eq!(after["claims"].get(stored), before["claims"].get(stored), "{stored}");
    }
    assert_eq!(
        (&after["issuer"], &after["subject"]),
        (&before["issuer"], &before["subject"])
    );
    assert_eq!(
        (browser.session(), harness.rows().await),
        (cookie, 2),
        "the session goes on"
    );
    assert_eq!(
        me(&mut elsewhere).await["claims"]["name"],
        "Alice Archer",
        "other sessions are not touched"
    );
}

#[tokio::test]
async fn si_3_nobody_edits_somebody_else_s_profile() {
    let (harness, mut browser) = signed_in().await;
    let (before, cookie) = (me(&mut browser).await, browser.session());
    let page = browser.sign_in_by(EDIT, "bob").await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("/auth/edit-profile?return_to="), "{}", page.body);
    assert_eq!((me(&mut browser).await, browser.session()), (before, cookie));
    assert_eq!(harness.rows().await, 1);
}

#[tokio::test]
async fn si_3_only_people_who_are_signed_in_edit_a_profile() {
    let harness = Harness::build(setup()).await;
    let mut stranger = harness.browser();
    let page = stranger.open(EDIT).await;
    assert_eq!(page.status, 401, "{}", page.body);
    assert!(
        page.body.contains("/auth/login?return_to=%2Fme%3Ftab%3D1"),
        "{}",
        page.body
    );
    assert!(stranger.pending().is_empty());

    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let send = browser.get(EDIT).header("sec-purpose", "prefetch");
    assert_eq!(browser.send(send).await.status, 403);
    let send = browser.request(reqwest::Method::HEAD, EDIT, &[]);
    assert_eq!(browser.send(send).await.status, 200);
    // Signed out in another tab while this one is at the provider: the response signs nobody in.
    let authorize = browser.start(EDIT).await;
    let callback = browser.authorize(&authorize, "alice").await;
    browser.submit("/auth/logout", &[]).await;
    let page = browser.open(callback.as_str()).await;
    assert_eq!(
        (page.status, browser.session(), harness.rows().await),
        (401, None, 0),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn si_3_a_response_belongs_to_the_flow_that_was_started() {
    let (harness, mut browser) = signed_in().await;
    let before = me(&mut browser).await;
    for (start, other) in [(EDIT, SIGN_IN), ("/auth/login", PROFILE), ("/auth/login", RESET)] {
        let mut authorize = browser.start(start).await;
        authorize.set_path(&format!("/{other}/authorize"));
        let page = back(&mut browser, &authorize).await;
        assert_eq!(page.status, 400, "{start} answered by {other}: {}", page.body);
        assert_eq!(me(&mut browser).await, before);
    }
    assert_eq!(harness.rows().await, 1);
}

#[tokio::test]
async fn si_3_a_provider_without_the_flow_reports_it() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let page = browser.open(EDIT).await;
    assert_eq!(page.status, 404, "{}", page.body);
    assert!(browser.pending().is_empty());
}

#[tokio::test]
async fn si_3_a_forgotten_password_leads_through_its_flow_to_the_sign_in() {
    let harness = Harness::build(setup()).await;
    let (sign_in, reset) = (at(&harness, SIGN_IN), at(&harness, RESET));
    let mut browser = harness.browser();
    forgets(&sign_in);
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let page = back(&mut browser, &authorize).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let second = page.location();
    assert_eq!(second.path(), format!("/{RESET}/authorize"));
    for fresh in ["state", "nonce", "code_challenge"] {
        assert_ne!(parameter(&authorize, fresh), parameter(&second, fresh), "{fresh}");
    }
    works(&sign_in);
    let page = back(&mut browser, &second).await;
    let third = page.location();
    assert_eq!((page.status, third.path()), (303, &*format!("/{SIGN_IN}/authorize")));
    assert_eq!(
        (browser.session(), harness.rows().await),
        (None, 0),
        "nobody is signed in by a password reset"
    );
    assert_eq!(reset.requests(Endpoint::Token), 0, "its code is not redeemed");
    assert!(reset.newest(Kind::Code).is_some());

    let page = back(&mut browser, &third).await;
    assert_eq!((page.status, page.location().path()), (303, "/me"));
    assert_eq!(me(&mut browser).await["subject"], "alice");
    assert!(browser.pending().is_empty());
}

#[tokio::test]
async fn si_3_a_password_forgotten_while_editing_replaces_the_session_in_the_end() {
    let (harness, mut browser) = signed_in().await;
    let cookie = browser.session();
    forgets(&at(&harness, PROFILE));
    let authorize = browser.start(EDIT).await;
    let reset = back(&mut browser, &authorize).await.location();
    assert_eq!(reset.path(), format!("/{RESET}/authorize"));
    let again = back(&mut browser, &reset).await.location();
    assert_eq!(back(&mut browser, &again).await.location().path(), "/me");
    assert_ne!(browser.session(), cookie);
    assert_eq!(harness.rows().await, 1, "the old session is gone");
}

#[tokio::test]
async fn si_3_who_changes_their_mind_returns_without_a_word() {
    let (harness, mut browser) = signed_in().await;
    for position in [SIGN_IN, PROFILE, RESET] {
        cancels(&at(&harness, position));
    }
    let (before, cookie) = (me(&mut browser).await, browser.session());
    for start in [EDIT, "/auth/login?return_to=/me%3Ftab%3D1"] {
        let authorize = browser.start(start).await;
        let page = back(&mut browser, &authorize).await;
        assert_eq!(page.status, 303, "{start}: {}", page.body);
        assert_eq!(
            page.location().as_str(),
            harness.site.join("/me?tab=1").unwrap().as_str()
        );
        assert_eq!(page.body, "");
        assert!(browser.pending().is_empty());
        assert_eq!(
            (me(&mut browser).await, browser.session()),
            (before.clone(), cookie.clone())
        );
    }
    forgets(&at(&harness, SIGN_IN));
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let reset = back(&mut browser, &authorize).await.location();
    let page = back(&mut browser, &reset).await;
    assert_eq!(
        (page.status, page.location().path()),
        (303, "/me"),
        "at the password reset, too"
    );
}

#[tokio::test]
async fn si_3_a_code_of_the_provider_counts_in_a_response_of_the_provider_alone() {
    let harness = Harness::build(setup()).await;
    for description in ["AADB2C90118: x", "AADB2C90091: x"] {
        fails(&at(&harness, SIGN_IN), description);
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login?return_to=/me").await;
        let callback = browser.authorize(&authorize, "alice").await;
        let mut forged = callback.clone();
        forged.query_pairs_mut().clear().extend_pairs([
            ("state", "guess"),
            ("error", "access_denied"),
            ("error_description", description),
        ]);
        assert_eq!(browser.open(forged.as_str()).await.status, 400, "another state");
        let page = harness.browser().open(callback.as_str()).await;
        assert_eq!(page.status, 400, "another browser");
        assert_eq!(browser.open(callback.as_str()).await.status, 303);
        assert_eq!(browser.open(callback.as_str()).await.status, 400, "once only");
    }
}

#[tokio::test]
async fn si_3_other_errors_are_shown_and_no_flow_leads_round_for_ever() {
    let harness = Harness::build(setup()).await;
    let sign_in = at(&harness, SIGN_IN);
    for other in [
        "AADB2C90273: An invalid response was received",
        "AADB2C901180: x",
        "x AADB2C90118: x",
        "",
    ] {
        fails(&sign_in, other);
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login?return_to=/me").await;
        let page = back(&mut browser, &authorize).await;
        assert_eq!(page.status, 403, "{other}: {}", page.body);
        assert!(page.body.contains("Reference"), "{}", page.body);
    }
    forgets(&sign_in);
    forgets(&at(&harness, RESET));
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let reset = back(&mut browser, &authorize).await.location();
    let page = back(&mut browser, &reset).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.headers.get("location").is_none() && browser.pending().is_empty());
}

/// The response to `authorize` as a form of the provider's page: the session's `Lax` cookie stays behind.
async fn posted(browser: &mut Browser, authorize: &Url) -> Page {
    let fields = form_fields(&browser.open(authorize.as_str()).await.body);
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    browser.post_cross_site("/auth/callback/demo", &fields).await
}

#[tokio::test]
async fn si_3_a_posted_response_finds_the_session_it_belongs_to() {
    let harness = Harness::build(Setup {
        https: true,
        provider: |known| {
            preset(known);
            known.response_mode = bff::ResponseMode::FormPost;
        },
        ..setup()
    })
    .await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    assert_eq!(posted(&mut browser, &authorize).await.status, 303);
    let cookie = browser.session();
    sends(&harness, &json!({ "name": "Alice Ames" }));
    let authorize = browser.start(EDIT).await;
    let page = posted(&mut browser, &authorize).await;
    assert_eq!((page.status, page.location().path()), (303, "/me"), "{}", page.body);
    assert_eq!(me(&mut browser).await["claims"]["name"], "Alice Ames");
    assert_eq!(browser.session(), cookie);

    forgets(&at(&harness, SIGN_IN));
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let reset = posted(&mut browser, &authorize).await.location();
    works(&at(&harness, SIGN_IN));
    let again = posted(&mut browser, &reset).await.location();
    assert_eq!(posted(&mut browser, &again).await.location().path(), "/me");
    assert_ne!(browser.session(), cookie);
    assert_eq!(harness.rows().await, 1, "the session the browser left with is gone");
}
