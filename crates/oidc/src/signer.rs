//! Verification of a provider's signature by a cached key, or by one that was published since: a provider may exchange a key
//! without giving it another name, so nothing is refused by remembered keys alone (OpenID Connect Core 1.0 §10.1.1).

use super::Provider;
use super::jws::Compact;
use super::keys::{Key, KeyName, KeysError, TokenSource};
use super::metadata::Metadata;

impl Provider {
    /// Reads the keys, if a token could not be verified without. An error is returned when they are needed.
    pub async fn read_keys_ahead(&self, metadata: &Metadata) {
        let has_keys = self.config.algorithms.iter().any(|alg| !alg.starts_with("HS"));
        if has_keys {
            self.keys.read_ahead(&metadata.jwks_uri).await;
        }
    }

    /// Whether the provider made the signature of `token`, whose `iss` is `issuer`: with the secret it shares with us, or with
    /// one of its keys. The caller has checked that the algorithm is allowed.
    pub(super) async fn signed(
        &self,
        token: &Compact<'_>,
        metadata: &Metadata,
        issuer: &str,
        source: TokenSource,
    ) -> Result<bool, KeysError> {
        if token.header.alg.starts_with("HS") {
            let client = self.client();
            return Ok(token.is_signed_by(client.secret.as_ref().map(Key::of_secret).as_slice()));
        }
        Ok(self.find_signing_key(token, metadata, issuer, source).await?.is_some())
    }

    /// The key that made the signature of `token`, whose `iss` is `issuer`; `None` when the provider has no such key. The caller
    /// has checked that the algorithm is allowed and none of shared secrets.
    pub(super) async fn find_signing_key(
        &self,
        token: &Compact<'_>,
        metadata: &Metadata,
        issuer: &str,
        source: TokenSource,
    ) -> Result<Option<Key>, KeysError> {
        let name = KeyName {
            alg: &token.header.alg,
            kid: token.header.kid.as_deref(),
        };
        let signer = |keys: Vec<Key>| {
            keys.into_iter()
                .filter(|key| self.config.key_may_sign(key.issuer.as_deref(), issuer))
                .find(|key| token.is_signed_by(std::slice::from_ref(key)))
        };
        let mut found = self.keys.find(&metadata.jwks_uri, name, source).await?;
        let mut key = signer(std::mem::take(&mut found.keys));
        if key.is_none() && !found.was_read {
            found = self
                .keys
                .find_again(&metadata.jwks_uri, name, source, found.reads)
                .await?;
            key = signer(std::mem::take(&mut found.keys));
        }
        if found.was_read {
            self.keys.judge_read(name, source, key.is_some());
        }
        Ok(key)
    }
}
