//! Is userinfo about the right person, and can it be read at all?

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::*;
use crate::{BffConfig, HttpLimits, KeyRing, ProviderConfig, Secret};

#[test]
fn tk_2_userinfo_about_somebody_else_or_nobody_is_refused() {
    assert!(claims_about("alice", br#"{"sub":"alice","name":"A"}"#).is_ok());
    for wrong in [r#"{"sub":"bob"}"#, r#"{"name":"A"}"#, r#"{"sub":1}"#] {
        assert!(matches!(
            claims_about("alice", wrong.as_bytes()),
            Err(UserinfoError::OtherSubject)
        ));
    }
    assert!(matches!(claims_about("alice", b"<html>"), Err(UserinfoError::NotJson)));
}

#[test]
fn userinfo_adds_but_does_not_replace_who_it_is() {
    let map = |value: Value| value.as_object().cloned().unwrap();
    let all = merged(
        map(json!({"iss": "i", "sub": "s", "nonce": "n", "name": "old"})),
        map(json!({"iss": "x", "sub": "y", "name": "new", "groups": []})),
    );
    assert_eq!(
        Value::Object(all),
        json!({"iss": "i", "sub": "s", "name": "new", "groups": []})
    );
}

/// A provider whose userinfo takes the token `general` alone, which a renewal without `resource` and the API's scope brings.
async fn strict_provider(names_api: impl FnOnce(&mut ProviderConfig)) -> (Provider, Metadata) {
    let userinfo = get(|headers: HeaderMap| async move {
        let is_general = headers.get(AUTHORIZATION).is_some_and(|v| v == "Bearer general");
        let claims = Json(json!({"sub": "alice", "groups": ["Engineering"]}));
        if is_general {
            Ok(claims)
        } else {
            Err(StatusCode::UNAUTHORIZED)
        }
    });
    let token = post(|form: String| async move {
        let renews = form.contains("grant_type=refresh_token") && form.contains("refresh_token=first");
        assert!(
            renews && !form.contains("resource") && !form.contains("api.example"),
            "{form}"
        );
        Json(json!({"access_token": "general", "token_type": "Bearer", "refresh_token": "second"}))
    });
    let routes = Router::new().route("/userinfo", userinfo).route("/token", token);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut config = ProviderConfig::new("strict", &issuer, "portal").unwrap();
    config.client_secret = Some(Secret::from("secret"));
    names_api(&mut config);
    let site = BffConfig::new("http://localhost:4040/".parse().unwrap(), KeyRing::ephemeral());
    let http = Arc::new(super::super::http::HttpClient::new(HttpLimits::default()).unwrap());
    let at = |path: &str| format!("{issuer}/{path}");
    let metadata = json!({
        "issuer": issuer, "authorization_endpoint": at("a"), "token_endpoint": at("token"), "jwks_uri": at("k"),
        "userinfo_endpoint": at("userinfo")
    });
    (
        Provider::new(config, &site, http),
        serde_json::from_value(metadata).unwrap(),
    )
}

fn by_resource(config: &mut ProviderConfig) {
    config.resource = Some("https://api.example".into());
}

fn by_scope(config: &mut ProviderConfig) {
    config.scopes = vec!["openid".into(), "profile".into(), "api.example/read".into()];
}

fn for_api(refresh_token: Option<&str>) -> Granted {
    let refresh_token = refresh_token.map(str::to_owned);
    Granted {
        access_token: "api".into(),
        expires_at: 0,
        renew_at: 0,
        refresh_token,
        refresh_end: None,
        id_token: None,
        scope: None,
        proof_key: None,
    }
}

#[tokio::test]
async fn to_2_a_token_for_an_api_is_kept_while_another_reads_userinfo() {
    for (provider, metadata) in [strict_provider(by_resource).await, strict_provider(by_scope).await] {
        let mut granted = for_api(Some("first"));
        let claims = provider
            .userinfo_beside_api(&metadata, &mut granted, "alice")
            .await
            .unwrap();
        assert_eq!(claims["groups"], json!(["Engineering"]));
        assert_eq!(
            (granted.access_token.as_str(), granted.refresh_token.as_deref()),
            ("api", Some("second"))
        );
        let other = provider
            .userinfo_beside_api(&metadata, &mut for_api(Some("first")), "bob")
            .await;
        assert!(matches!(other, Err(UserinfoError::OtherSubject)));
    }
}

#[tokio::test]
async fn without_a_renewal_the_id_token_has_to_do() {
    let (provider, metadata) = strict_provider(by_resource).await;
    assert!(
        provider
            .userinfo_beside_api(&metadata, &mut for_api(None), "alice")
            .await
            .unwrap()
            .is_empty()
    );
}
