//! SI-5: a provider is known by its discovery document or by what the configuration specifies of it, and the site by what was
//! registered beforehand or by registering itself, once.

use std::time::Duration;

use bff::{BffConfig, ProviderConfig, Registration, Secret};
use demo::{DemoConfig, Endpoint, FaultResponse, Patch};
use serde_json::{Value, json};

use crate::support::{Harness, Log, Setup, patch, without};

pub(crate) fn registers(config: &mut DemoConfig) {
    config.registers = Some("let me in".to_owned());
}

pub(crate) fn registering(provider: &mut ProviderConfig) {
    provider.client_id.clear();
    provider.client_secret = None;
    provider.registration = Some(Registration {
        client_name: "Portal".to_owned(),
        initial_access_token: Some(Secret::from("let me in")),
        ..Registration::default()
    });
}

async fn harness() -> Harness {
    let setup = Setup {
        demo: registers,
        provider: registering,
        ..Setup::default()
    };
    Harness::build(setup).await
}

#[tokio::test]
async fn si_5_the_site_registers_itself_once_and_every_replica_is_that_client() {
    let harness = harness().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(harness.provider.requests(Endpoint::Register), 1);
    let sent_body = harness.provider.bodies(Endpoint::Register).remove(0);
    let registration_request: Value = serde_json::from_str(sent_body.lines().next().unwrap()).unwrap();
    let callback = format!("{}auth/callback/demo", harness.site);
    assert_eq!(registration_request["redirect_uris"], json!([callback]));
    assert_eq!(registration_request["client_name"], "Portal");
    assert_eq!(registration_request["backchannel_logout_session_required"], true);
    let front_channel = format!("{}auth/frontchannel-logout/demo", harness.site);
    assert_eq!(registration_request["frontchannel_logout_uri"], front_channel, "fc_1");
    assert_eq!(
        registration_request["frontchannel_logout_session_required"], true,
        "fc_1"
    );

    // A replica, and a start after that, find what is stored.
    for _ in 0..2 {
        let mut there = harness.at_replica(&browser, |_| {}).await;
        assert_eq!(there.open("/me").await.status, 200);
        assert_eq!(there.start("/auth/login").await.query_pairs().count(), 9);
    }
    assert_eq!(harness.provider.requests(Endpoint::Register), 1);
    let secret = "portico-demo-secret";
    let file = harness.database_bytes().await;
    let shows = |needle: &str| file.windows(needle.len()).any(|w| w == needle.as_bytes());
    assert!(!shows(secret) && !shows("let me in"), "what is kept is sealed");
}

#[tokio::test]
async fn si_5_a_registration_that_is_refused_or_odd_makes_nobody_ready_and_is_tried_again() {
    let harness = harness().await;
    for (response, why) in [
        (without("client_id"), "cannot be read"),
        (patch("client_id", ""), "somebody else"),
        (
            patch("redirect_uris", json!(["https://evil.example/"])),
            "somebody else",
        ),
    ] {
        harness.provider.change(|faults| faults.registration = response);
        assert_eq!(harness.browser().open("/auth/login").await.status, 503, "{why}");
        let problem = harness.bff.readiness()[0].problem.clone().unwrap();
        assert!(problem.contains(why), "{problem}");
        harness.advance(Duration::from_hours(24));
    }
    harness.provider.change(|faults| faults.registration = Patch::new());
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
}

#[tokio::test]
async fn si_5_a_provider_that_makes_clients_of_no_use_gets_no_further_requests() {
    for response in [
        without("client_id"),
        patch("client_secret_expires_at", 1),
        patch("grant_types", json!(["implicit"])),
        Patch::new(),
    ] {
        let harness = self::harness().await;
        harness.provider.change(|faults| {
            if response.is_empty() {
                faults
                    .responses
                    .insert(Endpoint::Register, FaultResponse::Oversize(2_000_000));
            }
            faults.registration = response;
        });
        // Pauses double from a minute on: 1, 2, 4, and 8 that is not over.
        for _ in 0..60 {
            assert_eq!(harness.browser().open("/auth/login").await.status, 503);
            harness.advance(Duration::from_secs(10));
        }
        assert_eq!(harness.provider.requests(Endpoint::Register), 4);
        let problem = harness.bff.readiness()[0].problem.clone().unwrap();
        assert!(problem.contains("tried again in 8 minutes"), "{problem}");
        harness.provider.change(|faults| {
            faults.registration = Patch::new();
            faults.responses.clear();
        });
        harness.advance(Duration::from_mins(8));
        assert_eq!(harness.browser().sign_in("alice").await.status, 303);
        assert_eq!(harness.provider.requests(Endpoint::Register), 5);
    }
}

/// What the provider was requested at its last registration.
pub(crate) fn registration_request(harness: &Harness) -> Value {
    let shown = harness.provider.bodies(Endpoint::Register).pop().unwrap();
    serde_json::from_str(shown.lines().next().unwrap()).unwrap()
}

