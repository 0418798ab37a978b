//! The cost of a sign-in, counted, not timed: calls of the provider, commits and statements (SI-1).

use std::path::Path;

use bff::ProviderConfig;
use demo::{Endpoint, FaultResponse};
use serde_json::json;

use crate::support::{Browser, Harness, Log, SessionDatabase, Setup};

/// How many transactions the write-ahead log of a SQLite database holds: a frame that ends one states how many pages there are then
/// (SQLite, "Database File Format" §4.1).
fn commits(database: &Path) -> usize {
    let log = std::fs::read(database.with_extension("db-wal")).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page, salt) = (number(8) as usize, &log[16..24]);
    let frames = log[32..].chunks_exact(24 + page);
    let current = frames.take_while(|frame| &frame[8..16] == salt);
    current.filter(|frame| frame[4..8] != [0; 4]).count()
}

fn database(harness: &Harness) -> std::path::PathBuf {
    let SessionDatabase::Sqlite(pool) = &harness.database else {
        panic!("only SQLite writes such a log");
    };
    pool.connect_options().get_filename().to_owned()
}

async fn harness(provider: fn(&mut ProviderConfig)) -> Harness {
    Harness::build(Setup {
        provider,
        postgres: false,
        ..Setup::default()
    })
    .await
}

/// What was requested of the provider since it stands, by a site.
fn calls(harness: &Harness) -> usize {
    let endpoints = [
        Endpoint::Discovery,
        Endpoint::Jwks,
        Endpoint::Token,
        Endpoint::Userinfo,
        Endpoint::Revoke,
        Endpoint::Introspect,
        Endpoint::Par,
        Endpoint::Other,
    ];
    endpoints
        .map(|endpoint| harness.provider.requests(endpoint))
        .iter()
        .sum()
}

/// Calls and commits of the callback of a sign-in.
async fn cost(harness: &Harness, browser: &mut Browser, person: &str) -> (usize, usize) {
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, person).await;
    let before = (calls(harness), commits(&database(harness)));
    let page = browser.open(callback.as_str()).await;
    assert_eq!(page.status, 303, "{}", page.body);
    (calls(harness) - before.0, commits(&database(harness)) - before.1)
}

#[tokio::test]
async fn si_1_a_sign_in_makes_two_calls_and_one_commit() {
    let harness = harness(|_| {}).await;
    harness.browser().sign_in("alice").await;
    assert_eq!(cost(&harness, &mut harness.browser(), "bob").await, (2, 1));
    let mut again = harness.browser();
    assert_eq!(cost(&harness, &mut again, "bob").await, (2, 1));
    assert_eq!(
        cost(&harness, &mut again, "carol").await,
        (2, 1),
        "the session of before is replaced in it"
    );
}

#[tokio::test]
async fn si_1_a_sign_in_whose_id_token_states_everything_makes_one_call() {
    let harness = harness(|provider| provider.required_claims = Some(vec!["name".into(), "groups".into()])).await;
    harness.browser().sign_in("alice").await;
    assert_eq!(cost(&harness, &mut harness.browser(), "bob").await, (1, 1));
}

#[tokio::test]
async fn si_1_a_sign_in_for_an_api_whose_token_userinfo_refuses_makes_one_call() {
    let harness = harness(|_| {}).await;
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Userinfo, FaultResponse::Json(401, json!({})));
    });
    harness.browser().sign_in("alice").await;
    assert_eq!(cost(&harness, &mut harness.browser(), "bob").await, (1, 1));
}

#[tokio::test]
async fn si_1_sessions_beyond_the_limit_end_in_the_same_commit() {
    let setup = Setup {
        config: |config| config.max_sessions = std::num::NonZeroUsize::MIN,
        postgres: false,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut first = harness.browser();
    first.sign_in("alice").await;
    assert_eq!(cost(&harness, &mut harness.browser(), "alice").await, (2, 1));
    assert_eq!(first.open("/me").await.status, 401);
}

#[tokio::test]
async fn si_1_keys_are_read_while_the_code_is_redeemed() {
    let harness = harness(|_| {}).await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let wait = async {
        harness
            .until("both are asked", |provider| {
                [Endpoint::Token, Endpoint::Jwks].map(|at| provider.requests(at)) == [1, 1]
            })
            .await;
        harness.provider.change(|faults| faults.responses.clear());
    };
    let (page, ()) = tokio::join!(browser.open(callback.as_str()), wait);
    assert_eq!(page.status, 303, "{}", page.body);
    assert_eq!(harness.provider.requests(Endpoint::Jwks), 1);
}

#[tokio::test]
async fn si_1_a_code_that_is_refused_is_reported_without_waiting_for_keys() {
    let (log, harness) = (Log::start(), harness(|_| {}).await);
    harness.provider.change(|faults| {
        let refused = json!({ "error": "invalid_grant" });
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(400, refused));
        faults.responses.insert(Endpoint::Jwks, FaultResponse::Hold);
    });
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 400);
    assert!(log.own().contains("invalid_grant"), "{}", log.own());
}
