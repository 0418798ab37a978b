//! SE-9: is everything an operator has to know in the log, once, with who and why, and without a secret? SE-5: how many
//! sessions may one person have?

use std::num::NonZeroUsize;
use std::time::Duration;

use bff::SessionRef;
use demo::{Answer, Endpoint};
use serde_json::json;

use crate::support::{Browser, House, Log, Plan};

/// The lines about `event` with `outcome`.
fn lines(log: &Log, event: &str, outcome: &str) -> Vec<String> {
    let wanted = format!("event=\"{event}\" outcome=\"{outcome}\"");
    log.own()
        .lines()
        .filter(|line| line.contains(&wanted))
        .map(str::to_owned)
        .collect()
}

async fn references(house: &House, person: &str) -> Vec<SessionRef> {
    let found = house.bff.sessions_of(&house.issuer, person).await.unwrap();
    found.into_iter().map(|session| session.reference).collect()
}

#[tokio::test]
async fn se_9_a_sign_in_and_a_sign_out_name_person_provider_and_session() {
    let (log, house) = (Log::start(), House::new().await);
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let reference = references(&house, "alice").await[0];
    let told = lines(&log, "sign_in", "success");
    assert_eq!(told.len(), 1, "{told:?}");
    for part in [
        "provider=\"demo\"",
        "subject=\"alice\"",
        &format!("session={reference}"),
    ] {
        assert!(told[0].contains(part), "{part} in {told:?}");
    }
    browser.submit("/auth/logout", &[]).await;
    let told = lines(&log, "sign_out", "success");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("subject=\"alice\"") && told[0].contains(&format!("session={reference}")));
    nothing_secret(&log, &house);
}

#[tokio::test]
async fn se_9_failures_and_refusals_say_why() {
    let (log, house) = (Log::start(), House::new().await);
    let mut browser = house.browser();
    browser.go("/auth/callback/demo?code=x&state=y").await;
    assert!(lines(&log, "sign_in", "refused")[0].contains("reason=\"no pending sign-in"));
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Json(500, json!({})));
    });
    browser.sign_in("alice").await;
    assert!(lines(&log, "sign_in", "failed")[0].contains("the token endpoint answers 500"));
    nothing_secret(&log, &house);
}

#[tokio::test]
async fn se_9_a_renewal_that_fails_and_one_that_works_are_told() {
    let (log, house) = (Log::start(), House::new().await);
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    house.advance(Duration::from_mins(6));
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Json(503, json!({})));
    });
    browser.go("/token").await;
    let told = lines(&log, "token_renewal", "failed");
    assert!(told.len() == 1 && told[0].contains("subject=\"alice\""), "{told:?}");
    house.provider.change(|faults| faults.answers.clear());
    browser.go("/token").await;
    assert_eq!(lines(&log, "token_renewal", "success").len(), 1);
    nothing_secret(&log, &house);
}

fn nothing_secret(log: &Log, house: &House) {
    let (own, operator) = (log.own(), log.operator());
    for issued in house.provider.issued() {
        let tell = issued.value.rsplit('.').next().unwrap_or_default();
        assert!(
            !own.contains(tell) && !operator.contains(tell),
            "{:?} is in the log",
            issued.kind
        );
    }
}

#[tokio::test]
async fn se_5_beyond_the_limit_the_session_used_longest_ago_ends() {
    let plan = Plan {
        config: |config| config.max_sessions = NonZeroUsize::new(2).unwrap(),
        ..Plan::default()
    };
    let house = House::build(plan).await;
    let mut browsers: Vec<Browser> = Vec::new();
    for _ in 0..3 {
        let mut browser = house.browser();
        browser.sign_in("alice").await;
        house.advance(Duration::from_mins(2));
        browsers.push(browser);
    }
    let mut bob = house.browser();
    bob.sign_in("bob").await;
    let mut alive = Vec::new();
    for browser in &mut browsers {
        alive.push(browser.go("/me").await.status == 200);
    }
    assert_eq!(alive, [false, true, true]);
    assert_eq!(bob.go("/me").await.status, 200, "others do not count");
}
