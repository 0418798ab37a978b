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

/// The request that a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProvenRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// The access token of the request.
    pub(crate) token: Option<&'a str>,
}

impl ProvenRequest<'_> {
    /// Posted to `path`, without a token.
    pub(crate) fn at(path: &str) -> ProvenRequest<'_> {
        ProvenRequest {
            method: "POST",
            path,
            token: None,
        }
    }
}

/// Why a proof is refused: `error` of RFC 9449 §5 and §8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidProof {
    /// `invalid_dpop_proof`
    Invalid,
    /// `use_dpop_nonce`
    Nonce,
}

impl InvalidProof {
    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_dpop_proof",
            Self::Nonce => "use_dpop_nonce",
        }
    }
}

impl From<InvalidProof> for TokenError {
    fn from(invalid_proof: InvalidProof) -> Self {
        Self::proof(invalid_proof.error())
    }
}

/// The thumbprint of the key that proved itself; `None` without a proof.
pub(crate) fn proven(
    provider: &Provider,
    headers: &HeaderMap,
    requested: ProvenRequest<'_>,
) -> Result<Option<String>, InvalidProof> {
    let mut proofs = headers.get_all(PROOF).iter();
    let Some(proof) = proofs.next() else { return Ok(None) };
    let proof = proof.to_str().map_err(|_| InvalidProof::Invalid)?;
    if proofs.next().is_some() || !provider.config.dpop {
        return Err(InvalidProof::Invalid);
    }
    let (jkt, nonce) = judge(provider, proof, requested).ok_or(InvalidProof::Invalid)?;
    if provider.faults().proof_nonce.is_some() && provider.faults().proof_nonce != nonce {
        return Err(InvalidProof::Nonce);
    }
    Ok(Some(jkt))
}

fn judge(provider: &Provider, proof: &str, requested: ProvenRequest<'_>) -> Option<(String, Option<String>)> {
    let header = header(proof)?;
    let jwk = header.get("jwk")?;
    if header.get("typ")? != "dpop+jwt" || jwk.get("d").is_some() {
        return None;
    }
    let claims = verified(proof, jwk)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let age = provider.now() - claims.get("iat")?.as_i64()?;
    let right = text("htm")? == requested.method
        && text("htu")? == format!("{}{}", provider.config.issuer, requested.path)
        && text("ath").map(str::to_owned) == requested.token.map(challenge)
        && (-LONGEST..=LONGEST).contains(&age)
        && provider.grants().is_first_use(text("jti")?);
    right.then_some((thumbprint(jwk)?, text("nonce").map(str::to_owned)))
}
