//! The port to sessions: people see their own, administrators everybody's. The implementation decides who may.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::visitor::{PersonQuery, Visitor};

/// Most people whose sessions one search of an administrator lists.
pub const MAX_FOUND: usize = 20;

/// One session, as the list of sessions shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The reference by which it is ended. Not a credential.
    pub reference: String,
    /// Name of the person.
    pub person: String,
    /// Title of the provider.
    pub provider: String,
    /// Whether it is the session of this request.
    pub is_this: bool,
    /// When it began; seconds since 1970 (UTC).
    pub signed_in_at: i64,
    /// When it was last used, exact to a minute; seconds since 1970 (UTC).
    pub last_seen_at: i64,
    /// When it ends if it is not used again; seconds since 1970 (UTC).
    pub ends_at: i64,
}

/// The sessions of one person, or of all people who match a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSessions {
    /// Grouped by person, the most recently used first.
    pub sessions: Vec<SessionSummary>,
    /// Whether more than [`MAX_FOUND`] people match; sessions of the others are missing here.
    pub is_cut: bool,
}

/// The sessions of people.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The sessions that have not ended, of everybody `query` selects.
    ///
    /// # Errors
    /// See [`SessionsError`].
    async fn sessions(&self, visitor: &Visitor, query: &PersonQuery) -> Result<FoundSessions, SessionsError>;

    /// The address on this site at which the visitor signs in once more, and that leads back to `return_to`; `None` if their sign-in is
    /// recent enough to end sessions.
    fn step_up_address(&self, return_to: &str) -> Option<String>;
}

/// Why there is no list of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionsError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// Only administrators see sessions of others.
    #[error("only for administrators")]
    NotAllowed,
    /// The session store does not respond; the cause is in the log.
    #[error("the sessions cannot be read right now")]
    Unavailable,
}
