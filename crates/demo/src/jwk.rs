//! Verification of tokens that clients sign. Tokens that clients sign with keys of their own, ES256 alone (RFC 7515, RFC 7518 §3.4).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Map, Value};

use crate::keys::challenge;

/// A JSON object of a token.
pub(crate) type Object = Map<String, Value>;

fn object(part: &str) -> Option<Object> {
    serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
}

/// The header of a token, not verified.
pub(crate) fn header(token: &str) -> Option<Object> {
    object(token.split('.').next()?)
}

/// The claims of a token that the private half of `jwk` signed.
pub(crate) fn verified(token: &str, jwk: &Value) -> Option<Object> {
    let (input, signature) = token.rsplit_once('.')?;
    if header(token)?.get("alg")? != "ES256" || jwk.get("crv")? != "P-256" {
        return None;
    }
    let coordinate = |name: &str| BASE64.decode(jwk.get(name)?.as_str()?).ok();
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    let signature = Signature::from_slice(&BASE64.decode(signature).ok()?).ok()?;
    VerifyingKey::from_sec1_bytes(&point)
        .ok()?
        .verify(input.as_bytes(), &signature)
        .ok()?;
    object(input.split_once('.')?.1)
}

/// The thumbprint of an EC key (RFC 7638 §3).
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let text = |name: &str| jwk.get(name)?.as_str();
    let (crv, x, y) = (text("crv")?, text("x")?, text("y")?);
    Some(challenge(&format!(
        r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#
    )))
}
