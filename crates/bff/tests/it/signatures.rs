//! Checklist 4.4, second half: who signed the ID token, and with which key (ID-5 to ID-9).

use demo::{DemoHandle, Endpoint, Signing};
use serde_json::json;

use crate::support::{Harness, Setup, expect_accepted, expect_refused, patch, without};

#[tokio::test]
async fn id_5_signatures_of_others_and_none_at_all_are_refused() {
    let harness = Harness::new().await;
    for (signing, failure) in [
        (Signing::Unsigned, "id_token_algorithm"),
        (Signing::Broken, "id_token_signature"),
        (Signing::Stranger, "id_token_signature"),
        (Signing::HmacWithPublicKey, "id_token_algorithm"),
        (Signing::HmacWithClientSecret, "id_token_algorithm"),
    ] {
        harness.provider.change(|faults| faults.signing = signing);
        expect_refused(&harness, &format!("{signing:?}"), failure).await;
    }
    harness.provider.change(|faults| faults.signing = Signing::Rs256);
    expect_accepted(&harness, "RS256 with a published key").await;
}

#[tokio::test]
async fn id_5_a_valid_signature_by_an_algorithm_that_is_not_listed_is_refused() {
    let setup = Setup {
        provider: |provider| provider.algorithms = vec!["RS256".into()],
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    expect_refused(&harness, "ES256 where RS256 is listed", "id_token_algorithm").await;
    harness.provider.change(|faults| faults.signing = Signing::Rs256);
    expect_accepted(&harness, "RS256 where RS256 is listed").await;
    let setup = Setup {
        provider: |provider| provider.algorithms = vec!["ES256".into()],
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    harness.provider.change(|faults| faults.signing = Signing::Rs256);
    expect_refused(&harness, "RS256 where ES256 is listed", "id_token_algorithm").await;
}

#[tokio::test]
async fn id_5_the_name_of_an_algorithm_is_taken_literally() {
    let harness = Harness::new().await;
    for name in ["NONE", "None", "nOnE", "", "es256", "ES256K"] {
        harness
            .provider
            .change(|faults| faults.id_token_header = patch("alg", name));
        expect_refused(&harness, name, "id_token_algorithm").await;
    }
}

#[tokio::test]
async fn id_6_keys_named_by_the_token_itself_are_never_used() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| faults.signing = Signing::Embedded);
    expect_refused(&harness, "jwk", "id_token_signature").await;
    let elsewhere = format!("{}/people/alice.svg", harness.issuer);
    for (name, value) in [
        ("jku", json!(elsewhere)),
        ("x5u", json!(elsewhere)),
        ("x5c", json!(["MIIB"])),
    ] {
        for signing in [Signing::Stranger, Signing::Unpublished] {
            harness.provider.change(|faults| {
                faults.signing = signing;
                faults.id_token_header = patch(name, value.clone());
            });
            expect_refused(&harness, name, "id_token_signature").await;
        }
    }
    assert_eq!(
        harness.provider.requests(Endpoint::Other),
        0,
        "an address in a token was asked"
    );
}

#[tokio::test]
async fn id_7_an_unknown_key_is_looked_up_once_and_then_refused() {
    let harness = Harness::new().await;
    expect_accepted(&harness, "before").await;
    let requested = harness.provider.requests(Endpoint::Jwks);
    harness.provider.change(|faults| faults.signing = Signing::Unpublished);
    expect_refused(&harness, "unpublished", "id_token_signature").await;
    assert_eq!(harness.provider.requests(Endpoint::Jwks), requested + 1);
    harness.provider.change(|faults| faults.signing = Signing::Proper);
    expect_accepted(&harness, "afterwards").await;
}

#[tokio::test]
async fn id_7_a_key_rotated_just_before_signing_does_not_fail_the_sign_in() {
    let harness = Harness::new().await;
    for round in 0..3 {
        harness.provider.rotate_key();
        expect_accepted(&harness, &format!("rotation {round}")).await;
    }
}

