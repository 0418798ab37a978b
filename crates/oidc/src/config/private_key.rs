//! The private key for client authentication, read once; `crate::assertion` signs with it.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use serde_json::{Value, json};

/// A larger file is no key.
const MAX_LEN: usize = 32 * 1024;

/// A private key that never prints: `Debug` shows its kind. Cloning is cheap.
#[derive(Clone)]
pub struct PrivateKey(Arc<Kind>);

enum Kind {
    EcP256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl PrivateKey {
    /// Reads a PKCS#8 key in PEM (`-----BEGIN PRIVATE KEY-----`): RSA of 2048 to 4096 bits, EC P-256 or Ed25519
    /// (RFC 5958, RFC 7468 §10). Text around it is ignored.
    ///
    /// # Errors
    /// When there is no such block, it is not Base64, or it holds no key of these kinds.
    pub fn from_pem(pem: &str) -> Result<Self, PrivateKeyError> {
        let der = der(pem)?;
        if let Ok(key) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new()) {
            return Ok(Self(Arc::new(Kind::EcP256(key))));
        }
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            return Ok(Self(Arc::new(Kind::Ed25519(key))));
        }
        let rsa = RsaKeyPair::from_pkcs8(&der).map_err(|_| PrivateKeyError::Kind)?;
        Ok(Self(Arc::new(Kind::Rsa(rsa))))
    }

    /// The algorithm to sign with, where the other side takes those in `taken`; nothing known: what everybody takes
    /// (RFC 7518 §3.1, RFC 8037 §3.1).
    pub(crate) fn algorithm(&self, taken: Option<&[String]>) -> &'static str {
        match &*self.0 {
            Kind::EcP256(_) => "ES256",
            Kind::Ed25519(_) => "EdDSA",
            Kind::Rsa(_) if taken.is_some_and(|algs| algs.iter().any(|alg| alg == "PS256")) => "PS256",
            Kind::Rsa(_) => "RS256",
        }
    }

    /// What others know the key by (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
    pub(crate) fn public(&self) -> Value {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &*self.0 {
            Kind::EcP256(key) => {
                let (x, y) = coordinates(key);
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Kind::Ed25519(key) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key().as_ref()) }),
            Kind::Rsa(key) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({ "kty": "RSA", "n": encoded(&public.n), "e": encoded(&public.e) })
            }
        }
    }

    /// The signature of `input` by one of [`Self::algorithm`]; nothing where the machine has no randomness to give.
    pub(crate) fn sign(&self, algorithm: &str, input: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &*self.0 {
            Kind::EcP256(key) => key.sign(&random, input).ok().map(|signed| signed.as_ref().to_vec()),
            Kind::Ed25519(key) => Some(key.sign(input).as_ref().to_vec()),
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let signed = if algorithm == "PS256" {
                    key.sign(&RSA_PSS_SHA256, &random, input, &mut signature)
                } else {
                    key.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature)
                };
                signed.ok().map(|()| signature)
            }
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &*self.0 {
            Kind::EcP256(_) => "EC P-256",
            Kind::Ed25519(_) => "Ed25519",
            Kind::Rsa(_) => "RSA",
        };
        write!(f, "PrivateKey({kind})")
    }
}

/// The coordinates of the public half, after the byte that marks the uncompressed form.
pub(crate) fn coordinates(key: &EcdsaKeyPair) -> (String, String) {
    let point = key.public_key().as_ref();
    let (x, y) = point[1..].split_at(point.len() / 2);
    (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
}

/// The bytes of the first PKCS#8 block.
fn der(pem: &str) -> Result<Vec<u8>, PrivateKeyError> {
    if pem.len() > MAX_LEN {
        return Err(PrivateKeyError::Encoding);
    }
    let (_, rest) = pem
        .split_once("-----BEGIN PRIVATE KEY-----")
        .ok_or_else(|| other_block(pem))?;
    let (block, _) = rest
        .split_once("-----END PRIVATE KEY-----")
        .ok_or(PrivateKeyError::Encoding)?;
    let base64: String = block.split_ascii_whitespace().collect();
    STANDARD.decode(base64).map_err(|_| PrivateKeyError::Encoding)
}

fn other_block(pem: &str) -> PrivateKeyError {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        PrivateKeyError::Encrypted
    } else if pem.contains(" PRIVATE KEY-----") {
        PrivateKeyError::NotPkcs8
    } else {
        PrivateKeyError::Missing
    }
}

/// Why a text is no [`PrivateKey`]. Reveals nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// No PEM block of a private key.
    #[error("there is no private key in PEM; it begins with `-----BEGIN PRIVATE KEY-----`")]
    Missing,
    /// A private key in the older forms of PKCS#1 or SEC 1.
    #[error("the private key is not in PKCS#8; `openssl pkcs8 -topk8 -nodes` writes it so")]
    NotPkcs8,
    /// Protected by a passphrase.
    #[error("the private key is encrypted; protect the file instead, or mount it as a secret")]
    Encrypted,
    /// The block is not Base64, or does not end.
    #[error("the private key is not whole or not in Base64")]
    Encoding,
    /// Another kind of key.
    #[error("the private key must be RSA of 2048 to 4096 bits, EC P-256 or Ed25519")]
    Kind,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PEM block of that name.
    fn pem(name: &str, der: &[u8]) -> String {
        let base64 = STANDARD.encode(der);
        let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
    }

    #[test]
    fn ca_1_a_key_is_read_and_does_not_print() {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let text = pem("PRIVATE KEY", ec.as_ref()).replace('\n', "\r\n");
        let key = PrivateKey::from_pem(&format!("# the site's key\r\n{text}")).unwrap();
        assert_eq!(
            (format!("{key:?}"), key.algorithm(None)),
            ("PrivateKey(EC P-256)".into(), "ES256")
        );
        let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let key = PrivateKey::from_pem(&pem("PRIVATE KEY", ed.as_ref())).unwrap();
        assert_eq!(
            (format!("{key:?}"), key.algorithm(None)),
            ("PrivateKey(Ed25519)".into(), "EdDSA")
        );
    }

    #[test]
    fn ca_1_a_text_that_is_no_key_is_refused_with_a_remedy() {
        let refused = |text: &str| PrivateKey::from_pem(text).unwrap_err();
        assert_eq!(refused(""), PrivateKeyError::Missing);
        assert_eq!(refused(&pem("CERTIFICATE", b"x")), PrivateKeyError::Missing);
        assert_eq!(refused(&pem("RSA PRIVATE KEY", b"x")), PrivateKeyError::NotPkcs8);
        assert_eq!(refused(&pem("EC PRIVATE KEY", b"x")), PrivateKeyError::NotPkcs8);
        assert_eq!(refused(&pem("ENCRYPTED PRIVATE KEY", b"x")), PrivateKeyError::Encrypted);
        assert_eq!(refused(&pem("PRIVATE KEY", b"x")), PrivateKeyError::Kind);
        assert_eq!(refused("-----BEGIN PRIVATE KEY-----\nAAAA"), PrivateKeyError::Encoding);
        assert_eq!(
            refused(&pem("PRIVATE KEY", &vec![0; MAX_LEN])),
            PrivateKeyError::Encoding
        );
    }
}
