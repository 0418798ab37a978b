//! Checklist DP-1 to DP-3: tokens that are of no use without a key (RFC 9449).

use std::collections::HashSet;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bff::{AccessToken, ClientTokenRequest, SignedIn, TokenError};
use demo::{Endpoint, FaultResponse, Kind};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::support::{Browser, Harness, Log, Page, Setup, client_key, decoded, field, parameter, patch};

/// A test site whose provider binds tokens and whose site requires that.
async fn bound() -> Harness {
    Harness::build(Setup {
        demo: |demo| demo.dpop = true,
        provider: |provider| provider.dpop = true,
        ..Setup::default()
    })
    .await
}

async fn signed_in(harness: &Harness) -> Browser {
    let mut browser = harness.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!(page.status, 303, "{}", page.body);
    browser
}

/// The token a handler gets for the person in `browser`.
async fn token_of(harness: &Harness, browser: &Browser) -> Result<AccessToken, TokenError> {
    let (sender, mut tokens) = tokio::sync::mpsc::unbounded_channel();
    let hand_over = move |person: SignedIn| async move {
        sender.send(person.access_token().await).unwrap();
    };
    let site = harness.bff.protect(Router::new().route("/", get(hand_over)));
    let cookie = format!("portico={}", browser.session().unwrap());
    let request = http::Request::get("/").header("cookie", cookie);
    let request = request.body(axum::body::Body::empty()).unwrap();
    tower::ServiceExt::oneshot(site, request).await.unwrap();
    tokens.recv().await.unwrap()
}

/// Queries the provider's API, with these headers.
async fn call(harness: &Harness, authorization: &str, proof: Option<&str>) -> Page {
    let mut program = harness.browser();
    let send = program.get(api(harness).as_ref()).silent();
    let send = send.header("authorization", authorization);
    let send = send.header("dpop", proof.unwrap_or_default());
    program.send(send).await
}