#[tokio::test]
async fn id_7_a_key_exchanged_under_the_same_name_or_none_does_not_fail_the_sign_in() {
    for header in [without("kid"), patch("kid", "the key")] {
        let harness = Harness::new().await;
        harness.provider.change(|faults| {
            faults.published_key = header.clone();
            faults.id_token_header = header;
        });
        expect_accepted(&harness, "before").await;
        for round in 0..2 {
            harness.provider.rotate_key();
            expect_accepted(&harness, &format!("rotation {round}")).await;
        }
        let requested = harness.provider.requests(Endpoint::Jwks);
        expect_accepted(&harness, "afterwards").await;
        assert_eq!(
            harness.provider.requests(Endpoint::Jwks),
            requested,
            "a key that is known is not asked for"
        );
        harness.provider.change(|faults| faults.signing = Signing::Stranger);
        expect_refused(&harness, "a stranger's signature", "id_token_signature").await;
    }
}

#[tokio::test]
async fn id_7_a_key_exchanged_under_the_same_name_ends_no_session() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.published_key = without("kid");
        faults.id_token_header = without("kid");
    });
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.provider.rotate_key();
    harness.advance(std::time::Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(browser.open("/").await.body, "hello alice");
}

#[tokio::test]
async fn id_8_the_response_does_not_depend_on_how_many_keys_there_are() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.extra_keys = (0..20).map(|_| DemoHandle::stranger_key()).collect();
        faults.id_token_header = without("kid");
    });
    expect_accepted(&harness, "twenty keys more").await;
}

#[tokio::test]
async fn id_7_random_key_names_do_not_hammer_the_provider() {
    let harness = Harness::new().await;
    expect_accepted(&harness, "before").await;
    let requested = harness.provider.requests(Endpoint::Jwks);
    let claims = json!({ "iss": harness.issuer, "aud": "https://api.portico.example", "sub": "x", "exp": harness.provider.now() + 60 });
    for _ in 0..20 {
        let token = harness.provider.mint(
            &patch("typ", "at+jwt"),
            claims.as_object().unwrap(),
            Signing::Unpublished,
        );
        let mut caller = harness.browser();
        let send = caller
            .get("/api/read")
            .header("authorization", &format!("Bearer {token}"));
        assert_eq!(caller.send(send).await.status, 401);
    }
    assert!(
        harness.provider.requests(Endpoint::Jwks) <= requested + 2,
        "{}",
        harness.provider.requests(Endpoint::Jwks)
    );
    // The throttle holds back strangers, never a sign-in that meets a rotated key.
    harness.provider.rotate_key();
    expect_accepted(&harness, "after the throttle has set in").await;
}

#[tokio::test]
async fn id_8_a_token_without_key_name_is_checked_with_the_only_key() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.id_token_header = without("kid"));
    expect_accepted(&harness, "one key").await;
}

#[tokio::test]
async fn id_8_a_token_without_key_name_gets_the_same_response_every_time() {
    let keys = [
        vec![DemoHandle::stranger_key()],
        vec![DemoHandle::stranger_key(), DemoHandle::stranger_key()],
    ];
    let mut responses = Vec::new();
    for extra in keys {
        let harness = Harness::new().await;
        harness.provider.change(|faults| {
            faults.extra_keys = extra;
            faults.id_token_header = without("kid");
        });
        for _ in 0..3 {
            responses.push(harness.browser().sign_in("alice").await.status);
        }
    }
    assert!(
        responses
            .iter()
            .all(|response| *response == responses[0] && [303, 400, 401, 403].contains(response)),
        "{responses:?}"
    );
}

#[tokio::test]
async fn id_9_odd_keys_are_passed_over() {
    let harness = Harness::new().await;
    let kid = harness.provider.published_key()["kid"].clone();
    let mut encryption = DemoHandle::stranger_key();
    encryption["use"] = "enc".into();
    encryption["kid"] = kid.clone();
    harness.provider.change(|faults| {
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
    expect_accepted(&harness, "odd keys").await;
    harness.provider.change(|faults| faults.published_key = without("use"));
    expect_accepted(&harness, "no use").await;
}
