//! Which key of the provider made this signature? One that is known, or one that it has only now: a provider may exchange a key
//! without giving it another name, so nothing is refused by remembered keys alone (OpenID Connect Core 1.0 §10.1.1).

use super::Provider;
use super::discovery::Metadata;
use super::jws::Compact;
use super::keys::{Asker, Key, NoKeys};

impl Provider {
    /// Whether the provider made the signature of `token`, which says it is of `issuer`: with the secret it shares with us, or with
    /// one of its keys. The caller has checked that the algorithm is allowed.
    pub(super) async fn signed(
        &self,
        token: &Compact<'_>,
        place: (&Metadata, &str),
        asker: Asker,
    ) -> Result<bool, NoKeys> {
        if token.header.alg.starts_with("HS") {
            let client = self.client();
            return Ok(token.is_signed_by(client.secret.as_ref().map(Key::of_secret).as_slice()));
        }
        Ok(self.signer_of(token, place, asker).await?.is_some())
    }

    /// The key that made the signature of `token`, which says it is of `issuer`; none when the provider has no such key. The caller
    /// has checked that the algorithm is allowed and none of shared secrets.
    pub(super) async fn signer_of(
        &self,
        token: &Compact<'_>,
        (metadata, issuer): (&Metadata, &str),
        asker: Asker,
    ) -> Result<Option<Key>, NoKeys> {
        let wanted = (token.header.alg.as_str(), token.header.kid.as_deref());
        let signer = |keys: Vec<Key>| {
            keys.into_iter()
                .filter(|key| self.config.key_may_sign(key.issuer.as_deref(), issuer))
                .find(|key| token.is_signed_by(std::slice::from_ref(key)))
        };
        let found = self.keys.find(&metadata.jwks_uri, wanted, asker).await?;
        if let Some(key) = signer(found.keys) {
            return Ok(Some(key));
        }
        match found.remembered {
            Some(questions) => Ok(signer(
                self.keys.again(&metadata.jwks_uri, wanted, (asker, questions)).await?,
            )),
            None => Ok(None),
        }
    }
}
