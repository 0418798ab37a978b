//! TK-2, the signed half: userinfo that comes as a JWT (OpenID Connect Core 1.0 §5.3.2).

use demo::{Answer, Endpoint, Signing};
use serde_json::{Map, Value, json};

use crate::support::{House, accepted};

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// Userinfo answers with `claims`, signed in some way, under a header with `typ`.
fn answers(house: &House, claims: &Value, (signing, typ): (Signing, &str)) {
    let kid = house.provider.published_key()["kid"].clone();
    let header = object(&json!({"alg": "ES256", "kid": kid, "typ": typ}));
    let token = house.provider.mint(&header, &object(claims), signing);
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Userinfo, Answer::Jwt(token));
    });
}

/// Signs alice in and expects a 4xx page and no session; userinfo is asked here, unlike after a bad ID token.
async fn turned_away(house: &House, why: &str) {
    let (mut browser, rows) = (house.browser(), house.rows().await);
    let page = browser.sign_in("alice").await;
    assert!(
        (400..500).contains(&page.status),
        "{why}: {} {}",
        page.status,
        page.body
    );
    assert_eq!((browser.session(), house.rows().await), (None, rows), "{why}");
}

#[tokio::test]
async fn tk_2_signed_userinfo_is_believed_when_the_provider_signed_it_for_us() {
    let house = House::new().await;
    let iss = house.issuer.clone();
    let good = json!({"iss": iss, "aud": "portico", "sub": "alice", "name": "Alice Signed"});
    answers(&house, &good, (Signing::Proper, "JWT"));
    accepted(&house, "signed userinfo").await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let me = browser.go("/me").await.body;
    assert!(me.contains("Alice Signed"), "{me}");

    answers(&house, &json!({"sub": "alice"}), (Signing::Proper, "JWT"));
    accepted(&house, "`iss` and `aud` are optional").await;
}

#[tokio::test]
async fn tk_2_signed_userinfo_of_others_for_others_or_about_others_is_refused() {
    let house = House::new().await;
    let iss = house.issuer.clone();
    let good = json!({"iss": iss, "aud": "portico", "sub": "alice"});
    for (signing, typ) in [
        (Signing::Unsigned, "JWT"),
        (Signing::Broken, "JWT"),
        (Signing::Stranger, "JWT"),
        (Signing::HmacWithPublicKey, "JWT"),
        (Signing::Proper, "at+jwt"),
    ] {
        answers(&house, &good, (signing, typ));
        turned_away(&house, &format!("{signing:?} {typ}")).await;
    }
    for wrong in [
        json!({"iss": "https://other.example", "aud": "portico", "sub": "alice"}),
        json!({"iss": iss, "aud": "somebody", "sub": "alice"}),
        json!({"iss": iss, "aud": "portico", "sub": "bob"}),
        json!({"iss": iss, "aud": "portico"}),
    ] {
        answers(&house, &wrong, (Signing::Proper, "JWT"));
        turned_away(&house, &wrong.to_string()).await;
    }
}
