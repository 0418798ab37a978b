//! What is a signed token? A compact JWS with JSON inside (RFC 7515 §7.1, RFC 7519), read before and verified after its
//! claims are looked at. Keys come from the provider's key set alone: `jku`, `jwk`, `x5u` and `x5c` are not even read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey as _;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::keys::Key;

/// Longer tokens are not read.
const MAX_LEN: usize = 64 * 1024;
/// No calendar goes further, in seconds from 1970; what says it lasts longer is no moment.
const LAST: u64 = 8_000_000_000_000;
/// Claims that are moments, in every kind of token. What is no number there is not overlooked.
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

/// A token taken apart. Nothing in it is true until [`Compact::is_signed_by`] says so.
#[derive(Debug)]
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// The text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signed token")]
pub(crate) struct Unreadable;

impl<'a> Compact<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, Unreadable> {
        if token.len() > MAX_LEN {
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
    pub(crate) fn is_signed_by(&self, keys: &[Key]) -> bool {
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
    pub(crate) fn kind(&self) -> Option<String> {
        let typ = self.header.typ.as_ref()?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ))
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
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

    /// A moment in seconds since 1970.
    pub(crate) fn seconds(&self, claim: &str) -> Option<i64> {
        seconds_of(&self.claims, claim).ok().flatten()
    }

    /// `aud`, one or many; empty where it cannot be read.
    pub(crate) fn audiences(&self) -> Vec<&str> {
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

/// A moment in seconds since 1970, fractions cut off (RFC 7519 §2); nothing when it is absent, an error when it is no number.
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
pub(crate) fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
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
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!(
            "{}.{}.c2ln",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(r#"{"aud":["a","b"],"exp":1.9}"#)
        )
    }

    #[test]
    fn a_token_is_taken_apart() {
        let text = token(r#"{"alg":"ES256","typ":"application/AT+JWT"}"#);
        let token = Compact::parse(&text).unwrap();
        assert_eq!(token.kind().as_deref(), Some("at+jwt"));
        assert_eq!((token.audiences(), token.seconds("exp")), (vec!["a", "b"], Some(1)));
        assert!(!token.is_signed_by(&[]));
    }

    #[test]
    fn id_3_an_audience_that_is_no_text_makes_none_of_them_count() {
        for (aud, read) in [
            (r#""a""#, Some(vec!["a"])),
            (r#"["a","b"]"#, Some(vec!["a", "b"])),
            ("[]", Some(vec![])),
            (r#"["a",7]"#, None),
            (r#"["a",{"b":1}]"#, None),
            ("7", None),
            ("null", None),
        ] {
            let claims = serde_json::from_str(&format!(r#"{{"aud":{aud}}}"#)).unwrap();
            assert_eq!(audiences_of(&claims), read, "{aud}");
        }
    }

    #[test]
    fn id_10_a_moment_that_is_no_number_is_not_overlooked() {
        let with = |claim: &str, value: &str| {
            let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"{claim}":{value}}}"#));
            Compact::parse(&format!(
                "{}.{claims}.c2ln",
                URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#)
            ))
            .is_ok()
        };
        for claim in MOMENTS {
            for value in ["1", "1.5", "-1", "253402300800", "null"] {
                assert!(with(claim, value), "{claim} {value}");
            }
            for value in [
                "1e30",
                "9223372036854775807",
                r#""1""#,
                r#""2099-01-01T00:00:00Z""#,
                "[1]",
                "true",
                "{}",
            ] {
                assert!(!with(claim, value), "{claim} {value}");
            }
        }
    }

    #[test]
    fn a_claim_that_is_there_twice_is_no_claim() {
        let with = |claims: &str| {
            let claims = URL_SAFE_NO_PAD.encode(claims);
            Compact::parse(&format!(
                "{}.{claims}.c2ln",
                URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#)
            ))
            .is_ok()
        };
        assert!(with(r#"{"sub":"alice","x":{"a":1,"a":2}}"#));
        assert!(!with(r#"{"sub":"alice","exp":1,"sub":"bob"}"#));
        assert!(!with(r#"{"sub":"alice","s\u0075b":"bob"}"#) && !with("[]") && !with("null"));
    }

    #[test]
    fn id_5_none_is_no_algorithm_and_critical_members_are_not_understood() {
        assert!(algorithm("none").is_none() && algorithm("nOnE").is_none());
        assert!(Compact::parse(&token(r#"{"alg":"ES256","crit":["exp"]}"#)).is_err());
        assert!(Compact::parse(&token(r#"{"alg":"ES256","cty":"JWT"}"#)).is_err());
        assert!(Compact::parse("a.b").is_err() && Compact::parse("").is_err() && Compact::parse("....").is_err());
    }

    #[test]
    fn id_5_a_mac_of_another_length_is_refused_without_a_panic() {
        let keys = [Key::of_secret(&"a secret of thirty-two characters".into())];
        for (alg, right) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
            let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}"}}"#));
            for len in [0, 1, 31, 32, 33, 48, 64, 65] {
                let text = format!("{header}.e30.{}", URL_SAFE_NO_PAD.encode(vec![7; len]));
                let read = Compact::parse(&text);
                assert_eq!(read.is_ok(), len == right, "{alg} {len}");
                assert!(read.is_err() || !read.unwrap().is_signed_by(&keys));
            }
        }
    }
}
