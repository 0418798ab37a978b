//! Checklist 4.11, PX-4 and PX-5: what the proxy does when the API requires another token, and whose tokens it gets.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use axum::response::IntoResponse as _;
use bff::Upstream;
use demo::{Endpoint, FaultResponse, Kind};
use futures::future::join_all;
use reqwest::Url;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::proxy::{AUDIENCE, Street, plain_api, reason, serve};
use crate::support::{Api, Harness, Setup, without};

/// Tokens that the API does not accept.
type Refused = Arc<Mutex<Vec<String>>>;

/// An API with a list of tokens that it refuses; `*` refuses all.
async fn choosy(refused: &Refused) -> Api {
    let refused = refused.clone();
    Api::new(move |requested| {
        if refused
            .lock()
            .unwrap()
            .iter()
            .any(|token| token == requested.token() || token == "*")
        {
            (
                StatusCode::UNAUTHORIZED,
                [("www-authenticate", "Bearer error=\"invalid_token\"")],
                "no",
            )
                .into_response()
        } else {
            format!("{} bytes", requested.body.len()).into_response()
        }
    })
    .await
}

fn with_post(upstream: Upstream) -> Upstream {
    upstream.methods([Method::GET, Method::POST])
}

async fn refused_once(setup: Setup) -> (Street, Refused) {
    let refused = Refused::default();
    let harness = Harness::build(setup).await;
    let street = Street::of(harness, choosy(&refused).await, with_post).await;
    let token = street.harness.provider.newest(Kind::AccessToken).unwrap();
    refused.lock().unwrap().push(token);
    (street, refused)
}

fn renewals(street: &Street) -> usize {
    street.harness.provider.requests(Endpoint::Token) - 1
}

#[tokio::test]
async fn px_4_a_refused_token_is_renewed_once_and_the_request_repeated() {
    let (mut street, _) = refused_once(Setup::default()).await;
    let form = street.browser.form(street.url("/api/orders").as_str(), &[("a", "b")]);
    let page = street.browser.send(form).await;
    assert_eq!((page.status, page.body.as_str()), (200, "3 bytes"));
    assert_eq!(renewals(&street), 1);
    let requested = street.api.requests();
    assert_eq!(requested.len(), 2);
    assert_eq!(requested[0].body, requested[1].body);
    assert_ne!(requested[0].token(), requested[1].token());
    // The new one is the session's from now on.
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    assert_eq!((renewals(&street), street.api.requests().len()), (1, 3));
}

#[tokio::test]
async fn px_4_an_api_that_refuses_the_new_token_too_is_401_with_a_reason() {
    let (mut street, refused) = refused_once(Setup::default()).await;
    refused.lock().unwrap().push("*".to_owned());
    for _ in 0..5 {
        let page = street.get("/api/orders/7").await;
        assert_eq!((page.status, reason(&page).as_str()), (401, "token_refused"));
        assert_eq!(page.header("www-authenticate"), "");
    }
    assert_eq!(
        renewals(&street),
        1,
        "an API that refuses everything must not wear out the provider"
    );
    assert_eq!(street.api.requests().len(), 6);
    // The session is not at fault.
    refused.lock().unwrap().clear();
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    // A while later the provider may be requested again.
    refused.lock().unwrap().push("*".to_owned());
    street.harness.advance(Duration::from_secs(61));
    assert_eq!(street.get("/api/orders/7").await.status, 401);
    assert_eq!(renewals(&street), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn px_4_fifty_parallel_refusals_renew_once() {
    let (street, _) = refused_once(Setup::default()).await;
    street.harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
    });
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let mut tab = street.harness.browser();
            tab.cookies.clone_from(&street.browser.cookies);
            let url: Url = street.url("/api/orders/7");
            tokio::spawn(async move { tab.open(url.as_str()).await })
        })
        .collect();
    street.api.until_requests(50).await;
    street.harness.provider.change(|faults| faults.responses.clear());
    let pages: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    assert!(pages.iter().all(|page| page.status == 200), "{pages:?}");
    assert_eq!(renewals(&street), 1);
    assert_eq!(street.api.requests().len(), 100);
}

