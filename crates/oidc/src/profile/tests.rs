//! Tests of userinfo responses: subject and format.

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::*;
use crate::config::clock::Clock;
use crate::config::secret::Secret;
use crate::config::{HttpLimits, ProviderConfig};
use crate::http::HttpClient;

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
    let http = Arc::new(HttpClient::new(HttpLimits::default()).unwrap());
    let redirect_uri = "http://localhost:4040/auth/callback/strict".to_owned();
    let at = |path: &str| format!("{issuer}/{path}");
    let metadata = json!({
        "issuer": issuer, "authorization_endpoint": at("a"), "token_endpoint": at("token"), "jwks_uri": at("k"),
        "userinfo_endpoint": at("userinfo")
    });
    (
        Provider::new(config, redirect_uri, Clock::system(), http),
        serde_json::from_value(metadata).unwrap(),
    )
}

fn by_resource(config: &mut ProviderConfig) {
    config.resource = Some("https://api.example".into());
}

fn by_scope(config: &mut ProviderConfig) {
    config.scopes = vec!["openid".into(), "profile".into(), "api.example/read".into()];
}

fn for_api(refresh_token: Option<&str>) -> TokenResponse {
    let refresh_token = refresh_token.map(str::to_owned);
    TokenResponse {
        access_token: "api".into(),
        expires_at: 0,
        renew_at: 0,
        refresh_token,
        refresh_expires_in: None,
        id_token: None,
        scope: None,
        proof_key: None,
    }
}

/// An ID token about `subject` that reveals nothing else.
fn id_token(subject: &str) -> IdToken {
    IdToken {
        issuer: String::new(),
        subject: subject.to_owned(),
        sid: None,
        auth_time: None,
        claims: Map::new(),
        acr: None,
        amr: Vec::new(),
    }
}

#[tokio::test]
async fn to_2_a_token_for_an_api_is_used_while_another_reads_userinfo() {
    for (provider, metadata) in [strict_provider(by_resource).await, strict_provider(by_scope).await] {
        let mut granted = for_api(Some("first"));
        let claims = provider
            .userinfo_beside(&metadata, &mut granted, &id_token("alice"))
            .await;
        assert_eq!(claims.unwrap()["groups"], json!(["Engineering"]));
        assert_eq!(
            (granted.access_token.as_str(), granted.refresh_token.as_deref()),
            ("api", Some("second"))
        );
        let other = provider
            .userinfo_beside(&metadata, &mut for_api(Some("first")), &id_token("bob"))
            .await;
        assert!(matches!(other, Err(UserinfoError::OtherSubject)));
    }
}

#[tokio::test]
async fn without_a_renewal_the_id_token_has_to_do() {
    let (provider, metadata) = strict_provider(by_resource).await;
    let claims = provider
        .userinfo_beside(&metadata, &mut for_api(None), &id_token("alice"))
        .await;
    assert!(claims.unwrap().is_empty());
}

#[test]
fn si_1_a_refusal_is_distinguished_from_trouble() {
    let status = |code| StatusCode::from_u16(code).unwrap();
    for code in [204, 400, 401, 403, 404, 405, 406, 410, 501] {
        assert!(is_refused(status(code)), "{code}");
    }
    for code in [200, 206, 301, 302, 307, 408, 425, 429, 500, 502, 503, 504] {
        assert!(!is_refused(status(code)), "{code}");
    }
}
