//! One public key of a provider, or the client secret as a key for MACs.

use openidconnect::JsonWebKey as _;
use openidconnect::core::CoreJsonWebKey;
use serde_json::Value;

use crate::config::secret::Secret;

/// A key that can verify signatures.
#[derive(Debug, Clone)]
pub struct Key {
    pub(crate) jwk: CoreJsonWebKey,
    kid: Option<String>,
    alg: Option<String>,
    /// Whose tokens it signs, where one key set serves many tenants (an extension of Entra's).
    pub(crate) issuer: Option<String>,
    /// `kty`, with the curve where there is one: `RSA`, `EC P-256`, `OKP Ed25519`.
    kind: String,
}

impl Key {
    /// Parses a key; `None` if it is not for signatures, or of a kind that is not known here.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let kty = text("kty")?;
        if kty == "oct" || text("use").is_some_and(|u| u != "sig") {
            return None;
        }
        let kind = text("crv").map_or_else(|| kty.clone(), |crv| format!("{kty} {crv}"));
        let jwk = serde_json::from_value(value.clone()).ok()?;
        Some(Self {
            jwk,
            kid: text("kid"),
            alg: text("alg"),
            issuer: text("issuer"),
            kind,
        })
    }

    /// The secret that client and provider share, for signatures by MAC.
    pub(crate) fn of_secret(secret: &Secret) -> Self {
        Self {
            jwk: CoreJsonWebKey::new_symmetric(secret.expose().as_bytes().to_vec()),
            kid: None,
            alg: None,
            issuer: None,
            kind: "oct".to_owned(),
        }
    }

    pub(super) fn fits(&self, alg: &str, kid: Option<&str>) -> bool {
        let expected = match alg {
            "ES256" => "EC P-256",
            "ES384" => "EC P-384",
            "EdDSA" => "OKP Ed25519",
            _ => "RSA",
        };
        self.kind == expected
            && self.alg.as_deref().is_none_or(|a| a == alg)
            && (kid.is_none() || self.kid.as_deref() == kid)
    }
}
