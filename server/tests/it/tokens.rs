//! Tokens stay on the server, and are valid when they are needed.

use demo::{Endpoint, Kind};
use http::StatusCode;
use serde_json::json;

use crate::support::TestSite;

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn to_1_no_token_code_or_session_id_is_in_any_byte_a_browser_can_read() {
    let site = TestSite::start().await;
    let mut erin = site.sign_in("erin").await;
    for path in [
        "/",
        "/profile",
        "/public",
        "/protected",
        "/admin",
        "/docs",
        "/docs/1",
        "/nothing",
        "/auth/session",
    ] {
        erin.get(path).await;
    }
    for (name, arguments) in [
        ("current_user", json!({})),
        ("profile", json!({})),
        ("message", json!({ "kind": "admin" })),
    ] {
        erin.call(name, &arguments).await;
    }
    let issued = site.provider.issued();
    for kind in [Kind::Code, Kind::AccessToken, Kind::RefreshToken, Kind::IdToken] {
        assert!(
            issued.iter().any(|token| token.kind == kind),
            "no {kind:?} was issued: the test proves nothing"
        );
    }
    for token in &issued {
        assert!(
            !contains(&erin.seen, &token.value),
            "a {:?} reached the browser",
            token.kind
        );
        // Parts of a token are as bad: a payload alone reveals its claims.
        for part in token.value.split('.').filter(|part| part.len() > 40) {
            assert!(
                !contains(&erin.seen, part),
                "a part of a {:?} reached the browser",
                token.kind
            );
        }
    }
    for (name, value) in &erin.cookies {
        assert!(
            !contains(&erin.seen, value),
            "the cookie `{name}` is readable outside its header"
        );
        assert!(
            issued.iter().all(|token| !value.contains(&token.value)),
            "the cookie `{name}` holds a token"
        );
    }
    erin.post_form("/auth/logout", &[]).await;
}

#[tokio::test]
async fn to_4_a_provider_outage_preserves_the_session() {
    let site = TestSite::start().await;
    site.provider.change(|faults| {
        faults.token_response.insert("expires_in".to_owned(), json!(0));
    });
    let mut alice = site.sign_in("alice").await;
    site.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, demo::FaultResponse::Json(503, json!({})));
    });
    assert_eq!(alice.get("/protected").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        alice.get("/profile").await.status,
        StatusCode::OK,
        "the outage ended the session"
    );
    site.provider.change(|faults| faults.responses.clear());
    let after = alice.get("/protected").await;
    assert!(
        matches!(after.status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE),
        "{}",
        after.status
    );
}

#[tokio::test]
async fn dp_1_the_messages_of_this_site_are_read_with_a_bound_token_that_is_no_bearer_token() {
    let site = TestSite::with_provider(|config| config.providers[0].provider.dpop = true).await;
    let mut alice = site.sign_in("alice").await;
    let page = alice.get("/protected").await;
    assert!(page.body.contains("your access token is valid"), "{}", page.body);
    let token = site.provider.newest(Kind::AccessToken).unwrap();
    let mut program = site.visitor();
    for scheme in ["Bearer", "DPoP"] {
        let request = program
            .request(http::Method::GET, "/api/messages/protected")
            .header("authorization", format!("{scheme} {token}"));
        let response = program.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{scheme}: {}", response.body);
    }
}
