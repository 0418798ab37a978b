//! Two replicas of a site share one PostgreSQL and nothing else (TO-4; RF-1, RF-8, RF-9 and LO-2 of the checklist).

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Kind, Patch, Signing};
use futures::future::join_all;

use crate::back_channel::{claims, with};
use crate::support::{Browser, Harness, Log, Page, Replica, Setup, within_deadline, without};

/// Longer than any lease: three requests of ten seconds, and a margin.
const LEASE: Duration = Duration::from_secs(36);

async fn harness() -> Harness {
    let setup = Setup {
        postgres: true,
        ..Setup::default()
    };
    Harness::build(setup).await
}

/// A test site, a replica of it, and somebody whose access token has expired.
async fn two() -> (Harness, Replica, Browser) {
    let harness = harness().await;
    let replica = Replica::of(&harness, |_| {}).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    harness.advance(Duration::from_mins(6));
    (harness, replica, browser)
}

/// Requests a token in the background.
fn request(mut browser: Browser) -> tokio::task::JoinHandle<Page> {
    tokio::spawn(async move { browser.open("/token").await })
}

fn hold(harness: &Harness, response: FaultResponse) {
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, response);
    });
}

fn lift(harness: &Harness) {
    harness.provider.change(|faults| faults.responses.clear());
}

async fn at_the_provider(harness: &Harness) {
    harness
        .until("a refresh is at the provider", |provider| provider.held() == 1)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_1_fifty_requests_at_two_replicas_refresh_once() {
    let (harness, replica, browser) = two().await;
    hold(&harness, FaultResponse::HoldResponse);
    let requests: Vec<_> = (0..50)
        .map(|number| match number % 2 {
            0 => request(harness.clone_of(&browser)),
            _ => request(replica.browser(&harness, &browser)),
        })
        .collect();
    at_the_provider(&harness).await;
    // None of the others may send a request as well.
    for counts in [&harness.counts, &replica.counts] {
        counts.token_requests.reaches("everybody wants a token", 25).await;
    }
    lift(&harness);
    let pages: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    let same = |page: &Page| page.status == 200 && page.body == pages[0].body;
    assert!(pages.iter().all(same), "{pages:?}");
    let requested = harness.provider.requests(Endpoint::Token);
    assert_eq!(requested, 2, "one for the sign-in, one refresh");
}

#[tokio::test]
async fn to_4_replicas_take_turns_from_token_to_token() {
    let (harness, replica, browser) = two().await;
    for round in 2..6 {
        let pages = join_all([
            request(harness.clone_of(&browser)),
            request(replica.browser(&harness, &browser)),
        ])
        .await;
        let pages: Vec<_> = pages.into_iter().map(Result::unwrap).collect();
        assert!(
            pages
                .iter()
                .all(|page| page.status == 200 && page.body == pages[0].body),
            "{pages:?}"
        );
        assert_eq!(harness.provider.requests(Endpoint::Token), round);
        harness.advance(Duration::from_mins(6));
    }
}

#[tokio::test]
async fn rf_9_a_replica_that_dies_before_the_provider_heard_it_is_replaced() {
    let (log, (harness, replica, browser)) = (Log::start(), two().await);
    hold(&harness, FaultResponse::Hold);
    let dying = request(replica.browser(&harness, &browser));
    at_the_provider(&harness).await;
    replica.kill();
    harness
        .until("its connection is gone", |provider| provider.held() == 0)
        .await;
    dying.abort();
    lift(&harness);
    let waiting = request(harness.clone_of(&browser));
    let waits = log.wait_for(|log| log.own().contains("another replica renews the tokens"));
    within_deadline("it waits for the dead", waits).await;
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        2,
        "the lease of the dead lasts"
    );
    harness.advance(LEASE);
    let page = waiting.await.unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(harness.provider.requests(Endpoint::Token), 3);
}

#[tokio::test]
async fn rf_2_a_replica_that_dies_with_the_new_tokens_leaves_a_session_that_needs_a_sign_in() {
    let (harness, replica, browser) = two().await;
    hold(&harness, FaultResponse::HoldResponse);
    let dying = request(replica.browser(&harness, &browser));
    at_the_provider(&harness).await;
    replica.kill();
    harness
        .until("its connection is gone", |provider| provider.held() == 0)
        .await;
    dying.abort();
    lift(&harness);
    harness.advance(LEASE);
    let mut tab = harness.clone_of(&browser);
    // The only refresh token this site knows was used by the dead: requested once, then the person signs in again.
    assert_eq!(tab.open("/token").await.body, "sign in again");
    assert_eq!(harness.provider.requests(Endpoint::Token), 3);
    assert_eq!((tab.open("/me").await.status, harness.rows().await), (401, 0));
    assert_eq!(tab.sign_in("alice").await.status, 303);
    assert_eq!(tab.open("/token").await.status, 200);
}

