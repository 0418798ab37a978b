//! TO-5 of the features: APIs that take access tokens (RFC 6750, RFC 9068; checklist IN-2).

use axum::Router;
use axum::routing::get;
use demo::{Kind, Patch, Signing};
use serde_json::{Map, Value, json};

use crate::support::{Browser, Harness, Log, Page};

/// Calls the API with an `Authorization` header.
async fn call(harness: &Harness, authorization: &str) -> Page {
    let mut caller: Browser = harness.browser();
    let send = caller.get("/api/read").silent().header("authorization", authorization);
    caller.send(send).await
}

/// The claims of a good access token.
fn claims(harness: &Harness) -> Map<String, Value> {
    let now = harness.provider.now();
    json!({
        "iss": harness.issuer, "sub": "alice", "aud": "https://api.portico.example", "client_id": "other-app",
        "scope": "openid messages:read", "iat": now, "exp": now + 300, "jti": "1",
    })
    .as_object()
    .unwrap()
    .clone()
}

fn header() -> Patch {
    json!({ "typ": "at+jwt" }).as_object().unwrap().clone()
}

#[tokio::test]
async fn to_5_a_token_of_the_provider_opens_the_api_and_names_the_caller() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let page = call(&harness, &format!("Bearer {token}")).await;
    assert_eq!(page.status, 200, "{} {:?}", page.body, page.headers);
    let caller: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(
        (&caller["issuer"], &caller["subject"]),
        (&json!(harness.issuer), &json!("alice"))
    );
    assert_eq!(caller["client_id"], "portico");
    assert!(caller["scopes"].as_array().unwrap().contains(&json!("messages:read")));
    let lower_case = call(&harness, &format!("bearer {token}")).await;
    assert_eq!(lower_case.status, 200, "the scheme's case does not matter");
}

#[tokio::test]
async fn to_5_without_a_token_the_api_states_what_is_needed() {
    let harness = Harness::new().await;
    for nothing in ["", "Basic cG9ydGljbzpzZWNyZXQ="] {
        let page = call(&harness, nothing).await;
        assert_eq!(page.status, 401, "{nothing}");
        assert!(
            page.header("www-authenticate").starts_with("Bearer"),
            "{:?}",
            page.headers
        );
        assert!(
            !page.header("www-authenticate").contains("error="),
            "no error where nothing was tried (RFC 6750 §3.1)"
        );
        let body: Value = serde_json::from_str(&page.body).unwrap();
        assert!(body["message"].is_string());
    }
}

#[tokio::test]
async fn to_5_a_session_cookie_does_not_open_a_bearer_api() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    assert_eq!(browser.open("/api/read").await.status, 401);
}

#[tokio::test]
async fn in_2_to_5_tokens_that_are_wrong_in_any_way_are_refused() {
    let harness = Harness::new().await;
    let now = harness.provider.now();
    let good = harness.provider.mint(&header(), &claims(&harness), Signing::Proper);
    assert_eq!(
        call(&harness, &format!("Bearer {good}")).await.status,
        200,
        "the control"
    );
    let mut wrong = vec![
        "x".to_owned(),
        "a.b.c".to_owned(),
        format!("{good}x"),
        good.replace('.', ".."),
    ];
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", Value::Null),
        ("aud", json!("https://other.example")),
        ("aud", json!("portico")),
        ("aud", Value::Null),
        ("exp", json!(now - 120)),
        ("exp", Value::Null),
        ("nbf", json!(now + 600)),
        ("sub", Value::Null),
        ("sub", json!("")),
    ] {
        let mut claims = claims(&harness);
        claims.insert(name.into(), value.clone());
        claims.retain(|_, value| !value.is_null());
        wrong.push(harness.provider.mint(&header(), &claims, Signing::Proper));
    }
    for signing in [
        Signing::Unsigned,
        Signing::Broken,
        Signing::Stranger,
        Signing::Embedded,
        Signing::Unpublished,
        Signing::HmacWithPublicKey,
        Signing::HmacWithClientSecret,
    ] {
        wrong.push(harness.provider.mint(&header(), &claims(&harness), signing));
    }
    for (number, token) in wrong.iter().enumerate() {
        let page = call(&harness, &format!("Bearer {token}")).await;
        assert_eq!(page.status, 401, "{number}: {token}");
        assert!(
            page.header("www-authenticate").contains("error=\"invalid_token\""),
            "{number}: {:?}",
            page.headers
        );
        assert!(!page.body.contains(token.as_str()));
    }
}

