//! Tests of the key cache: the right keys are found, with few requests.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::*;
use crate::config::HttpLimits;

fn ec(kid: &str) -> Value {
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y})
}

/// A key endpoint that counts, and the cache before it with a clock that can be moved.
struct Scene {
    cache: KeyCache,
    address: Url,
    requests: Arc<AtomicU32>,
    seconds: Arc<AtomicI64>,
}

async fn scene() -> Scene {
    let requests = Arc::new(AtomicU32::new(0));
    let seconds = Arc::new(AtomicI64::new(1_000_000));
    let count = Arc::clone(&requests);
    let keys = move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move { Json(json!({"keys": [ec(&format!("key-{number}"))]})) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/keys", get(keys))).await });
    let now = Arc::clone(&seconds);
    let clock = Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(now.load(Ordering::SeqCst)).unwrap());
    let http = Arc::new(HttpClient::new(HttpLimits::default()).unwrap());
    Scene {
        cache: KeyCache::new("demo", clock, http),
        address,
        requests,
        seconds,
    }
}

impl Scene {
    /// How many keys fit, judged as a verifier does to whom every key that fits is the right one.
    async fn found(&self, kid: &str, source: TokenSource) -> usize {
        let name = named(kid);
        let found = self.cache.find(&self.address, name, source).await.unwrap();
        if found.was_read {
            self.cache.judge_read(name, source, !found.keys.is_empty());
        }
        found.keys.len()
    }

