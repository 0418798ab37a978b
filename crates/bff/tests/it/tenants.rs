//! SI-2 of the features: everything that depends on who issued a token, where one provider speaks for many tenants. How
//! people sign in there is in [`crate::entra`].

use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use bff::Caller;
use demo::{DemoHandle, Endpoint, FaultResponse, Kind, Patch, Signing};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::back_channel::{EVENT, greeting, post};
use crate::entra::{OURS, PARTNER, THEIRS, from_tenant, issuer_of, me, multi_tenant};
use crate::support::{Browser, Harness, patch};

/// Alice of two tenants, in one browser each, with the same `sid` by chance.
async fn two_alices() -> (Harness, DemoHandle, Browser, Browser) {
    let (harness, provider) = multi_tenant().await;
    provider.change(|faults| faults.id_token = patch("sid", "s1"));
    let (mut ours, mut partner) = (harness.browser(), harness.browser());
    assert_eq!(ours.sign_in("alice").await.status, 303);
    from_tenant(&provider, PARTNER);
    assert_eq!(partner.sign_in("alice").await.status, 303);
    (harness, provider, ours, partner)
}

async fn report(harness: &Harness, provider: &DemoHandle, jti: &str, about: Value) -> u16 {
    let now = provider.now();
    let mut claims = json!({ "aud": "portico", "iat": now, "exp": now + 120, "jti": jti, "events": { EVENT: {} } });
    claims
        .as_object_mut()
        .unwrap()
        .extend(about.as_object().unwrap().clone());
    let token = provider.mint(&Patch::new(), claims.as_object().unwrap(), Signing::Proper);
    post(harness, &[("logout_token", &token)]).await.status
}

#[tokio::test]
async fn si_2_a_refreshed_id_token_of_another_tenant_ends_the_session() {
    let (harness, provider) = multi_tenant().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_hours(1));
    assert_eq!(browser.open("/token").await.status, 200, "of the same tenant");
    harness.advance(Duration::from_hours(1));
    // Listed as well, and the subject is the same: still somebody else.
    from_tenant(&provider, PARTNER);
    assert_eq!(browser.open("/token").await.status, 401);
    assert_eq!(
        (greeting(&mut browser).await.as_str(), harness.rows().await),
        ("stranger", 0)
    );
}

#[tokio::test]
async fn si_2_a_logout_token_ends_the_sessions_of_its_tenant() {
    let (harness, provider, mut ours, mut partner) = two_alices().await;
    let (issuer, other) = (issuer_of(&harness, OURS), issuer_of(&harness, THEIRS));
    for (number, wrong) in [
        json!({ "iss": other, "tid": THEIRS, "sub": "alice" }),
        json!({ "iss": issuer, "tid": PARTNER, "sub": "alice" }),
        json!({ "iss": issuer, "sub": "alice" }),
        json!({ "iss": harness.issuer, "tid": OURS, "sub": "alice" }),
    ]
    .into_iter()
    .enumerate()
    {
        let status = report(&harness, &provider, &number.to_string(), wrong.clone()).await;
        assert_eq!(status, 400, "{wrong}");
    }
    let by_sid = json!({ "iss": issuer, "tid": OURS, "sid": "s1" });
    assert_eq!(report(&harness, &provider, "sid", by_sid).await, 200);
    assert_eq!(greeting(&mut ours).await, "stranger");
    assert_eq!(
        greeting(&mut partner).await,
        "hello alice",
        "the same `sid` of another tenant"
    );
    let by_sub = json!({ "iss": issuer, "tid": OURS, "sub": "alice" });
    assert_eq!(report(&harness, &provider, "sub", by_sub).await, 200);
    assert_eq!(
        greeting(&mut partner).await,
        "hello alice",
        "the same `sub` of another tenant"
    );
}

