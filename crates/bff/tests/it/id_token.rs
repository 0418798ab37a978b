//! Checklist 4.4: the claims of the ID token; its signature is in [`crate::signatures`]. A refusal is a 4xx page, no
//! session and no call of userinfo.

use demo::{Faults, Patch};
use serde_json::{Value, json};

use crate::support::{House, Plan, accepted, patch, refused, without};

/// Refuses a sign-in whose ID token has these claims changed.
async fn refuses(house: &House, claims: Patch) {
    let why = format!("{claims:?}");
    house.provider.change(|faults| faults.id_token = claims);
    refused(house, &why).await;
}

/// Accepts one.
async fn accepts(house: &House, claims: Patch) {
    let why = format!("{claims:?}");
    house.provider.change(|faults| faults.id_token = claims);
    accepted(house, &why).await;
}

#[tokio::test]
async fn id_1_an_issuer_that_differs_by_one_character_is_refused() {
    let house = House::new().await;
    let issuer = house.issuer.clone();
    let localhost = issuer.replace("127.0.0.1", "localhost");
    for wrong in [
        format!("{issuer}/"),
        issuer.replace("http", "https"),
        issuer.to_uppercase(),
        localhost,
    ] {
        refuses(&house, patch("iss", wrong)).await;
    }
    refuses(&house, without("iss")).await;
    refuses(&house, patch("iss", json!([issuer]))).await;
    accepts(&house, patch("iss", issuer)).await;
}

#[tokio::test]
async fn id_2_the_audience_must_be_this_client() {
    let house = House::new().await;
    for wrong in [
        json!("somebody"),
        json!(["somebody"]),
        json!([]),
        json!(""),
        json!("Portico"),
        json!(7),
    ] {
        refuses(&house, patch("aud", wrong)).await;
    }
    refuses(&house, without("aud")).await;
    accepts(&house, patch("aud", json!(["portico"]))).await;
}

#[tokio::test]
async fn id_3_further_audiences_are_refused_unless_configured() {
    let both = || patch("aud", json!(["portico", "https://api.example"]));
    refuses(&House::new().await, both()).await;
    let plan = Plan {
        provider: |provider| provider.extra_audiences = vec!["https://api.example".into()],
        ..Plan::default()
    };
    let house = House::build(plan).await;
    accepts(&house, both()).await;
    refuses(&house, patch("aud", json!(["portico", "https://evil.example"]))).await;
    refuses(&house, patch("aud", json!(["https://api.example"]))).await;
}

#[tokio::test]
async fn id_4_another_authorized_party_is_refused() {
    let house = House::new().await;
    refuses(&house, patch("azp", "somebody")).await;
    refuses(&house, patch("azp", "")).await;
    accepts(&house, patch("azp", "portico")).await;
}

#[tokio::test]
async fn id_10_a_token_must_not_have_expired() {
    let house = House::new().await;
    let now = house.provider.now();
    refuses(&house, without("exp")).await;
    refuses(&house, patch("exp", now - 90)).await;
    refuses(&house, patch("exp", now - 7 * 24 * 3600)).await;
    refuses(&house, patch("exp", "tomorrow")).await;
    refuses(&house, patch("exp", 1e30)).await;
    accepts(&house, patch("exp", now - 30)).await;
    refuses(&house, patch("nbf", now + 120)).await;
    accepts(&house, patch("nbf", now + 30)).await;
}

#[tokio::test]
async fn id_11_a_token_must_have_been_issued_just_now() {
    let house = House::new().await;
    let now = house.provider.now();
    refuses(&house, without("iat")).await;
    refuses(&house, patch("iat", now - 7 * 24 * 3600)).await;
    refuses(&house, patch("iat", now + 120)).await;
    accepts(&house, patch("iat", now + 30)).await;
    accepts(&house, patch("iat", now - 30)).await;
}