#[tokio::test]
async fn dp_1_a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let log = Log::start();
    let harness = Harness::new().await;
    for bound in [json!({ "jkt": "a" }), json!({ "x5t#S256": "a" }), json!({})] {
        let mut claims = claims(&harness);
        claims.insert("cnf".into(), bound.clone());
        let token = harness.provider.mint(&header(), &claims, Signing::Proper);
        let page = call(&harness, &format!("Bearer {token}")).await;
        assert_eq!(page.status, 401, "{bound}");
        assert!(
            page.header("www-authenticate").contains("error=\"invalid_token\""),
            "{:?}",
            page.headers
        );
        assert_eq!(call(&harness, &format!("DPoP {token}")).await.status, 401, "{bound}");
    }
    assert_eq!(log.own().matches("failure=\"access_token_missing_proof\"").count(), 3);
}

#[tokio::test]
async fn to_5_an_id_token_is_no_access_token() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let id_token = harness.provider.newest(Kind::IdToken).unwrap();
    assert_eq!(call(&harness, &format!("Bearer {id_token}")).await.status, 401);
    // Not even one that names the API.
    for typ in [json!("logout+jwt"), json!("dpop+jwt")] {
        let mut header = header();
        header.insert("typ".into(), typ.clone());
        let token = harness.provider.mint(&header, &claims(&harness), Signing::Proper);
        assert_eq!(call(&harness, &format!("Bearer {token}")).await.status, 401, "{typ}");
    }
}

#[tokio::test]
async fn in_2_an_api_called_like_its_client_is_not_opened_by_id_tokens_without_nonce() {
    let harness = Harness::new().await;
    let api = Router::new()
        .route("/", get(async || "in"))
        .layer(harness.bff.bearer("portico").require(&[]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, api).await });
    let call = async |token: &str| {
        let mut program = harness.browser();
        let send = program.get(&address).silent();
        program
            .send(send.header("authorization", &format!("Bearer {token}")))
            .await
            .status
    };
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(std::time::Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(
        call(&harness.provider.newest(Kind::IdToken).unwrap()).await,
        401,
        "a renewed one"
    );
    let now = harness.provider.now();
    let named = json!({ "iss": harness.issuer, "sub": "alice", "aud": "portico", "iat": now, "exp": now + 300 });
    let mint = |header: &Patch, more: (&str, Value)| {
        let mut claims = named.as_object().unwrap().clone();
        claims.insert(more.0.to_owned(), more.1);
        harness.provider.mint(header, &claims, Signing::Proper)
    };
    let jwt = json!({ "typ": "JWT" }).as_object().unwrap().clone();
    assert_eq!(call(&mint(&jwt, ("sid", json!("s1")))).await, 401, "from a device");
    assert_eq!(call(&mint(&jwt, ("at_hash", json!("x")))).await, 401);
    for shown in [
        ("scope", json!("a")),
        ("scp", json!("a")),
        ("roles", json!(["a"])),
        ("client_id", json!("x")),
    ] {
        assert_eq!(call(&mint(&jwt, shown.clone())).await, 200, "{shown:?}");
    }
    assert_eq!(call(&mint(&header(), ("sid", json!("s1")))).await, 200, "at+jwt");
}

#[tokio::test]
async fn to_5_a_token_without_the_scope_is_forbidden() {
    let harness = Harness::new().await;
    for scope in [
        json!("openid"),
        json!(""),
        json!("messages:readonly"),
        json!("MESSAGES:READ"),
        Value::Null,
    ] {
        let mut claims = claims(&harness);
        claims.insert("scope".into(), scope.clone());
        claims.retain(|_, value| !value.is_null());
        let token = harness.provider.mint(&header(), &claims, Signing::Proper);
        let page = call(&harness, &format!("Bearer {token}")).await;
        assert_eq!(page.status, 403, "{scope}");
        let challenge = page.header("www-authenticate");
        assert!(
            challenge.contains("error=\"insufficient_scope\"") && challenge.contains("messages:read"),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn to_5_a_token_in_the_query_is_not_looked_at() {
    let harness = Harness::new().await;
    let token = harness.provider.mint(&header(), &claims(&harness), Signing::Proper);
    let mut caller = harness.browser();
    assert_eq!(
        caller.open(&format!("/api/read?access_token={token}")).await.status,
        401
    );
}