fn api(harness: &Harness) -> Url {
    format!("{}/api/messages/protected", harness.issuer).parse().unwrap()
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// RFC 7638 §3.1
fn thumbprint(proof: &str) -> String {
    let (header, _) = decoded(proof);
    let text = |name: &str| header["jwk"][name].as_str().unwrap().to_owned();
    hash(&format!(
        r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#,
        text("crv"),
        text("kty"),
        text("x"),
        text("y")
    ))
}

#[tokio::test]
async fn dp_1_every_request_has_a_fresh_proof_that_states_what_it_is_for() {
    let harness = bound().await;
    let mut browser = signed_in(&harness).await;
    let first_token = harness.provider.newest(Kind::AccessToken).unwrap();
    harness.advance(Duration::from_mins(5));
    assert_eq!(browser.open("/token").await.status, 200);
    signed_in(&harness).await;

    let (requested, read) = (
        harness.provider.proofs(Endpoint::Token),
        harness.provider.proofs(Endpoint::Userinfo),
    );
    assert_eq!((requested.len(), read.len()), (3, 2), "a request without a proof");
    let mut ids = HashSet::new();
    for (proof, method, path) in requested
        .iter()
        .map(|proof| (proof, "POST", "/token"))
        .chain(read.iter().map(|proof| (proof, "GET", "/userinfo")))
    {
        let (header, claims) = decoded(proof);
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<HashSet<_>>();
        assert_eq!(names(&header), HashSet::from(["typ", "alg", "jwk"].map(str::to_owned)));
        let public = HashSet::from(["kty", "crv", "x", "y"].map(str::to_owned));
        assert_eq!(names(&header["jwk"]), public, "more than the public key");
        assert_eq!((&header["typ"], &header["alg"]), (&"dpop+jwt".into(), &"ES256".into()));
        assert_eq!(claims["htm"], method);
        assert_eq!(claims["htu"], format!("{}{path}", harness.issuer));
        // The five minutes by which the clock was moved, and what the test itself takes.
        let age = harness.provider.now() - claims["iat"].as_i64().unwrap();
        assert!((0..=360).contains(&age), "{age} s");
        assert!(ids.insert(claims["jti"].clone()), "a proof was used twice");
        assert_eq!(claims.get("ath").is_some(), path == "/userinfo");
    }
    assert_eq!(decoded(&read[0]).1["ath"], hash(&first_token));
    assert_eq!(
        thumbprint(&requested[0]),
        thumbprint(&requested[1]),
        "one session, one key"
    );
    assert_eq!(thumbprint(&requested[0]), thumbprint(&read[0]));
    assert_ne!(
        thumbprint(&requested[0]),
        thumbprint(&requested[2]),
        "two sessions, one key"
    );
}

#[tokio::test]
async fn dp_1_the_code_is_bound_to_the_key_from_the_start() {
    let harness = bound().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    browser.open(callback.as_str()).await;
    let proof = &harness.provider.proofs(Endpoint::Token)[0];
    assert_eq!(parameter(&authorize, "dpop_jkt"), Some(thumbprint(proof)));
    let plain = Harness::new().await.browser().start("/auth/login").await;
    assert_eq!(parameter(&plain, "dpop_jkt"), None);

    let pushing = Harness::build(Setup {
        demo: |demo| {
            demo.dpop = true;
            demo.pushed_requests = true;
        },
        provider: |provider| provider.dpop = true,
        ..Setup::default()
    })
    .await;
    signed_in(&pushing).await;
    let proof = &pushing.provider.proofs(Endpoint::Token)[0];
    let pushed = &pushing.provider.bodies(Endpoint::Par)[0];
    assert_eq!(field(pushed, "dpop_jkt"), Some(thumbprint(proof)));
}

#[tokio::test]
async fn dp_1_a_handler_shows_the_token_with_a_proof_and_without_it_opens_nothing() {
    let harness = bound().await;
    let browser = signed_in(&harness).await;
    let token = token_of(&harness, &browser).await.unwrap();
    assert_eq!(token.scheme(), "DPoP");
    let url: Url = format!("{}?to=alice#part", api(&harness)).parse().unwrap();
    let prove = |method: Method| token.proof(&method, &url).unwrap().unwrap();
    let proof = prove(Method::GET);
    let (_, claims) = decoded(&proof);
    assert_eq!(claims["htu"], api(&harness).as_str());
    assert_eq!(claims["ath"], hash(token.secret()));
    let shown = format!("DPoP {}", token.secret());
    assert_eq!(call(&harness, &shown, Some(&proof)).await.status, 200);

    assert_eq!(call(&harness, &shown, Some(&proof)).await.status, 401, "a proof twice");
    assert_eq!(call(&harness, &shown, None).await.status, 401, "no proof");
    let post = prove(Method::POST);
    assert_eq!(call(&harness, &shown, Some(&post)).await.status, 401, "another method");
    let bearer = format!("Bearer {}", token.secret());
    assert_eq!(call(&harness, &bearer, Some(&prove(Method::GET))).await.status, 401);
    let other = token_of(&harness, &signed_in(&harness).await).await.unwrap();
    let proof = other.proof(&Method::GET, &url).unwrap().unwrap();
    assert_eq!(call(&harness, &shown, Some(&proof)).await.status, 401, "another's key");
}

/// What an API of this process answers to a request that carries the token, and `held` as its extension.
async fn at_own_api(harness: &Harness, token: &AccessToken, held: Option<AccessToken>) -> StatusCode {
    let api = Router::new().route("/", get(async || "read")).layer(
        harness
            .bff
            .bearer("https://api.portico.example")
            .require(&["messages:read"]),
    );
    let mut request = http::Request::get("/").header("authorization", format!("Bearer {}", token.secret()));
    if let Some(held) = held {
        request = request.extension(held);
    }
    let request = request.body(axum::body::Body::empty()).unwrap();
    tower::ServiceExt::oneshot(api, request).await.unwrap().status()
}

#[tokio::test]
async fn dp_1_an_api_of_this_process_takes_a_bound_token_from_its_holder_alone() {
    let harness = bound().await;
    let token = token_of(&harness, &signed_in(&harness).await).await.unwrap();
    let other = token_of(&harness, &signed_in(&harness).await).await.unwrap();
    assert_eq!(at_own_api(&harness, &token, Some(token.clone())).await, StatusCode::OK);
    assert_eq!(at_own_api(&harness, &token, None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        at_own_api(&harness, &token, Some(other)).await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn dp_1_the_application_has_bound_tokens_too_and_bearer_tokens_have_no_proof() {
    let harness = bound().await;
    let request = ClientTokenRequest {
        scopes: vec!["messages:read".into()],
        ..ClientTokenRequest::default()
    };
    let token = harness.bff.client_token("demo", request.clone()).await.unwrap();
    let proof = token.proof(&Method::GET, &api(&harness)).unwrap();
    let shown = format!("{} {}", token.scheme(), token.secret());
    assert_eq!(call(&harness, &shown, proof.as_deref()).await.status, 200);

    let plain = Harness::new().await;
    let token = plain.bff.client_token("demo", request).await.unwrap();
    assert_eq!(token.scheme(), "Bearer");
    assert_eq!(token.proof(&Method::GET, &api(&plain)), Ok(None));
    assert!(!token.needs_retry(&api(&plain), StatusCode::UNAUTHORIZED, &HeaderMap::new()));
    assert!(plain.provider.proofs(Endpoint::Token).is_empty());
}

#[tokio::test]
async fn dp_1_a_session_from_before_the_switch_continues_and_is_bound_when_it_is_renewed() {
    let harness = Harness::build(Setup {
        demo: |demo| demo.dpop = true,
        ..Setup::default()
    })
    .await;
    let browser = signed_in(&harness).await;
    let mut browser = harness
        .at_replica(&browser, |config| config.providers[0].dpop = true)
        .await;
    assert_eq!(browser.open("/token").await.status, 200);
    assert!(harness.provider.proofs(Endpoint::Token).is_empty());
    for renewals in 1..=2 {
        harness.advance(Duration::from_mins(5));
        assert_eq!(browser.open("/token").await.status, 200);
        let proofs = harness.provider.proofs(Endpoint::Token);
        assert_eq!(proofs.len(), renewals);
        assert_eq!(thumbprint(&proofs[0]), thumbprint(&proofs[renewals - 1]), "a new key");
    }
    // The switch is off again here: what is bound stays bound.
    harness.advance(Duration::from_mins(5));
    assert_eq!(token_of(&harness, &browser).await.unwrap().scheme(), "DPoP");
}

/// A test site whose site signs for itself, too, and whose provider requires the nonce `one`.
async fn with_nonce() -> Harness {
    Harness::build(Setup {
        demo: |demo| {
            demo.dpop = true;
            demo.client_keys = vec![client_key().jwk.clone()];
            demo.faults.proof_nonce = Some("one".to_owned());
        },
        provider: |provider| {
            provider.dpop = true;
            provider.client_secret = None;
            provider.client_auth = client_key().method();
        },
        ..Setup::default()
    })
    .await
}

fn nonces(harness: &Harness, endpoint: Endpoint) -> Vec<Option<String>> {
    let nonce = |proof: &String| decoded(proof).1.get("nonce").map(|n| n.as_str().unwrap().to_owned());
    harness.provider.proofs(endpoint).iter().map(nonce).collect()
}

#[tokio::test]
async fn dp_2_a_request_without_the_nonce_is_sent_once_more_signed_anew_in_every_part() {
    let harness = with_nonce().await;
    signed_in(&harness).await;
    assert_eq!(nonces(&harness, Endpoint::Token), [None, Some("one".to_owned())]);
    assert_eq!(nonces(&harness, Endpoint::Userinfo), [None, Some("one".to_owned())]);
    let bodies = harness.provider.bodies(Endpoint::Token);
    let assertion = |number: usize| field(&bodies[number], "client_assertion").unwrap();
    assert_ne!(decoded(&assertion(0)).1["jti"], decoded(&assertion(1)).1["jti"]);
    assert_eq!(field(&bodies[0], "code"), field(&bodies[1], "code"));
    let proofs = harness.provider.proofs(Endpoint::Token);
    assert_ne!(decoded(&proofs[0]).1["jti"], decoded(&proofs[1]).1["jti"]);
}

#[tokio::test]
async fn dp_2_the_newest_nonce_is_used_without_being_requested() {
    let harness = with_nonce().await;
    let mut browser = signed_in(&harness).await;
    harness
        .provider
        .change(|faults| faults.next_proof_nonce = Some("two".to_owned()));
    signed_in(&harness).await;
    harness
        .provider
        .change(|faults| faults.proof_nonce = Some("two".to_owned()));
    signed_in(&harness).await;
    harness.advance(Duration::from_mins(5));
    assert_eq!(browser.open("/token").await.status, 200);
    let used = |words: &[Option<&str>]| words.iter().map(|w| w.map(str::to_owned)).collect::<Vec<_>>();
    let (one, two) = (Some("one"), Some("two"));
    assert_eq!(nonces(&harness, Endpoint::Token), used(&[None, one, one, two, two]));
    assert_eq!(nonces(&harness, Endpoint::Userinfo), used(&[None, one, one, two]));
    // An API has nonces of its own.
    let token = token_of(&harness, &browser).await.unwrap();
    let shown = format!("DPoP {}", token.secret());
    harness
        .provider
        .change(|faults| faults.proof_nonce = Some("api".to_owned()));
    for (status, again) in [(401, true), (200, false)] {
        let proof = token.proof(&Method::GET, &api(&harness)).unwrap().unwrap();
        let page = call(&harness, &shown, Some(&proof)).await;
        assert_eq!(page.status, status, "{}", page.body);
        let status = StatusCode::from_u16(page.status).unwrap();
        assert_eq!(token.needs_retry(&api(&harness), status, &page.headers), again);
    }
}

#[tokio::test]
async fn dp_2_the_scheme_of_the_challenge_is_written_in_any_case() {
    let harness = bound().await;
    let token = token_of(&harness, &signed_in(&harness).await).await.unwrap();
    for (challenge, again) in [
        ("DPoP error=\"use_dpop_nonce\"", true),
        ("dpop error=\"use_dpop_nonce\"", true),
        (
            "Bearer realm=\"x\", DPOP algs=\"ES256\", error=\"use_dpop_nonce\"",
            true,
        ),
        ("Bearer error=\"use_dpop_nonce\"", false),
        ("DPoP error=\"invalid_token\"", false),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("www-authenticate", challenge.parse().unwrap());
        headers.insert("dpop-nonce", "n1".parse().unwrap());
        let requires = token.needs_retry(&api(&harness), StatusCode::UNAUTHORIZED, &headers);
        assert_eq!(requires, again, "{challenge}");
    }
}

#[tokio::test]
async fn dp_2_a_provider_that_is_never_content_is_queried_twice_and_not_more() {
    let harness = with_nonce().await;
    let demand = FaultResponse::Json(400, json!({ "error": "use_dpop_nonce" }));
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, demand);
    });
    let mut browser = harness.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!((page.status, browser.session()), (502, None), "{}", page.body);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2);
    // It states that it requires a nonce, and gives none: a request again is of no use.
    harness.provider.change(|faults| faults.proof_nonce = None);
    assert_eq!(harness.browser().sign_in("alice").await.status, 502);
    assert_eq!(harness.provider.requests(Endpoint::Token), 3);
}