#[tokio::test]
async fn si_5_a_site_requests_just_the_grants_and_bound_tokens_it_uses() {
    let harness = harness().await;
    harness.browser().start("/auth/login").await;
    let unrequested = registration_request(&harness);
    assert_eq!(
        unrequested["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(unrequested.get("dpop_bound_access_tokens"), None);
    let setup = Setup {
        demo: registers,
        provider: |provider| {
            registering(provider);
            provider.client_credentials = true;
            provider.dpop = true;
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    harness.browser().start("/auth/login").await;
    let more = registration_request(&harness);
    assert!(
        more["grant_types"]
            .as_array()
            .unwrap()
            .contains(&json!("client_credentials"))
    );
    assert_eq!(more["dpop_bound_access_tokens"], true);
}

#[tokio::test]
async fn si_5_what_was_registered_for_less_is_not_used_for_more() {
    let harness = harness().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let more: [fn(&mut BffConfig); 3] = [
        |config| config.providers[0].client_credentials = true,
        |config| config.providers[0].device_sign_in = true,
        |config| config.providers[0].dpop = true,
    ];
    for (before, change) in more.into_iter().enumerate() {
        for _ in 0..2 {
            harness.at_replica(&browser, change).await.start("/auth/login").await;
            assert_eq!(
                harness.provider.requests(Endpoint::Register),
                before + 2,
                "once for each"
            );
        }
    }
    assert_eq!(registration_request(&harness)["dpop_bound_access_tokens"], true);
}

#[tokio::test]
async fn si_5_a_grant_that_is_not_given_is_named_and_not_requested_over_and_over() {
    let log = Log::start();
    let harness = harness().await;
    let given = patch("grant_types", json!(["authorization_code", "refresh_token"]));
    harness.provider.change(|faults| faults.registration = given);
    let browser = harness.browser();
    for _ in 0..3 {
        let change: fn(&mut BffConfig) = |config| config.providers[0].client_credentials = true;
        harness.at_replica(&browser, change).await.start("/auth/login").await;
    }
    assert_eq!(harness.provider.requests(Endpoint::Register), 1);
    let reported = log.own();
    assert!(
        reported.contains("without grants it needs") && reported.contains("client_credentials"),
        "{reported}"
    );
}

#[tokio::test]
async fn si_5_a_wrong_initial_access_token_is_named_without_being_revealed() {
    let setup = Setup {
        demo: registers,
        provider: |provider| {
            registering(provider);
            let registration = provider.registration.as_mut().unwrap();
            registration.initial_access_token = Some(Secret::from("a wrong one"));
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    assert_eq!(harness.browser().open("/auth/login").await.status, 503);
    let problem = harness.bff.readiness()[0].problem.clone().unwrap();
    assert!(
        problem.contains("401") && problem.contains("invalid_token"),
        "{problem}"
    );
    assert!(!problem.contains("a wrong one"));
}

#[tokio::test]
async fn si_5_a_secret_that_ends_is_replaced_at_the_next_start() {
    let harness = harness().await;
    let soon = harness.provider.now() + 600;
    let ends = patch("client_secret_expires_at", soon);
    harness.provider.change(|faults| faults.registration = ends);
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    harness.at_replica(&browser, |_| {}).await.start("/auth/login").await;
    assert_eq!(harness.provider.requests(Endpoint::Register), 1, "still good");
    harness.advance(Duration::from_mins(15));
    harness.provider.change(|faults| faults.registration = Patch::new());
    harness.at_replica(&browser, |_| {}).await.start("/auth/login").await;
    assert_eq!(harness.provider.requests(Endpoint::Register), 2);
}

#[tokio::test]
async fn si_5_se_8_a_registration_outlives_the_key_it_was_sealed_with() {
    let harness = harness().await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let old = std::fs::read_to_string(harness.keys()).unwrap();
    let new = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    for ring in [format!("{new}\n{old}"), new.to_owned()] {
        std::fs::write(harness.keys(), ring).unwrap();
        let mut there = harness.at_replica(&browser, |_| {}).await;
        assert_eq!(there.sign_in("alice").await.status, 303);
        assert_eq!(there.open("/token").await.status, 200);
    }
    assert_eq!(harness.provider.requests(Endpoint::Register), 1);
}

/// As whom the site sends people to the provider.
async fn client(harness: &Harness) -> String {
    let there = harness.browser().start("/auth/login").await;
    let client = there.query_pairs().find(|(name, _)| name == "client_id");
    client.unwrap().1.into_owned()
}

#[tokio::test]
async fn si_5_a_secret_that_ends_is_replaced_while_the_site_runs() {
    let harness = harness().await;
    let until = harness.provider.now() + 600;
    let change = |id: &str, until: i64| {
        let mut response = patch("client_id", id);
        response.insert("client_secret_expires_at".to_owned(), until.into());
        harness.provider.change(|faults| faults.registration = response);
    };
    change("first", until);
    assert_eq!(client(&harness).await, "first");
    change("second", until + 600);
    harness.advance(Duration::from_secs(530));
    assert_eq!(client(&harness).await, "first", "good for more than a minute");
    // A minute before its end a new one is requested; until then the old one is better than none.
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Register, FaultResponse::Json(503, json!({})));
    });
    harness.advance(Duration::from_secs(30));
    assert_eq!(client(&harness).await, "first");
    assert!(harness.bff.readiness()[0].ready);
    harness.advance(Duration::from_secs(40));
    assert_eq!(harness.browser().open("/auth/login").await.status, 503);
    assert!(!harness.bff.readiness()[0].ready);
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(Duration::from_secs(2));
    assert_eq!(client(&harness).await, "second");
    // Another replica finds it.
    let mut there = harness.at_replica(&harness.browser(), |_| {}).await;
    assert!(there.start("/auth/login").await.as_str().contains("client_id=second"));
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
async fn si_5_a_provider_whose_metadata_are_written_down_gets_no_request_for_them() {
    let setup = Setup {
        provider: written,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(harness.provider.requests(Endpoint::Discovery), 0);
    harness.provider.change(|faults| faults.callback = without("iss"));
    assert_eq!(
        harness.browser().sign_in("alice").await.status,
        400,
        "what is written counts"
    );
}

#[test]
fn si_5_written_metadata_are_checked_like_fetched_ones() {
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
