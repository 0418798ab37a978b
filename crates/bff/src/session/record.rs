//! What is stored of a session. Sealed, each by itself: the identity, which every request opens, and the tokens, which few do. Plain,
//! for finding sessions: person, provider, `sid`, created, last seen, version. The format of the sealed parts is in
//! [`super::encoding`].

use std::borrow::Cow;

use oidc::config::ProviderId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::compression::{compress, decompress};
use super::encoding::{decode, encode};
use super::index::{SessionRef, SessionRow};
use super::lease::Fence;
use super::lifetime::RefreshEnd;
use super::seal::{SealError, Sealer};
use super::store::{SealedParts, SealedSession, SessionRecord, SessionUpdate};
use super::token_set::TokenSet;
use super::{Authentication, Identity};

/// An opened session, for the time of a request; with its tokens, or with what opens to them.
#[derive(Debug, Clone)]
pub(crate) struct Session<T = TokenSet> {
    pub(crate) id: Id,
    pub(crate) version: i64,
    pub(crate) created: OffsetDateTime,
    pub(crate) seen: OffsetDateTime,
    /// The provider's name for its own session, for the logout channels.
    pub(crate) sid: Option<String>,
    pub(crate) identity: Identity,
    pub(crate) authentication: Authentication,
    pub(crate) tokens: T,
    /// Until when the refresh token can be used; the session lasts no longer.
    pub(crate) refresh_end: Option<RefreshEnd>,
    /// The stored record is sealed with a key that no longer seals; it has to be written again.
    pub(crate) old_key: bool,
}

/// The tokens of a session that were not opened yet.
#[derive(Debug, Clone)]
pub(crate) struct SealedTokens(Vec<u8>);

// The purposes of the sealed columns.
pub(crate) const IDENTITY: &str = "session identity";
pub(crate) const TOKENS: &str = "session tokens";
/// A refresh token that ends with its session, to be revoked when the provider ends the session and no browser is there
/// (Back-Channel Logout 1.0 §2.7). It is sealed with the key ring alone, so a copy of the database still opens nothing.
/// Tokens with `offline_access` outlive their session and are not stored in this column.
const REFRESH_TOKEN: &str = "revocable refresh token";

/// What only the browser's id opens.
#[derive(Serialize, Deserialize)]
struct IdentityPart<'a> {
    provider: Cow<'a, str>,
    issuer: Cow<'a, str>,
    subject: Cow<'a, str>,
    claims: Cow<'a, Map<String, Value>>,
    created: i64,
    authentication: Cow<'a, Authentication>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_end: Option<RefreshEnd>,
}

/// Seals a part of the session `id` for its browser.
pub(crate) fn seal_part(sealer: &Sealer, id: &Id, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let row = SessionRef::of(id);
    sealer.seal_for_holder(&id.0.to_le_bytes(), purpose, row.row_key(), plain)
}

/// Opens what [`seal_part`] made, and answers whether the key that seals today made it.
pub(crate) fn open_part(sealer: &Sealer, id: &Id, purpose: &str, value: &[u8]) -> Result<(Vec<u8>, bool), SealError> {
    let row = SessionRef::of(id);
    sealer.open_for_holder(&id.0.to_le_bytes(), purpose, row.row_key(), value)
}

/// The refresh token that ends with the session of `row`, if there is one.
pub(crate) fn refresh_token_of(sealer: &Sealer, row: &SessionRow) -> Option<String> {
    let value = row.sealed_refresh_token.as_deref()?;
    let token = sealer
        .open_for_site(REFRESH_TOKEN, row.reference.row_key(), value)
        .ok()?;
    String::from_utf8(token).ok()
}

impl SessionRecord {
    /// What a request reads of it.
    #[must_use]
    pub fn sealed(&self) -> SealedSession {
        SealedSession {
            parts: self.parts.clone(),
            version: self.version,
            seen: self.row.seen,
            sid: self.row.sid.clone(),
        }
    }
}

impl<T> Session<T> {
    /// Its name in lists and logs, and the key of its row.
    pub(crate) fn reference(&self) -> SessionRef {
        SessionRef::of(&self.id)
    }

