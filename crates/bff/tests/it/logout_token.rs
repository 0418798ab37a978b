//! Checklist 4.8, BC-3, BC-6 and BC-7: logout tokens that are refused, each by its failure code.

use demo::{Kind, Patch, Signing};
use serde_json::{Value, json};

use crate::back_channel::{EVENT, claims, greeting, newest_sid, post, send_logout, signed_in, typed, with};
use crate::support::{Harness, Log, Setup, last_failure};

/// Changes, each of which makes a good token a bad one, and the code of its failure.
fn wrong_claims(issuer: &str, now: i64) -> [(&'static str, Value, &'static str); 23] {
    [
        ("iss", json!(format!("{issuer}/")), "logout_token_issuer"),
        ("aud", json!("other"), "logout_token_audience"),
        ("aud", json!(["portico", "other"]), "logout_token_audience"),
        ("aud", Value::Null, "logout_token_audience"),
        ("aud", json!(["portico", 7]), "logout_token_audience"),
        ("aud", json!(["portico", {}]), "logout_token_audience"),
        ("exp", json!((now + 60).to_string()), "logout_token_unreadable"),
        ("nbf", json!("4102444800"), "logout_token_unreadable"),
        ("exp", json!(now - 61), "token_expired"),
        ("exp", Value::Null, "token_exp_missing"),
        ("iat", json!(now + 600), "token_iat_in_future"),
        ("iat", json!(now - 7 * 24 * 3600), "token_iat_too_old"),
        ("iat", Value::Null, "token_iat_missing"),
        ("jti", Value::Null, "logout_token_id"),
        ("jti", json!(""), "logout_token_id"),
        ("events", Value::Null, "logout_token_event"),
        ("events", json!(EVENT), "logout_token_event"),
        (
            "events",
            json!({ "http://schemas.openid.net/event/other": {} }),
            "logout_token_event",
        ),
        ("events", json!({ EVENT: true }), "logout_token_event"),
        ("nonce", json!("n"), "logout_token_nonce"),
        ("sid", Value::Null, "logout_token_nobody"),
        ("sid", json!(7), "logout_token_name"),
        ("sub", json!(""), "logout_token_name"),
    ]
}

#[tokio::test]
async fn bc_3_a_token_that_is_wrong_in_any_way_ends_nothing() {
    let (harness, mut browser) = signed_in().await;
    let now = harness.provider.now();
    let good = || with(claims(&harness, "1"), "sid", newest_sid(&harness));
    let mint = |claims: &_, signing| harness.provider.mint(&Patch::new(), claims, signing);
    let mut wrong: Vec<_> = wrong_claims(&harness.issuer, now)
        .into_iter()
        .map(|(name, value, failure)| (mint(&with(good(), name, value), Signing::Proper), failure))
        .collect();
    for (signing, failure) in [
        (Signing::Unsigned, "logout_token_algorithm"),
        (Signing::Broken, "logout_token_signature"),
        (Signing::Stranger, "logout_token_signature"),
        (Signing::Embedded, "logout_token_signature"),
        (Signing::Unpublished, "logout_token_signature"),
        (Signing::HmacWithPublicKey, "logout_token_algorithm"),
        (Signing::HmacWithClientSecret, "logout_token_algorithm"),
    ] {
        wrong.push((mint(&good(), signing), failure));
        // The same without such a session: the response does not reveal who is signed in.
        wrong.push((mint(&with(good(), "sid", "unknown"), signing), failure));
    }
    wrong.push((harness.provider.newest(Kind::IdToken).unwrap(), "logout_token_nonce"));
    wrong.push(("a.b.c".to_owned(), "logout_token_unreadable"));
    let rows = harness.rows().await;
    for (number, (token, failure)) in wrong.iter().enumerate() {
        let log = Log::start();
        let page = post(&harness, &[("logout_token", token)]).await;
        assert_eq!(page.status, 400, "{number}: {token}");
        assert_eq!(last_failure(&log).as_deref(), Some(*failure), "{number}: {token}");
        assert!(page.header("cache-control").contains("no-store"));
        assert!(!page.body.contains(token.as_str()));
    }
    assert_eq!(
        (greeting(&mut browser).await.as_str(), harness.rows().await),
        ("hello alice", rows)
    );
    assert_eq!(send_logout(&harness, &good()).await.status, 200, "the control");
}

#[tokio::test]
async fn bc_6_the_type_may_be_missing_or_jwt_or_logout_jwt_and_nothing_else() {
    let (harness, mut browser) = signed_in().await;
    let claims = with(claims(&harness, "1"), "sid", newest_sid(&harness));
    for typ in ["at+jwt", "JOSE", "dpop+jwt", "logout", ""] {
        let token = harness.provider.mint(&typed(typ), &claims, Signing::Proper);
        let log = Log::start();
        assert_eq!(post(&harness, &[("logout_token", &token)]).await.status, 400, "{typ}");
        assert_eq!(last_failure(&log).as_deref(), Some("logout_token_type"), "{typ}");
    }
    assert_eq!(greeting(&mut browser).await, "hello alice");
    for typ in ["JWT", "logout+jwt", "application/logout+jwt"] {
        let token = harness.provider.mint(&typed(typ), &claims, Signing::Proper);
        assert_eq!(post(&harness, &[("logout_token", &token)]).await.status, 200, "{typ}");
    }
}

