//! Is this access token good, and whom does it speak for? JWT access tokens of the configured providers (RFC 9068 §4).

use serde_json::{Map, Value};

use super::identifier::{holds_control, is_subject};
use super::jws::Compact;
use super::keys::TokenSource;
use super::{Provider, Providers};

/// What a good access token says: on whose behalf, and what it allows.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedAccessToken {
    /// Who issued the token.
    pub issuer: String,
    /// On behalf of whom; the application itself when it acts alone.
    pub subject: String,
    /// The application that holds the token.
    pub client_id: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Everything the token says.
    pub claims: Map<String, Value>,
}

/// Why an access token does not pass. The reasons are for logs, not for callers.
#[derive(Debug, Clone)]
pub enum AccessTokenError {
    /// The token is not good; why, for an operator.
    Invalid(&'static str),
    /// The keys cannot be had; the token may be good.
    Unavailable(String),
}

use AccessTokenError::{Invalid, Unavailable};

impl Providers {
    /// Verifies `raw` as meant for `audience`.
    ///
    /// # Errors
    /// Where it is not good, or the keys cannot be had.
    pub async fn verify_access_token(
        &self,
        raw: &str,
        audience: &str,
    ) -> Result<VerifiedAccessToken, AccessTokenError> {
        let token = Compact::parse(raw).map_err(|_| Invalid("not a JWT"))?;
        let issuer = token.text("iss").ok_or(Invalid("no issuer"))?;
        let provider = self
            .iter()
            .find(|p| p.config.could_be(issuer))
            .ok_or(Invalid("unknown issuer"))?;
        check_claims(provider, &token, audience).map_err(Invalid)?;
        let metadata = provider
            .discovery
            .ready()
            .await
            .map_err(|e| Unavailable(e.to_string()))?;
        if provider.config.issuer_of(&token.claims, &metadata.issuer).is_none() {
            return Err(Invalid("the tenant is not the provider's"));
        }
        let signer = provider
            .signer_of(&token, (&metadata, issuer), TokenSource::Stranger)
            .await;
        if signer.map_err(|e| Unavailable(e.to_string()))?.is_none() {
            return Err(Invalid("no key of the issuer made the signature"));
        }
        let subject = token.text("sub").filter(|sub| is_subject(sub));
        let subject = subject.ok_or(Invalid("no subject"))?.to_owned();
        let client_id = token.text("client_id").or_else(|| token.text("azp")).map(str::to_owned);
        if client_id.as_deref().is_some_and(holds_control) {
            return Err(Invalid("the client's name holds a control character"));
        }
        Ok(VerifiedAccessToken {
            issuer: issuer.to_owned(),
            subject,
            client_id,
            scopes: scopes_of(&token.claims),
            claims: token.claims,
        })
    }
}

fn check_claims(provider: &Provider, token: &Compact<'_>, audience: &str) -> Result<(), &'static str> {
    let config = &provider.config;
    // A secret shared with us as a client says nothing about who issued an access token.
    if !config.algorithms.contains(&token.header.alg) || token.header.alg.starts_with("HS") {
        return Err("the algorithm is not allowed");
    }
    if token.kind().is_some_and(|kind| kind != "at+jwt" && kind != "jwt") || token.claims.contains_key("events") {
        return Err("another kind of token");
    }
    let audiences = token.audiences();
    if !audiences.contains(&audience) {
        return Err("for another audience");
    }
    if looks_like_id_token(token, audience == &*provider.client().id) {
        return Err("an ID token");
    }
    let now = provider.clock.now().unix_timestamp();
    let leeway = i64::try_from(config.leeway.as_secs()).unwrap_or_default();
    if token.seconds("exp").is_none_or(|exp| exp.saturating_add(leeway) <= now) {
        return Err("expired");
    }
    let later = |claim| token.seconds(claim).is_some_and(|at| at > now.saturating_add(leeway));
    if later("nbf") || later("iat") {
        Err("not valid yet")
    } else {
        Ok(())
    }
}

/// Where an API is called like its client, an ID token must not open it, one that a renewal or a device brought neither: those
/// have no `nonce`. What only access tokens say has to be there then.
fn looks_like_id_token(token: &Compact<'_>, called_like_client: bool) -> bool {
    let says = |any: &[&str]| any.iter().any(|claim| token.claims.contains_key(*claim));
    let is_of_sign_in = says(&["nonce", "at_hash", "c_hash"]);
    let is_of_access = says(&["scope", "scp", "roles", "client_id", "appid", "cid"]);
    token.kind().as_deref() != Some("at+jwt") && (is_of_sign_in || (called_like_client && !is_of_access))
}

/// `scope` as text (RFC 9068 §2.2.3), or `scp` as text or list where a provider calls it so.
pub(super) fn scopes_of(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
