//! SI-5 at a certified provider: the site registers itself, once, and is that client ever after (RFC 7591).

use std::time::Duration;

use bff::{ClientTokenRequest, ProviderConfig, Registration, Secret, TokenError};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client_key::client_key;
use crate::journey::{renew, sign_in, sign_out, token};
use crate::provider::{CLIENT, Certified, Person, Setup, open};
use crate::site::{PROVIDER, Site};

const TOKEN: &str = "who-knows-this-may-register";

fn registers(config: &mut ProviderConfig) {
    config.client_id.clear();
    config.client_secret = None;
    config.registration = Some(Registration {
        client_name: "Portal".to_owned(),
        initial_access_token: Some(Secret::from(TOKEN)),
        ..Registration::default()
    });
}

async fn scene(site: fn(&mut ProviderConfig)) -> (Certified, Site) {
    open(Setup {
        provider: json!({ "initial_access_token": TOKEN }),
        site,
        ..Setup::default()
    })
    .await
}

/// As whom the site last requested a sign-in.
async fn client(provider: &Certified) -> Value {
    provider.requests("/auth").await.pop().unwrap()["query"]["client_id"].clone()
}

#[tokio::test]
async fn si_5_a_certified_provider_registers_the_site_once_and_a_second_start_is_the_same_client() {
    let (provider, site) = scene(registers).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    let registered = client(&provider).await;
    assert!(registered.is_string() && registered != CLIENT, "{registered}");
    assert_eq!(provider.requests("/reg").await.len(), 1);
    assert_eq!(provider.requests("/reg").await[0]["status"], 201);

    let site = site.restart().await;
    assert_eq!(browser.open(&site.at("/me")).await.status, 200, "sessions stay as well");
    sign_in(&site, &mut Browser::new(), &Person("bob")).await;
    assert_eq!(client(&provider).await, registered);
    renew(&site, &mut browser, Duration::from_mins(5)).await;
    // The address to return to was registered, too.
    sign_out(&site, &mut browser, &Person("alice")).await;
    assert_eq!(provider.requests("/reg").await.len(), 1, "it is kept, not repeated");
}

#[tokio::test]
async fn si_5_a_certified_provider_that_does_not_know_the_token_registers_nobody() {
    let (provider, site) = scene(|config| {
        registers(config);
        let registration = config.registration.as_mut().unwrap();
        registration.initial_access_token = Some(Secret::from("guessed"));
    })
    .await;
    let page = Browser::new().open(&site.at("/auth/login")).await;
    assert_eq!(page.status, 503, "{page:?}");
    let problem = site.bff.readiness().remove(0).problem.unwrap();
    assert!(problem.contains("401") && !problem.contains("guessed"), "{problem}");
    assert!(provider.requests("/auth").await.is_empty());
}

#[tokio::test]
async fn si_5_a_certified_provider_registers_the_site_for_what_it_uses_and_once_more_when_that_is_more() {
    let (provider, site) = scene(registers).await;
    sign_in(&site, &mut Browser::new(), &Person("alice")).await;
    let refused = site.bff.client_token(PROVIDER, ClientTokenRequest::default()).await;
    assert_eq!(refused.unwrap_err(), TokenError::NotGranted);
    let more: fn(&mut ProviderConfig) = |config| {
        config.client_credentials = true;
        config.dpop = true;
    };
    let site = site.restart_as(more).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    assert_eq!(token(&site, &mut browser).await.scheme(), "DPoP");
    let granted = site.bff.client_token(PROVIDER, ClientTokenRequest::default()).await;
    assert_eq!(granted.unwrap().scheme(), "DPoP");
    let registrations = provider.requests("/reg").await;
    assert_eq!(registrations.len(), 2);
    assert!(registrations.iter().all(|r| r["status"] == 201), "{registrations:?}");
    let site = site.restart().await;
    sign_in(&site, &mut Browser::new(), &Person("bob")).await;
    assert_eq!(
        provider.requests("/reg").await.len(),
        2,
        "once more, not at every start"
    );
}

#[tokio::test]
async fn si_5_a_site_with_a_key_registers_it_at_a_certified_provider_and_shares_no_secret() {
    let (provider, site) = scene(|config| {
        registers(config);
        config.client_auth = client_key().method();
    })
    .await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    renew(&site, &mut browser, Duration::from_mins(5)).await;
    assert_eq!(provider.requests("/reg").await.len(), 1);
    for request in provider.requests("/token").await {
        let fields = request["fields"].as_array().unwrap();
        assert!(fields.contains(&json!("client_assertion")) && !fields.contains(&json!("client_secret")));
        assert_eq!((&request["status"], &request["scheme"]), (&json!(200), &json!("")));
    }
}

#[tokio::test]
async fn si_8_a_site_that_registered_itself_may_have_codes_made() {
    let (provider, site) = scene(|config| {
        registers(config);
        config.device_sign_in = true;
    })
    .await;
    let page = Browser::new().open(&site.at("/auth/device")).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(provider.requests("/device/auth").await[0]["status"], 200);
}
