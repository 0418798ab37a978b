//! The client assertion of `private_key_jwt` (RFC 7523 §2.2, §3), signed anew for every
//! request and addressed to the issuer alone, so that no other server can use it (RFC 9700 §2.5).

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::signing::{Unsigned, compact, fresh_id};
use crate::config::private_key::PrivateKey;

/// `client_assertion_type` of a JWT (RFC 7523 §2.2).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds an assertion is good for: longer than any request takes.
const LIFETIME: i64 = 60;

/// The claims of an assertion; each signing makes another one.
#[derive(Clone)]
pub(crate) struct Assertion<'a> {
    pub(crate) client_id: Arc<str>,
    /// The issuer as its metadata name it.
    pub(crate) audience: &'a str,
    pub(crate) key: &'a PrivateKey,
    pub(crate) kid: Option<&'a str>,
    pub(crate) algorithm: &'static str,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

impl Assertion<'_> {
    /// One for a single request.
    pub(crate) fn sign(&self) -> Result<String, Unsigned> {
        let mut header = json!({ "alg": self.algorithm, "typ": "JWT" });
        if let Some(kid) = self.kid {
            header["kid"] = Value::from(kid);
        }
        let claims = json!({
            "iss": *self.client_id, "sub": *self.client_id, "aud": self.audience, "jti": fresh_id(),
            "iat": self.now, "exp": self.now.saturating_add(LIFETIME),
        });
        compact(&header, &claims, |input| self.key.sign(self.algorithm, input))
    }
}

impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assertion({})", self.algorithm)
    }
}

#[cfg(test)]
mod tests;
