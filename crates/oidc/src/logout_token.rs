//! Is this logout token good, and whose sessions does it end? (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6)
//!
//! It is verified before anybody looks for a session: an answer says nothing about who is signed in.

use serde_json::Value;

use super::Provider;
use super::discovery::NotReady;
use super::identifier::{holds_control, is_subject};
use super::jws::{Compact, Unreadable};
use super::keys::{NoKeys, TokenSource};
use super::moments::{good_now, good_without_end};

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is not believed longer than this after it was issued, however late it expires; seconds.
const MAX_LIFE: i64 = 3600;
/// How long a token without `exp` is believed after it was issued, where the configuration lets it pass; seconds. As long as a
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
    /// When it is not believed any more, leeway included; seconds since 1970.
    pub until: i64,
}

/// Why a logout token is refused.
#[derive(Debug, thiserror::Error)]
pub enum LogoutTokenError {
    /// It is no signed token.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The metadata cannot be had; the token may be good.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The keys cannot be had; the token may be good.
    #[error(transparent)]
    NoKeys(#[from] NoKeys),
    /// One of the rules of §2.6 does not hold; which, for an operator.
    #[error("the logout token is refused: {0}")]
    Refused(&'static str),
}

impl Provider {
    /// Verifies `raw`.
    ///
    /// # Errors
    /// Where it is not good, or metadata or keys cannot be had.
    pub async fn verify_logout_token(&self, raw: &str) -> Result<LogoutToken, LogoutTokenError> {
        let token = Compact::parse(raw)?;
        self.check_logout_header(&token).map_err(LogoutTokenError::Refused)?;
        // Strangers cause no question about issuers that cannot be the provider's.
        if !token.text("iss").is_some_and(|iss| self.config.could_be(iss)) {
            return Err(LogoutTokenError::Refused("`iss` is not the configured issuer"));
        }
        let metadata = self.discovery.ready().await?;
        let read = self.read_logout_claims(&token, &metadata.issuer);
        let read = read.map_err(LogoutTokenError::Refused)?;
        // Anybody can send a token that names a key: they are strangers.
        let is_signed = self
            .signed(&token, (&metadata, &read.issuer), TokenSource::Stranger)
            .await?;
        if is_signed {
            Ok(read)
        } else {
            Err(LogoutTokenError::Refused("no key of the provider made the signature"))
        }
    }

    fn check_logout_header(&self, token: &Compact<'_>) -> Result<(), &'static str> {
        if !self.config.algorithms.contains(&token.header.alg) {
            return Err("the algorithm is not allowed");
        }
        match token.kind().as_deref() {
            Some("logout+jwt") => Ok(()),
            None | Some("jwt") if !self.config.typed_logout_tokens => Ok(()),
            _ => Err("another kind of token"),
        }
    }

    fn read_logout_claims(&self, token: &Compact<'_>, named: &str) -> Result<LogoutToken, &'static str> {
        let issuer = self.config.issuer_of(&token.claims, named);
        let issuer = issuer.ok_or("`iss` is not the configured issuer")?;
        if !token.is_for(&self.client().id, &self.config.extra_audiences) {
            return Err("`aud` is not us alone");
        }
        if token.claims.contains_key("nonce") {
            return Err("`nonce` has no place in it");
        }
        let events = token.claims.get("events").and_then(Value::as_object);
        if !events.and_then(|e| e.get(EVENT)).is_some_and(Value::is_object) {
            return Err("`events` does not say logout");
        }
        let until = self.check_logout_time(token)?;
        let jti = token
            .text("jti")
            .filter(|jti| !jti.is_empty())
            .ok_or("`jti` is missing")?;
        // How long the name of a session may be is the provider's affair; that of a person is bounded (Core §2).
        let sid = name(token, "sid", |sid| !sid.is_empty() && !holds_control(sid))?;
        let subject = name(token, "sub", is_subject)?;
        if sid.is_none() && subject.is_none() {
            return Err("neither `sid` nor `sub` is there");
        }
        Ok(LogoutToken {
            issuer: issuer.to_owned(),
            sid,
            subject,
            jti: jti.to_owned(),
            until,
        })
    }

    /// Checks `exp`, `iat` and `nbf`, and says until when the token is believed.
    fn check_logout_time(&self, token: &Compact<'_>) -> Result<i64, &'static str> {
        let now = self.clock.now().unix_timestamp();
        let leeway = self.leeway();
        let (exp, iat) = if self.config.logout_tokens_without_exp && token.seconds("exp").is_none() {
            good_without_end(token, LIFE_WITHOUT_EXP, now, leeway)?
        } else {
            good_now(token, now, leeway)?
        };
        Ok(exp.min(iat.saturating_add(MAX_LIFE)).saturating_add(leeway))
    }
}

/// A claim that may be absent, but nothing else than a text that `is_name`.
fn name(token: &Compact<'_>, claim: &str, is_name: fn(&str) -> bool) -> Result<Option<String>, &'static str> {
    match token.claims.get(claim) {
        None => Ok(None),
        Some(Value::String(text)) if is_name(text) => Ok(Some(text.clone())),
        Some(_) => Err("`sid` or `sub` is no name"),
    }
}