#[tokio::test]
async fn dp_3_a_token_that_is_not_bound_is_discarded() {
    let log = Log::start();
    let harness = bound().await;
    for kind in ["Bearer", "MAC", ""] {
        harness
            .provider
            .change(|faults| faults.token_response = patch("token_type", kind));
        let requested = harness.provider.requests(Endpoint::Userinfo);
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!((page.status, browser.session()), (502, None), "{kind}: {}", page.body);
        assert_eq!(
            harness.provider.requests(Endpoint::Userinfo),
            requested,
            "{kind}: it was used"
        );
        assert_eq!(harness.rows().await, 0, "{kind}");
    }
    assert!(log.own().contains("failure=\"token_endpoint_not_bound\""));
    for issued in harness.provider.issued() {
        let reported = log.own().contains(&issued.value);
        assert!(!reported, "{:?} in the log", issued.kind);
    }
    harness.provider.change(|faults| faults.token_response.clear());
    signed_in(&harness).await;
}

#[tokio::test]
async fn dp_3_a_renewed_token_that_is_not_bound_is_never_handed_out() {
    let harness = bound().await;
    let browser = signed_in(&harness).await;
    harness
        .provider
        .change(|faults| faults.refresh_response = patch("token_type", "Bearer"));
    harness.advance(Duration::from_mins(5));
    let refused = token_of(&harness, &browser).await;
    assert!(
        matches!(refused, Err(TokenError::ProviderUnavailable { .. })),
        "{refused:?}"
    );
    let bearer = json!({ "access_token": "x", "token_type": "Bearer" });
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(200, bearer));
    });
    let request = ClientTokenRequest::default();
    let refused = harness.bff.client_token("demo", request).await;
    assert!(
        matches!(refused, Err(TokenError::ProviderUnavailable { .. })),
        "{refused:?}"
    );
}