#[tokio::test]
async fn si_2_a_frame_ends_the_sessions_of_the_tenant_it_names() {
    let (harness, _, mut ours, mut partner) = two_alices().await;
    let frame = async |issuer: Option<String>| {
        let issuer = issuer.map(|issuer| ("iss", issuer));
        let fields = issuer.into_iter().chain([("sid", "s1".to_owned())]);
        let query = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut page = harness.browser();
        page.open(&format!("/auth/frontchannel-logout/demo?{query}"))
            .await
            .status
    };
    assert_eq!(frame(Some(issuer_of(&harness, THEIRS))).await, 400, "not in the list");
    assert_eq!(frame(Some(harness.issuer.clone())).await, 400, "the template");
    assert_eq!(frame(Some(issuer_of(&harness, PARTNER))).await, 200);
    assert_eq!(greeting(&mut ours).await, "hello alice");
    assert_eq!(greeting(&mut partner).await, "stranger");
    assert_eq!(frame(None).await, 200, "as Entra sends it");
    assert_eq!(greeting(&mut ours).await, "stranger");
}

#[tokio::test]
async fn si_2_a_response_that_names_its_issuer_names_the_token_s() {
    let (harness, provider) = multi_tenant().await;
    for (issuer, status) in [
        (issuer_of(&harness, OURS), 303),
        (issuer_of(&harness, PARTNER), 400),
        (issuer_of(&harness, THEIRS), 400),
        (harness.issuer.clone(), 400),
    ] {
        provider.change(|faults| faults.callback = patch("iss", issuer.clone()));
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, status, "{issuer}");
        if status == 303 {
            assert_eq!(me(&mut browser).await["issuer"], json!(issuer));
        }
    }
}

#[tokio::test]
async fn si_2_an_access_token_is_of_a_listed_tenant() {
    let (harness, provider) = multi_tenant().await;
    harness.browser().sign_in("alice").await;
    let call = async |token: String| {
        let mut program = harness.browser();
        let send = program.get("/api/read").silent();
        program
            .send(send.header("authorization", &format!("Bearer {token}")))
            .await
    };
    let page = call(provider.newest(Kind::AccessToken).unwrap()).await;
    let caller: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(caller["issuer"], json!(issuer_of(&harness, OURS)));
    let now = provider.now();
    for (iss, tid) in [
        (issuer_of(&harness, THEIRS), json!(THEIRS)),
        (issuer_of(&harness, OURS), json!(PARTNER)),
        (issuer_of(&harness, OURS), json!(null)),
        (harness.issuer.clone(), json!(OURS)),
    ] {
        let claims = json!({
            "iss": iss, "tid": tid, "sub": "alice", "aud": "https://api.portico.example", "scope": "messages:read",
            "iat": now, "exp": now + 300,
        });
        let token = provider.mint(&patch("typ", "at+jwt"), claims.as_object().unwrap(), Signing::Proper);
        assert_eq!(call(token).await.status, 401, "{claims}");
    }
}

#[tokio::test]
async fn si_2_an_introspected_token_is_of_a_listed_tenant() {
    let (harness, provider) = multi_tenant().await;
    let audience = "https://api.portico.example";
    let gate = harness.bff.introspecting_bearer("demo", audience).require(&[]);
    let who = async |caller: Caller| Json(json!({ "issuer": caller.issuer }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/who", listener.local_addr().unwrap());
    let router = Router::new().route("/who", get(who)).layer(gate);
    tokio::spawn(async move { axum::serve(listener, router).await });

    let reported = [
        (json!({ "iss": issuer_of(&harness, OURS), "tid": OURS }), 200),
        (json!({ "iss": issuer_of(&harness, OURS), "tid": PARTNER }), 401),
        (json!({ "iss": issuer_of(&harness, THEIRS), "tid": THEIRS }), 401),
        (json!({ "tid": OURS }), 401),
    ];
    for (number, (about, status)) in reported.into_iter().enumerate() {
        let mut claims = json!({ "active": true, "sub": "alice", "aud": audience });
        claims
            .as_object_mut()
            .unwrap()
            .extend(about.as_object().unwrap().clone());
        provider.change(|faults| {
            faults
                .responses
                .insert(Endpoint::Introspect, FaultResponse::Json(200, claims));
        });
        let mut program = harness.browser();
        let send = program.get(&address).silent();
        let page = program
            .send(send.header("authorization", &format!("Bearer t{number}")))
            .await;
        assert_eq!(page.status, status, "{about}: {}", page.body);
        if status == 200 {
            assert!(page.body.contains(&issuer_of(&harness, OURS)), "{}", page.body);
        }
    }
}
