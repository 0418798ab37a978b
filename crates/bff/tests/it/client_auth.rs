//! Checklist CA-1: how the site proves who it is, to every endpoint that has to know.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bff::{
    Bff, BffConfig, ClientAuthMethod, ClientTokenRequest, KeyRing, MemorySessions, PlainPages, PrivateKey,
    ProviderConfig,
};
use demo::{Endpoint, Kind};

use crate::support::{ClientKey, Harness, Log, Setup, client_key, decoded, field};

/// A test site whose site signs.
async fn signing_harness() -> Harness {
    Harness::build(Setup {
        demo: |demo| {
            demo.client_keys = vec![client_key().jwk.clone()];
            demo.pushed_requests = true;
        },
        provider: |provider| {
            provider.client_secret = None;
            provider.client_auth = client_key().method();
        },
        ..Setup::default()
    })
    .await
}

#[tokio::test]
async fn ca_1_every_request_carries_its_own_short_assertion_for_the_issuer() {
    let harness = signing_harness().await;
    let api = harness.bff.introspecting_bearer("demo", "https://api.portico.example");
    let router = axum::Router::new()
        .route("/", axum::routing::get(|| async {}))
        .layer(api.require(&[]));
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    harness.advance(Duration::from_mins(5));
    assert_eq!(browser.open("/token").await.status, 200);
    harness
        .bff
        .client_token("demo", ClientTokenRequest::default())
        .await
        .unwrap();
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let request = http::Request::get("/").header("authorization", format!("Bearer {token}"));
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(response.status(), 200);
    browser.submit("/auth/logout", &[]).await;
    harness
        .until("revoked", |provider| provider.requests(Endpoint::Revoke) > 0)
        .await;

    let mut ids = HashSet::new();
    for (endpoint, count) in [
        (Endpoint::Par, 1),
        (Endpoint::Token, 3),
        (Endpoint::Introspect, 1),
        (Endpoint::Revoke, 1),
    ] {
        let bodies = harness.provider.bodies(endpoint);
        assert_eq!(bodies.len(), count, "{endpoint:?}");
        for body in &bodies {
            assert!(body.ends_with('\n'), "{endpoint:?}: an Authorization header: {body}");
            assert_eq!(field(body, "client_secret"), None);
            assert_eq!(field(body, "client_id").as_deref(), Some("portico"));
            assert_eq!(body.matches("client_id=").count(), 1, "{endpoint:?}");
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            assert_eq!(field(body, "client_assertion_type").as_deref(), Some(kind));
            let (header, claims) = decoded(&field(body, "client_assertion").unwrap());
            assert_eq!((&header["alg"], &header["kid"]), (&"ES256".into(), &"k1".into()));
            assert_eq!(claims["aud"], harness.issuer.as_str(), "{endpoint:?}");
            assert_eq!((&claims["iss"], &claims["sub"]), (&"portico".into(), &"portico".into()));
            let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
            assert!((1..=60).contains(&lives), "{lives}");
            assert!(ids.insert(claims["jti"].clone()), "an assertion was used twice");
        }
    }
}

