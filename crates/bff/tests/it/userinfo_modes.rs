//! When userinfo is requested, and sign-ins for which it returns nothing (SI-1, SI-5).

use bff::{ProviderConfig, UserinfoMode};
use demo::{Endpoint, FaultResponse, Kind};
use serde_json::{Value, json};

use crate::support::{Harness, Setup, expect_accepted, patch, without};

/// The API's token is refused, and so is any other.
const REFUSALS: [(u16, Value); 6] = [
    (401, Value::Null),
    (403, Value::Null),
    (404, Value::Null),
    (204, Value::Null),
    (405, Value::Null),
    (501, Value::Null),
];

async fn harness(provider: fn(&mut ProviderConfig)) -> Harness {
    Harness::build(Setup {
        provider,
        ..Setup::default()
    })
    .await
}

/// Without an API the token of the sign-in is the only one there is.
fn plain(provider: &mut ProviderConfig) {
    provider.audience = None;
}

fn answers(harness: &Harness, status: u16, body: &Value) {
    let response = FaultResponse::Json(status, body.clone());
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Userinfo, response);
    });
}

/// How often token endpoint and userinfo were requested.
fn requested(harness: &Harness) -> [usize; 2] {
    [Endpoint::Token, Endpoint::Userinfo].map(|endpoint| harness.provider.requests(endpoint))
}

/// What a sign-in requests of both; it succeeds.
async fn calls(harness: &Harness, person: &str) -> [usize; 2] {
    let before = requested(harness);
    let mut browser = harness.browser();
    let page = browser.sign_in(person).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let after = requested(harness);
    [after[0] - before[0], after[1] - before[1]]
}

#[tokio::test]
async fn si_5_a_userinfo_that_refuses_ends_no_sign_in() {
    for (status, body) in REFUSALS {
        for provider in [plain as fn(&mut ProviderConfig), |_| {}] {
            let harness = harness(provider).await;
            answers(&harness, status, &body);
            expect_accepted(&harness, &status.to_string()).await;
            let mut browser = harness.browser();
            browser.sign_in("alice").await;
            let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
            assert_eq!(me["claims"]["name"], "Alice Archer", "{status}: of the ID token");
        }
    }
}

#[tokio::test]
async fn si_5_a_userinfo_in_trouble_fails_the_sign_in_and_not_the_next() {
    for (status, body) in [
        (500, json!({})),
        (503, json!({})),
        (429, json!({})),
        (408, json!({})),
        (200, json!([])),
        (200, json!("x")),
    ] {
        let harness = harness(plain).await;
        answers(&harness, status, &body);
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!((page.status, browser.session()), (502, None), "{status}");
        assert_eq!(harness.rows().await, 0, "{status}");
        harness.provider.change(|faults| faults.responses.clear());
        expect_accepted(&harness, "a moment later").await;
    }
}

#[tokio::test]
async fn tk_2_userinfo_about_somebody_else_is_refused_in_every_mode_that_requests_it() {
    for mode in [UserinfoMode::Auto, UserinfoMode::Always] {
        let harness = match mode {
            UserinfoMode::Always => harness(|provider| provider.userinfo = UserinfoMode::Always).await,
            _ => harness(|provider| provider.required_claims = Some(vec!["never_told".into()])).await,
        };
        for wrong in [patch("sub", "bob"), without("sub"), patch("sub", "alice\0")] {
            harness.provider.change(|faults| faults.userinfo = wrong.clone());
            let mut browser = harness.browser();
            let page = browser.sign_in("alice").await;
            assert_eq!((page.status, browser.session()), (400, None), "{mode:?} {wrong:?}");
        }
    }
}

#[tokio::test]
async fn si_5_always_means_that_a_refusal_fails_the_sign_in() {
    for provider in [
        |provider: &mut ProviderConfig| provider.userinfo = UserinfoMode::Always,
        |provider: &mut ProviderConfig| {
            provider.userinfo = UserinfoMode::Always;
            plain(provider);
        },
    ] {
        let harness = harness(provider).await;
        for (status, body) in REFUSALS {
            answers(&harness, status, &body);
            for _ in 0..2 {
                let mut browser = harness.browser();
                let page = browser.sign_in("alice").await;
                assert_eq!((page.status, browser.session()), (502, None), "{status}");
            }
        }
        harness.provider.change(|faults| faults.responses.clear());
        assert_eq!(calls(&harness, "alice").await, [1, 1], "nothing is remembered");
    }
}

