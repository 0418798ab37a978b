//! The handle by which tests control the provider and inspect its requests. Through this handle; no address leads here.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::faults::{Endpoint, Faults, Signing};
use crate::keys::Key;
use crate::provider::Shared;

/// Kinds of secrets the provider gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An authorization code.
    Code,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// An ID token.
    IdToken,
}

/// A secret that was given out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Issued {
    /// What it is.
    pub kind: Kind,
    /// The secret itself.
    pub value: String,
}

/// Steers a running [`crate::Demo`].
#[derive(Clone)]
pub struct DemoHandle {
    provider: Shared,
    mounts: Arc<[(String, Shared)]>,
}

impl DemoHandle {
    pub(crate) fn new(provider: Shared, mounts: &[(String, Shared)]) -> Self {
        Self {
            provider,
            mounts: mounts.into(),
        }
    }

    /// The same provider at one of [`crate::DemoConfig::mounts`].
    #[must_use]
    pub fn at(&self, position: &str) -> Option<Self> {
        let (_, provider) = self.mounts.iter().find(|(known, _)| known == position)?;
        Some(Self {
            provider: provider.clone(),
            mounts: Arc::clone(&self.mounts),
        })
    }

    /// Changes how the provider misbehaves, from now on.
    pub fn change(&self, change: impl FnOnce(&mut Faults)) {
        self.provider.change_faults(change);
    }

    /// Seconds since 1970 by the provider's clock.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.provider.now()
    }

    /// Moves the provider's clock.
    pub fn advance(&self, seconds: i64) {
        self.provider.advance(seconds);
    }

    /// Stops the provider's clock: only [`Self::advance`] moves it from now on.
    pub fn stop_clock(&self) {
        self.provider.stop_clock();
    }

    /// Signs with a new key from now on; the old one is published no more.
    pub fn rotate_key(&self) {
        self.provider.rotate_key();
    }

    /// The JWK of the key that signs.
    #[must_use]
    pub fn published_key(&self) -> Value {
        self.provider.key().published()
    }

    /// A JWK like the provider's, of a key nobody has.
    #[must_use]
    pub fn stranger_key() -> Value {
        Key::fresh().published()
    }

    /// Any token, signed by the provider in any way.
    #[must_use]
    pub fn mint(&self, header: &Map<String, Value>, claims: &Map<String, Value>, signing: Signing) -> String {
        self.provider
            .key()
            .sign_as(signing, &self.provider.config.client_secret, header, claims)
    }

    /// How many requests an endpoint got.
    #[must_use]
    pub fn requests(&self, endpoint: Endpoint) -> usize {
        self.provider.record().requests.get(&endpoint).copied().unwrap_or(0)
    }

    /// How many requests are held back right now; one whose client went away is not.
    #[must_use]
    pub fn held(&self) -> usize {
        self.provider.held()
    }

    /// Waits until `reached` holds: it is tried again with every request that arrives, is held, released or gets its response. Whoever calls
    /// bounds the wait.
    pub async fn wait_for(&self, mut reached: impl FnMut(&Self) -> bool) {
        let mut progress = self.provider.watch_progress();
        while !reached(self) {
            if progress.changed().await.is_err() {
                return;
            }
        }
    }

    /// The queries and form bodies an endpoint got, oldest first, and its `Authorization` headers (after a line feed).
    #[must_use]
    pub fn bodies(&self, endpoint: Endpoint) -> Vec<String> {
        let record = self.provider.record();
        record
            .bodies
            .iter()
            .filter(|(to, _)| *to == endpoint)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// The proofs of possession an endpoint got, oldest first (RFC 9449 §4).
    #[must_use]
    pub fn proofs(&self, endpoint: Endpoint) -> Vec<String> {
        let record = self.provider.record();
        let proofs = record.proofs.iter().filter(|(to, _)| *to == endpoint);
        proofs.map(|(_, proof)| proof.clone()).collect()
    }

    /// Every secret given out so far, oldest first.
    #[must_use]
    pub fn issued(&self) -> Vec<Issued> {
        self.provider.record().issued.iter().cloned().collect()
    }

    /// The newest secret of a kind.
    #[must_use]
    pub fn newest(&self, kind: Kind) -> Option<String> {
        self.provider
            .record()
            .issued
            .iter()
            .rev()
            .find(|issued| issued.kind == kind)
            .map(|issued| issued.value.clone())
    }

    /// Every token a client revoked, oldest first.
    #[must_use]
    pub fn revoked(&self) -> Vec<String> {
        self.provider.record().revoked.iter().cloned().collect()
    }

    /// Can this refresh token still be used?
    #[must_use]
    pub fn refresh_is_alive(&self, token: &str) -> bool {
        self.provider.grants().refresh_is_alive(token, self.provider.now())
    }

    /// The `sub` a provider cookie (its value) stands for.
    #[must_use]
    pub fn person_of(&self, cookie: &str) -> Option<&'static str> {
        self.provider
            .grants()
            .sign_in(cookie)
            .map(|signed_in| signed_in.person.name)
    }
}
