//! Waiting times of fifty requests at two replicas when a token expires, for `make bench`, which calls this with
//! `--nocapture` and reads the last line; that there is one refresh is proved in `replicas.rs`.
#![expect(
    dead_code,
    unused_imports,
    reason = "the tests of `main.rs` use the rest of the support"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program of the bench may stop at the first surprise"
)]

use std::time::{Duration, Instant};

use demo::{Endpoint, FaultResponse};
use futures::future::join_all;
use serde_json::json;

use support::{Browser, Harness, Replica, Setup};

mod support;

const REQUESTS: usize = 50;
/// How long the provider takes to answer; each several times. A wait that fits one may not fit another.
const ROUND_TRIPS: [Duration; 5] = [
    Duration::from_millis(60),
    Duration::from_millis(100),
    Duration::from_millis(150),
    Duration::from_millis(220),
    Duration::from_millis(400),
];
const TIMES: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_1_what_fifty_requests_wait_for_when_a_token_expires() {
    let setup = Setup {
        postgres: true,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let replica = Replica::of(&harness, |_| {}).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let mut waits = Vec::new();
    for round_trip in ROUND_TRIPS.repeat(TIMES) {
        harness.advance(Duration::from_mins(6));
        waits.extend(expire(&harness, &replica, &browser, round_trip).await);
    }
    waits.sort_by(f64::total_cmp);
    let rounds = ROUND_TRIPS.len() * TIMES;
    let refreshes = harness.provider.requests(Endpoint::Token) - 1;
    let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    let found = json!({ "requests": REQUESTS, "rounds": rounds, "refreshes": refreshes, "p50": p50, "p99": p99 });
    println!("\nmeasured: {found}");
}

/// How long each request took, in round trips to the provider.
async fn expire(harness: &Harness, replica: &Replica, browser: &Browser, round_trip: Duration) -> Vec<f64> {
    hold(harness, true);
    let requests = (0..REQUESTS).map(|number| {
        let at = if number % 2 == 0 {
            harness.clone_of(browser)
        } else {
            replica.browser(harness, browser)
        };
        tokio::spawn(timed(at))
    });
    let requests: Vec<_> = requests.collect();
    let provider = async {
        harness
            .until("a refresh is at the provider", |provider| provider.held() > 0)
            .await;
        tokio::time::sleep(round_trip).await; // Real time: the round trip is what is measured.
        hold(harness, false);
    };
    let (waits, ()) = tokio::join!(join_all(requests), provider);
    let trips = waits.into_iter().map(|wait| wait.unwrap().div_duration_f64(round_trip));
    trips.collect()
}

async fn timed(mut browser: Browser) -> Duration {
    let began = Instant::now();
    let page = browser.open("/token").await;
    assert_eq!(page.status, 200, "{}", page.body);
    began.elapsed()
}

fn hold(harness: &Harness, held: bool) {
    harness.provider.change(|faults| {
        faults.responses.clear();
        if held {
            faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
        }
    });
}
