//! Are the right keys found, and is the provider left alone?

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
    asked: Arc<AtomicU32>,
    seconds: Arc<AtomicI64>,
}

async fn scene() -> Scene {
    let asked = Arc::new(AtomicU32::new(0));
    let seconds = Arc::new(AtomicI64::new(1_000_000));
    let count = Arc::clone(&asked);
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
        asked,
        seconds,
    }
}

impl Scene {
    async fn found(&self, kid: &str, asker: Asker) -> usize {
        self.cache
            .find(&self.address, ("ES256", Some(kid)), asker)
            .await
            .unwrap()
            .keys
            .len()
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn id_7_an_unknown_key_is_asked_for_once_and_a_sign_in_never_waits() {
    let scene = scene().await;
    assert_eq!(scene.found("key-0", Asker::Provider).await, 1);
    assert_eq!(scene.found("key-0", Asker::Provider).await, 1);
    assert_eq!(scene.asked(), 1, "a known key is not asked for");
    assert_eq!(
        scene.found("key-1", Asker::Provider).await,
        1,
        "rotation just before signing"
    );
    assert_eq!(scene.found("nonsense", Asker::Provider).await, 0);
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn id_7_strangers_cannot_hammer_the_provider() {
    let scene = scene().await;
    for number in 0..50 {
        assert_eq!(scene.found(&format!("random-{number}"), Asker::Stranger).await, 0);
    }
    assert_eq!(scene.asked(), 1);
    scene.seconds.fetch_add(31, Ordering::SeqCst);
    assert_eq!(scene.found("key-1", Asker::Stranger).await, 1);
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn keys_are_read_again_after_an_hour_and_kept_when_that_fails() {
    let mut scene = scene().await;
    assert_eq!(scene.found("key-0", Asker::Provider).await, 1);
    scene.address = Url::parse("http://127.0.0.1:1/keys").unwrap();
    scene.seconds.fetch_add(3601, Ordering::SeqCst);
    assert_eq!(scene.found("key-0", Asker::Provider).await, 1);
    scene.seconds.fetch_add(24 * 3600, Ordering::SeqCst);
    assert!(
        scene
            .cache
            .find(&scene.address, ("ES256", Some("key-0")), Asker::Provider)
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
