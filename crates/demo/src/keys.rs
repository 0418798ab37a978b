//! Signing keys, and tokens signed with them. Fresh ES256 keys at every start (RFC 7515, RFC 7518 §3.4).

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::faults::Signing;

/// The name of the RSA key.
const RSA_NAME: &str = "rsa";

/// DER before a SHA-256 digest in a PKCS #1 v1.5 signature (RFC 8017 §9.2, note 1).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];

/// DER before an uncompressed point of P-256 in a `SubjectPublicKeyInfo` (RFC 5480 §2).
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A private key and its name (`kid`).
pub(crate) struct Key {
    name: String,
    private: SigningKey,
}

impl Key {
    /// A new key with a random name.
    pub(crate) fn fresh() -> Self {
        loop {
            // The chance that 32 random bytes are no scalar is 2^-32: try again.
            if let Ok(private) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
                return Self {
                    name: random_token()[..12].to_owned(),
                    private,
                };
            }
        }
    }

    /// The public half as a JWK (RFC 7517).
    pub(crate) fn published(&self) -> Value {
        let point = VerifyingKey::from(&self.private).to_sec1_point(false);
        let coordinate = |bytes: Option<&[u8]>| bytes.map(|bytes| BASE64.encode(bytes)).unwrap_or_default();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.name,
            "x": coordinate(point.x().map(AsRef::as_ref)), "y": coordinate(point.y().map(AsRef::as_ref)),
        })
    }

    /// A signed token (JWS compact serialization) with `typ` and further header members as given.
    pub(crate) fn sign(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
        compact(&self.header("ES256", header), claims, |input| self.signature(input))
    }

    /// The claims of a token this key has signed, if its `typ` is `typ`.
    pub(crate) fn read(&self, token: &str, typ: &str) -> Option<Map<String, Value>> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let header: Map<String, Value> = serde_json::from_slice(&BASE64.decode(header).ok()?).ok()?;
        if header.get("typ")?.as_str()? != typ || header.get("alg")?.as_str()? != "ES256" {
            return None;
        }
        let signature = Signature::from_slice(&BASE64.decode(signature).ok()?).ok()?;
        VerifyingKey::from(&self.private)
            .verify(input.as_bytes(), &signature)
            .ok()?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    /// A token signed as a fault demands; `secret` is the client's.
    pub(crate) fn sign_as(
        &self,
        signing: Signing,
        secret: &str,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
    ) -> String {
        match signing {
            Signing::Proper => self.sign(header, claims),
            Signing::Rs256 => {
                let header = with(header, &[("alg", "RS256".into()), ("kid", RSA_NAME.into())]);
                compact(&header, claims, rsa_signature)
            }
            Signing::Unsigned => compact(&self.header("none", header), claims, |_| Vec::new()),
            Signing::HmacWithPublicKey => {
                let pem = self.public_pem();
                compact(&self.header("HS256", header), claims, |input| {
                    hmac(pem.as_bytes(), input)
                })
            }
            Signing::HmacWithClientSecret => compact(&self.header("HS256", header), claims, |input| {
                hmac(secret.as_bytes(), input)
            }),
            Signing::Broken => compact(&self.header("ES256", header), claims, |input| {
                let mut signature = self.signature(input);
                if let Some(byte) = signature.last_mut() {
                    *byte ^= 1;
                }
                signature
            }),
            Signing::Stranger => Self {
                name: self.name.clone(),
                ..Self::fresh()
            }
            .sign(header, claims),
            Signing::Embedded => {
                let stranger = Self {
                    name: self.name.clone(),
                    ..Self::fresh()
                };
                stranger.sign(&with(header, &[("jwk", stranger.published())]), claims)
            }
            Signing::Unpublished => Self::fresh().sign(header, claims),
        }
    }

    /// The public half as PEM: what a careless client would take as the secret of HS256.
    fn public_pem(&self) -> String {
        let point = VerifyingKey::from(&self.private).to_sec1_point(false);
        let der = STANDARD.encode([&P256_PREFIX[..], point.as_bytes()].concat());
        let lines: Vec<_> = der.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    fn header(&self, algorithm: &str, further: &Map<String, Value>) -> Map<String, Value> {
        with(further, &[("alg", algorithm.into()), ("kid", self.name.clone().into())])
    }

    fn signature(&self, input: &[u8]) -> Vec<u8> {
        let signature: Signature = self.private.sign(input);
        signature.to_bytes().to_vec()
    }
}

/// `further` is applied last, so that a fault can change what is proper.
fn with(further: &Map<String, Value>, proper: &[(&str, Value)]) -> Map<String, Value> {
    let mut header: Map<String, Value> = proper
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    crate::faults::Faults::apply(further, &mut header);
    header
}

fn compact(header: &Map<String, Value>, claims: &Map<String, Value>, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encode = |object: &Map<String, Value>| BASE64.encode(Value::Object(object.clone()).to_string());
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64.encode(sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// 256 random bits for codes, refresh tokens and names.
pub(crate) fn random_token() -> String {
    BASE64.encode(rand::random::<[u8; 32]>())
}

/// The left half of a SHA-256, as `at_hash` has it (OIDC Core §3.1.3.6).
pub(crate) fn half_hash(token: &str) -> String {
    BASE64.encode(&Sha256::digest(token)[..16])
}

/// A SHA-256, as a PKCE challenge has it (RFC 7636 §4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64.encode(Sha256::digest(verifier))
}

fn rsa_key() -> Option<&'static RsaPrivateKey> {
    static KEY: OnceLock<Option<RsaPrivateKey>> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).ok())
        .as_ref()
}

/// The RSA key as a JWK, made when first used.
pub(crate) fn published_rsa() -> Value {
    let number = |number: &rsa::BigUint| BASE64.encode(number.to_bytes_be());
    rsa_key().map_or(Value::Null, |key| {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": RSA_NAME, "n": number(key.n()), "e": number(key.e()) })
    })
}

fn rsa_signature(input: &[u8]) -> Vec<u8> {
    let scheme = Pkcs1v15Sign {
        hash_len: Some(32),
        prefix: Box::new(SHA256_PREFIX),
    };
    rsa_key()
        .and_then(|key| key.sign(scheme, &Sha256::digest(input)).ok())
        .unwrap_or_default()
}

/// HMAC-SHA-256 (RFC 2104), for tokens that must be refused.
fn hmac(secret: &[u8], input: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if secret.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(input)
        .finalize();
    Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_key_reads_only_what_it_signed() {
        let (key, header, claims) = (
            Key::fresh(),
            object(&json!({ "typ": "JWT" })),
            object(&json!({ "sub": "alice" })),
        );
        let read = |signing| key.read(&key.sign_as(signing, "secret", &header, &claims), "JWT");
        assert_eq!(read(Signing::Proper), Some(claims.clone()));
        for signing in [
            Signing::Unsigned,
            Signing::Broken,
            Signing::Stranger,
            Signing::HmacWithPublicKey,
            Signing::Rs256,
        ] {
            assert_eq!(read(signing), None, "{signing:?}");
        }
        assert_eq!(key.read(&key.sign(&header, &claims), "at+jwt"), None);
    }

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let code = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(BASE64.encode(code), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
    }

    #[test]
    fn the_challenge_agrees_with_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
