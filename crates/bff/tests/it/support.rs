//! The test harness: a site with provider, database and clock, its replicas, browsers, and a log.

mod browser;
mod client_key;
mod cluster;
mod cookie;
mod counter;
mod counts;
mod exchange;
mod harness;
mod log;
mod preset;
mod replica;
mod session_database;
mod site;
mod upstream;

pub(crate) use browser::{Browser, wire as plain_client};
pub(crate) use client_key::{ClientKey, client_key, decoded, field};
pub(crate) use cluster::Database;
pub(crate) use counter::Counter;
pub(crate) use counts::Counts;
pub(crate) use exchange::{Page, parameter};
pub(crate) use harness::{Harness, Setup};
pub(crate) use log::Log;
pub(crate) use preset::{at_demo, like_microsoft};
pub(crate) use replica::Replica;
pub(crate) use session_database::SessionDatabase;
pub(crate) use upstream::{Api, ReceivedRequest, raw};

use std::time::Duration;

use demo::{Endpoint, Patch};
use serde_json::Value;

/// The output of `signal`, which has in the future within a deadline.
pub(crate) async fn within_deadline<T>(what: &str, signal: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(10), signal).await;
    waited.unwrap_or_else(|_| panic!("never happened: {what}"))
}

/// A [`Patch`] with one change.
pub(crate) fn patch(name: &str, value: impl Into<Value>) -> Patch {
    Patch::from_iter([(name.to_owned(), value.into())])
}

/// A [`Patch`] that removes one member.
pub(crate) fn without(name: &str) -> Patch {
    patch(name, Value::Null)
}

/// The code of the failure that was logged last.
pub(crate) fn last_failure(log: &Log) -> Option<String> {
    let own = log.own();
    let (_, rest) = own.rsplit_once(" failure=\"")?;
    Some(rest.split('"').next()?.to_owned())
}

/// Signs alice in and expects the refusal of chapter 4.4: a 4xx page, no session, no userinfo call, and `failure` in the log.
pub(crate) async fn expect_refused(harness: &Harness, why: &str, failure: &str) {
    let log = Log::start();
    let requested = harness.provider.requests(Endpoint::Userinfo);
    let (mut browser, rows) = (harness.browser(), harness.rows().await);
    let page = browser.sign_in("alice").await;
    assert!(
        (400..500).contains(&page.status),
        "{why}: {} {}",
        page.status,
        page.body
    );
    assert_eq!(last_failure(&log).as_deref(), Some(failure), "{why}");
    assert_eq!(browser.session(), None, "{why}: a session cookie was set");
    assert_eq!(harness.rows().await, rows, "{why}: a session was stored");
    assert_eq!(
        harness.provider.requests(Endpoint::Userinfo),
        requested,
        "{why}: userinfo was called"
    );
    assert_eq!(browser.open("/me").await.status, 401, "{why}");
}

/// Signs alice in and expects success.
pub(crate) async fn expect_accepted(harness: &Harness, why: &str) {
    let mut browser = harness.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!(page.status, 303, "{why}: {}", page.body);
    let me = browser.open("/me").await;
    assert_eq!(me.status, 200, "{why}");
}
