//! SI-5 and CA-1: how a site that registers itself proves who it is afterwards.

use bff::{BffConfig, ClientAuthMethod, ProviderConfig};
use demo::{DemoConfig, Endpoint};
use serde_json::{Value, json};

use crate::registration::{registering, registers, registration_request};
use crate::support::{ClientKey, Harness, Setup, client_key, field, patch};

const METHOD: &str = "token_endpoint_auth_method";

async fn harness(demo: fn(&mut DemoConfig), provider: fn(&mut ProviderConfig)) -> Harness {
    Harness::build(Setup {
        demo,
        provider,
        ..Setup::default()
    })
    .await
}

/// A provider that takes secrets in the form alone.
fn takes_form(demo: &mut DemoConfig) {
    registers(demo);
    let methods = json!(["client_secret_post"]);
    let metadata = &mut demo.faults.metadata;
    metadata.insert("token_endpoint_auth_methods_supported".into(), methods);
}

fn by_key(provider: &mut ProviderConfig) {
    registering(provider);
    provider.client_auth = client_key().method();
}

/// Whether the last token request had the secret in its header and in its form.
fn secret_in(harness: &Harness) -> (bool, bool) {
    let body = harness.provider.bodies(Endpoint::Token).pop().unwrap();
    (body.contains("\nBasic "), field(&body, "client_secret").is_some())
}

#[tokio::test]
async fn si_5_a_site_that_signs_registers_its_key_and_no_secret_is_needed() {
    let knows_key = |demo: &mut DemoConfig| {
        registers(demo);
        demo.client_keys = vec![client_key().jwk.clone()];
    };
    let harness = harness(knows_key, by_key).await;
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
    let shown = registration_request(&harness);
    assert_eq!(shown[METHOD], "private_key_jwt");
    assert_eq!(
        shown["jwks"],
        json!({ "keys": [client_key().jwk] }),
        "the public half alone"
    );
    assert_eq!(secret_in(&harness), (false, false));
}

#[tokio::test]
async fn si_5_another_key_is_another_registration() {
    let harness = harness(registers, by_key).await;
    let browser = harness.browser();
    let with_key: fn(&mut BffConfig) = |_| {};
    let with_another: fn(&mut BffConfig) = |config| config.providers[0].client_auth = ClientKey::fresh().method();
    let with_secret: fn(&mut BffConfig) = |config| config.providers[0].client_auth = ClientAuthMethod::Automatic;
    for (change, count) in [
        (with_key, 1),
        (with_key, 1),
        (with_another, 2),
        (with_secret, 3),
        (with_secret, 3),
    ] {
        harness.at_replica(&browser, change).await.start("/auth/login").await;
        assert_eq!(harness.provider.requests(Endpoint::Register), count);
    }
    assert_eq!(registration_request(&harness).get("jwks"), None);
}

#[tokio::test]
async fn si_5_a_secret_travels_as_the_provider_takes_it() {
    for (demo, name, seen) in [
        (registers as fn(&mut DemoConfig), "client_secret_basic", (true, false)),
        (takes_form, "client_secret_post", (false, true)),
    ] {
        let harness = harness(demo, registering).await;
        assert_eq!(harness.browser().sign_in("alice").await.status, 303);
        assert_eq!(registration_request(&harness)[METHOD], name);
        assert_eq!(secret_in(&harness), seen, "{name}");
    }
}

#[tokio::test]
async fn si_5_what_is_configured_is_requested() {
    let harness = harness(takes_form, registering).await;
    let browser = harness.browser();
    let written: [(fn(&mut BffConfig), &str); 3] = [
        (
            |config| config.providers[0].client_auth = ClientAuthMethod::SecretBasic,
            "client_secret_basic",
        ),
        (
            |config| config.providers[0].client_auth = ClientAuthMethod::SecretPost,
            "client_secret_post",
        ),
        (
            |config| config.providers[0].client_auth = ClientAuthMethod::None,
            "none",
        ),
    ];
    for (change, name) in written {
        harness.at_replica(&browser, change).await.start("/auth/login").await;
        assert_eq!(registration_request(&harness)[METHOD], name);
    }
}

#[tokio::test]
async fn si_5_a_provider_may_choose_between_header_and_form_and_nothing_else() {
    let change = |harness: &Harness, name: Value| {
        harness
            .provider
            .change(|faults| faults.registration = patch(METHOD, name));
    };
    let harness = harness(registers, registering).await;
    change(&harness, json!("client_secret_post"));
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
    assert_eq!(
        (registration_request(&harness)[METHOD].as_str(), secret_in(&harness)),
        (Some("client_secret_basic"), (false, true))
    );

    for (provider, name) in [
        (registering as fn(&mut ProviderConfig), "none"),
        (by_key, "client_secret_basic"),
    ] {
        let harness = self::harness(registers, provider).await;
        change(&harness, json!(name));
        assert_eq!(harness.browser().open("/auth/login").await.status, 503, "{name}");
        let problem = harness.bff.readiness()[0].problem.clone().unwrap();
        assert!(problem.contains("another client authentication"), "{problem}");
    }
}
