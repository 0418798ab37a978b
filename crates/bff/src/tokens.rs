//! Which tokens does a session hold, and how does a handler get one? Tokens never leave the server except to the
//! provider and the API they are for.
//!
//! | question | where |
//! |---|---|
//! | What does the token endpoint say? | [`endpoint`] |
//! | How is a token shown to an API? | [`access_token`] |
//! | A token for the signed-in person | [`user`] |
//! | A token for the application itself | [`client`] |
//! | Renewing it, once at a time | [`refresh`] |
//! | By one replica of many | [`lease`] |
//! | Keeping what came of it | [`rotation`] |
//! | The ones for other APIs | [`kept`] |

pub(crate) mod access_token;
pub(crate) mod client;
pub(crate) mod endpoint;
pub(crate) mod kept;
pub(crate) mod lease;
pub(crate) mod refresh;
pub(crate) mod rotation;
pub(crate) mod user;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use self::access_token::{AccessToken, ProofError};
use crate::provider::proof::ProofKey;

/// The tokens of one session, as sealed in its record.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenSet {
    pub(crate) access_token: String,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
    /// From when on a new one is asked for; seconds since 1970.
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
    pub(crate) kept: kept::KeptTokens,
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
            kept: kept::KeptTokens::default(),
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

/// Why there is no access token. The session goes on except for [`TokenError::SignInAgain`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The provider's grant is over; the person has to sign in again.
    #[error("the sign-in has ended at the provider")]
    SignInAgain,
    /// The provider does not answer or has trouble; try again later.
    #[error("the provider is not available")]
    ProviderUnavailable {
        /// When trying again makes sense.
        retry_after: Duration,
    },
    /// The provider refuses a token for what is asked.
    #[error("the provider grants no such access token")]
    NotGranted,
}
