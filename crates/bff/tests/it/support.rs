//! What do the tests stand on? A house (site, provider, database, clock), its replicas, browsers, and a log.

mod browser;
mod client_key;
mod cluster;
mod cookie;
mod counter;
mod counts;
mod house;
mod log;
mod message;
mod place;
mod preset;
mod replica;
mod site;
mod upstream;

pub(crate) use browser::{Browser, wire as plain_client};
pub(crate) use client_key::{ClientKey, client_key, decoded, field};
pub(crate) use cluster::Database;
pub(crate) use counter::Counter;
pub(crate) use counts::Counts;
pub(crate) use house::{House, Plan};
pub(crate) use log::Log;
pub(crate) use message::{Page, parameter};
pub(crate) use place::Place;
pub(crate) use preset::{at_demo, like_microsoft};
pub(crate) use replica::Replica;
pub(crate) use upstream::{Api, Asked, raw};

use std::time::Duration;

use demo::{Endpoint, Patch};
use serde_json::Value;

/// What comes of `signal`, which has to come long before a person gives up.
pub(crate) async fn soon<T>(what: &str, signal: impl Future<Output = T>) -> T {
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

/// Signs alice in and expects the refusal of chapter 4.4: a 4xx page, no session, no userinfo call.
pub(crate) async fn refused(house: &House, why: &str) {
    let asked = house.provider.requests(Endpoint::Userinfo);
    let (mut browser, rows) = (house.browser(), house.rows().await);
    let page = browser.sign_in("alice").await;
    assert!(
        (400..500).contains(&page.status),
        "{why}: {} {}",
        page.status,
        page.body
    );
    assert_eq!(browser.session(), None, "{why}: a session cookie was set");
    assert_eq!(house.rows().await, rows, "{why}: a session was stored");
    assert_eq!(
        house.provider.requests(Endpoint::Userinfo),
        asked,
        "{why}: userinfo was called"
    );
    assert_eq!(browser.go("/me").await.status, 401, "{why}");
}

/// Signs alice in and expects success.
pub(crate) async fn accepted(house: &House, why: &str) {
    let mut browser = house.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!(page.status, 303, "{why}: {}", page.body);
    let me = browser.go("/me").await;
    assert_eq!(me.status, 200, "{why}");
}
