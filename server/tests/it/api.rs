//! Portico's own messages API (TO-5).

use axum::body::Body;
use demo::Kind;
use http::{Method, Request, StatusCode, header};

use crate::support::{TestResponse, TestSite};

async fn fetch(site: &TestSite, path: &str, token: Option<&str>) -> TestResponse {
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
async fn to_5_a_caller_without_a_token_learns_what_is_missing() {
    let site = TestSite::start().await;
    let response = fetch(&site, "protected", None).await;
    assert_eq!(
        (response.status, response.header("www-authenticate")),
        (StatusCode::UNAUTHORIZED, "Bearer")
    );
    assert!(response.json()["message"].is_string());
    assert_eq!(fetch(&site, "public", None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn to_5_scopes_decide_what_a_token_opens() {
    let site = TestSite::start().await;
    let alice = token_of(&site, "alice").await;
    assert_eq!(fetch(&site, "protected", Some(&alice)).await.status, StatusCode::OK);
    let refused = fetch(&site, "admin", Some(&alice)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.header("www-authenticate").contains("insufficient_scope"),
        "{:?}",
        refused.headers
    );
    let erin = token_of(&site, "erin").await;
    assert_eq!(fetch(&site, "admin", Some(&erin)).await.status, StatusCode::OK);
}
