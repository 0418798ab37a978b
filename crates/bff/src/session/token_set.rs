//! The tokens of a session: its own and those for other APIs, as they are sealed in its record. Requests and renewal are in
//! [`crate::tokens`].

use std::fmt;

use oidc::proof::ProofKey;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The tokens of one session, as sealed in its record.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenSet {
    pub(crate) access_token: String,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
    /// When it is renewed; seconds since 1970.
    pub(crate) renew_at: i64,
    pub(crate) refresh_token: Option<String>,
    /// The newest ID token, as a hint when signing out.
    pub(crate) id_token: String,
    /// The nonce of the sign-in; a refreshed ID token may repeat it.
    pub(crate) nonce: String,
    /// The refresh token may outlive the session (`offline_access`).
    pub(crate) offline: bool,
    /// The key the access token is bound to (RFC 9449); sealed with the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof_key: Option<ProofKey>,
    /// Tokens for other APIs or fewer scopes.
    #[serde(rename = "kept")]
    pub(crate) cached: CachedTokens,
}

impl TokenSet {
    /// Whether the access token can be handed out at `now` without a second thought.
    pub(crate) fn is_fresh(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() < self.renew_at
    }

    /// Whether it still works at `now`, if only for a moment.
    pub(crate) fn is_usable(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() + 1 < self.expires_at
    }

    /// A set for tests, expired since 1970.
    #[cfg(test)]
    pub(crate) fn of(access: &str, refresh: Option<&str>, id: &str) -> Self {
        Self {
            access_token: access.into(),
            expires_at: 0,
            renew_at: 0,
            refresh_token: refresh.map(Into::into),
            id_token: id.into(),
            nonce: String::new(),
            offline: true,
            proof_key: None,
            cached: CachedTokens::default(),
        }
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a token on behalf of a signed-in person should be good for. The default means the token of the sign-in itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenRequest {
    /// Scopes, in any order; joined by a space into `scope` (RFC 6749 §6). Empty: those of the sign-in.
    pub scopes: Vec<String>,
    /// `audience`, where a provider requires that.
    pub audience: Option<String>,
    /// `resource` (RFC 8707 §2.2).
    pub resource: Option<String>,
}

/// One token and the request that it was granted for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CachedToken {
    pub(crate) request: TokenRequest,
    pub(crate) access_token: String,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
    /// Seconds since 1970.
    pub(crate) renew_at: i64,
    /// The key it is bound to (RFC 9449).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof_key: Option<ProofKey>,
}

/// The tokens beside the session's own, oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CachedTokens(pub(crate) Vec<CachedToken>);

impl fmt::Debug for CachedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CachedTokens({})", self.0.len())
    }
}
