//! Signing of tokens that the client issues, as compact JWS (RFC 7515 §7.1): assertions in `assertion`, proofs in [`crate::proof`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use serde_json::Value;

/// A signature could not be made: the machine gives no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature could not be made")]
pub struct Unsigned;

crate::error::error_codes!(Unsigned { Self => "signing", });

/// Header and claims with the signature of both.
pub(crate) fn compact(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Result<String, Unsigned> {
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let mut token = format!("{}.{}", encoded(header), encoded(claims));
    let signature = sign(token.as_bytes()).ok_or(Unsigned)?;
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Ok(token)
}

/// 128 random bits, for `jti`.
pub(crate) fn fresh_id() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
