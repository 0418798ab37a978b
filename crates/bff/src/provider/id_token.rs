//! Is this ID token good? `openidconnect` verifies it (OpenID Connect Core 1.0 §3.1.3.7); the rules it leaves to its
//! caller are here: which keys, which type, how old, `azp`, `sub`, `at_hash`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, JsonWebKeySet, Nonce};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use time::Duration;

use super::Provider;
use super::discovery::Metadata;
use super::jws::{Compact, Unreadable, algorithm};
use super::keys::{Asker, Key, NoKeys};

/// An ID token that was issued longer ago was not issued for this exchange.
const MAX_AGE: Duration = Duration::hours(1);

/// A verified ID token.
#[derive(Debug, Clone)]
pub(crate) struct IdToken {
    /// Who issued it, as the token says and the provider's rule allows.
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) sid: Option<String>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
}

/// What the token has to fit to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) nonce: &'a str,
    /// After a sign-in the nonce must be there; after a renewal it may be absent (Core §12.2).
    pub(crate) nonce_required: bool,
    /// The access token of the same answer, for `at_hash`.
    pub(crate) access_token: &'a str,
}

/// Why an ID token is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    NoKeys(#[from] NoKeys),
    #[error("the ID token is refused: {0}")]
    Refused(String),
}

fn refuse<T>(why: impl Into<String>) -> Result<T, IdTokenError> {
    Err(IdTokenError::Refused(why.into()))
}

impl Provider {
    /// Verifies `raw`.
    pub(crate) async fn verify_id_token(
        &self,
        metadata: &Metadata,
        raw: &str,
        expected: Expected<'_>,
    ) -> Result<IdToken, IdTokenError> {
        let token = Compact::parse(raw)?;
        self.check_shape(&token)?;
        let Some(issuer) = self
            .config
            .issuer_of(&token.claims, &metadata.issuer)
            .map(str::to_owned)
        else {
            return refuse("`iss` is not the configured issuer");
        };
        if token.header.alg.starts_with("HS") {
            self.verify_with(raw, (&issuer, Vec::new()), expected)?;
        } else {
            let signer = self.signer_of(&token, (metadata, &issuer), Asker::Provider).await?;
            let Some(key) = signer else {
                return refuse("no key of the provider made the signature");
            };
            self.verify_with(raw, (&issuer, vec![key]), expected)?;
        }
        check_at_hash(&token, expected.access_token)?;
        let subject = token.text("sub").unwrap_or_default().to_owned();
        let sid = token.text("sid").map(str::to_owned);
        Ok(IdToken {
            issuer,
            subject,
            sid,
            auth_time: token.seconds("auth_time"),
            acr: token.text("acr").map(str::to_owned),
            amr: token.texts("amr"),
            claims: token.claims,
        })
    }

    /// What can be refused before a key is looked for.
    fn check_shape(&self, token: &Compact<'_>) -> Result<(), IdTokenError> {
        if !self.config.algorithms.contains(&token.header.alg) {
            return refuse(format!("algorithm `{}` is not allowed", token.header.alg));
        }
        if token.kind().is_some_and(|kind| kind != "jwt" && kind != "jose") || token.claims.contains_key("events") {
            return refuse("it is another kind of token");
        }
        if token
            .claims
            .get("azp")
            .is_some_and(|azp| azp.as_str() != Some(&*self.client().id))
        {
            return refuse("`azp` is another client");
        }
        // Core §2: at most 255 ASCII characters; empty would be everybody.
        if !token
            .text("sub")
            .is_some_and(|sub| (1..=255).contains(&sub.chars().count()))
        {
            return refuse("`sub` is missing, empty or too long");
        }
        let now = self.clock.now().unix_timestamp();
        if token
            .seconds("nbf")
            .is_some_and(|nbf| nbf > now.saturating_add(self.leeway()))
        {
            return refuse("it is not valid yet");
        }
        Ok(())
    }

    pub(crate) fn leeway(&self) -> i64 {
        i64::try_from(self.config.leeway.as_secs()).unwrap_or_default()
    }

