//! Checklist 4.4: the claims of the ID token; its signature is in [`crate::signatures`]. A refusal is a 4xx page, no
//! session and no call of userinfo.

use demo::{Faults, Patch};
use serde_json::{Value, json};

use crate::support::{Harness, Setup, expect_accepted, expect_refused, patch, without};

/// Refuses a sign-in whose ID token has these claims changed, by the failure with this code.
async fn refuses(harness: &Harness, claims: Patch, failure: &str) {
    let why = format!("{claims:?}");
    harness.provider.change(|faults| faults.id_token = claims);
    expect_refused(harness, &why, failure).await;
}

/// Accepts one.
async fn accepts(harness: &Harness, claims: Patch) {
    let why = format!("{claims:?}");
    harness.provider.change(|faults| faults.id_token = claims);
    expect_accepted(harness, &why).await;
}

#[tokio::test]
async fn id_1_an_issuer_that_differs_by_one_character_is_refused() {
    let harness = Harness::new().await;
    let issuer = harness.issuer.clone();
    let localhost = issuer.replace("127.0.0.1", "localhost");
    for wrong in [
        format!("{issuer}/"),
        issuer.replace("http", "https"),
        issuer.to_uppercase(),
        localhost,
    ] {
        refuses(&harness, patch("iss", wrong), "id_token_issuer").await;
    }
    refuses(&harness, without("iss"), "id_token_issuer").await;
    refuses(&harness, patch("iss", json!([issuer])), "id_token_issuer").await;
    accepts(&harness, patch("iss", issuer)).await;
}

#[tokio::test]
async fn id_2_the_audience_must_be_this_client() {
    let harness = Harness::new().await;
    for wrong in [
        json!("somebody"),
        json!(["somebody"]),
        json!([]),
        json!(""),
        json!("Portico"),
        json!(7),
    ] {
        refuses(&harness, patch("aud", wrong), "id_token_audience").await;
    }
    refuses(&harness, without("aud"), "id_token_audience").await;
    accepts(&harness, patch("aud", json!(["portico"]))).await;
}

#[tokio::test]
async fn id_3_further_audiences_are_refused_unless_configured() {
    let both = || patch("aud", json!(["portico", "https://api.example"]));
    refuses(&Harness::new().await, both(), "id_token_audience").await;
    let setup = Setup {
        provider: |provider| provider.extra_audiences = vec!["https://api.example".into()],
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    accepts(&harness, both()).await;
    refuses(
        &harness,
        patch("aud", json!(["portico", "https://evil.example"])),
        "id_token_audience",
    )
    .await;
    refuses(
        &harness,
        patch("aud", json!(["https://api.example"])),
        "id_token_audience",
    )
    .await;
}

#[tokio::test]
async fn id_4_another_authorized_party_is_refused() {
    let harness = Harness::new().await;
    refuses(&harness, patch("azp", "somebody"), "id_token_authorized_party").await;
    refuses(&harness, patch("azp", ""), "id_token_authorized_party").await;
    accepts(&harness, patch("azp", "portico")).await;
}

#[tokio::test]
async fn id_10_a_token_must_not_have_expired() {
    let harness = Harness::new().await;
    let now = harness.provider.now();
    refuses(&harness, without("exp"), "token_exp_missing").await;
    refuses(&harness, patch("exp", now - 90), "token_expired").await;
    refuses(&harness, patch("exp", now - 7 * 24 * 3600), "token_expired").await;
    refuses(&harness, patch("exp", "tomorrow"), "id_token_unreadable").await;
    refuses(&harness, patch("exp", 1e30), "id_token_unreadable").await;
    accepts(&harness, patch("exp", now - 30)).await;
    refuses(&harness, patch("nbf", now + 120), "token_not_yet_valid").await;
    accepts(&harness, patch("nbf", now + 30)).await;
}

#[tokio::test]
async fn id_11_a_token_must_have_been_issued_just_now() {
    let harness = Harness::new().await;
    let now = harness.provider.now();
    refuses(&harness, without("iat"), "token_iat_missing").await;
    refuses(&harness, patch("iat", now - 7 * 24 * 3600), "token_iat_too_old").await;
    refuses(&harness, patch("iat", now + 120), "token_iat_in_future").await;
    accepts(&harness, patch("iat", now + 30)).await;
    accepts(&harness, patch("iat", now - 30)).await;
}

#[tokio::test]
async fn id_12_a_subject_has_1_to_255_characters() {
    let harness = Harness::new().await;
    for wrong in [Value::Null, json!(""), json!("x".repeat(256)), json!(7)] {
        harness
            .provider
            .change(|faults| faults.userinfo = patch("sub", wrong.clone()));
        refuses(&harness, patch("sub", wrong), "id_token_subject").await;
    }
    harness
        .provider
        .change(|faults| faults.userinfo = patch("sub", "x".repeat(255)));
    accepts(&harness, patch("sub", "x".repeat(255))).await;
}

#[tokio::test]
async fn id_13_the_nonce_must_be_the_one_that_was_sent() {
    let harness = Harness::new().await;
    refuses(&harness, without("nonce"), "id_token_nonce").await;
    for wrong in ["", "guess"] {
        refuses(&harness, patch("nonce", wrong), "id_token_nonce").await;
    }
}

#[tokio::test]
async fn id_14_a_provider_that_claims_a_strong_sign_in_unasked_gives_nothing_by_it() {
    // Where nothing is requested, they are claims like others; where it is, `crate::step_up` has the rules.
    let harness = Harness::new().await;
    accepts(&harness, without("auth_time")).await;
    accepts(&harness, patch("acr", "phishing-resistant")).await;
}

#[tokio::test]
async fn id_15_the_hash_of_the_access_token_must_fit_where_there_is_one() {
    let harness = Harness::new().await;
    refuses(
        &harness,
        patch("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
        "id_token_access_token_hash",
    )
    .await;
    refuses(&harness, patch("at_hash", ""), "id_token_access_token_hash").await;
    accepts(&harness, without("at_hash")).await;
}

#[tokio::test]
async fn id_16_other_kinds_of_tokens_are_not_id_tokens() {
    let harness = Harness::new().await;
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "AT+JWT"] {
        harness
            .provider
            .change(|faults| faults.id_token_header = patch("typ", typ));
        expect_refused(&harness, typ, "id_token_type").await;
    }
    harness.provider.change(|faults| faults.id_token_header = Patch::new());
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    refuses(&harness, patch("events", event), "id_token_type").await;
    harness.provider.change(|faults| faults.id_token = Patch::new());
    harness
        .provider
        .change(|faults| faults.id_token_header = without("typ"));
    expect_accepted(&harness, "no typ").await;
}

#[tokio::test]
async fn id_17_a_person_is_issuer_and_subject_whatever_else_changes() {
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let identity = async |login: &str, change: fn(&mut Faults)| {
        harness.provider.change(change);
        let mut browser = harness.browser();
        browser.sign_in_by(login, "alice").await;
        let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
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
    assert_eq!(before, (json!(harness.issuer), json!("alice")));
    let elsewhere = identity("/auth/login?provider=other", |_| {}).await;
    assert_eq!(elsewhere.1, json!("alice"));
    assert_ne!(
        elsewhere.0, before.0,
        "the same subject of another provider is somebody else"
    );
}

#[tokio::test]
async fn id_1_what_a_token_states_of_the_person_in_odd_types_refuses_nobody() {
    let harness = Harness::new().await;
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
        accepts(&harness, patch(name, value)).await;
    }
}
