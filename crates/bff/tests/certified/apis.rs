//! Tokens of a certified provider at APIs: JWT by resource indicators, opaque by introspection, and the site's own.

use bff::ClientTokenRequest;
use serde_json::Value;

use crate::browser::{Browser, wire};
use crate::journey::{sign_in, token};
use crate::provider::{Person, Setup, open};
use crate::site::{PROVIDER, Site};

async fn call(site: &Site, path: &str, token: &str) -> (u16, Value) {
    let response = wire().get(site.at(path)).bearer_auth(token).send().await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap(),
    )
}

#[tokio::test]
async fn a_jwt_for_one_api_opens_that_api_and_no_other() {
    let setup = Setup {
        site: |config| {
            config.resource = Some("https://api.portico.example".to_owned());
            config.scopes.push("messages:read".to_owned());
        },
        ..Setup::default()
    };
    let (_provider, site) = open(setup).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Person("alice")).await;
    assert_eq!(
        me["claims"]["name"], "Alice Archer",
        "userinfo is read with a token of its own"
    );
    let token = token(&site, &mut browser).await;
    let (status, who) = call(&site, "/api/jwt", token.secret()).await;
    assert_eq!((status, &who["subject"]), (200, &"alice".into()), "{who}");
    assert_eq!(call(&site, "/api/opaque", token.secret()).await.0, 401);
}

#[tokio::test]
async fn an_opaque_token_is_introspected() {
    let setup = Setup {
        site: |config| {
            config.resource = Some("https://opaque.portico.example".to_owned());
            config.scopes.push("messages:read".to_owned());
        },
        ..Setup::default()
    };
    let (provider, site) = open(setup).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Person("alice")).await;
    let token = token(&site, &mut browser).await;
    let (status, who) = call(&site, "/api/opaque", token.secret()).await;
    assert_eq!((status, &who["subject"]), (200, &"alice".into()), "{who}");
    assert_eq!(call(&site, "/api/jwt", token.secret()).await.0, 401);
    assert_eq!(provider.requests("/token/introspection").await.len(), 1);

    let (status, _) = call(&site, "/api/opaque", "made up").await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn the_site_has_a_token_of_its_own() {
    let (provider, site) = open(Setup::default()).await;
    let request = ClientTokenRequest {
        scopes: vec!["messages:read".to_owned()],
        resource: Some("https://api.portico.example".to_owned()),
        ..ClientTokenRequest::default()
    };
    let token = site.bff.client_token(PROVIDER, request.clone()).await.unwrap();
    let (status, who) = call(&site, "/api/jwt", token.secret()).await;
    assert_eq!((status, &who["scopes"][0]), (200, &"messages:read".into()), "{who}");
    assert_eq!(site.bff.client_token(PROVIDER, request).await.unwrap(), token);
    assert_eq!(provider.requests("/token").await.len(), 1, "it is kept");
}
