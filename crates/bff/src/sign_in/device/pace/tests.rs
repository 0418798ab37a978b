//! Is the pace of RFC 8628 §3.5 kept, whoever asks?

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

fn scene() -> (Clock, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(1_900_000_000));
    let now = Arc::clone(&seconds);
    let clock = Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(now.load(Ordering::SeqCst)).unwrap());
    (clock, seconds)
}

fn known(code: &str, start: OffsetDateTime) -> Known<'_> {
    Known {
        device_code: code,
        next: start + Duration::from_secs(5),
        interval: Duration::from_secs(5),
        ends: start + Duration::from_mins(10),
    }
}

fn asks(pace: &Pace, known: &Known<'_>, clock: &Clock) -> bool {
    matches!(pace.turn(known, clock), Turn::Ask(_))
}

#[test]
fn dv_1_the_interval_holds_for_every_copy_of_a_cookie() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let known = known("code", clock.now());
    assert!(!asks(&pace, &known, &clock), "the first interval has to pass too");
    let mut asked = 0;
    for _ in 0..60 {
        seconds.fetch_add(1, Ordering::SeqCst);
        asked += (0..3).filter(|_| asks(&pace, &known, &clock)).count();
    }
    assert_eq!(asked, 12, "once in five seconds, by an old cookie and from three tabs");
}

#[test]
fn dv_1_what_another_replica_was_told_is_known_from_the_cookie() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let mut known = known("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    assert!(asks(&pace, &known, &clock));
    known.next = clock.now() + Duration::from_secs(9);
    known.interval = Duration::from_secs(10);
    for (second, turn) in [(8, false), (9, true), (18, false), (19, true)] {
        let at = 1_900_000_005 + second;
        seconds.store(at, Ordering::SeqCst);
        assert_eq!(asks(&pace, &known, &clock), turn, "after {second} seconds");
    }
}

#[test]
fn dv_1_nobody_asks_while_an_answer_is_awaited_and_the_interval_begins_after_it() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let known = known("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    let Turn::Ask(asking) = pace.turn(&known, &clock) else {
        panic!("it is our turn");
    };
    seconds.fetch_add(60, Ordering::SeqCst);
    assert!(!asks(&pace, &known, &clock));
    drop(asking);
    assert!(!asks(&pace, &known, &clock));
    seconds.fetch_add(5, Ordering::SeqCst);
    assert!(asks(&pace, &known, &clock));
}

#[test]
fn dv_1_slowing_down_is_for_good_and_so_is_backing_off() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let known = known("code", clock.now());
    let mut intervals = Vec::new();
    for number in 0..5 {
        let mut waited = 0;
        let asking = loop {
            seconds.fetch_add(1, Ordering::SeqCst);
            waited += 1;
            if let Turn::Ask(asking) = pace.turn(&known, &clock) {
                break asking;
            }
        };
        intervals.push(waited);
        match number {
            0 | 1 => asking.slow_down(),
            2 => asking.back_off(None),
            _ => asking.back_off(Some(Duration::from_secs(100))),
        }
    }
    assert_eq!(intervals, [5, 10, 15, 30, 100]);
}

#[test]
fn dv_1_what_is_over_stays_over_and_so_does_what_has_expired() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let known = known("code", clock.now());
    seconds.fetch_add(5, Ordering::SeqCst);
    if let Turn::Ask(asking) = pace.turn(&known, &clock) {
        asking.over();
    }
    seconds.fetch_add(60, Ordering::SeqCst);
    assert!(matches!(pace.turn(&known, &clock), Turn::Over));
    let other = Known {
        device_code: "other",
        ..known
    };
    seconds.fetch_add(535, Ordering::SeqCst);
    assert!(matches!(pace.turn(&other, &clock), Turn::Over), "after `expires_in`");
    assert!(
        pace.has_room(clock.now()) && pace.steps().is_empty(),
        "nothing is kept of it"
    );
}

#[test]
fn si_8_the_codes_waited_for_are_bounded() {
    let ((clock, seconds), pace) = (scene(), Pace::default());
    let start = clock.now();
    seconds.fetch_add(5, Ordering::SeqCst);
    for number in 0..MAX {
        assert!(pace.has_room(clock.now()));
        assert!(asks(&pace, &known(&number.to_string(), start), &clock));
    }
    assert!(!pace.has_room(clock.now()));
    assert!(!asks(&pace, &known("one more", start), &clock));
    seconds.fetch_add(600, Ordering::SeqCst);
    assert!(pace.has_room(clock.now()));
}
