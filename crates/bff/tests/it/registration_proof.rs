//! SI-5 and CA-1: how a site that registers itself proves who it is afterwards.

use bff::{BffConfig, ClientAuthMethod, ProviderConfig};
use demo::{DemoConfig, Endpoint};
use serde_json::{Value, json};

use crate::registration::{asked, registering, registers};
use crate::support::{ClientKey, House, Plan, client_key, field, patch};

const METHOD: &str = "token_endpoint_auth_method";

async fn house(demo: fn(&mut DemoConfig), provider: fn(&mut ProviderConfig)) -> House {
    House::build(Plan {
        demo,
        provider,
        ..Plan::default()
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
fn secret_in(house: &House) -> (bool, bool) {
    let body = house.provider.bodies(Endpoint::Token).pop().unwrap();
    (body.contains("\nBasic "), field(&body, "client_secret").is_some())
}

#[tokio::test]
async fn si_5_a_site_that_signs_registers_its_key_and_no_secret_is_needed() {
    let knows_key = |demo: &mut DemoConfig| {
        registers(demo);
        demo.client_keys = vec![client_key().jwk.clone()];
    };
    let house = house(knows_key, by_key).await;
    assert_eq!(house.browser().sign_in("alice").await.status, 303);
    let said = asked(&house);
    assert_eq!(said[METHOD], "private_key_jwt");
    assert_eq!(
        said["jwks"],
        json!({ "keys": [client_key().jwk] }),
        "the public half alone"
    );
    assert_eq!(secret_in(&house), (false, false));
}

#[tokio::test]
async fn si_5_another_key_is_another_registration() {
    let house = house(registers, by_key).await;
    let browser = house.browser();
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
        house.at_replica(&browser, change).await.start("/auth/login").await;
        assert_eq!(house.provider.requests(Endpoint::Register), count);
    }
    assert_eq!(asked(&house).get("jwks"), None);
}

#[tokio::test]
async fn si_5_a_secret_travels_as_the_provider_takes_it() {
    for (demo, name, seen) in [
        (registers as fn(&mut DemoConfig), "client_secret_basic", (true, false)),
        (takes_form, "client_secret_post", (false, true)),
    ] {
        let house = house(demo, registering).await;
        assert_eq!(house.browser().sign_in("alice").await.status, 303);
        assert_eq!(asked(&house)[METHOD], name);
        assert_eq!(secret_in(&house), seen, "{name}");
    }
}

#[tokio::test]
async fn si_5_what_is_configured_is_asked_for() {
    let house = house(takes_form, registering).await;
    let browser = house.browser();
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
        house.at_replica(&browser, change).await.start("/auth/login").await;
        assert_eq!(asked(&house)[METHOD], name);
    }
}

#[tokio::test]
async fn si_5_a_provider_may_choose_between_header_and_form_and_nothing_else() {
    let change = |house: &House, name: Value| {
        house
            .provider
            .change(|faults| faults.registration = patch(METHOD, name));
    };
    let house = house(registers, registering).await;
    change(&house, json!("client_secret_post"));
    assert_eq!(house.browser().sign_in("alice").await.status, 303);
    assert_eq!(
        (asked(&house)[METHOD].as_str(), secret_in(&house)),
        (Some("client_secret_basic"), (false, true))
    );

    for (provider, name) in [
        (registering as fn(&mut ProviderConfig), "none"),
        (by_key, "client_secret_basic"),
    ] {
        let house = self::house(registers, provider).await;
        change(&house, json!(name));
        assert_eq!(house.browser().go("/auth/login").await.status, 503, "{name}");
        let problem = house.bff.readiness()[0].problem.clone().unwrap();
        assert!(problem.contains("in another way"), "{problem}");
    }
}