    fn verify_with(
        &self,
        raw: &str,
        (issuer, keys): (&str, Vec<Key>),
        expected: Expected<'_>,
    ) -> Result<(), IdTokenError> {
        let token: CoreIdToken = raw
            .parse()
            .map_err(|_| IdTokenError::Refused("a claim cannot be read".into()))?;
        let verifier = self.verifier(issuer, keys)?;
        let nonce_rule = |found: Option<&Nonce>| match found {
            Some(nonce) if same(nonce.secret(), expected.nonce) => Ok(()),
            None if !expected.nonce_required => Ok(()),
            _ => Err("`nonce` is missing or another".to_owned()),
        };
        token.claims(&verifier, nonce_rule).map(drop).map_err(|e| {
            let cause = std::error::Error::source(&e)
                .map(|c| format!(": {c}"))
                .unwrap_or_default();
            IdTokenError::Refused(format!("{e}{cause}"))
        })
    }

    fn verifier(&self, issuer: &str, keys: Vec<Key>) -> Result<CoreIdTokenVerifier<'_>, IdTokenError> {
        let ours = self.client();
        let client = ClientId::new(ours.id.to_string());
        let issuer =
            IssuerUrl::new(issuer.to_owned()).map_err(|_| IdTokenError::Refused("the issuer is no address".into()))?;
        let keys: CoreJsonWebKeySet = JsonWebKeySet::new(keys.into_iter().map(|k| k.jwk).collect());
        let verifier = match &ours.secret {
            Some(secret) => {
                let secret = ClientSecret::new(secret.expose().to_owned());
                CoreIdTokenVerifier::new_confidential_client(client, secret, issuer, keys)
            }
            None => CoreIdTokenVerifier::new_public_client(client, issuer, keys),
        };
        let now = self.clock.now().unix_timestamp();
        let leeway = self.leeway();
        let allowed: HashSet<_> = self
            .config
            .algorithms
            .iter()
            .filter_map(|name| algorithm(name))
            .collect();
        Ok(verifier
            .set_allowed_algs(allowed)
            .set_other_audience_verifier_fn(|aud| self.config.extra_audiences.contains(&**aud))
            .set_time_fn(move || {
                DateTime::from_timestamp(now.saturating_sub(leeway), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
            })
            .set_issue_time_verifier_fn(move |issued| check_age(issued.timestamp(), now, leeway)))
    }
}

/// Compared in a time that says nothing.
fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// An ID token or logout token issued at `issued` is neither from the future nor from long ago.
pub(super) fn check_age(issued: i64, now: i64, leeway: i64) -> Result<(), String> {
    if issued > now.saturating_add(leeway) {
        return Err("`iat` is in the future".to_owned());
    }
    if issued < now.saturating_sub(leeway).saturating_sub(MAX_AGE.whole_seconds()) {
        return Err("`iat` is too long ago".to_owned());
    }
    Ok(())
}

/// The left half of the access token's hash, when the provider says it (Core §3.1.3.6).
fn check_at_hash(token: &Compact<'_>, access_token: &str) -> Result<(), IdTokenError> {
    use base64::Engine as _;
    let Some(claimed) = token.claims.get("at_hash") else {
        return Ok(());
    };
    let hash = match token.header.alg.get(2..) {
        Some("384") => Sha384::digest(access_token).to_vec(),
        Some("512" | "DSA") => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    let half = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2]);
    if claimed.as_str() == Some(&half) {
        Ok(())
    } else {
        refuse("`at_hash` is of another access token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_11_a_token_is_neither_from_the_future_nor_a_week_old() {
        let now = 1_900_000_000;
        assert!(check_age(now, now, 60).is_ok() && check_age(now + 60, now, 60).is_ok());
        assert!(check_age(now + 61, now, 60).is_err());
        assert!(check_age(now - 7 * 24 * 3600, now, 60).is_err() && check_age(i64::MIN, now, 60).is_err());
    }
}
