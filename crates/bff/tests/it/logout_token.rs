//! Checklist 4.8, BC-3, BC-6 and BC-7: which logout tokens are not accepted?

use demo::{Kind, Patch, Signing};
use serde_json::{Value, json};

use crate::back_channel::{EVENT, claims, greeting, newest_sid, post, say, signed_in, typed, with};
use crate::support::{Harness, Setup};

/// Changes, each of which makes a good token a bad one.
fn wrong_claims(issuer: &str, now: i64) -> [(&'static str, Value); 23] {
    [
        ("iss", json!(format!("{issuer}/"))),
        ("aud", json!("other")),
        ("aud", json!(["portico", "other"])),
        ("aud", Value::Null),
        ("aud", json!(["portico", 7])),
        ("aud", json!(["portico", {}])),
        ("exp", json!((now + 60).to_string())),
        ("nbf", json!("4102444800")),
        ("exp", json!(now - 61)),
        ("exp", Value::Null),
        ("iat", json!(now + 600)),
        ("iat", json!(now - 7 * 24 * 3600)),
        ("iat", Value::Null),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("events", Value::Null),
        ("events", json!(EVENT)),
        ("events", json!({ "http://schemas.openid.net/event/other": {} })),
        ("events", json!({ EVENT: true })),
        ("nonce", json!("n")),
        ("sid", Value::Null),
        ("sid", json!(7)),
        ("sub", json!("")),
    ]
}

#[tokio::test]
async fn bc_3_a_token_that_is_wrong_in_any_way_ends_nothing() {
    let (harness, mut browser) = signed_in().await;
    let now = harness.provider.now();
    let good = || with(claims(&harness, "1"), "sid", newest_sid(&harness));
    let mut wrong: Vec<_> = wrong_claims(&harness.issuer, now)
        .into_iter()
        .map(|(name, value)| {
            harness
                .provider
                .mint(&Patch::new(), &with(good(), name, value), Signing::Proper)
        })
        .collect();
    for signing in [
        Signing::Unsigned,
        Signing::Broken,
        Signing::Stranger,
        Signing::Embedded,
        Signing::Unpublished,
        Signing::HmacWithPublicKey,
        Signing::HmacWithClientSecret,
    ] {
        wrong.push(harness.provider.mint(&Patch::new(), &good(), signing));
        // The same where there is no such session: the response states nobody who is signed in.
        wrong.push(
            harness
                .provider
                .mint(&Patch::new(), &with(good(), "sid", "unknown"), signing),
        );
    }
    wrong.push(harness.provider.newest(Kind::IdToken).unwrap());
    wrong.push("a.b.c".to_owned());
    let rows = harness.rows().await;
    for (number, token) in wrong.iter().enumerate() {
        let page = post(&harness, &[("logout_token", token)]).await;
        assert_eq!(page.status, 400, "{number}: {token}");
        assert!(page.header("cache-control").contains("no-store"));
        assert!(!page.body.contains(token.as_str()));
    }
    assert_eq!(
        (greeting(&mut browser).await.as_str(), harness.rows().await),
        ("hello alice", rows)
    );
    assert_eq!(say(&harness, &good()).await.status, 200, "the control");
}

#[tokio::test]
async fn bc_6_the_type_may_be_missing_or_jwt_or_logout_jwt_and_nothing_else() {
    let (harness, mut browser) = signed_in().await;
    let claims = with(claims(&harness, "1"), "sid", newest_sid(&harness));
    for typ in ["at+jwt", "JOSE", "dpop+jwt", "logout", ""] {
        let token = harness.provider.mint(&typed(typ), &claims, Signing::Proper);
        assert_eq!(post(&harness, &[("logout_token", &token)]).await.status, 400, "{typ}");
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
    assert_eq!(say(&harness, &claims).await.status, 400);
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
                assert_eq!(say(&harness, &claims).await.status, 400, "{claim} {name:?}");
            }
        }
        for name in [" ", "alice "] {
            assert_eq!(
                say(&harness, &with(claims(&harness, "1"), "sub", name)).await.status,
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
        say(&harness, &with(without_exp(&harness, "1"), "sid", sid))
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
    for (name, value) in [
        ("iat", Value::Null),
        ("iat", json!(now - minutes(3) - 1)),
        ("iat", json!(now + minutes(2))),
        ("exp", json!(now - minutes(2))),
        ("exp", json!("never")),
        ("jti", Value::Null),
        ("nbf", json!(now + minutes(2))),
    ] {
        assert_eq!(
            say(&harness, &with(good("1"), name, value.clone())).await.status,
            400,
            "{name} {value}"
        );
    }
    assert_eq!(greeting(&mut browser).await, "hello alice");
    let late = with(good("2"), "iat", now - minutes(2));
    assert_eq!(say(&harness, &late).await.status, 200, "two minutes, and one of leeway");
    assert_eq!(greeting(&mut browser).await, "stranger");
    harness.advance(std::time::Duration::from_secs(1));
    browser.sign_in("alice").await;
    assert_eq!(say(&harness, &late).await.status, 200, "said again");
    assert_eq!(greeting(&mut browser).await, "hello alice", "the replay did nothing");
    let with_exp = with(with(claims(&harness, "3"), "sub", "alice"), "exp", now + minutes(1));
    assert_eq!(
        say(&harness, &with_exp).await.status,
        200,
        "others are believed as ever"
    );
}
