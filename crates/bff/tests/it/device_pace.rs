//! DV-1 of the checklist: whether a code was entered is requested by this server, never faster than the provider requires and never
//! after it is over. What the screen shows is in [`crate::device`].

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Faults};
use serde_json::json;

use crate::device::{enter, harness, look, made, poll_count, screen};
use crate::support::{Browser, Harness, patch};

/// What the token endpoint states instead of the truth.
fn answers(harness: &Harness, response: FaultResponse) {
    let insert = |faults: &mut Faults| drop(faults.responses.insert(Endpoint::Token, response));
    harness.provider.change(insert);
}

/// It states the truth again.
fn responds_truly(harness: &Harness) {
    harness
        .provider
        .change(|faults| drop(faults.responses.remove(&Endpoint::Token)));
}

fn error(name: &str) -> FaultResponse {
    FaultResponse::Json(400, json!({ "error": name }))
}

#[tokio::test]
async fn dv_1_the_provider_is_queried_once_an_interval_however_often_the_page_is_loaded() {
    let harness = harness().await;
    let (mut screen, _) = screen(&harness).await;
    let mut copy = harness.browser();
    copy.cookies.clone_from(&screen.cookies);
    let first = copy.cookies.clone();
    for second in 0..30 {
        for tab in [&mut screen, &mut copy] {
            assert_eq!(look(tab).await.status, 200);
            assert_eq!(tab.open("/auth/device").await.status, 200);
        }
        copy.cookies.clone_from(&first);
        assert_eq!(poll_count(&harness), second / 5, "after {second} seconds");
        harness.advance(Duration::from_secs(1));
    }
    // The demo states `slow_down` to who arrives too soon, and who is given so waits longer.
    let refresh = screen.open("/auth/device").await.header("refresh").to_owned();
    assert!(refresh.starts_with("2;"), "it is our turn again: {refresh}");
}

#[tokio::test]
async fn dv_1_the_interval_is_the_providers() {
    for (shown, first, second) in [(json!(7), 6, 7), (json!(null), 4, 5), (json!(0), 0, 1)] {
        let harness = harness().await;
        harness
            .provider
            .change(|faults| faults.device_authorization.extend(patch("interval", shown.clone())));
        answers(&harness, error("authorization_pending"));
        let (mut screen, _) = screen(&harness).await;
        harness.advance(Duration::from_secs(first));
        look(&mut screen).await;
        assert_eq!(poll_count(&harness), 0, "{shown}");
        harness.advance(Duration::from_secs(second - first));
        look(&mut screen).await;
        assert_eq!(poll_count(&harness), 1, "{shown}");
    }
}

/// Loads the page every second until the provider is requested again; the seconds that took.
async fn seconds_until_request(harness: &Harness, browser: &mut Browser) -> u64 {
    let before = poll_count(harness);
    for second in 1..200 {
        harness.advance(Duration::from_secs(1));
        let page = look(browser).await;
        assert_eq!(page.status, 200, "{}", page.body);
        if poll_count(harness) > before {
            return second;
        }
    }
    panic!("never asked again");
}

#[tokio::test]
async fn dv_1_slow_down_adds_five_seconds_for_good() {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    answers(&harness, error("slow_down"));
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 5);
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 10);
    answers(&harness, error("authorization_pending"));
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 15);
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 15, "for good");
    // Another replica, or this one after a restart, knows it from the cookie.
    let mut replica = harness.at_replica(&screen, |_| {}).await;
    assert_eq!(seconds_until_request(&harness, &mut replica).await, 15);
    responds_truly(&harness);
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(15));
    assert_eq!(look(&mut replica).await.status, 303);
}

#[tokio::test]
async fn dv_1_a_provider_in_trouble_is_queried_half_as_often() {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    answers(&harness, FaultResponse::Json(503, json!({})));
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 5);
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 10);
    assert_eq!(seconds_until_request(&harness, &mut screen).await, 20);
    responds_truly(&harness);
    enter(&harness, &code, "alice").await;
    harness.advance(Duration::from_secs(40));
    assert_eq!(look(&mut screen).await.status, 303);
}

#[tokio::test]
async fn dv_1_a_final_response_ends_it() {
    for (name, status) in [
        ("access_denied", 403),
        ("expired_token", 410),
        ("invalid_grant", 502),
        ("invalid_client", 502),
    ] {
        let harness = harness().await;
        let (mut screen, _) = screen(&harness).await;
        let mut copy = harness.browser();
        copy.cookies.clone_from(&screen.cookies);
        answers(&harness, error(name));
        harness.advance(Duration::from_secs(5));
        let page = look(&mut screen).await;
        assert_eq!(
            (page.status, page.headers.get("refresh")),
            (status, None),
            "{name}: {}",
            page.body
        );
        assert_eq!((screen.pending().len(), screen.session()), (0, None), "{name}");
        harness.advance(Duration::from_mins(1));
        for tab in [&mut screen, &mut copy] {
            assert_eq!(look(tab).await.status, 410, "{name}");
        }
        assert_eq!((poll_count(&harness), made(&harness)), (1, 1), "{name}: never again");
        assert_eq!(
            screen.open("/auth/device").await.status,
            200,
            "{name}: a person may begin anew"
        );
    }
}

#[tokio::test]
async fn dv_1_a_person_who_declines_is_heard() {
    let harness = harness().await;
    let (mut screen, code) = screen(&harness).await;
    enter(&harness, &code, "-").await;
    harness.advance(Duration::from_secs(5));
    let page = look(&mut screen).await;
    assert_eq!((page.status, screen.session()), (403, None), "{}", page.body);
}

#[tokio::test]
async fn dv_1_nobody_sends_a_request_after_the_code_has_expired() {
    let harness = harness().await;
    let (mut screen, _) = screen(&harness).await;
    let copy = screen.cookies.clone();
    harness.advance(Duration::from_secs(599));
    let page = look(&mut screen).await;
    assert_eq!((page.status, poll_count(&harness)), (200, 1));
    assert_eq!(
        page.header("refresh").split(';').next(),
        Some("2"),
        "once more, to say that it is over"
    );
    harness.advance(Duration::from_secs(1));
    for _ in 0..2 {
        screen.cookies.clone_from(&copy);
        let page = look(&mut screen).await;
        assert_eq!(
            (page.status, page.headers.get("refresh"), poll_count(&harness)),
            (410, None, 1),
            "{}",
            page.body
        );
        assert!(screen.pending().is_empty());
    }
}
