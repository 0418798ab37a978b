//! The rate limit of RFC 8628 §3.5 holds for every caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

fn clock_to_advance() -> (Clock, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(1_900_000_000));
    let now = Arc::clone(&seconds);
    let clock = Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(now.load(Ordering::SeqCst)).unwrap());
    (clock, seconds)
}

fn issued(device_code: &str, start: OffsetDateTime) -> DeviceCodeState<'_> {
    DeviceCodeState {
        device_code,
        schedule: PollSchedule {
            next: start + Duration::from_secs(5),
            interval: Duration::from_secs(5),
        },
        expires: start + Duration::from_mins(10),
    }
}

fn polls(polling: &DevicePolling, code: &DeviceCodeState<'_>, clock: &Clock) -> bool {
    matches!(polling.decide(code, clock), PollDecision::Poll(_))
}

#[test]
fn dv_1_the_interval_holds_for_every_copy_of_a_cookie() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let code = issued("code", clock.now());
    assert!(!polls(&polling, &code, &clock), "the first interval has to pass too");
    let mut polls_sent = 0;
    for _ in 0..60 {
        seconds.fetch_add(1, Ordering::SeqCst);
        polls_sent += (0..3).filter(|_| polls(&polling, &code, &clock)).count();
    }
    assert_eq!(
        polls_sent, 12,
        "once in five seconds, by an old cookie and from three tabs"
    );
}

#[test]
fn dv_1_what_another_replica_learned_is_known_from_the_cookie() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let mut code = issued("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    assert!(polls(&polling, &code, &clock));
    code.schedule.next = clock.now() + Duration::from_secs(9);
    code.schedule.interval = Duration::from_secs(10);
    for (second, turn) in [(8, false), (9, true), (18, false), (19, true)] {
        let at = 1_900_000_005 + second;
        seconds.store(at, Ordering::SeqCst);
        assert_eq!(polls(&polling, &code, &clock), turn, "after {second} seconds");
    }
}

#[test]
fn dv_1_nobody_sends_a_request_while_a_response_is_awaited_and_the_interval_begins_after_it() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let code = issued("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    let PollDecision::Poll(permit) = polling.decide(&code, &clock) else {
        panic!("it is our turn");
    };
    seconds.fetch_add(60, Ordering::SeqCst);
    assert!(!polls(&polling, &code, &clock));
    drop(permit);
    assert!(!polls(&polling, &code, &clock));
    seconds.fetch_add(5, Ordering::SeqCst);
    assert!(polls(&polling, &code, &clock));
}

#[test]
fn dv_1_slowing_down_is_for_good_and_so_is_backing_off() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let code = issued("code", clock.now());
    let mut intervals = Vec::new();
    for number in 0..5 {
        let mut waited = 0;
        let permit = loop {
            seconds.fetch_add(1, Ordering::SeqCst);
            waited += 1;
            if let PollDecision::Poll(permit) = polling.decide(&code, &clock) {
                break permit;
            }
        };
        intervals.push(waited);
        match number {
            0 | 1 => permit.slow_down(),
            2 => permit.back_off(None),
            _ => permit.back_off(Some(Duration::from_secs(100))),
        }
    }
    assert_eq!(intervals, [5, 10, 15, 30, 100]);
}

#[test]
fn dv_1_what_is_over_stays_over_and_so_does_what_has_expired() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let code = issued("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    if let PollDecision::Poll(permit) = polling.decide(&code, &clock) {
        permit.complete();
    }
    seconds.fetch_add(60, Ordering::SeqCst);
    assert!(matches!(polling.decide(&code, &clock), PollDecision::Ended));
    let other = DeviceCodeState {
        device_code: "other",
        ..code
    };
    seconds.fetch_add(535, Ordering::SeqCst);
    assert!(
        matches!(polling.decide(&other, &clock), PollDecision::Ended),
        "after `expires_in`"
    );
    assert!(
        polling.has_capacity(clock.now()) && polling.states().is_empty(),
        "nothing is kept of it"
    );
}

#[test]
fn si_8_the_codes_waited_for_are_bounded() {
    let ((clock, seconds), polling) = (clock_to_advance(), DevicePolling::default());
    let start = clock.now();
    seconds.fetch_add(5, Ordering::SeqCst);
    for number in 0..MAX_CODES {
        assert!(polling.has_capacity(clock.now()));
        assert!(polls(&polling, &issued(&number.to_string(), start), &clock));
    }
    assert!(!polling.has_capacity(clock.now()));
    assert!(!polls(&polling, &issued("one more", start), &clock));
    seconds.fetch_add(600, Ordering::SeqCst);
    assert!(polling.has_capacity(clock.now()));
}
