//! TK-2, the signed half: userinfo that arrives as a JWT (OpenID Connect Core 1.0 §5.3.2).

use demo::{Endpoint, FaultResponse, Signing};
use serde_json::{Map, Value, json};

use crate::support::{Harness, expect_accepted};

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// Userinfo responds with `claims`, signed in some way, under a header with `typ`.
fn answers(harness: &Harness, claims: &Value, signing: Signing, typ: &str) {
    let kid = harness.provider.published_key()["kid"].clone();
    let header = object(&json!({"alg": "ES256", "kid": kid, "typ": typ}));
    let token = harness.provider.mint(&header, &object(claims), signing);
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Userinfo, FaultResponse::Jwt(token));
    });
}

/// Signs alice in and expects a 4xx page and no session; userinfo is requested here, unlike after a bad ID token.
async fn turned_away(harness: &Harness, why: &str) {
    let (mut browser, rows) = (harness.browser(), harness.rows().await);
    let page = browser.sign_in("alice").await;
    assert!(
        (400..500).contains(&page.status),
        "{why}: {} {}",
        page.status,
        page.body
    );
    assert_eq!((browser.session(), harness.rows().await), (None, rows), "{why}");
}

#[tokio::test]
async fn tk_2_signed_userinfo_is_believed_when_the_provider_signed_it_for_us() {
    let harness = Harness::new().await;
    let iss = harness.issuer.clone();
    let good = json!({"iss": iss, "aud": "portico", "sub": "alice", "name": "Alice Signed"});
    answers(&harness, &good, Signing::Proper, "JWT");
    expect_accepted(&harness, "signed userinfo").await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let me = browser.open("/me").await.body;
    assert!(me.contains("Alice Signed"), "{me}");

    answers(&harness, &json!({"sub": "alice"}), Signing::Proper, "JWT");
    expect_accepted(&harness, "`iss` and `aud` are optional").await;
}

#[tokio::test]
async fn tk_2_signed_userinfo_of_others_for_others_or_about_others_is_refused() {
    let harness = Harness::new().await;
    let iss = harness.issuer.clone();
    let good = json!({"iss": iss, "aud": "portico", "sub": "alice"});
    for (signing, typ) in [
        (Signing::Unsigned, "JWT"),
        (Signing::Broken, "JWT"),
        (Signing::Stranger, "JWT"),
        (Signing::HmacWithPublicKey, "JWT"),
        (Signing::Proper, "at+jwt"),
    ] {
        answers(&harness, &good, signing, typ);
        turned_away(&harness, &format!("{signing:?} {typ}")).await;
    }
    for wrong in [
        json!({"iss": "https://other.example", "aud": "portico", "sub": "alice"}),
        json!({"iss": iss, "aud": "somebody", "sub": "alice"}),
        json!({"iss": iss, "aud": "portico", "sub": "bob"}),
        json!({"iss": iss, "aud": "portico"}),
    ] {
        answers(&harness, &wrong, Signing::Proper, "JWT");
        turned_away(&harness, &wrong.to_string()).await;
    }
}