    fn with_tokens<U>(self, tokens: U) -> Session<U> {
        Session {
            id: self.id,
            version: self.version,
            created: self.created,
            seen: self.seen,
            sid: self.sid,
            identity: self.identity,
            authentication: self.authentication,
            tokens,
            refresh_end: self.refresh_end,
            old_key: self.old_key,
        }
    }
}

impl Session<SealedTokens> {
    /// Opens what is stored of the session `id`.
    pub(crate) fn open(sealer: &Sealer, id: Id, stored: SealedSession) -> Result<Self, SealError> {
        let (plain, current_key) = open_part(sealer, &id, IDENTITY, &stored.parts.identity)?;
        let part: IdentityPart<'_> = decode(&plain)?;
        let created = OffsetDateTime::from_unix_timestamp(part.created).map_err(|_| SealError)?;
        Ok(Self {
            id,
            version: stored.version,
            created,
            seen: stored.seen,
            sid: stored.sid,
            identity: Identity {
                provider: ProviderId::parse(&part.provider).map_err(|_| SealError)?,
                issuer: part.issuer.into_owned(),
                subject: part.subject.into_owned(),
                claims: part.claims.into_owned(),
                signed_in_at: created,
            },
            authentication: part.authentication.into_owned(),
            tokens: SealedTokens(stored.parts.tokens),
            refresh_end: part.refresh_end,
            old_key: !current_key,
        })
    }

    /// Its tokens, opened with every call.
    pub(crate) fn open_tokens(&self, sealer: &Sealer) -> Result<TokenSet, SealError> {
        let (compressed, _) = open_part(sealer, &self.id, TOKENS, &self.tokens.0)?;
        decode(&decompress(&compressed)?)
    }

    /// The same with its tokens.
    pub(crate) fn opened(self, sealer: &Sealer) -> Result<Session, SealError> {
        let tokens = self.open_tokens(sealer)?;
        Ok(self.with_tokens(tokens))
    }
}

impl Session {
    fn seal_parts(&self, sealer: &Sealer) -> Result<SealedParts, SealError> {
        let identity = IdentityPart {
            provider: self.identity.provider.as_str().into(),
            issuer: self.identity.issuer.as_str().into(),
            subject: self.identity.subject.as_str().into(),
            claims: Cow::Borrowed(&self.identity.claims),
            created: self.created.unix_timestamp(),
            authentication: Cow::Borrowed(&self.authentication),
            refresh_end: self.refresh_end,
        };
        let tokens = compress(&encode(&self.tokens)?)?;
        Ok(SealedParts {
            identity: seal_part(sealer, &self.id, IDENTITY, &encode(&identity)?)?,
            tokens: seal_part(sealer, &self.id, TOKENS, &tokens)?,
        })
    }

    fn seal_refresh_token(&self, sealer: &Sealer) -> Result<Option<Vec<u8>>, SealError> {
        let token = self.tokens.refresh_token.as_ref().filter(|_| !self.tokens.offline);
        let seal = |token: &String| sealer.seal_for_site(REFRESH_TOKEN, self.reference().row_key(), token.as_bytes());
        token.map(seal).transpose()
    }

    /// The record to create, to be removed at `expires`.
    pub(crate) fn to_record(&self, sealer: &Sealer, expires: OffsetDateTime) -> Result<SessionRecord, SealError> {
        let row = SessionRow {
            reference: self.reference(),
            sealed_refresh_token: self.seal_refresh_token(sealer)?,
            provider: self.identity.provider.to_string(),
            issuer: self.identity.issuer.clone(),
            subject: self.identity.subject.clone(),
            sid: self.sid.clone(),
            created: self.created,
            seen: self.seen,
            expires,
        };
        Ok(SessionRecord {
            row,
            parts: self.seal_parts(sealer)?,
            version: self.version,
        })
    }

    /// What is written of a session that was read before, under `lease` where there is one.
    pub(crate) fn to_update(
        &self,
        sealer: &Sealer,
        expires: OffsetDateTime,
        lease: Option<Fence>,
    ) -> Result<SessionUpdate, SealError> {
        Ok(SessionUpdate {
            key: self.reference(),
            version: self.version,
            lease,
            parts: self.seal_parts(sealer)?,
            sealed_refresh_token: self.seal_refresh_token(sealer)?,
            seen: self.seen,
            expires,
        })
    }
}

#[cfg(test)]
mod tests;