#[tokio::test]
async fn bc_6_a_provider_known_to_type_its_tokens_is_held_to_it() {
    let provider: fn(&mut bff::ProviderConfig) = |provider| provider.typed_logout_tokens = true;
    let harness = Harness::build(Setup {
        provider,
        ..Setup::default()
    })
    .await;
    let claims = with(claims(&harness, "1"), "sid", "s");
    assert_eq!(send_logout(&harness, &claims).await.status, 400);
    let token = harness.provider.mint(&typed("logout+jwt"), &claims, Signing::Proper);
    assert_eq!(post(&harness, &[("logout_token", &token)]).await.status, 200);
}

#[tokio::test]
async fn bc_7_anything_but_one_token_in_a_small_form_is_refused() {
    let (harness, mut browser) = signed_in().await;
    let claims = with(claims(&harness, "1"), "sid", newest_sid(&harness));
    let token = harness.provider.mint(&Patch::new(), &claims, Signing::Proper);
    let field = ("logout_token", token.as_str());
    let path = "/auth/backchannel-logout/demo";
    assert_eq!(browser.open(&format!("{path}?logout_token={token}")).await.status, 405);
    for fields in [&[][..], &[field, field], &[("logout_token", "")], &[("token", &token)]] {
        assert_eq!(post(&harness, fields).await.status, 400, "{fields:?}");
    }
    let json = browser
        .form(path, &[field])
        .silent()
        .header("content-type", "application/json");
    assert_eq!(browser.send(json).await.status, 400);
    let large = "x".repeat(64 * 1024 + 1);
    assert_eq!(post(&harness, &[field, ("more", &large)]).await.status, 413);
    assert_eq!(greeting(&mut browser).await, "hello alice");
    let elsewhere = browser.form("/auth/backchannel-logout/nobody", &[field]).silent();
    assert_eq!(browser.send(elsewhere).await.status, 404);
}

#[tokio::test]
async fn bc_3_names_with_control_characters_are_refused_in_either_database() {
    for postgres in [false, true] {
        let harness = Harness::build(Setup {
            postgres,
            ..Setup::default()
        })
        .await;
        for name in ["\0", "alice\0", "al\u{1b}ice", "alice\n"] {
            for claim in ["sid", "sub"] {
                let claims = with(claims(&harness, "1"), claim, name);
                let log = Log::start();
                assert_eq!(send_logout(&harness, &claims).await.status, 400, "{claim} {name:?}");
                assert_eq!(
                    last_failure(&log).as_deref(),
                    Some("logout_token_name"),
                    "{claim} {name:?}"
                );
            }
        }
        for name in [" ", "alice "] {
            assert_eq!(
                send_logout(&harness, &with(claims(&harness, "1"), "sub", name))
                    .await
                    .status,
                400,
                "{name:?}"
            );
        }
        assert_eq!(harness.rows().await, 0);
    }
}

#[tokio::test]
async fn bc_3_tokens_without_exp_are_believed_for_two_minutes_where_the_provider_is_known_for_them() {
    let without_exp = |harness: &Harness, jti: &str| with(claims(harness, jti), "exp", Value::Null);
    let (harness, mut browser) = signed_in().await;
    let sid = newest_sid(&harness);
    assert_eq!(
        send_logout(&harness, &with(without_exp(&harness, "1"), "sid", sid))
            .await
            .status,
        400,
        "off by default"
    );
    assert_eq!(greeting(&mut browser).await, "hello alice");

    let provider: fn(&mut bff::ProviderConfig) = |provider| provider.logout_tokens_without_exp = true;
    let harness = Harness::build(Setup {
        provider,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let sid = newest_sid(&harness);
    let good = |jti: &str| with(without_exp(&harness, jti), "sid", sid.as_str());
    let (now, minutes) = (harness.provider.now(), |number: i64| number * 60);
    for (name, value, failure) in [
        ("iat", Value::Null, "token_iat_missing"),
        ("iat", json!(now - minutes(3) - 1), "token_expired"),
        ("iat", json!(now + minutes(2)), "token_iat_in_future"),
        ("exp", json!(now - minutes(2)), "token_expired"),
        ("exp", json!("never"), "logout_token_unreadable"),
        ("jti", Value::Null, "logout_token_id"),
        ("nbf", json!(now + minutes(2)), "token_not_yet_valid"),
    ] {
        let log = Log::start();
        assert_eq!(
            send_logout(&harness, &with(good("1"), name, value.clone()))
                .await
                .status,
            400,
            "{name} {value}"
        );
        assert_eq!(last_failure(&log).as_deref(), Some(failure), "{name} {value}");
    }
    assert_eq!(greeting(&mut browser).await, "hello alice");
    let late = with(good("2"), "iat", now - minutes(2));
    assert_eq!(
        send_logout(&harness, &late).await.status,
        200,
        "two minutes, and one of leeway"
    );
    assert_eq!(greeting(&mut browser).await, "stranger");
    harness.advance(std::time::Duration::from_secs(1));
    browser.sign_in("alice").await;
    assert_eq!(send_logout(&harness, &late).await.status, 200, "said again");
    assert_eq!(greeting(&mut browser).await, "hello alice", "the replay did nothing");
    let with_exp = with(with(claims(&harness, "3"), "sub", "alice"), "exp", now + minutes(1));
    assert_eq!(
        send_logout(&harness, &with_exp).await.status,
        200,
        "others are believed as ever"
    );
}
