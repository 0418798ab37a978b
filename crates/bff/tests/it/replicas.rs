//! Two replicas of a site share one PostgreSQL and nothing else (TO-4; RF-1, RF-8, RF-9 and LO-2 of the checklist).

use std::time::Duration;

use demo::{Answer, Endpoint, Kind, Patch, Signing};
use futures::future::join_all;

use crate::back_channel::{claims, with};
use crate::support::{Browser, House, Log, Page, Plan, Replica, soon, without};

/// Longer than any lease: three requests of ten seconds, and a margin.
const LEASE: Duration = Duration::from_secs(36);

async fn house() -> House {
    let plan = Plan {
        postgres: true,
        ..Plan::default()
    };
    House::build(plan).await
}

/// A house, a replica of it, and somebody whose access token has expired.
async fn two() -> (House, Replica, Browser) {
    let house = house().await;
    let replica = Replica::of(&house, |_| {}).await;
    let mut browser = house.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    house.advance(Duration::from_mins(6));
    (house, replica, browser)
}

/// Asks for a token in the background.
fn asking(mut browser: Browser) -> tokio::task::JoinHandle<Page> {
    tokio::spawn(async move { browser.go("/token").await })
}

fn hold(house: &House, answer: Answer) {
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, answer);
    });
}

fn lift(house: &House) {
    house.provider.change(|faults| faults.answers.clear());
}

