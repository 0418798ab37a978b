//! The key of a client with `private_key_jwt`: one for all tests, and the contents of tokens it signed.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bff::{ClientAuthMethod, PrivateKey};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use url::form_urlencoded;

/// A private key in PEM and its public half as JWK.
pub(crate) struct ClientKey {
    pub(crate) pem: String,
    pub(crate) jwk: Value,
}

/// The key that is registered in the tests that need one.
pub(crate) fn client_key() -> &'static ClientKey {
    static KEY: OnceLock<ClientKey> = OnceLock::new();
    KEY.get_or_init(ClientKey::fresh)
}

impl ClientKey {
    pub(crate) fn fresh() -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let pem = STANDARD.encode(der.as_ref());
        Self {
            pem: format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n"),
            jwk: json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "x": encoded(x), "y": encoded(y) }),
        }
    }

    /// As a setting.
    pub(crate) fn method(&self) -> ClientAuthMethod {
        ClientAuthMethod::PrivateKeyJwt {
            key: PrivateKey::from_pem(&self.pem).unwrap(),
            kid: Some("k1".to_owned()),
        }
    }
}

/// Header and claims of a token, not verified.
pub(crate) fn decoded(token: &str) -> (Value, Value) {
    let parts: Vec<_> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(parts[0]), read(parts[1]))
}

/// A field of a form that the provider got.
pub(crate) fn field(body: &str, name: &str) -> Option<String> {
    let form = body.split('\n').next().unwrap();
    form_urlencoded::parse(form.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
