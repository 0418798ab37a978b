//! Signed tokens: a compact JWS with JSON inside (RFC 7515 §7.1, RFC 7519), parsed before and verified after its
//! claims are looked at. Keys are from the provider's key set alone: `jku`, `jwk`, `x5u` and `x5c` are not even read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey as _;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::keys::Key;

/// Longest token that is read, in bytes, where anybody may send it.
const MAX_LEN: usize = 64 * 1024;
/// Longest token that is read, in bytes, where a provider sent it itself: an ID token that lists 2,000 groups takes 150 kB.
const MAX_LEN_OF_PROVIDER: usize = 256 * 1024;
/// Latest time that is accepted, in seconds since 1970.
const LAST: u64 = 8_000_000_000_000;
/// Claims that are times, in every kind of token. A value that is no number is an error.
const MOMENTS: [&str; 4] = ["exp", "nbf", "iat", "auth_time"];

/// The members of the header that matter.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
    crit: Option<Value>,
    /// A token within the token (RFC 7515 §4.1.10).
    cty: Option<Value>,
}

/// Claims, each named once: of two by one name everybody might read another (RFC 7519 §4).
struct Claims(Map<String, Value>);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimsVisitor)
    }
}

struct ClaimsVisitor;

impl<'de> Visitor<'de> for ClaimsVisitor {
    type Value = Claims;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that names each member once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims, A::Error> {
        let mut claims = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if claims.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(Claims(claims))
    }
}

/// A parsed token. Nothing in it is verified until [`Compact::is_signed_by`] returns `true`.
#[derive(Debug)]
pub struct Compact<'a> {
    pub(crate) header: Header,
    /// Its claims.
    pub claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// The text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signed token")]
pub struct Unreadable;

impl<'a> Compact<'a> {
    /// Reads a token that anybody may have sent: a logout token, an access token.
    ///
    /// # Errors
    /// Where it is too long, not three parts of base64url, or header or claims violate RFC 7515 or RFC 7519.
    pub fn parse(token: &'a str) -> Result<Self, Unreadable> {
        Self::parse_within(token, MAX_LEN)
    }

    /// Reads a token out of a provider's own response: an ID token, signed userinfo.
    pub(crate) fn parse_of_provider(token: &'a str) -> Result<Self, Unreadable> {
        Self::parse_within(token, MAX_LEN_OF_PROVIDER)
    }

    fn parse_within(token: &'a str, max_len: usize) -> Result<Self, Unreadable> {
        if token.len() > max_len {
            return Err(Unreadable);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Unreadable)?;
        let (header, payload) = signed.split_once('.').ok_or(Unreadable)?;
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Unreadable);
        let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| Unreadable)?;
        if header.crit.is_some() || header.cty.is_some() {
            return Err(Unreadable);
        }
        let Claims(claims) = serde_json::from_slice(&bytes(payload)?).map_err(|_| Unreadable)?;
        for moment in MOMENTS {
            seconds_of(&claims, moment)?;
        }
        let signature = bytes(signature)?;
        // The verifier of `openidconnect` panics at a MAC of another length.
        if mac_len(&header.alg).is_some_and(|len| len != signature.len()) {
            return Err(Unreadable);
        }
        Ok(Self {
            header,
            claims,
            signed,
            signature,
        })
    }

    /// Whether one of `keys` made the signature. The caller has checked that the algorithm is allowed.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[Key]) -> bool {
        let Some(alg) = algorithm(&self.header.alg) else {
            return false;
        };
        keys.iter().any(|key| {
            key.jwk
                .verify_signature(&alg, self.signed.as_bytes(), &self.signature)
                .is_ok()
        })
    }

    /// The media type in `typ`, short and in lower case: `jwt`, `at+jwt`, `logout+jwt` (RFC 7515 §4.1.9).
    pub fn kind(&self) -> Option<String> {
        let typ = self.header.typ.as_ref()?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ))
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// The texts of a claim that is a list or, as some providers write a list of one, a text; anything else is left out.
    pub(crate) fn texts(&self, claim: &str) -> Vec<String> {
        let list = match self.claims.get(claim) {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// A time claim in seconds since 1970.
    #[must_use]
    pub fn seconds(&self, claim: &str) -> Option<i64> {
        seconds_of(&self.claims, claim).ok().flatten()
    }

    /// `aud`, one or many; empty where it cannot be read.
    #[must_use]
    pub fn audiences(&self) -> Vec<&str> {
        audiences_of(&self.claims).unwrap_or_default()
    }

    /// Whether `client` is in `aud`, and nobody there is neither `client` nor one of `trusted` (Core §3.1.3.7, rule 3).
    pub(crate) fn is_for(&self, client: &str, trusted: &[String]) -> bool {
        let audiences = self.audiences();
        audiences.contains(&client)
            && audiences
                .iter()
                .all(|aud| *aud == client || trusted.iter().any(|one| one == aud))
    }
}

/// `aud`, one or many (RFC 7519 §4.1.3); nothing when it is absent or something in it is no text.
pub(crate) fn audiences_of(claims: &Map<String, Value>) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// A time claim in seconds since 1970, fractions cut off (RFC 7519 §2); nothing when it is absent, an error when it is no number.
pub(crate) fn seconds_of(claims: &Map<String, Value>, claim: &str) -> Result<Option<i64>, Unreadable> {
    let Some(value) = claims.get(claim).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float saturates, and so much is no moment"
    )]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
    seconds
        .filter(|seconds| seconds.unsigned_abs() <= LAST)
        .map(Some)
        .ok_or(Unreadable)
}

/// The algorithm of that name (RFC 7518 §3.1); `none` is no algorithm.
#[must_use]
pub fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    let alg = serde_json::from_value(Value::String(name.to_owned())).ok()?;
    (alg != CoreJwsSigningAlgorithm::None).then_some(alg)
}

/// Bytes of a MAC (RFC 7518 §3.2); none where a private key signs.
fn mac_len(alg: &str) -> Option<usize> {
    match alg {
        "HS256" => Some(32),
        "HS384" => Some(48),
        "HS512" => Some(64),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
