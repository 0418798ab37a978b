//! Verification of JWT access tokens of the configured providers (RFC 9068 §4).

use http::StatusCode;
use serde_json::{Map, Value};

use super::discovery::DiscoveryError;
use super::identifier::{holds_control, is_subject};
use super::jws::Compact;
use super::keys::{KeysError, TokenSource};
use super::{Provider, Providers};

/// A verified access token: on whose behalf, and what it allows.
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
    /// All claims.
    pub claims: Map<String, Value>,
}

/// Why an access token does not pass. The reasons are for logs, not for callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccessTokenError {
    /// It is not good.
    #[error(transparent)]
    Invalid(#[from] InvalidAccessToken),
    /// It could not be verified; the token may be valid.
    #[error(transparent)]
    Unavailable(#[from] Unverifiable),
}

/// Why an access token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccessToken {
    /// It is not a signed token.
    #[error("not a JWT")]
    Unreadable,
    /// It is no text that could be a token.
    #[error("not a token")]
    NotAToken,
    /// It has no `iss`.
    #[error("no issuer")]
    NoIssuer,
    /// No configured provider is its issuer.
    #[error("unknown issuer")]
    UnknownIssuer,
    /// It is of a tenant that the provider does not have.
    #[error("the tenant is not the provider's")]
    Tenant,
    /// The provider calls another issuer.
    #[error("of another issuer")]
    OtherIssuer,
    /// It is signed with an algorithm that is not configured, or with a shared secret.
    #[error("the algorithm is not allowed")]
    Algorithm,
    /// It is a token of another type.
    #[error("another kind of token")]
    TokenType,
    /// The provider does not introspect such tokens.
    #[error("a kind of token that the provider does not introspect")]
    Unsupported,
    /// It is an ID token.
    #[error("an ID token")]
    IdToken,
    /// The provider calls it something else than a bearer token.
    #[error("not a bearer token")]
    NotBearer,
    /// It is bound to a key that the request does not prove.
    #[error("bound to a key, and sent without a proof")]
    MissingProof,
    /// It is for another audience.
    #[error("for another audience")]
    Audience,
    /// A time in it is not a number.
    #[error("`{0}` is not a time")]
    Time(&'static str),
    /// `exp` has passed.
    #[error("expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("not valid yet")]
    NotYetValid,
    /// The provider responds `active: false`.
    #[error("not active")]
    Inactive,
    /// No key of the issuer made the signature.
    #[error("no key of the issuer made the signature")]
    Signature,
    /// It speaks for nobody.
    #[error("no subject")]
    NoSubject,
    /// A name in it holds control characters or is too long.
    #[error("`sub` or `client_id` is no name")]
    Name,
}

crate::error::error_codes!(InvalidAccessToken {
    Self::Unreadable => "access_token_unreadable",
    Self::NotAToken => "access_token_not_a_token",
    Self::NoIssuer => "access_token_no_issuer",
    Self::UnknownIssuer => "access_token_unknown_issuer",
    Self::Tenant => "access_token_tenant",
    Self::OtherIssuer => "access_token_other_issuer",
    Self::Algorithm => "access_token_algorithm",
    Self::TokenType => "access_token_type",
    Self::Unsupported => "access_token_unsupported",
    Self::IdToken => "access_token_is_id_token",
    Self::NotBearer => "access_token_not_bearer",
    Self::MissingProof => "access_token_missing_proof",
    Self::Audience => "access_token_audience",
    Self::Time(_) => "access_token_time",
    Self::Expired => "access_token_expired",
    Self::NotYetValid => "access_token_not_yet_valid",
    Self::Inactive => "access_token_inactive",
    Self::Signature => "access_token_signature",
    Self::NoSubject => "access_token_no_subject",
    Self::Name => "access_token_name",
});

/// Why an access token could not be verified.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unverifiable {
    /// The metadata cannot be read.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The metadata name no endpoint for introspection.
    #[error("the provider offers no introspection")]
    NotOffered,
    /// Introspection does not respond.
    #[error("{0}")]
    NoResponse(String),
    /// Introspection responds with another status than 200.
    #[error("introspection answers {0}")]
    Status(StatusCode),
    /// The response is not JSON.
    #[error("the response of introspection is not JSON")]
    NotJson,
    /// The request ended without a response.
    #[error("introspection broke off")]
    BrokenOff,
}

