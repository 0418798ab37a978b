//! SI-5: a provider is known by its discovery document or by what the configuration says of it, and the site by what was
//! registered beforehand or by registering itself, once.

use bff::{ProviderConfig, Registration, Secret};
use demo::{DemoConfig, Endpoint, Patch};
use serde_json::{Value, json};

use crate::support::{House, Plan, patch, without};

fn registers(config: &mut DemoConfig) {
    config.registers = Some("let me in".to_owned());
}

fn registering(provider: &mut ProviderConfig) {
    provider.client_id.clear();
    provider.client_secret = None;
    provider.registration = Some(Registration {
        client_name: "Portal".to_owned(),
        initial_access_token: Some(Secret::from("let me in")),
        ..Registration::default()
    });
}

async fn house() -> House {
    let plan = Plan {
        demo: registers,
        provider: registering,
        ..Plan::default()
    };
    House::build(plan).await
}

#[tokio::test]
async fn si_5_the_site_registers_itself_once_and_every_replica_is_that_client() {
    let house = house().await;
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(browser.go("/token").await.status, 200);
    assert_eq!(house.provider.requests(Endpoint::Register), 1);
    let said = house.provider.bodies(Endpoint::Register).remove(0);
    let asked: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let callback = format!("{}auth/callback/demo", house.site);
    assert_eq!(asked["redirect_uris"], json!([callback]));
    assert_eq!(asked["client_name"], "Portal");
    assert_eq!(asked["backchannel_logout_session_required"], true);

    // A replica, and a start after that, find what is kept.
    for _ in 0..2 {
        let mut there = house.at_replica(&browser, |_| {}).await;
        assert_eq!(there.go("/me").await.status, 200);
        assert_eq!(there.start("/auth/login").await.query_pairs().count(), 9);
    }
    assert_eq!(house.provider.requests(Endpoint::Register), 1);
    let secret = "portico-demo-secret";
    let file = house.database_bytes().await;
    let shows = |needle: &str| file.windows(needle.len()).any(|w| w == needle.as_bytes());
    assert!(!shows(secret) && !shows("let me in"), "what is kept is sealed");
}

#[tokio::test]
async fn si_5_a_registration_that_is_refused_or_odd_makes_nobody_ready_and_is_tried_again() {
    let house = house().await;
    for (answer, why) in [
        (without("client_id"), "cannot be read"),
        (patch("client_id", ""), "somebody else"),
        (
            patch("redirect_uris", json!(["https://evil.example/"])),
            "somebody else",
        ),
    ] {
        house.provider.change(|faults| faults.registration = answer);
        assert_eq!(house.browser().go("/auth/login").await.status, 503, "{why}");
        let problem = house.bff.readiness()[0].problem.clone().unwrap();
        assert!(problem.contains(why), "{problem}");
        house.advance(std::time::Duration::from_secs(2));
    }
    house.provider.change(|faults| faults.registration = Patch::new());
    assert_eq!(house.browser().sign_in("alice").await.status, 303);
}

#[tokio::test]
async fn si_5_a_wrong_initial_access_token_is_named_without_being_told() {
    let plan = Plan {
        demo: registers,
        provider: |provider| {
            registering(provider);
            let registration = provider.registration.as_mut().unwrap();
            registration.initial_access_token = Some(Secret::from("a wrong one"));
        },
        ..Plan::default()
    };
    let house = House::build(plan).await;
    assert_eq!(house.browser().go("/auth/login").await.status, 503);
    let problem = house.bff.readiness()[0].problem.clone().unwrap();
    assert!(
        problem.contains("401") && problem.contains("invalid_token"),
        "{problem}"
    );
    assert!(!problem.contains("a wrong one"));
}

#[tokio::test]
async fn si_5_a_secret_that_ends_is_replaced_at_the_next_start() {
    let house = house().await;
    let soon = house.provider.now() + 600;
    let ends = patch("client_secret_expires_at", soon);
    house.provider.change(|faults| faults.registration = ends);
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    house.at_replica(&browser, |_| {}).await.start("/auth/login").await;
    assert_eq!(house.provider.requests(Endpoint::Register), 1, "still good");
    house.advance(std::time::Duration::from_mins(15));
    house.provider.change(|faults| faults.registration = Patch::new());
    house.at_replica(&browser, |_| {}).await.start("/auth/login").await;
    assert_eq!(house.provider.requests(Endpoint::Register), 2);
}

fn written(provider: &mut ProviderConfig) {
    let at = |path: &str| format!("{}/{path}", provider.issuer);
    let metadata = json!({
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "userinfo_endpoint": at("userinfo"),
        "authorization_response_iss_parameter_supported": true,
    });
    provider.metadata = metadata.as_object().cloned();
}

#[tokio::test]
async fn si_5_a_provider_whose_metadata_are_written_down_is_not_asked_for_them() {
    let plan = Plan {
        provider: written,
        ..Plan::default()
    };
    let house = House::build(plan).await;
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(house.provider.requests(Endpoint::Discovery), 0);
    house.provider.change(|faults| faults.callback = without("iss"));
    assert_eq!(
        house.browser().sign_in("alice").await.status,
        400,
        "what is written counts"
    );
}

#[test]
fn si_5_written_metadata_are_checked_like_told_ones() {
    use bff::{Bff, BffConfig, KeyRing, MemorySessions, PlainPages};
    let mut provider = ProviderConfig::new("acme", "https://idp.example", "portal").unwrap();
    let problems = |provider: &ProviderConfig| {
        let config = BffConfig::new("https://site.example".parse().unwrap(), KeyRing::ephemeral())
            .with_provider(provider.clone());
        let made = Bff::new(
            config,
            std::sync::Arc::new(MemorySessions::new()),
            std::sync::Arc::new(PlainPages),
        );
        made.err().map(|error| error.to_string()).unwrap_or_default()
    };
    written(&mut provider);
    assert_eq!(problems(&provider), "");
    let change = |name: &str, value: Value| {
        let mut wrong = provider.clone();
        wrong.metadata.as_mut().unwrap().insert(name.to_owned(), value);
        problems(&wrong)
    };
    assert!(change("token_endpoint", json!("http://idp.example/token")).contains("is not https"));
    assert!(change("jwks_uri", Value::Null).contains("providers.acme.metadata"));
    assert!(change("issuer", json!("https://other.example")).contains("name the issuer"));
    registering(&mut provider);
    provider.client_id = "both".to_owned();
    assert!(problems(&provider).contains("providers.acme.registration"));
}