#[tokio::test]
async fn id_12_a_subject_has_1_to_255_characters() {
    let house = House::new().await;
    for wrong in [Value::Null, json!(""), json!("x".repeat(256)), json!(7)] {
        house
            .provider
            .change(|faults| faults.userinfo = patch("sub", wrong.clone()));
        refuses(&house, patch("sub", wrong)).await;
    }
    house
        .provider
        .change(|faults| faults.userinfo = patch("sub", "x".repeat(255)));
    accepts(&house, patch("sub", "x".repeat(255))).await;
}

#[tokio::test]
async fn id_13_the_nonce_must_be_the_one_that_was_sent() {
    let house = House::new().await;
    refuses(&house, without("nonce")).await;
    for wrong in ["", "guess"] {
        refuses(&house, patch("nonce", wrong)).await;
    }
}

#[tokio::test]
async fn id_14_a_provider_that_claims_a_strong_sign_in_unasked_gives_nothing_by_it() {
    // Where nothing is asked for, they are claims like others; where it is, `crate::step_up` has the rules.
    let house = House::new().await;
    accepts(&house, without("auth_time")).await;
    accepts(&house, patch("acr", "phishing-resistant")).await;
}

#[tokio::test]
async fn id_15_the_hash_of_the_access_token_must_fit_where_there_is_one() {
    let house = House::new().await;
    refuses(&house, patch("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")).await;
    refuses(&house, patch("at_hash", "")).await;
    accepts(&house, without("at_hash")).await;
}

#[tokio::test]
async fn id_16_other_kinds_of_tokens_are_not_id_tokens() {
    let house = House::new().await;
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "AT+JWT"] {
        house
            .provider
            .change(|faults| faults.id_token_header = patch("typ", typ));
        refused(&house, typ).await;
    }
    house.provider.change(|faults| faults.id_token_header = Patch::new());
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    refuses(&house, patch("events", event)).await;
    house.provider.change(|faults| faults.id_token = Patch::new());
    house.provider.change(|faults| faults.id_token_header = without("typ"));
    accepted(&house, "no typ").await;
}

#[tokio::test]
async fn id_17_a_person_is_issuer_and_subject_whatever_else_changes() {
    let house = House::build(Plan {
        second: true,
        ..Plan::default()
    })
    .await;
    let identity = async |login: &str, change: fn(&mut Faults)| {
        house.provider.change(change);
        let mut browser = house.browser();
        browser.sign_in_by(login, "alice").await;
        let me: Value = serde_json::from_str(&browser.go("/me").await.body).unwrap();
        (me["issuer"].clone(), me["subject"].clone())
    };
    let before = identity("/auth/login?provider=demo", |_| {}).await;
    let after = identity("/auth/login?provider=demo", |faults| {
        let renamed = json!({ "email": "bob@portico.example", "preferred_username": "bob", "name": "Bob Baker" });
        faults.id_token = renamed.as_object().unwrap().clone();
        faults.userinfo.clone_from(&faults.id_token);
    })
    .await;
    assert_eq!(before, after);
    assert_eq!(before, (json!(house.issuer), json!("alice")));
    let elsewhere = identity("/auth/login?provider=other", |_| {}).await;
    assert_eq!(elsewhere.1, json!("alice"));
    assert_ne!(
        elsewhere.0, before.0,
        "the same subject of another provider is somebody else"
    );
}

#[tokio::test]
async fn id_1_what_a_token_says_of_the_person_in_odd_types_keeps_nobody_out() {
    let house = House::new().await;
    for (name, value) in [
        ("address", json!("1 Main St")),
        ("email_verified", json!("True")),
        ("email_verified", json!(1)),
        ("phone_number", json!(123)),
        ("updated_at", json!("yesterday")),
        ("preferred_username#de", json!(true)),
        ("acr", json!(1)),
        ("amr", json!("pwd")),
    ] {
        accepts(&house, patch(name, value)).await;
    }
}