crate::error::error_codes!(Unverifiable {
    Self::NotOffered => "introspection_not_offered",
    Self::NoResponse(_) => "introspection_no_response",
    Self::Status(_) => "introspection_status",
    Self::NotJson => "introspection_not_json",
    Self::BrokenOff => "introspection_broken_off",
} from {
    Self::Discovery(error) => error,
    Self::Keys(error) => error,
});

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
        let token = Compact::parse(raw).map_err(|_| InvalidAccessToken::Unreadable)?;
        let issuer = token.text("iss").ok_or(InvalidAccessToken::NoIssuer)?;
        let provider = self
            .iter()
            .find(|p| p.config.could_be(issuer))
            .ok_or(InvalidAccessToken::UnknownIssuer)?;
        check_claims(provider, &token, audience)?;
        let metadata = provider.discovery.ready().await.map_err(Unverifiable::from)?;
        if provider.config.issuer_of(&token.claims, &metadata.issuer).is_none() {
            return Err(InvalidAccessToken::Tenant.into());
        }
        let signer = provider
            .find_signing_key(&token, &metadata, issuer, TokenSource::Stranger)
            .await;
        if signer.map_err(Unverifiable::from)?.is_none() {
            return Err(InvalidAccessToken::Signature.into());
        }
        let subject = token.text("sub").filter(|sub| is_subject(sub));
        let subject = subject.ok_or(InvalidAccessToken::NoSubject)?.to_owned();
        let client_id = token.text("client_id").or_else(|| token.text("azp")).map(str::to_owned);
        if client_id.as_deref().is_some_and(holds_control) {
            return Err(InvalidAccessToken::Name.into());
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

fn check_claims(provider: &Provider, token: &Compact<'_>, audience: &str) -> Result<(), InvalidAccessToken> {
    let config = &provider.config;
    // A client secret does not prove who issued an access token.
    if !config.algorithms.contains(&token.header.alg) || token.header.alg.starts_with("HS") {
        return Err(InvalidAccessToken::Algorithm);
    }
    if token.kind().is_some_and(|kind| kind != "at+jwt" && kind != "jwt") || token.claims.contains_key("events") {
        return Err(InvalidAccessToken::TokenType);
    }
    let audiences = token.audiences();
    if !audiences.contains(&audience) {
        return Err(InvalidAccessToken::Audience);
    }
    if looks_like_id_token(token, audience == &*provider.client().id) {
        return Err(InvalidAccessToken::IdToken);
    }
    let now = provider.clock.now().unix_timestamp();
    let leeway = i64::try_from(config.leeway.as_secs()).unwrap_or_default();
    if token.seconds("exp").is_none_or(|exp| exp.saturating_add(leeway) <= now) {
        return Err(InvalidAccessToken::Expired);
    }
    let later = |claim| token.seconds(claim).is_some_and(|at| at > now.saturating_add(leeway));
    if later("nbf") || later("iat") {
        Err(InvalidAccessToken::NotYetValid)
    } else {
        Ok(())
    }
}

/// Where an API is called like its client, an ID token must not open it, one that a renewal or a device brought neither: those
/// have no `nonce`. A claim that only access tokens have is required then.
fn looks_like_id_token(token: &Compact<'_>, called_like_client: bool) -> bool {
    let has = |any: &[&str]| any.iter().any(|claim| token.claims.contains_key(*claim));
    let is_of_sign_in = has(&["nonce", "at_hash", "c_hash"]);
    let is_of_access = has(&["scope", "scp", "roles", "client_id", "appid", "cid"]);
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
