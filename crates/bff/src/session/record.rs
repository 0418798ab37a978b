//! What is kept of a session? Sealed, each for itself: identity, which every request opens, and tokens, which few do. Plain,
//! for finding sessions by: person, provider, `sid`, created, last seen, version. It is written as a `Record` (see
//! [`columns`]) and read as a [`SealedSession`], without that detour.

use oidc::config::ProviderId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};

use super::columns;
use super::compression::{compress, decompress};
use super::index::{SessionRef, SessionRow};
use super::lifetime::RefreshEnd;
use super::seal::{SealError, Sealer};
use super::store::row_key;
use super::token_set::TokenSet;
use super::{Authentication, Identity};

/// A session in the clear, as long as a request lasts; with its tokens, or with what opens to them.
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
    /// The stored record is sealed with a key that no longer seals; writing it mends that.
    pub(crate) old_key: bool,
}

/// What every request reads of a stored session; only the browser's id opens it.
#[derive(Debug, Clone)]
pub struct SealedSession {
    pub(crate) id: Id,
    pub(crate) version: i64,
    pub(crate) seen: OffsetDateTime,
    pub(crate) sid: Option<String>,
    pub(crate) identity: Vec<u8>,
    pub(crate) tokens: Vec<u8>,
}

impl SealedSession {
    /// Of a record as it was stored; `None` when a part is missing.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Self> {
        Some(Self {
            id: record.id,
            version: columns::version(record),
            seen: columns::seen(record),
            sid: columns::text(record, columns::SID).map(str::to_owned),
            identity: columns::bytes(record, columns::IDENTITY)?,
            tokens: columns::bytes(record, columns::TOKENS)?,
        })
    }
}

/// The tokens of a session that nobody has asked for yet.
#[derive(Debug, Clone)]
pub(crate) struct SealedTokens(Vec<u8>);

// What each sealed column is for.
pub(crate) const IDENTITY: &str = "session identity";
pub(crate) const TOKENS: &str = "session tokens";
/// A refresh token that ends with its session, for the day when the provider ends it and no browser is there
/// (Back-Channel Logout 1.0 §2.7). It is sealed with the key ring alone, so a copy of the database still opens nothing.
/// Tokens with `offline_access` outlive their session and are not written here.
const REVOCABLE: &str = "revocable refresh token";

/// What only the browser's id can open.
#[derive(Serialize, Deserialize)]
struct SealedIdentity {
    provider: String,
    issuer: String,
    subject: String,
    claims: Map<String, Value>,
    created: i64,
    authentication: Authentication,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_end: Option<RefreshEnd>,
}

/// Seals a part of the session `id` for its browser.
pub(crate) fn seal_part(with: &Sealer, id: &Id, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    with.seal_for_holder(&id.0.to_le_bytes(), purpose, &row_key(id), plain)
}

fn open_part(with: &Sealer, id: &Id, purpose: &str, sealed: &[u8]) -> Result<(Vec<u8>, bool), SealError> {
    with.open_for_holder(&id.0.to_le_bytes(), purpose, &row_key(id), sealed)
}

/// The refresh token that ends with the session of `row`.
pub(crate) fn revocable(with: &Sealer, row: &SessionRow) -> Option<String> {
    let sealed = row.sealed_revocable.as_deref()?;
    let token = with.open_for_site(REVOCABLE, row.reference.row_key(), sealed).ok()?;
    String::from_utf8(token).ok()
}

impl<T> Session<T> {
    /// Its name in lists and logs.
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
    /// Opens what is stored.
    pub(crate) fn open(with: &Sealer, stored: SealedSession) -> Result<Self, SealError> {
        let (inside, current_key) = open_part(with, &stored.id, IDENTITY, &stored.identity)?;
        let inside: SealedIdentity = serde_json::from_slice(&inside).map_err(|_| SealError)?;
        let created = OffsetDateTime::from_unix_timestamp(inside.created).map_err(|_| SealError)?;
        Ok(Self {
            id: stored.id,
            version: stored.version,
            created,
            seen: stored.seen,
            sid: stored.sid,
            identity: Identity {
                provider: ProviderId::parse(&inside.provider).map_err(|_| SealError)?,
                issuer: inside.issuer,
                subject: inside.subject,
                claims: inside.claims,
                signed_in_at: created,
            },
            authentication: inside.authentication,
            tokens: SealedTokens(stored.tokens),
            refresh_end: inside.refresh_end,
            old_key: !current_key,
        })
    }

    /// Its tokens, opened each time they are asked for.
    pub(crate) fn open_tokens(&self, with: &Sealer) -> Result<TokenSet, SealError> {
        let (compressed, _) = open_part(with, &self.id, TOKENS, &self.tokens.0)?;
        serde_json::from_slice(&decompress(&compressed)?).map_err(|_| SealError)
    }

    /// The same with its tokens.
    pub(crate) fn opened(self, with: &Sealer) -> Result<Session, SealError> {
        let tokens = self.open_tokens(with)?;
        Ok(self.with_tokens(tokens))
    }
}

impl Session {
    /// The record to store, to be removed at `expires`.
    pub(crate) fn to_record(&self, with: &Sealer, expires: OffsetDateTime) -> Result<Record, SealError> {
        let inside = SealedIdentity {
            provider: self.identity.provider.to_string(),
            issuer: self.identity.issuer.clone(),
            subject: self.identity.subject.clone(),
            claims: self.identity.claims.clone(),
            created: self.created.unix_timestamp(),
            authentication: self.authentication.clone(),
            refresh_end: self.refresh_end,
        };
        let plain = serde_json::to_vec(&inside).map_err(|_| SealError)?;
        let identity = seal_part(with, &self.id, IDENTITY, &plain)?;
        let compressed = compress(&serde_json::to_vec(&self.tokens).map_err(|_| SealError)?)?;
        let tokens = seal_part(with, &self.id, TOKENS, &compressed)?;
        let mut record = columns::record(self.id, self.created, expires);
        columns::set_bytes(&mut record, columns::IDENTITY, &identity);
        columns::set_bytes(&mut record, columns::TOKENS, &tokens);
        if let Some(token) = self.tokens.refresh_token.as_ref().filter(|_| !self.tokens.offline) {
            let revocable = with.seal_for_site(REVOCABLE, &row_key(&self.id), token.as_bytes())?;
            columns::set_bytes(&mut record, columns::REVOCABLE, &revocable);
        }
        columns::set_seen(&mut record, self.seen);
        columns::set_version(&mut record, self.version);
        columns::set_text(&mut record, columns::PROVIDER, inside.provider);
        columns::set_text(&mut record, columns::ISSUER, inside.issuer);
        columns::set_text(&mut record, columns::SUBJECT, inside.subject);
        if let Some(sid) = &self.sid {
            columns::set_text(&mut record, columns::SID, sid.clone());
        }
        Ok(record)
    }
}
