//! Checklist 4.4: the ID token. A refusal is a 4xx page, no session and no call of userinfo.

use demo::{DemoHandle, Endpoint, Faults, Patch, Signing};
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
async fn id_5_signatures_of_others_and_none_at_all_are_refused() {
    let house = House::new().await;
    for signing in [
        Signing::Unsigned,
        Signing::Broken,
        Signing::Stranger,
        Signing::HmacWithPublicKey,
        Signing::HmacWithClientSecret,
    ] {
        house.provider.change(|faults| faults.signing = signing);
        refused(&house, &format!("{signing:?}")).await;
    }
    house.provider.change(|faults| faults.signing = Signing::Rs256);
    accepted(&house, "RS256 with a published key").await;
}

#[tokio::test]
async fn id_5_a_valid_signature_by_an_algorithm_that_is_not_listed_is_refused() {
    let plan = Plan {
        provider: |provider| provider.algorithms = vec!["RS256".into()],
        ..Plan::default()
    };
    let house = House::build(plan).await;
    refused(&house, "ES256 where RS256 is listed").await;
    house.provider.change(|faults| faults.signing = Signing::Rs256);
    accepted(&house, "RS256 where RS256 is listed").await;
    let plan = Plan {
        provider: |provider| provider.algorithms = vec!["ES256".into()],
        ..Plan::default()
    };
    let house = House::build(plan).await;
    house.provider.change(|faults| faults.signing = Signing::Rs256);
    refused(&house, "RS256 where ES256 is listed").await;
}

#[tokio::test]
async fn id_5_the_name_of_an_algorithm_is_taken_literally() {
    let house = House::new().await;
    for name in ["NONE", "None", "nOnE", "", "es256", "ES256K"] {
        house
            .provider
            .change(|faults| faults.id_token_header = patch("alg", name));
        refused(&house, name).await;
    }
}

#[tokio::test]
async fn id_6_keys_named_by_the_token_itself_are_never_used() {
    let house = House::new().await;
    house.provider.change(|faults| faults.signing = Signing::Embedded);
    refused(&house, "jwk").await;
    let elsewhere = format!("{}/people/alice.svg", house.issuer);
    for (name, value) in [
        ("jku", json!(elsewhere)),
        ("x5u", json!(elsewhere)),
        ("x5c", json!(["MIIB"])),
    ] {
        for signing in [Signing::Stranger, Signing::Unpublished] {
            house.provider.change(|faults| {
                faults.signing = signing;
                faults.id_token_header = patch(name, value.clone());
            });
            refused(&house, name).await;
        }
    }
    assert_eq!(
        house.provider.requests(Endpoint::Other),
        0,
        "an address in a token was asked"
    );
}

#[tokio::test]
async fn id_7_an_unknown_key_is_looked_up_once_and_then_refused() {
    let house = House::new().await;
    accepted(&house, "before").await;
    let asked = house.provider.requests(Endpoint::Jwks);
    house.provider.change(|faults| faults.signing = Signing::Unpublished);
    refused(&house, "unpublished").await;
    assert_eq!(house.provider.requests(Endpoint::Jwks), asked + 1);
    house.provider.change(|faults| faults.signing = Signing::Proper);
    accepted(&house, "afterwards").await;
}

#[tokio::test]
async fn id_7_a_key_rotated_just_before_signing_does_not_fail_the_sign_in() {
    let house = House::new().await;
    for round in 0..3 {
        house.provider.rotate_key();
        accepted(&house, &format!("rotation {round}")).await;
    }
}

#[tokio::test]
async fn id_7_random_key_names_do_not_hammer_the_provider() {
    let house = House::new().await;
    accepted(&house, "before").await;
    let asked = house.provider.requests(Endpoint::Jwks);
    let claims = json!({ "iss": house.issuer, "aud": "https://api.portico.example", "sub": "x", "exp": house.provider.now() + 60 });
    for _ in 0..20 {
        let token = house.provider.mint(
            &patch("typ", "at+jwt"),
            claims.as_object().unwrap(),
            Signing::Unpublished,
        );
        let mut caller = house.browser();
        let send = caller
            .get("/api/read")
            .header("authorization", &format!("Bearer {token}"));
        assert_eq!(caller.send(send).await.status, 401);
    }
    assert!(
        house.provider.requests(Endpoint::Jwks) <= asked + 2,
        "{}",
        house.provider.requests(Endpoint::Jwks)
    );
    // The throttle holds back strangers, never a sign-in that meets a rotated key.
    house.provider.rotate_key();
    accepted(&house, "after the throttle has set in").await;
}

#[tokio::test]
async fn id_8_a_token_without_key_name_is_checked_with_the_only_key() {
    let house = House::new().await;
    house.provider.change(|faults| faults.id_token_header = without("kid"));
    accepted(&house, "one key").await;
}

#[tokio::test]
async fn id_8_a_token_without_key_name_gets_the_same_answer_every_time() {
    let keys = [
        vec![DemoHandle::stranger_key()],
        vec![DemoHandle::stranger_key(), DemoHandle::stranger_key()],
    ];
    let mut answers = Vec::new();
    for extra in keys {
        let house = House::new().await;
        house.provider.change(|faults| {
            faults.extra_keys = extra;
            faults.id_token_header = without("kid");
        });
        for _ in 0..3 {
            answers.push(house.browser().sign_in("alice").await.status);
        }
    }
    assert!(
        answers
            .iter()
            .all(|answer| *answer == answers[0] && [303, 400, 401, 403].contains(answer)),
        "{answers:?}"
    );
}

#[tokio::test]
async fn id_9_odd_keys_are_passed_over() {
    let house = House::new().await;
    let kid = house.provider.published_key()["kid"].clone();
    let mut encryption = DemoHandle::stranger_key();
    encryption["use"] = "enc".into();
    encryption["kid"] = kid.clone();
    house.provider.change(|faults| {
        faults.extra_keys = vec![
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "1", "pub": "AA" }),
            json!({ "kty": "EC", "crv": "P-1000", "kid": "2", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "kid": "3" }),
            json!({ "kty": "oct", "k": "AA", "kid": kid }),
            json!({ "kid": "4" }),
            encryption,
        ];
        faults.published_key = without("alg");
    });
    accepted(&house, "odd keys").await;
    house.provider.change(|faults| faults.published_key = without("use"));
    accepted(&house, "no use").await;
}

#[tokio::test]
async fn id_10_a_token_must_not_have_expired() {
    let house = House::new().await;
    let now = house.provider.now();
    refuses(&house, without("exp")).await;
    refuses(&house, patch("exp", now - 90)).await;
    refuses(&house, patch("exp", now - 7 * 24 * 3600)).await;
    refuses(&house, patch("exp", "tomorrow")).await;
    accepts(&house, patch("exp", now - 30)).await;
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
    // Step-up is not asked for anywhere yet: `acr` and `auth_time` are claims like others, missing or old.
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
