//! DPoP proofs: each request is signed with the key the token is bound to (RFC 9449), so that a stolen token opens nothing.
//! Which requests carry one is in [`super::dpop`].

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::signing::{Unsigned, compact, fresh_id};
use crate::config::private_key::coordinates;

/// The key of one session (ES256). Serialised only to be sealed; `Debug` shows nothing of it. Cloning is cheap.
#[derive(Clone)]
pub struct ProofKey(Arc<Pair>);

struct Pair {
    pair: EcdsaKeyPair,
    /// PKCS#8 in base64url.
    encoded: String,
}

/// The claims of a proof.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a Url,
    /// The access token of the request.
    pub(crate) token: Option<&'a str>,
    /// The server's nonce.
    pub(crate) nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

impl ProofKey {
    /// A new key.
    ///
    /// # Errors
    /// Where the machine gives no randomness.
    pub fn fresh() -> Result<Self, Unsigned> {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let der = der.map_err(|_| Unsigned)?;
        Self::read(URL_SAFE_NO_PAD.encode(der.as_ref())).ok_or(Unsigned)
    }

    fn read(encoded: String) -> Option<Self> {
        let der = URL_SAFE_NO_PAD.decode(&encoded).ok()?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random).ok()?;
        Some(Self(Arc::new(Pair { pair, encoded })))
    }

    /// The name that others know the key by (RFC 7638 §3).
    pub(crate) fn thumbprint(&self) -> String {
        let (x, y) = coordinates(&self.0.pair);
        hash(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#))
    }

    /// A proof for a single request (RFC 9449 §4.2).
    pub(crate) fn prove(&self, proof: &Proof<'_>) -> Result<String, Unsigned> {
        let (x, y) = coordinates(&self.0.pair);
        let header = json!({
            "typ": "dpop+jwt", "alg": "ES256", "jwk": { "kty": "EC", "crv": "P-256", "x": x, "y": y },
        });
        let mut claims = json!({
            "jti": fresh_id(), "htm": proof.method, "htu": without_query(proof.url), "iat": proof.now,
        });
        if let Some(token) = proof.token {
            claims["ath"] = Value::from(hash(token));
        }
        if let Some(nonce) = proof.nonce {
            claims["nonce"] = Value::from(nonce);
        }
        compact(&header, &claims, |input| {
            let signed = self.0.pair.sign(&SystemRandom::new(), input);
            signed.ok().map(|signed| signed.as_ref().to_vec())
        })
    }
}

/// The address without query and fragment: they may hold what is nobody's business.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

impl PartialEq for ProofKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.pair.public_key().as_ref() == other.0.pair.public_key().as_ref()
    }
}

impl Eq for ProofKey {}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey")
    }
}

impl Serialize for ProofKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.encoded)
    }
}

impl<'de> Deserialize<'de> for ProofKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let encoded = String::deserialize(deserializer)?;
        Self::read(encoded).ok_or_else(|| de::Error::custom("not a proof key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jws::Compact;

    #[test]
    fn dp_1_a_proof_names_method_and_address_without_query_and_is_never_the_same() {
        let key = ProofKey::fresh().unwrap();
        let url = Url::parse("https://api.example/a%20b?secret=1#part").unwrap();
        let mut about = Proof {
            method: "GET",
            url: &url,
            token: Some("token"),
            nonce: Some("n"),
            now: 7,
        };
        let (first, second) = (key.prove(&about).unwrap(), key.prove(&about).unwrap());
        let (first, second) = (Compact::parse(&first).unwrap(), Compact::parse(&second).unwrap());
        assert_ne!(first.text("jti"), second.text("jti"));
        assert_eq!((first.text("htm"), first.seconds("iat")), (Some("GET"), Some(7)));
        assert_eq!(first.text("htu"), Some("https://api.example/a%20b"));
        assert_eq!(
            (first.text("ath").unwrap(), first.text("nonce")),
            (&*hash("token"), Some("n"))
        );
        (about.token, about.nonce) = (None, None);
        let bare = key.prove(&about).unwrap();
        let bare = Compact::parse(&bare).unwrap();
        assert!(bare.text("ath").is_none() && bare.text("nonce").is_none());
    }

    #[test]
    fn dp_1_a_key_survives_sealing_and_does_not_print() {
        let key = ProofKey::fresh().unwrap();
        let text = serde_json::to_string(&key).unwrap();
        let read: ProofKey = serde_json::from_str(&text).unwrap();
        assert_eq!((&read, read.thumbprint()), (&key, key.thumbprint()));
        assert_ne!(read, ProofKey::fresh().unwrap());
        assert_eq!(format!("{key:?}"), "ProofKey");
        assert!(serde_json::from_str::<ProofKey>("\"AAAA\"").is_err());
    }

    #[test]
    fn the_hash_agrees_with_rfc_9449_section_4_2() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        assert_eq!(hash(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }
}
