//! How the site proves who it is to a certified provider, and how it hands over what it requests.

use std::time::Duration;

use bff::{ClientAuthMethod, PushedRequests};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client_key::client_key;
use crate::journey::{renew, sign_in, sign_out, until_idle};
use crate::provider::{Person, Setup, open};

/// How long access tokens live there.
const LIFE: Duration = Duration::from_mins(5);

fn has(request: &Value, field: &str) -> bool {
    request["fields"].as_array().unwrap().iter().any(|known| known == field)
}

#[tokio::test]
async fn the_secret_travels_as_the_provider_requires_it() {
    for (method, scheme) in [("client_secret_basic", "basic"), ("client_secret_post", "")] {
        let setup = Setup {
            client: json!({ "token_endpoint_auth_method": method }),
            provider: json!({ "client_auth_methods": [method] }),
            ..Setup::default()
        };
        let (provider, site) = open(setup).await;
        let me = sign_in(&site, &mut Browser::new(), &Person("alice")).await;
        assert_eq!(me["subject"], "alice", "{method}");
        let requested = &provider.requests("/token").await[0];
        assert_eq!(requested["scheme"], scheme, "{method}");
        assert_eq!(has(requested, "client_secret"), scheme.is_empty(), "{method}");
    }
}

#[tokio::test]
async fn a_public_client_signs_in_with_pkce_alone() {
    let client =
        json!({ "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"] });
    let setup = Setup {
        client,
        site: |config| config.client_secret = None,
        ..Setup::default()
    };
    let (_provider, site) = open(setup).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    renew(&site, &mut browser, LIFE).await;
}

#[tokio::test]
async fn a_private_key_proves_the_site_at_every_endpoint() {
    let setup = Setup {
        client: json!({
            "client_secret": null,
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks": { "keys": [client_key().jwk] },
        }),
        site: |config| {
            config.client_secret = None;
            config.client_auth = client_key().method();
        },
        ..Setup::default()
    };
    let (provider, site) = open(setup).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    renew(&site, &mut browser, LIFE).await;
    sign_out(&site, &mut browser, &Person("alice")).await;
    until_idle(&site).await;
    assert!(!provider.requests("/token/revocation").await.is_empty());
    for path in ["/request", "/token", "/token/revocation"] {
        for request in provider.requests(path).await {
            assert!((200..300).contains(&request["status"].as_u64().unwrap()), "{request}");
            assert!(
                has(&request, "client_assertion") && !has(&request, "client_secret"),
                "{request}"
            );
        }
    }
}

#[tokio::test]
async fn requests_are_pushed_and_the_browser_carries_a_reference_alone() {
    let setup = Setup {
        client: json!({ "require_pushed_authorization_requests": true }),
        site: |config| config.pushed_requests = PushedRequests::Always,
        ..Setup::default()
    };
    let (provider, site) = open(setup).await;
    sign_in(&site, &mut Browser::new(), &Person("alice")).await;
    assert_eq!(provider.requests("/request").await[0]["status"], 201);
    let requested = &provider.requests("/auth").await[0];
    let names: Vec<_> = requested["query"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    assert_eq!(requested["asked"]["code_challenge_method"], "S256");
}

#[tokio::test]
async fn requests_pass_through_the_browser_where_the_operator_requires_that() {
    let setup = Setup {
        site: |config| {
            config.pushed_requests = PushedRequests::Never;
            config.client_auth = ClientAuthMethod::SecretPost;
        },
        ..Setup::default()
    };
    let (provider, site) = open(setup).await;
    sign_in(&site, &mut Browser::new(), &Person("alice")).await;
    assert!(provider.requests("/request").await.is_empty());
    assert_eq!(provider.requests("/auth").await[0]["query"]["response_type"], "code");
    assert!(has(&provider.requests("/token").await[0], "client_secret"));
}