#[tokio::test]
async fn ca_1_a_key_nobody_registered_signs_nobody_in_and_nothing_of_it_is_revealed() {
    let log = Log::start();
    let harness = Harness::build(Setup {
        demo: |demo| demo.client_keys = vec![client_key().jwk.clone()],
        provider: |provider| {
            provider.client_secret = None;
            provider.client_auth = ClientKey::fresh().method();
        },
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!((page.status, browser.session()), (502, None), "{}", page.body);
    let sent = field(&harness.provider.bodies(Endpoint::Token)[0], "client_assertion").unwrap();
    let seen = format!("{}{}", log.own(), browser.received);
    assert!(!seen.contains(&sent) && seen.contains("invalid_client"), "{seen}");
}

/// The form and the header of the one token request of a sign-in, and how that ended.
async fn token_request(method: fn(&mut ProviderConfig), demo: fn(&mut demo::DemoConfig)) -> (u16, String) {
    let harness = Harness::build(Setup {
        demo,
        provider: method,
        ..Setup::default()
    })
    .await;
    let status = harness.browser().sign_in("alice").await.status;
    (status, harness.provider.bodies(Endpoint::Token)[0].clone())
}

#[tokio::test]
async fn ca_1_a_secret_is_sent_where_the_setting_states() {
    let (status, basic) = token_request(|p| p.client_auth = ClientAuthMethod::SecretBasic, |_| {}).await;
    assert!(status == 303 && basic.contains("\nBasic ") && field(&basic, "client_secret").is_none());
    let (status, post) = token_request(|p| p.client_auth = ClientAuthMethod::SecretPost, |_| {}).await;
    assert!(status == 303 && post.ends_with('\n') && field(&post, "client_secret").is_some());
    let (status, none) = token_request(
        |p| {
            p.client_secret = None;
            p.client_auth = ClientAuthMethod::None;
        },
        |demo| demo.client_secret = String::new(),
    )
    .await;
    assert!(status == 303 && none.ends_with('\n') && field(&none, "client_secret").is_none());
    assert_eq!(field(&none, "client_id").as_deref(), Some("portico"));
}

#[tokio::test]
async fn ca_1_the_setting_wins_over_the_metadata() {
    let only_post = |demo: &mut demo::DemoConfig| {
        let methods = serde_json::json!(["client_secret_post"]);
        demo.faults
            .metadata
            .insert("token_endpoint_auth_methods_supported".into(), methods);
    };
    let (_, automatic) = token_request(|_| {}, only_post).await;
    assert!(field(&automatic, "client_secret").is_some());
    let (_, basic) = token_request(|p| p.client_auth = ClientAuthMethod::SecretBasic, only_post).await;
    assert!(field(&basic, "client_secret").is_none());
}

/// What is stated about a provider's `client_auth`.
fn problem(change: impl FnOnce(&mut ProviderConfig)) -> Option<String> {
    let mut provider = ProviderConfig::new("acme", "https://login.example.com", "portal").unwrap();
    change(&mut provider);
    let config = BffConfig::new("https://portal.example.com/".parse().unwrap(), KeyRing::ephemeral());
    let built = Bff::new(
        config.with_provider(provider),
        Arc::new(MemorySessions::new()),
        Arc::new(PlainPages),
    );
    let problems = built.err()?.problems;
    let found = problems.iter().find(|p| p.key == "providers.acme.client_auth");
    found.map(|p| p.problem.clone())
}

#[test]
fn ca_1_a_method_that_cannot_work_is_a_mistake_of_the_configuration() {
    let has = |change: fn(&mut ProviderConfig), words: &str| {
        let shown = problem(change).unwrap();
        assert!(shown.contains(words), "{shown}");
    };
    has(
        |p| p.client_auth = ClientAuthMethod::SecretBasic,
        "`client_secret_basic` needs a client_secret",
    );
    has(
        |p| p.client_auth = ClientAuthMethod::SecretPost,
        "`client_secret_post` needs a client_secret",
    );
    let secret = |p: &mut ProviderConfig| p.client_secret = Some("s".into());
    for method in [ClientAuthMethod::None, client_key().method()] {
        let shown = problem(|p| {
            secret(p);
            p.client_auth = method.clone();
        });
        assert!(shown.unwrap().contains("never sends the client_secret"));
        let fine = problem(|p| {
            secret(p);
            p.algorithms = vec!["HS256".into()];
            p.client_auth = method;
        });
        assert_eq!(fine, None, "the secret verifies ID tokens");
    }
    let key = PrivateKey::from_pem(&client_key().pem).unwrap();
    let kid = Some(String::new());
    let shown = problem(|p| p.client_auth = ClientAuthMethod::PrivateKeyJwt { key, kid });
    assert!(shown.unwrap().contains("kid"));
    assert_eq!(problem(|p| p.client_auth = client_key().method()), None);
}
