//! Checklist DP-1 and DP-2 at a certified provider: tokens that are of no use without the site's key (RFC 9449).

use std::time::Duration;

use bff::{AccessToken, ClientTokenRequest};
use http::Method;
use serde_json::{Value, json};

use crate::browser::{Browser, wire};
use crate::journey::{renew, sign_in, token};
use crate::provider::{Certified, Person, Setup, open};
use crate::site::{PROVIDER, Site};

/// How long access tokens live there.
const LIFE: Duration = Duration::from_mins(5);

/// A provider that gives the site bound tokens only, and requests nonces or does not.
async fn bound(nonce: bool) -> (Certified, Site) {
    let setup = Setup {
        client: json!({ "dpop_bound_access_tokens": true }),
        provider: json!({ "dpop_nonce": nonce }),
        site: |config| config.dpop = true,
    };
    open(setup).await
}

/// What the provider's userinfo states to whoever shows this.
async fn userinfo(provider: &Certified, authorization: &str, proof: Option<String>) -> (u16, Value) {
    let mut requested = wire()
        .get(format!("{}/me", provider.issuer))
        .header("authorization", authorization);
    if let Some(proof) = proof {
        requested = requested.header("dpop", proof);
    }
    let response = requested.send().await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default(),
    )
}

/// Status, and whether there was a proof, of every request to `path`.
async fn requested(provider: &Certified, path: &str) -> Vec<(u64, bool)> {
    let requests = provider.requests(path).await;
    let stated = |r: &Value| (r["status"].as_u64().unwrap(), r["dpop"] == true);
    requests.iter().map(stated).collect()
}

fn proof(provider: &Certified, token: &AccessToken, method: &Method) -> Option<String> {
    let url = format!("{}/me", provider.issuer).parse().unwrap();
    token.proof(method, &url).unwrap()
}

#[tokio::test]
async fn dp_1_a_certified_provider_binds_the_tokens_and_takes_every_proof() {
    let (provider, site) = bound(false).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Person("alice")).await;
    assert_eq!(me["claims"]["name"], "Alice Archer", "userinfo was read with a proof");
    let first = token(&site, &mut browser).await;
    renew(&site, &mut browser, LIFE).await;
    let renewed = token(&site, &mut browser).await;
    assert_eq!((first.scheme(), renewed.scheme()), ("DPoP", "DPoP"));
    assert_eq!(requested(&provider, "/token").await, [(200, true), (200, true)]);
    assert_eq!(requested(&provider, "/me").await, [(200, true)]);
    assert_eq!(provider.requests("/me").await[0]["scheme"], "dpop");
    let seen = provider.seen().await;
    let issued = seen["issued"].as_array().unwrap().iter();
    let mut tokens = issued.filter(|issued| issued["kind"] == "access_token");
    assert!(tokens.all(|issued| issued["type"] == "DPoP"), "{seen}");
    // The code was bound before it was issued.
    let stated = &provider.requests("/auth").await[0]["asked"]["dpop_jkt"];
    assert_eq!(stated.as_str().map(str::len), Some(43), "{stated}");
}

#[tokio::test]
async fn dp_1_a_bound_token_opens_nothing_without_its_proof() {
    let (provider, site) = bound(false).await;
    let (mut browser, mut other) = (Browser::new(), Browser::new());
    sign_in(&site, &mut browser, &Person("alice")).await;
    let ours = token(&site, &mut browser).await;
    sign_in(&site, &mut other, &Person("bob")).await;
    let others = token(&site, &mut other).await;
    let shown = format!("DPoP {}", ours.secret());

    let (status, who) = userinfo(&provider, &shown, proof(&provider, &ours, &Method::GET)).await;
    assert_eq!((status, &who["sub"]), (200, &json!("alice")), "{who}");
    let bearer = format!("Bearer {}", ours.secret());
    for (why, shown, proof) in [
        ("as bearer", &bearer, None),
        ("no proof", &shown, None),
        ("another method", &shown, proof(&provider, &ours, &Method::POST)),
        ("another's key", &shown, proof(&provider, &others, &Method::GET)),
    ] {
        let (status, response) = userinfo(&provider, shown, proof).await;
        assert!((400..=401).contains(&status), "{why}: {status} {response}");
    }
}

#[tokio::test]
async fn dp_1_the_site_s_own_tokens_are_bound_too() {
    let (provider, site) = bound(false).await;
    let request = ClientTokenRequest {
        scopes: vec!["messages:read".to_owned()],
        resource: Some("https://api.portico.example".to_owned()),
        ..ClientTokenRequest::default()
    };
    let token = site.bff.client_token(PROVIDER, request).await.unwrap();
    assert_eq!(token.scheme(), "DPoP");
    assert_eq!(requested(&provider, "/token").await, [(200, true)]);
}

#[tokio::test]
async fn dp_2_a_certified_provider_that_requires_nonces_gets_them() {
    let (provider, site) = bound(true).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    // Once without, because nobody knew; then the request again, and never twice in vain.
    let (token_requests_sent, required_person) =
        (requested(&provider, "/token").await, requested(&provider, "/me").await);
    assert_eq!(token_requests_sent, [(400, true), (200, true)]);
    assert_eq!(required_person.last(), Some(&(200, true)), "{required_person:?}");
    renew(&site, &mut browser, LIFE).await;
    sign_in(&site, &mut Browser::new(), &Person("bob")).await;
    let later = requested(&provider, "/token").await;
    assert_eq!(later[2..], [(200, true), (200, true)], "the newest nonce is known");
}