    fn requests(&self) -> u32 {
        self.requests.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn id_7_an_unknown_key_is_requested_once_and_a_sign_in_never_waits() {
    let scene = scene().await;
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    assert_eq!(scene.requests(), 1, "a known key is not asked for");
    assert_eq!(
        scene.found("key-1", TokenSource::Provider).await,
        1,
        "rotation just before signing"
    );
    assert_eq!(scene.found("nonsense", TokenSource::Provider).await, 0);
    assert_eq!(scene.requests(), 3);
}

#[tokio::test]
async fn id_7_strangers_cannot_hammer_the_provider() {
    let scene = scene().await;
    for number in 0..50 {
        assert_eq!(scene.found(&format!("random-{number}"), TokenSource::Stranger).await, 0);
    }
    assert_eq!(scene.requests(), 3);
    assert_eq!(
        scene.found("key-3", TokenSource::Provider).await,
        1,
        "sign-ins have reads of their own"
    );
    scene.seconds.fetch_add(31, Ordering::SeqCst);
    assert_eq!(scene.found("key-4", TokenSource::Stranger).await, 1);
    assert_eq!(scene.requests(), 5);
}

#[tokio::test]
async fn id_7_thirty_unknown_keys_in_a_row_cause_a_few_reads() {
    let scene = scene().await;
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    for number in 0..30 {
        assert_eq!(scene.found(&format!("random-{number}"), TokenSource::Provider).await, 0);
    }
    assert_eq!(scene.requests(), 6);
    scene.seconds.fetch_add(2, Ordering::SeqCst);
    assert_eq!(
        scene.found("key-6", TokenSource::Provider).await,
        1,
        "a key made meanwhile"
    );
}

#[tokio::test]
async fn id_7_one_unknown_key_is_looked_up_once_however_often_it_is_named() {
    let scene = scene().await;
    for _ in 0..30 {
        assert_eq!(scene.found("unpublished", TokenSource::Provider).await, 0);
    }
    assert_eq!(scene.requests(), 1);
    assert_eq!(
        scene.found("key-1", TokenSource::Provider).await,
        1,
        "a key made just now"
    );
    scene.seconds.fetch_add(5, Ordering::SeqCst);
    assert_eq!(scene.found("unpublished", TokenSource::Provider).await, 0);
    assert_eq!(scene.requests(), 3, "it may be there by now");
}

#[tokio::test]
async fn id_7_keys_may_rotate_as_often_as_they_like() {
    let scene = scene().await;
    for number in 0..30 {
        assert_eq!(
            scene.found(&format!("key-{number}"), TokenSource::Provider).await,
            1,
            "{number}"
        );
    }
    assert_eq!(scene.requests(), 30);
}

#[tokio::test]
async fn id_7_strangers_do_not_make_the_next_key_unknown() {
    let scene = scene().await;
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    assert_eq!(scene.found("key-2", TokenSource::Stranger).await, 0, "not made yet");
    assert_eq!(scene.found("key-2", TokenSource::Provider).await, 1);
}

#[tokio::test]
async fn id_7_an_endpoint_that_fails_is_left_alone_as_well() {
    let mut scene = scene().await;
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    let (working, requested) = (scene.address.clone(), named("key-1"));
    scene.address = Url::parse(&working.as_str().replace("/keys", "/nothing")).unwrap();
    for _ in 0..30 {
        let found = scene.cache.find(&scene.address, requested, TokenSource::Provider).await;
        assert!(found.is_err(), "{found:?}");
    }
    assert_eq!(scene.cache.state().reads, 6);
    scene.address = working;
    scene.seconds.fetch_add(2, Ordering::SeqCst);
    assert_eq!(scene.found("key-1", TokenSource::Provider).await, 1);
}

#[tokio::test]
async fn id_9_a_set_of_five_hundred_keys_is_read_whole() {
    let last = ec("the last one");
    let certificate = "A".repeat(2_400);
    let keys: Vec<Value> = (0..499)
        .map(|number| {
            let mut key =
                json!({"kty": "RSA", "use": "sig", "kid": format!("key-{number}"), "e": "AQAB", "n": "A".repeat(342)});
            key["x5c"] = json!([certificate]);
            key
        })
        .chain([last])
        .collect();
    let body = json!({ "keys": keys });
    assert!(
        body.to_string().len() > HttpLimits::default().max_bytes,
        "more than other answers may be"
    );
    let mut scene = scene().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    scene.address = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
    let routes = Router::new().route("/keys", get(move || async move { Json(body) }));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    assert_eq!(scene.found("the last one", TokenSource::Provider).await, 1);
    assert_eq!(scene.cache.state().keys.len(), 500);
}

#[tokio::test]
async fn keys_are_read_again_after_an_hour_and_stay_when_that_fails() {
    let mut scene = scene().await;
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    scene.address = Url::parse("http://127.0.0.1:1/keys").unwrap();
    scene.seconds.fetch_add(3601, Ordering::SeqCst);
    assert_eq!(scene.found("key-0", TokenSource::Provider).await, 1);
    scene.seconds.fetch_add(24 * 3600, Ordering::SeqCst);
    assert!(
        scene
            .cache
            .find(&scene.address, named("key-0"), TokenSource::Provider)
            .await
            .is_err()
    );
}

#[test]
fn id_9_foreign_keys_are_passed_over() {
    let strange = [
        json!({"kty": "LWE", "kid": "a"}),
        json!({"kty": "EC", "crv": "P-1024", "kid": "b", "x": "AA", "y": "AA"}),
        json!({"kty": "oct", "kid": "c", "k": "c2VjcmV0"}),
        json!({"kty": "RSA", "use": "enc", "kid": "d", "n": "AQAB", "e": "AQAB"}),
        json!("text"),
    ];
    let fits_something = |key: Key| {
        ["RS256", "ES256", "ES384", "EdDSA"]
            .iter()
            .any(|alg| key.fits(alg, None))
    };
    assert!(!strange.iter().filter_map(Key::read).any(fits_something));
    let key = Key::read(&ec("e")).unwrap();
    assert!(
        key.fits("ES256", Some("e")) && key.fits("ES256", None),
        "no alg means any that fits the curve"
    );
    assert!(!key.fits("ES384", Some("e")) && !key.fits("RS256", None) && !key.fits("ES256", Some("f")));
}

fn named(kid: &str) -> KeyName<'_> {
    KeyName {
        alg: "ES256",
        kid: Some(kid),
    }
}
