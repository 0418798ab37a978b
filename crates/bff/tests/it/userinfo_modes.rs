//! When is userinfo asked, and what if it says nothing (SI-1, SI-5)?

use bff::{ProviderConfig, UserinfoMode};
use demo::{Answer, Endpoint, Kind};
use serde_json::{Value, json};

use crate::support::{House, Plan, accepted, patch, without};

/// The API's token is refused, and so is any other.
const REFUSALS: [(u16, Value); 6] = [
    (401, Value::Null),
    (403, Value::Null),
    (404, Value::Null),
    (204, Value::Null),
    (405, Value::Null),
    (501, Value::Null),
];

async fn house(provider: fn(&mut ProviderConfig)) -> House {
    House::build(Plan {
        provider,
        ..Plan::default()
    })
    .await
}

/// Without an API the token of the sign-in is the only one there is.
fn plain(provider: &mut ProviderConfig) {
    provider.audience = None;
}

fn answers(house: &House, status: u16, body: &Value) {
    let answer = Answer::Json(status, body.clone());
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Userinfo, answer);
    });
}

/// How often token endpoint and userinfo were asked.
fn asked(house: &House) -> [usize; 2] {
    [Endpoint::Token, Endpoint::Userinfo].map(|endpoint| house.provider.requests(endpoint))
}

/// What a sign-in asks of both; it succeeds.
async fn calls(house: &House, person: &str) -> [usize; 2] {
    let before = asked(house);
    let mut browser = house.browser();
    let page = browser.sign_in(person).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let after = asked(house);
    [after[0] - before[0], after[1] - before[1]]
}

#[tokio::test]
async fn si_5_a_userinfo_that_refuses_keeps_nobody_out() {
    for (status, body) in REFUSALS {
        for provider in [plain as fn(&mut ProviderConfig), |_| {}] {
            let house = house(provider).await;
            answers(&house, status, &body);
            accepted(&house, &status.to_string()).await;
            let mut browser = house.browser();
            browser.sign_in("alice").await;
            let me: Value = serde_json::from_str(&browser.go("/me").await.body).unwrap();
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
        let house = house(plain).await;
        answers(&house, status, &body);
        let mut browser = house.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!((page.status, browser.session()), (502, None), "{status}");
        assert_eq!(house.rows().await, 0, "{status}");
        house.provider.change(|faults| faults.answers.clear());
        accepted(&house, "a moment later").await;
    }
}

#[tokio::test]
async fn tk_2_userinfo_about_somebody_else_is_refused_in_every_mode_that_asks() {
    for mode in [UserinfoMode::Auto, UserinfoMode::Always] {
        let house = match mode {
            UserinfoMode::Always => house(|provider| provider.userinfo = UserinfoMode::Always).await,
            _ => house(|provider| provider.wanted_claims = Some(vec!["never_told".into()])).await,
        };
        for wrong in [patch("sub", "bob"), without("sub"), patch("sub", "alice\0")] {
            house.provider.change(|faults| faults.userinfo = wrong.clone());
            let mut browser = house.browser();
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
        let house = house(provider).await;
        for (status, body) in REFUSALS {
            answers(&house, status, &body);
            for _ in 0..2 {
                let mut browser = house.browser();
                let page = browser.sign_in("alice").await;
                assert_eq!((page.status, browser.session()), (502, None), "{status}");
            }
        }
        house.provider.change(|faults| faults.answers.clear());
        assert_eq!(calls(&house, "alice").await, [1, 1], "nothing is remembered");
    }
}

#[tokio::test]
async fn si_5_never_means_never() {
    let house = house(|provider| provider.userinfo = UserinfoMode::Never).await;
    house.provider.change(|faults| faults.id_token = without("name"));
    assert_eq!(calls(&house, "alice").await, [1, 0]);
}

#[tokio::test]
async fn si_5_auto_asks_only_where_a_wanted_claim_is_missing() {
    let house = house(|provider| {
        let wanted = ["name", "groups", "realm_access.roles", "my\\.claim"];
        provider.wanted_claims = Some(wanted.map(str::to_owned).to_vec());
    })
    .await;
    let whole = json!({ "realm_access": { "roles": [] }, "my.claim": 0 });
    let whole = whole.as_object().unwrap();
    house.provider.change(|faults| faults.id_token = whole.clone());
    assert_eq!(
        calls(&house, "alice").await,
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
        house.provider.change(|faults| faults.id_token = claims);
        assert_eq!(calls(&house, "alice").await, [1, 1], "{name} {value}");
    }
    house.provider.change(|faults| faults.id_token = whole.clone());
    assert_eq!(calls(&house, "alice").await, [1, 0]);
}

#[tokio::test]
async fn si_1_where_no_token_opens_userinfo_sign_ins_ask_for_tokens_alone() {
    let house = House::new().await;
    answers(&house, 401, &json!({}));
    assert_eq!(calls(&house, "alice").await, [2, 2], "both kinds of token are tried");
    for person in ["alice", "bob", "carol"] {
        assert_eq!(calls(&house, person).await, [1, 0], "{person}");
    }
    house.provider.change(|faults| faults.answers.clear());
    house.advance(std::time::Duration::from_mins(11));
    assert_eq!(calls(&house, "alice").await, [1, 1], "and tried again");
    assert_eq!(calls(&house, "bob").await, [1, 1]);
}

#[tokio::test]
async fn si_1_what_one_kind_of_token_opens_is_not_asked_with_the_other() {
    // The first answer is a refusal, all others are proper.
    let house = House::new().await;
    answers(&house, 403, &json!({}));
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, "alice").await;
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Hold);
        faults.answers.insert(Endpoint::Userinfo, Answer::Json(403, json!({})));
    });
    let wait = async {
        house
            .until("the code is redeemed", |provider| {
                provider.requests(Endpoint::Token) == 1
            })
            .await;
        house.provider.change(|faults| {
            faults.answers.remove(&Endpoint::Token);
        });
        house
            .until("userinfo has refused", |provider| {
                provider.requests(Endpoint::Userinfo) == 1
            })
            .await;
        house.provider.change(|faults| faults.answers.clear());
    };
    let (page, ()) = tokio::join!(browser.go(callback.as_str()), wait);
    assert_eq!(page.status, 303, "{}", page.body);
    assert_eq!(asked(&house), [2, 2]);
    assert_eq!(calls(&house, "bob").await, [2, 1], "the second token alone");
    house.advance(std::time::Duration::from_mins(11));
    assert_eq!(calls(&house, "carol").await, [1, 1]);
}

#[tokio::test]
async fn si_1_one_person_who_is_refused_takes_no_claims_from_others() {
    let house = house(plain).await;
    assert_eq!(calls(&house, "alice").await, [1, 1]);
    answers(&house, 403, &json!({}));
    for _ in 0..5 {
        assert_eq!(calls(&house, "dave").await, [1, 1]);
    }
    house.provider.change(|faults| faults.answers.clear());
    assert_eq!(calls(&house, "bob").await, [1, 1], "still asked");
}

#[tokio::test]
async fn to_2_the_refresh_token_of_a_second_question_is_the_one_that_is_kept() {
    let house = House::new().await;
    answers(&house, 401, &json!({}));
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let newest = house.provider.newest(Kind::RefreshToken).unwrap();
    house.advance(std::time::Duration::from_mins(6));
    assert_eq!(browser.go("/token").await.status, 200);
    assert!(house.provider.bodies(Endpoint::Token).last().unwrap().contains(&newest));
}