#[tokio::test]
async fn px_4_a_body_that_was_not_stored_is_not_sent_again() {
    let (mut street, _) = refused_once(Setup::default()).await;
    let large = "x".repeat(200_000);
    let form = street
        .browser
        .form(street.url("/api/orders").as_str(), &[("a", &large)]);
    let page = street.browser.send(form).await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "token_refused"));
    assert_eq!((street.api.requests().len(), renewals(&street)), (1, 1));
    let form = street
        .browser
        .form(street.url("/api/orders").as_str(), &[("a", &large)]);
    assert_eq!(
        street.browser.send(form).await.body,
        "200002 bytes",
        "the page's own repetition succeeds"
    );
    assert_eq!(street.api.requests()[1].header("content-length"), "200002");
}

#[tokio::test]
async fn px_4_an_outage_of_the_provider_is_503_and_preserves_the_session() {
    let (mut street, refused) = refused_once(Setup::default()).await;
    street.harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(503, json!({})));
    });
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (503, "provider_unavailable"));
    assert!(page.header("retry-after").parse::<u64>().unwrap() > 0);
    // The token was not thrown away: who accepts it still gets it.
    refused.lock().unwrap().clear();
    assert_eq!(street.get("/api/orders/7").await.status, 200);
    // Expired as well, there is none left to try.
    street.harness.advance(Duration::from_mins(6));
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (503, "provider_unavailable"));
    street.harness.provider.change(|faults| faults.responses.clear());
    assert_eq!(street.get("/api/orders/7").await.status, 200);
}

#[tokio::test]
async fn px_4_a_grant_that_is_over_is_401_sign_in_again() {
    let (mut street, _) = refused_once(Setup::default()).await;
    street.harness.provider.change(|faults| {
        faults.responses.insert(
            Endpoint::Token,
            FaultResponse::Json(400, json!({ "error": "invalid_grant" })),
        );
    });
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "sign_in_again"));
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "no_session"));
}

#[tokio::test]
async fn px_4_a_session_that_cannot_renew_reports_it_and_continues() {
    let setup = Setup {
        demo: |config| config.faults.token_response = without("refresh_token"),
        ..Setup::default()
    };
    let (mut street, refused) = refused_once(setup).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "sign_in_again"));
    refused.lock().unwrap().clear();
    assert_eq!(street.get("/api/orders/7").await.status, 200);
}

#[tokio::test]
async fn px_4_a_step_up_challenge_is_passed_on_for_scripts() {
    let api = Api::new(|_| {
        let challenge = "Bearer error=\"insufficient_user_authentication\", error_description=\"stronger\", acr_values=\"gold silver\", max_age=\"300\"";
        (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response()
    })
    .await;
    let mut street = Street::new(api, |upstream| upstream).await;
    let page = street.get("/api/orders/7").await;
    assert_eq!((page.status, reason(&page).as_str()), (401, "step_up"));
    let shown: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(shown["acr_values"], json!(["gold", "silver"]));
    assert_eq!(shown["max_age"], 300);
    assert_eq!(renewals(&street), 0, "a newer token proves no more");
    assert_eq!(street.api.requests().len(), 1);
}

#[tokio::test]
async fn px_5_who_signed_in_elsewhere_gets_nowhere() {
    let setup = Setup {
        second: true,
        demo: |config| config.audience = "https://orders.example".to_owned(),
        provider: |provider| provider.audience = Some("https://orders.example".to_owned()),
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let api = plain_api().await;
    let upstream = Upstream::new("/api/orders", &api.url()).unwrap().audience(AUDIENCE);
    let proxy = serve(harness.bff.protect(harness.bff.proxy(upstream).unwrap())).await;
    let url = format!("http://{proxy}/api/orders/7");
    let mut theirs = harness.browser();
    theirs.sign_in_by("/auth/login?provider=other", "alice").await;
    assert_eq!(theirs.open(&url).await.status, 200);
    let mut ours = harness.browser();
    ours.sign_in_by("/auth/login?provider=demo", "alice").await;
    let page = ours.open(&url).await;
    assert_eq!((page.status, reason(&page).as_str()), (403, "not_granted"));
    let requested = api.requests();
    assert_eq!(requested.len(), 1, "a token for another audience left the harness");
    let other = harness.other.as_ref().unwrap().newest(Kind::AccessToken).unwrap();
    assert_eq!(requested[0].token(), other);
}
