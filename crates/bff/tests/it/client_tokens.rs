//! TO-3 of the features: tokens for the application itself.

use std::time::Duration;

use bff::{ClientTokenRequest, TokenError};
use demo::{Endpoint, FaultResponse, Kind};
use futures::future::join_all;
use serde_json::json;

use crate::support::{Counts, Harness};

fn read() -> ClientTokenRequest {
    ClientTokenRequest {
        scopes: vec!["messages:read".into()],
        ..ClientTokenRequest::default()
    }
}

#[tokio::test]
async fn to_3_a_token_is_stored_until_it_is_about_to_expire() {
    let harness = Harness::new().await;
    let first = harness.bff.client_token("demo", read()).await.unwrap();
    let again = harness.bff.client_token("demo", read()).await.unwrap();
    assert_eq!((&first, harness.provider.requests(Endpoint::Token)), (&again, 1));
    let sent = harness.provider.bodies(Endpoint::Token)[0].clone();
    assert!(
        sent.contains("grant_type=client_credentials") && sent.contains("scope=messages%3Aread"),
        "{sent}"
    );
    harness.advance(Duration::from_hours(1));
    let later = harness.bff.client_token("demo", read()).await.unwrap();
    assert_ne!(first, later);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn to_3_another_request_is_another_token() {
    let harness = Harness::new().await;
    let plain = harness.bff.client_token("demo", read()).await.unwrap();
    let tenant = ClientTokenRequest {
        audience: Some("https://api.portico.example".into()),
        resource: Some("https://api.portico.example".into()),
        extra: vec![("tenant".into(), "north south".into())],
        ..read()
    };
    assert_ne!(harness.bff.client_token("demo", tenant).await.unwrap(), plain);
    let sent = harness.provider.bodies(Endpoint::Token)[1].clone();
    for part in ["tenant=north+south", "audience=https", "resource=https"] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
}

#[tokio::test]
async fn to_3_many_who_need_it_at_once_cause_one_request() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let all = join_all((0..50).map(|_| harness.bff.client_token("demo", read())));
    let lift = async {
        harness
            .until("it is asked for", |provider| provider.requests(Endpoint::Token) > 0)
            .await;
        harness.provider.change(|faults| {
            faults.responses.remove(&Endpoint::Token);
        });
    };
    let (tokens, ()) = tokio::join!(all, lift);
    assert!(tokens.iter().all(|token| token.is_ok() && *token == tokens[0]));
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
}

#[tokio::test]
async fn to_3_a_token_that_nobody_waited_for_is_not_handed_out_when_it_is_old() {
    let counts = Counts::new();
    let _counting = counts.start();
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    tokio::select! {
        _ = harness.bff.client_token("demo", read()) => panic!("it was held back"),
        () = harness.until("it is asked for", |provider| provider.held() == 1) => {}
    }
    harness.provider.change(|faults| faults.responses.clear());
    harness.until_idle().await;
    assert_eq!(counts.requests_to("token_client_credentials", "success"), 1, "it came");
    let old = harness.provider.newest(Kind::AccessToken).unwrap();
    harness.advance(Duration::from_hours(1));
    let token = harness.bff.client_token("demo", read()).await.unwrap();
    assert_ne!(token.secret(), old);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn to_3_a_refusal_and_an_outage_are_distinguished_and_not_stored() {
    let harness = Harness::new().await;
    let response = |response: FaultResponse| {
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Token, response);
        });
    };
    response(FaultResponse::Json(400, json!({ "error": "invalid_scope" })));
    assert_eq!(
        harness.bff.client_token("demo", read()).await,
        Err(TokenError::NotGranted)
    );
    response(FaultResponse::Json(503, json!({})));
    let outage = harness.bff.client_token("demo", read()).await;
    assert!(
        matches!(outage, Err(TokenError::ProviderUnavailable { .. })),
        "{outage:?}"
    );
    harness.provider.change(|faults| faults.responses.clear());
    assert!(harness.bff.client_token("demo", read()).await.is_ok());
    assert_eq!(
        harness.bff.client_token("nobody", read()).await,
        Err(TokenError::NotGranted)
    );
}