#[tokio::test]
async fn si_5_never_means_never() {
    let harness = harness(|provider| provider.userinfo = UserinfoMode::Never).await;
    harness.provider.change(|faults| faults.id_token = without("name"));
    assert_eq!(calls(&harness, "alice").await, [1, 0]);
}

#[tokio::test]
async fn si_5_auto_requests_only_where_a_required_claim_is_missing() {
    let harness = harness(|provider| {
        let required = ["name", "groups", "realm_access.roles", "my\\.claim"];
        provider.required_claims = Some(required.map(str::to_owned).to_vec());
    })
    .await;
    let whole = json!({ "realm_access": { "roles": [] }, "my.claim": 0 });
    let whole = whole.as_object().unwrap();
    harness.provider.change(|faults| faults.id_token = whole.clone());
    assert_eq!(
        calls(&harness, "alice").await,
        [1, 0],
        "all of them are there, one of them empty"
    );
    for (name, value) in [
        ("name", Value::Null),
        ("name", json!("")),
        ("groups", Value::Null),
        ("realm_access", json!({})),
        ("realm_access", json!({ "roles": null })),
        ("my.claim", Value::Null),
    ] {
        let mut claims = whole.clone();
        claims.insert(name.to_owned(), value.clone());
        harness.provider.change(|faults| faults.id_token = claims);
        assert_eq!(calls(&harness, "alice").await, [1, 1], "{name} {value}");
    }
    harness.provider.change(|faults| faults.id_token = whole.clone());
    assert_eq!(calls(&harness, "alice").await, [1, 0]);
}

#[tokio::test]
async fn si_1_where_no_token_opens_userinfo_sign_ins_request_tokens_alone() {
    let harness = Harness::new().await;
    answers(&harness, 401, &json!({}));
    assert_eq!(calls(&harness, "alice").await, [2, 2], "both kinds of token are tried");
    for person in ["alice", "bob", "carol"] {
        assert_eq!(calls(&harness, person).await, [1, 0], "{person}");
    }
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(std::time::Duration::from_mins(11));
    assert_eq!(calls(&harness, "alice").await, [1, 1], "and tried again");
    assert_eq!(calls(&harness, "bob").await, [1, 1]);
}

#[tokio::test]
async fn si_1_what_one_kind_of_token_opens_is_not_queried_with_the_other() {
    // The first response is a refusal, all others are proper.
    let harness = Harness::new().await;
    answers(&harness, 403, &json!({}));
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, "alice").await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
        faults
            .responses
            .insert(Endpoint::Userinfo, FaultResponse::Json(403, json!({})));
    });
    let wait = async {
        harness
            .until("the code is redeemed", |provider| {
                provider.requests(Endpoint::Token) == 1
            })
            .await;
        harness.provider.change(|faults| {
            faults.responses.remove(&Endpoint::Token);
        });
        harness
            .until("userinfo has refused", |provider| {
                provider.requests(Endpoint::Userinfo) == 1
            })
            .await;
        harness.provider.change(|faults| faults.responses.clear());
    };
    let (page, ()) = tokio::join!(browser.open(callback.as_str()), wait);
    assert_eq!(page.status, 303, "{}", page.body);
    assert_eq!(requested(&harness), [2, 2]);
    assert_eq!(calls(&harness, "bob").await, [2, 1], "the second token alone");
    harness.advance(std::time::Duration::from_mins(11));
    assert_eq!(calls(&harness, "carol").await, [1, 1]);
}

#[tokio::test]
async fn si_1_one_person_who_is_refused_takes_no_claims_from_others() {
    let harness = harness(plain).await;
    assert_eq!(calls(&harness, "alice").await, [1, 1]);
    answers(&harness, 403, &json!({}));
    for _ in 0..5 {
        assert_eq!(calls(&harness, "dave").await, [1, 1]);
    }
    harness.provider.change(|faults| faults.responses.clear());
    assert_eq!(calls(&harness, "bob").await, [1, 1], "still asked");
}

#[tokio::test]
async fn to_2_the_refresh_token_of_a_second_request_is_stored() {
    let harness = Harness::new().await;
    answers(&harness, 401, &json!({}));
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let newest = harness.provider.newest(Kind::RefreshToken).unwrap();
    harness.advance(std::time::Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
    assert!(
        harness
            .provider
            .bodies(Endpoint::Token)
            .last()
            .unwrap()
            .contains(&newest)
    );
}
