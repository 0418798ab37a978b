//! Verification of `DPoP` proofs. Proofs of possession (RFC 9449 §4.3).

use axum::http::HeaderMap;
use serde_json::Value;

use crate::jwk::{header, thumbprint, verified};
use crate::keys::challenge;
use crate::provider::Provider;
use crate::token::TokenError;

/// The header with the proof.
pub(crate) const PROOF: &str = "dpop";
/// Seconds a proof is good for.
const LONGEST: i64 = 60;

/// What a proof has to be about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// The access token that comes along.
    pub(crate) token: Option<&'a str>,
}

impl Asked<'_> {
    /// Posted to `path`, without a token.
    pub(crate) fn at(path: &str) -> Asked<'_> {
        Asked {
            method: "POST",
            path,
            token: None,
        }
    }
}

/// Why a proof does not convince: `error` of RFC 9449 §5 and §8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// `invalid_dpop_proof`
    Invalid,
    /// `use_dpop_nonce`
    Nonce,
}

impl Unproven {
    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_dpop_proof",
            Self::Nonce => "use_dpop_nonce",
        }
    }
}

impl From<Unproven> for TokenError {
    fn from(unproven: Unproven) -> Self {
        Self::proof(unproven.error())
    }
}

/// The thumbprint of the key that proved itself; `None` without a proof.
pub(crate) fn proven(provider: &Provider, headers: &HeaderMap, asked: Asked<'_>) -> Result<Option<String>, Unproven> {
    let mut proofs = headers.get_all(PROOF).iter();
    let Some(proof) = proofs.next() else { return Ok(None) };
    let proof = proof.to_str().map_err(|_| Unproven::Invalid)?;
    if proofs.next().is_some() || !provider.config.dpop {
        return Err(Unproven::Invalid);
    }
    let (jkt, nonce) = judge(provider, proof, asked).ok_or(Unproven::Invalid)?;
    if provider.faults().proof_nonce.is_some() && provider.faults().proof_nonce != nonce {
        return Err(Unproven::Nonce);
    }
    Ok(Some(jkt))
}

fn judge(provider: &Provider, proof: &str, asked: Asked<'_>) -> Option<(String, Option<String>)> {
    let header = header(proof)?;
    let jwk = header.get("jwk")?;
    if header.get("typ")? != "dpop+jwt" || jwk.get("d").is_some() {
        return None;
    }
    let claims = verified(proof, jwk)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let age = provider.now() - claims.get("iat")?.as_i64()?;
    let right = text("htm")? == asked.method
        && text("htu")? == format!("{}{}", provider.config.issuer, asked.path)
        && text("ath").map(str::to_owned) == asked.token.map(challenge)
        && (-LONGEST..=LONGEST).contains(&age)
        && provider.grants().is_first_use(text("jti")?);
    right.then_some((thumbprint(jwk)?, text("nonce").map(str::to_owned)))
}