#[tokio::test]
async fn rf_9_a_late_holder_overwrites_nothing_and_revokes_nothing() {
    let (harness, replica, browser) = two().await;
    // This provider does not rotate: both replicas are granted tokens. Only the new replica has to request its keys.
    harness.provider.change(|faults| {
        faults.refresh_response = without("refresh_token");
        faults.responses.insert(Endpoint::Jwks, FaultResponse::Hold);
    });
    let late = request(replica.browser(&harness, &browser));
    at_the_provider(&harness).await;
    assert_eq!(harness.provider.requests(Endpoint::Token), 2, "it has its tokens");
    harness.advance(LEASE);
    let next = harness.clone_of(&browser).open("/token").await;
    assert_eq!(
        (next.status, harness.provider.requests(Endpoint::Token)),
        (200, 3),
        "{}",
        next.body
    );
    lift(&harness);
    let late = late.await.unwrap();
    assert_eq!(
        (late.status, &late.body),
        (200, &next.body),
        "it takes what its successor stored"
    );
    assert_eq!(harness.clone_of(&browser).open("/token").await.body, next.body);
    assert_eq!(harness.provider.requests(Endpoint::Token), 3);
    assert!(
        harness.provider.revoked().is_empty(),
        "its tokens are of the same grant"
    );
}

#[tokio::test]
async fn rf_5_a_refusal_is_not_the_end_while_a_successor_is_at_work() {
    let (harness, replica, browser) = two().await;
    hold(&harness, FaultResponse::Hold);
    let late = request(replica.browser(&harness, &browser));
    at_the_provider(&harness).await;
    harness.advance(LEASE);
    let next = request(harness.clone_of(&browser));
    harness
        .until("both are at the provider", |provider| provider.held() == 2)
        .await;
    // A provider that rotates grants one of them and refuses the other: whoever has the newest lease decides.
    lift(&harness);
    let (late, next) = (late.await.unwrap(), next.await.unwrap());
    assert_eq!(late.status, next.status, "{} {}", late.body, next.body);
    let alive = harness.clone_of(&browser).open("/me").await.status;
    assert_eq!(
        alive,
        if next.status == 200 { 200 } else { 401 },
        "one answer everywhere"
    );
}

#[tokio::test]
async fn rf_6_a_replica_whose_provider_fails_hands_the_lease_on_at_once() {
    let (harness, replica, browser) = two().await;
    hold(&harness, FaultResponse::Json(503, serde_json::json!({})));
    assert_eq!(replica.browser(&harness, &browser).open("/token").await.status, 503);
    lift(&harness);
    assert_eq!(
        harness.clone_of(&browser).open("/token").await.status,
        200,
        "no lease to wait for"
    );
    assert_eq!(replica.browser(&harness, &browser).open("/token").await.status, 200);
}

#[tokio::test]
async fn rf_8_a_sign_out_at_one_replica_wins_over_a_refresh_at_the_other() {
    let (harness, replica, browser) = two().await;
    hold(&harness, FaultResponse::HoldResponse);
    let refreshing = request(replica.browser(&harness, &browser));
    at_the_provider(&harness).await;
    let mut leaving = harness.clone_of(&browser);
    assert_eq!(leaving.submit("/auth/logout", &[]).await.status, 303);
    assert_eq!(harness.rows().await, 0);
    lift(&harness);
    assert_eq!(refreshing.await.unwrap().body, "sign in again");
    assert_eq!(harness.rows().await, 0, "the session came back");
    let newest = harness.provider.newest(Kind::RefreshToken).unwrap();
    harness
        .until("the new refresh token is revoked", |provider| {
            provider.revoked().contains(&newest)
        })
        .await;
    assert!(!harness.provider.refresh_is_alive(&newest));
}

#[tokio::test]
async fn lo_2_after_a_sign_out_the_cookie_is_worth_nothing_on_the_other_replica() {
    let harness = harness().await;
    let replica = Replica::of(&harness, |_| {}).await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let mut there = replica.browser(&harness, &browser);
    let mut stored = replica.browser(&harness, &browser);
    assert_eq!(
        (there.open("/me").await.status, there.open("/token").await.status),
        (200, 200)
    );
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
    for path in ["/me", "/token"] {
        assert_eq!(there.open(path).await.status, 401, "{path}");
    }
    assert_eq!(there.open("/").await.body, "stranger");
    assert_eq!(
        stored.submit("/auth/logout", &[]).await.status,
        303,
        "nothing to end, no error"
    );
}

#[tokio::test]
async fn bc_8_a_sign_in_at_one_replica_is_ended_by_a_logout_token_at_the_other() {
    let harness = harness().await;
    let replica = Replica::of(&harness, |_| {}).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, "alice").await;
    // The provider signs her out everywhere before the browser is back.
    harness.advance(Duration::from_secs(2));
    let claims = with(claims(&harness, "1"), "sub", "alice");
    let token = harness.provider.mint(&Patch::new(), &claims, Signing::Proper);
    let mut provider = replica.browser(&harness, &harness.browser());
    let send = provider.form("/auth/backchannel-logout/demo", &[("logout_token", &token)]);
    let page = provider.send(send.silent()).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = browser.open(callback.as_str()).await;
    assert!((400..500).contains(&page.status), "{}", page.body);
    assert_eq!(browser.open("/me").await.status, 401);
}
