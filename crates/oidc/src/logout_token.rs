//! Verification of logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6).
//!
//! A token is verified before a session is looked up, so that a response does not reveal who is signed in.

use serde_json::Value;

use super::Provider;
use super::discovery::DiscoveryError;
use super::identifier::{holds_control, is_subject};
use super::jws::{Compact, Unreadable};
use super::keys::{KeysError, TokenSource};
use super::token_time::{TimeError, validate_times, validate_times_without_exp};

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is not accepted longer than this after it was issued, however late it expires; seconds.
const MAX_LIFE: i64 = 3600;
/// How long a token without `exp` is accepted after it was issued, where the configuration lets it pass; seconds. As long as a
/// token with one should be (§2.4).
const LIFE_WITHOUT_EXP: i64 = 120;

/// A verified logout token. One of `sid` and `subject` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// Who issued it.
    pub issuer: String,
    /// The session at the provider that has ended.
    pub sid: Option<String>,
    /// Whose sessions have ended.
    pub subject: Option<String>,
    /// Its own name; never used twice.
    pub jti: String,
    /// When it is not accepted any more, leeway included; seconds since 1970.
    pub until: i64,
}

/// Why a logout token is refused.
#[derive(Debug, thiserror::Error)]
pub enum LogoutTokenError {
    /// It is not a signed token.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is signed with an algorithm that is not configured.
    #[error("the logout token is refused: the algorithm is not allowed")]
    Algorithm,
    /// It is a token of another type, such as an ID token.
    #[error("the logout token is refused: another kind of token")]
    TokenType,
    /// `iss` is not the configured issuer.
    #[error("the logout token is refused: `iss` is not the configured issuer")]
    Issuer,
    /// `aud` lacks the client, or names somebody who is not trusted.
    #[error("the logout token is refused: `aud` is not us alone")]
    Audience,
    /// It has a `nonce`, as ID tokens have.
    #[error("the logout token is refused: `nonce` is not allowed in it")]
    Nonce,
    /// `events` lacks the event of back-channel logout.
    #[error("the logout token is refused: `events` lacks the event of back-channel logout")]
    Event,
    /// It is not good now.
    #[error("the logout token is refused: {0}")]
    Time(#[from] TimeError),
    /// There is no `jti`, by which a token is used once.
    #[error("the logout token is refused: `jti` is missing")]
    TokenId,
    /// `sid` or `sub` is empty, too long or holds control characters.
    #[error("the logout token is refused: `sid` or `sub` is no name")]
    Name,
    /// It names neither a session nor a person.
    #[error("the logout token is refused: neither `sid` nor `sub` is there")]
    Nobody,
    /// No key of the provider made the signature.
    #[error("the logout token is refused: no key of the provider made the signature")]
    Signature,
    /// The metadata cannot be read.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

crate::error::error_codes!(LogoutTokenError {
    Self::Unreadable(_) => "logout_token_unreadable",
    Self::Algorithm => "logout_token_algorithm",
    Self::TokenType => "logout_token_type",
    Self::Issuer => "logout_token_issuer",
    Self::Audience => "logout_token_audience",
    Self::Nonce => "logout_token_nonce",
    Self::Event => "logout_token_event",
    Self::TokenId => "logout_token_id",
    Self::Name => "logout_token_name",
    Self::Nobody => "logout_token_nobody",
    Self::Signature => "logout_token_signature",
} from {
    Self::Time(error) => error,
    Self::Discovery(error) => error,
    Self::Keys(error) => error,
});

impl Provider {
    /// Verifies `raw`.
    ///
    /// # Errors
    /// Where it is not good, or metadata or keys cannot be had.
    pub async fn verify_logout_token(&self, raw: &str) -> Result<LogoutToken, LogoutTokenError> {
        let token = Compact::parse(raw)?;
        self.check_logout_header(&token)?;
        // A stranger's token causes no discovery for an issuer that cannot be the provider's.
        if !token.text("iss").is_some_and(|iss| self.config.could_be(iss)) {
            return Err(LogoutTokenError::Issuer);
        }
        let metadata = self.discovery.ready().await?;
        let read = self.read_logout_claims(&token, &metadata.issuer)?;
        // Anybody can send a token that names a key: they are strangers.
        let is_signed = self
            .signed(&token, &metadata, &read.issuer, TokenSource::Stranger)
            .await?;
        if is_signed {
            Ok(read)
        } else {
            Err(LogoutTokenError::Signature)
        }
    }

    fn check_logout_header(&self, token: &Compact<'_>) -> Result<(), LogoutTokenError> {
        if !self.config.algorithms.contains(&token.header.alg) {
            return Err(LogoutTokenError::Algorithm);
        }
        match token.kind().as_deref() {
            Some("logout+jwt") => Ok(()),
            None | Some("jwt") if !self.config.typed_logout_tokens => Ok(()),
            _ => Err(LogoutTokenError::TokenType),
        }
    }

    fn read_logout_claims(&self, token: &Compact<'_>, named: &str) -> Result<LogoutToken, LogoutTokenError> {
        let issuer = self.config.issuer_of(&token.claims, named);
        let issuer = issuer.ok_or(LogoutTokenError::Issuer)?;
        if !token.is_for(&self.client().id, &self.config.extra_audiences) {
            return Err(LogoutTokenError::Audience);
        }
        if token.claims.contains_key("nonce") {
            return Err(LogoutTokenError::Nonce);
        }
        let events = token.claims.get("events").and_then(Value::as_object);
        if !events.and_then(|e| e.get(EVENT)).is_some_and(Value::is_object) {
            return Err(LogoutTokenError::Event);
        }
        let until = self.check_logout_time(token)?;
        let jti = token
            .text("jti")
            .filter(|jti| !jti.is_empty())
            .ok_or(LogoutTokenError::TokenId)?;
        // How long the name of a session may be is the provider's affair; that of a person is bounded (Core §2).
        let sid = name(token, "sid", |sid| !sid.is_empty() && !holds_control(sid))?;
        let subject = name(token, "sub", is_subject)?;
        if sid.is_none() && subject.is_none() {
            return Err(LogoutTokenError::Nobody);
        }
        Ok(LogoutToken {
            issuer: issuer.to_owned(),
            sid,
            subject,
            jti: jti.to_owned(),
            until,
        })
    }

    /// Checks `exp`, `iat` and `nbf`, and states until when the token is accepted.
    fn check_logout_time(&self, token: &Compact<'_>) -> Result<i64, TimeError> {
        let now = self.clock.now().unix_timestamp();
        let leeway = self.leeway();
        let (exp, iat) = if self.config.logout_tokens_without_exp && token.seconds("exp").is_none() {
            validate_times_without_exp(token, LIFE_WITHOUT_EXP, now, leeway)?
        } else {
            validate_times(token, now, leeway)?
        };
        Ok(exp.min(iat.saturating_add(MAX_LIFE)).saturating_add(leeway))
    }
}

/// A claim that may be absent, but nothing else than a text that `is_name`.
fn name(token: &Compact<'_>, claim: &str, is_name: fn(&str) -> bool) -> Result<Option<String>, LogoutTokenError> {
    match token.claims.get(claim) {
        None => Ok(None),
        Some(Value::String(text)) if is_name(text) => Ok(Some(text.clone())),
        Some(_) => Err(LogoutTokenError::Name),
    }
}