async fn at_the_provider(house: &House) {
    house
        .until("a refresh is at the provider", |provider| provider.held() == 1)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_1_fifty_requests_at_two_replicas_refresh_once() {
    let (house, replica, browser) = two().await;
    hold(&house, Answer::HoldAnswer);
    let requests: Vec<_> = (0..50)
        .map(|number| match number % 2 {
            0 => asking(house.like(&browser)),
            _ => asking(replica.browser(&house, &browser)),
        })
        .collect();
    at_the_provider(&house).await;
    // None of the others may ask as well.
    for counts in [&house.counts, &replica.counts] {
        counts.token_requests.reaches("everybody wants a token", 25).await;
    }
    lift(&house);
    let pages: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    let same = |page: &Page| page.status == 200 && page.body == pages[0].body;
    assert!(pages.iter().all(same), "{pages:?}");
    let asked = house.provider.requests(Endpoint::Token);
    assert_eq!(asked, 2, "one for the sign-in, one refresh");
}

#[tokio::test]
async fn to_4_replicas_take_turns_from_token_to_token() {
    let (house, replica, browser) = two().await;
    for round in 2..6 {
        let pages = join_all([asking(house.like(&browser)), asking(replica.browser(&house, &browser))]).await;
        let pages: Vec<_> = pages.into_iter().map(Result::unwrap).collect();
        assert!(
            pages
                .iter()
                .all(|page| page.status == 200 && page.body == pages[0].body),
            "{pages:?}"
        );
        assert_eq!(house.provider.requests(Endpoint::Token), round);
        house.advance(Duration::from_mins(6));
    }
}

#[tokio::test]
async fn rf_9_a_replica_that_dies_before_the_provider_heard_it_is_replaced() {
    let (log, (house, replica, browser)) = (Log::start(), two().await);
    hold(&house, Answer::Hold);
    let dying = asking(replica.browser(&house, &browser));
    at_the_provider(&house).await;
    replica.kill();
    house
        .until("its connection is gone", |provider| provider.held() == 0)
        .await;
    dying.abort();
    lift(&house);
    let waiting = asking(house.like(&browser));
    let waits = log.wait_for(|log| log.own().contains("another replica renews the tokens"));
    soon("it waits for the dead", waits).await;
    assert_eq!(
        house.provider.requests(Endpoint::Token),
        2,
        "the lease of the dead lasts"
    );
    house.advance(LEASE);
    let page = waiting.await.unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(house.provider.requests(Endpoint::Token), 3);
}

#[tokio::test]
async fn rf_2_a_replica_that_dies_with_the_new_tokens_leaves_a_session_that_asks_to_sign_in() {
    let (house, replica, browser) = two().await;
    hold(&house, Answer::HoldAnswer);
    let dying = asking(replica.browser(&house, &browser));
    at_the_provider(&house).await;
    replica.kill();
    house
        .until("its connection is gone", |provider| provider.held() == 0)
        .await;
    dying.abort();
    lift(&house);
    house.advance(LEASE);
    let mut tab = house.like(&browser);
    // The only refresh token this site knows was used by the dead: asked once, then the person signs in again.
    assert_eq!(tab.go("/token").await.body, "sign in again");
    assert_eq!(house.provider.requests(Endpoint::Token), 3);
    assert_eq!((tab.go("/me").await.status, house.rows().await), (401, 0));
    assert_eq!(tab.sign_in("alice").await.status, 303);
    assert_eq!(tab.go("/token").await.status, 200);
}

#[tokio::test]
async fn rf_9_a_late_holder_overwrites_nothing_and_revokes_nothing() {
    let (house, replica, browser) = two().await;
    // This provider does not rotate: both replicas are granted tokens. Only the new replica has to ask for its keys.
    house.provider.change(|faults| {
        faults.refresh_response = without("refresh_token");
        faults.answers.insert(Endpoint::Jwks, Answer::Hold);
    });
    let late = asking(replica.browser(&house, &browser));
    at_the_provider(&house).await;
    assert_eq!(house.provider.requests(Endpoint::Token), 2, "it has its tokens");
    house.advance(LEASE);
    let next = house.like(&browser).go("/token").await;
    assert_eq!(
        (next.status, house.provider.requests(Endpoint::Token)),
        (200, 3),
        "{}",
        next.body
    );
    lift(&house);
    let late = late.await.unwrap();
    assert_eq!(
        (late.status, &late.body),
        (200, &next.body),
        "it takes what its successor stored"
    );
    assert_eq!(house.like(&browser).go("/token").await.body, next.body);
    assert_eq!(house.provider.requests(Endpoint::Token), 3);
    assert!(house.provider.revoked().is_empty(), "its tokens are of the same grant");
}

#[tokio::test]
async fn rf_5_a_refusal_is_not_the_end_while_a_successor_is_at_work() {
    let (house, replica, browser) = two().await;
    hold(&house, Answer::Hold);
    let late = asking(replica.browser(&house, &browser));
    at_the_provider(&house).await;
    house.advance(LEASE);
    let next = asking(house.like(&browser));
    house
        .until("both are at the provider", |provider| provider.held() == 2)
        .await;
    // A provider that rotates grants one of them and refuses the other: whoever has the newest lease decides.
    lift(&house);
    let (late, next) = (late.await.unwrap(), next.await.unwrap());
    assert_eq!(late.status, next.status, "{} {}", late.body, next.body);
    let alive = house.like(&browser).go("/me").await.status;
    assert_eq!(
        alive,
        if next.status == 200 { 200 } else { 401 },
        "one answer everywhere"
    );
}

#[tokio::test]
async fn rf_6_a_replica_whose_provider_fails_hands_the_lease_on_at_once() {
    let (house, replica, browser) = two().await;
    hold(&house, Answer::Json(503, serde_json::json!({})));
    assert_eq!(replica.browser(&house, &browser).go("/token").await.status, 503);
    lift(&house);
    assert_eq!(
        house.like(&browser).go("/token").await.status,
        200,
        "no lease to wait for"
    );
    assert_eq!(replica.browser(&house, &browser).go("/token").await.status, 200);
}

#[tokio::test]
async fn rf_8_a_sign_out_at_one_replica_wins_over_a_refresh_at_the_other() {
    let (house, replica, browser) = two().await;
    hold(&house, Answer::HoldAnswer);
    let refreshing = asking(replica.browser(&house, &browser));
    at_the_provider(&house).await;
    let mut leaving = house.like(&browser);
    assert_eq!(leaving.submit("/auth/logout", &[]).await.status, 303);
    assert_eq!(house.rows().await, 0);
    lift(&house);
    assert_eq!(refreshing.await.unwrap().body, "sign in again");
    assert_eq!(house.rows().await, 0, "the session came back");
    let newest = house.provider.newest(Kind::RefreshToken).unwrap();
    house
        .until("the new refresh token is revoked", |provider| {
            provider.revoked().contains(&newest)
        })
        .await;
    assert!(!house.provider.refresh_is_alive(&newest));
}

#[tokio::test]
async fn lo_2_after_a_sign_out_the_cookie_is_worth_nothing_on_the_other_replica() {
    let house = house().await;
    let replica = Replica::of(&house, |_| {}).await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    let mut there = replica.browser(&house, &browser);
    let mut kept = replica.browser(&house, &browser);
    assert_eq!(
        (there.go("/me").await.status, there.go("/token").await.status),
        (200, 200)
    );
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
    for path in ["/me", "/token"] {
        assert_eq!(there.go(path).await.status, 401, "{path}");
    }
    assert_eq!(there.go("/").await.body, "stranger");
    assert_eq!(
        kept.submit("/auth/logout", &[]).await.status,
        303,
        "nothing to end, no error"
    );
}

#[tokio::test]
async fn bc_8_a_sign_in_at_one_replica_is_ended_by_a_logout_token_at_the_other() {
    let house = house().await;
    let replica = Replica::of(&house, |_| {}).await;
    let mut browser = house.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let callback = browser.authorize(&authorize, "alice").await;
    // The provider signs her out everywhere before the browser is back.
    house.advance(Duration::from_secs(2));
    let claims = with(claims(&house, "1"), "sub", "alice");
    let token = house.provider.mint(&Patch::new(), &claims, Signing::Proper);
    let mut provider = replica.browser(&house, &house.browser());
    let send = provider.form("/auth/backchannel-logout/demo", &[("logout_token", &token)]);
    let page = provider.send(send.silent()).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = browser.go(callback.as_str()).await;
    assert!((400..500).contains(&page.status), "{}", page.body);
    assert_eq!(browser.go("/me").await.status, 401);
}
