//! Whom does Portico's own messages API answer (TO-5)?

use axum::body::Body;
use demo::{Kind, Signing};
use http::{Method, Request, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::support::{Answer, TestSite};

async fn ask(site: &TestSite, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(format!("/api/messages/{path}"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    site.visitor().send(request.body(Body::empty()).unwrap()).await
}

async fn token_of(site: &TestSite, who: &str) -> String {
    site.sign_in(who).await;
    site.provider.newest(Kind::AccessToken).unwrap()
}

#[tokio::test]
async fn to_5_a_caller_without_a_token_is_told_what_is_missing() {
    let site = TestSite::start().await;
    let answer = ask(&site, "protected", None).await;
    assert_eq!(
        (answer.status, answer.header("www-authenticate")),
        (StatusCode::UNAUTHORIZED, "Bearer")
    );
    assert!(answer.json()["message"].is_string());
    assert_eq!(ask(&site, "public", None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn to_5_scopes_decide_what_a_token_opens() {
    let site = TestSite::start().await;
    let alice = token_of(&site, "alice").await;
    assert_eq!(ask(&site, "protected", Some(&alice)).await.status, StatusCode::OK);
    let refused = ask(&site, "admin", Some(&alice)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.header("www-authenticate").contains("insufficient_scope"),
        "{:?}",
        refused.headers
    );
    let erin = token_of(&site, "erin").await;
    assert_eq!(ask(&site, "admin", Some(&erin)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn to_5_a_session_cookie_opens_no_api() {
    let site = TestSite::start().await;
    let mut erin = site.sign_in("erin").await;
    assert_eq!(
        erin.get("/api/messages/protected").await.status,
        StatusCode::UNAUTHORIZED
    );
}

fn claims(site: &TestSite, change: &Value) -> Map<String, Value> {
    let now = site.provider.now();
    let issuer = &site.config.providers[0].provider.issuer;
    let mut claims = json!({
        "iss": issuer, "aud": "https://api.portico.example", "sub": "alice", "client_id": "portico", "jti": "x",
        "iat": now, "exp": now + 300, "scope": "messages:read",
    });
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        claims.insert(name.clone(), value.clone());
    }
    claims.clone()
}

#[tokio::test]
async fn to_5_a_token_for_somebody_else_or_forged_is_refused() {
    let site = TestSite::start().await;
    let header: Map<String, Value> = json!({ "typ": "at+jwt" }).as_object().unwrap().clone();
    let good = site.provider.mint(&header, &claims(&site, &json!({})), Signing::Proper);
    assert_eq!(
        ask(&site, "protected", Some(&good)).await.status,
        StatusCode::OK,
        "the test's own token is wrong"
    );

    let now = site.provider.now();
    let wrong = [
        ("issuer", json!({ "iss": "https://evil.example" })),
        ("audience", json!({ "aud": "portico" })),
        ("expiry", json!({ "exp": now - 600 })),
        ("not yet", json!({ "nbf": now + 600 })),
    ];
    for (what, change) in wrong {
        let token = site.provider.mint(&header, &claims(&site, &change), Signing::Proper);
        let answer = ask(&site, "protected", Some(&token)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}");
    }
    for signing in [
        Signing::Unsigned,
        Signing::HmacWithPublicKey,
        Signing::HmacWithClientSecret,
        Signing::Broken,
        Signing::Stranger,
        Signing::Embedded,
    ] {
        let token = site.provider.mint(&header, &claims(&site, &json!({})), signing);
        assert_eq!(
            ask(&site, "protected", Some(&token)).await.status,
            StatusCode::UNAUTHORIZED,
            "{signing:?}"
        );
    }
    let id_token = site.provider.newest(Kind::IdToken);
    if let Some(id_token) = id_token {
        assert_eq!(
            ask(&site, "protected", Some(&id_token)).await.status,
            StatusCode::UNAUTHORIZED,
            "an ID token"
        );
    }
}
