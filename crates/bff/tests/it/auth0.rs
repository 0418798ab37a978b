//! SI-4 of the features: Auth0, with `audience`, a page for new accounts, and its own way to sign out.

use bff::ProviderConfig;
use demo::Endpoint;
use serde_json::json;

use crate::entra::me;
use crate::support::{Browser, Harness, Setup, at_demo, parameter};

fn setup() -> Setup {
    Setup {
        demo: |demo| {
            demo.issuer.push('/');
            for absent in ["end_session_endpoint", "prompt_values_supported"] {
                demo.faults.metadata.insert(absent.into(), json!(null));
            }
        },
        provider: |known| {
            let mut preset = ProviderConfig::auth0("demo", "acme.eu.auth0.com", "portico").unwrap();
            preset.audience.clone_from(&known.audience);
            at_demo(known, preset, "https://acme.eu.auth0.com");
        },
        ..Setup::default()
    }
}

async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::build(setup()).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

#[tokio::test]
async fn si_4_signing_in_names_the_api_and_ends_with_the_profile() {
    let harness = Harness::build(setup()).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(
        parameter(&authorize, "audience").as_deref(),
        Some("https://api.portico.example")
    );
    assert!(
        parameter(&authorize, "scope")
            .unwrap()
            .starts_with("openid profile email")
    );
    assert_eq!(parameter(&authorize, "screen_hint"), None);
    let callback = browser.authorize(&authorize, "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.status, 303);
    let me = me(&mut browser).await;
    assert_eq!(me["issuer"], json!(harness.issuer));
    assert_eq!(me["claims"]["email"], "alice@portico.example");
}

#[tokio::test]
async fn si_4_a_provider_with_a_parameter_of_its_own_gets_a_request_for_a_new_account_by_it() {
    let harness = Harness::build(setup()).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/signup?return_to=/me").await;
    assert_eq!(parameter(&authorize, "screen_hint").as_deref(), Some("signup"));
    assert_eq!(parameter(&authorize, "prompt"), None);
    let callback = browser.authorize(&authorize, "dave").await;
    assert_eq!(browser.open(callback.as_str()).await.location().path(), "/me");
    assert!(harness.bff.can_sign_up());
}

#[tokio::test]
async fn si_4_signing_out_uses_the_provider_s_own_address_where_nothing_standard_is_offered() {
    let (harness, mut browser) = signed_in().await;
    let origin = harness.issuer.trim_end_matches('/').to_owned();
    assert_eq!(harness.bff.form_targets(), [&*origin]);
    let to = browser.submit("/auth/logout", &[]).await.location();
    assert!(to.as_str().starts_with(&format!("{origin}/v2/logout?")), "{to}");
    assert_eq!(parameter(&to, "client_id").as_deref(), Some("portico"));
    let landing = harness.site.join("auth/signed-out").unwrap();
    assert_eq!(parameter(&to, "returnTo").as_deref(), Some(landing.as_str()));
    assert_eq!(
        parameter(&to, "id_token_hint"),
        None,
        "no token in an address that does not need it"
    );

    let back = browser.open(to.as_str()).await.location();
    assert!(
        !browser
            .cookies
            .iter()
            .any(|cookie| cookie.name == "portico-demo-provider")
    );
    let page = browser.open(back.as_str()).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("signed out") && !page.body.contains("still be signed in"),
        "{}",
        page.body
    );
    assert_eq!((harness.rows().await, browser.session()), (0, None));
}

#[tokio::test]
async fn si_4_what_is_standard_is_first() {
    let harness = Harness::build(setup()).await;
    harness.provider.change(|faults| {
        faults.metadata.remove("end_session_endpoint");
    });
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let to = browser.submit("/auth/logout", &[]).await.location();
    assert_eq!(to.path(), "/end_session");
    assert!(parameter(&to, "id_token_hint").is_some());
    assert_eq!(harness.provider.requests(Endpoint::EndSession), 0);
}
