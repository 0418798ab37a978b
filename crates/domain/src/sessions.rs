//! Where is somebody signed in? People see their own sessions, administrators anybody's; who may is decided behind the port.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::visitor::{Visitor, WhichPerson};

/// Most people whose sessions an administrator sees with one text.
pub const MAX_FOUND: usize = 20;

/// One place where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// Its name, to end it by. Opens nothing.
    pub reference: String,
    /// Whose it is, by name.
    pub person: String,
    /// Who signed them in, by title.
    pub provider: String,
    /// The session of the one who asks.
    pub is_this: bool,
    /// When it began; seconds since 1970 (UTC).
    pub signed_in_at: i64,
    /// When it was last used, exact to a minute; seconds since 1970 (UTC).
    pub last_seen_at: i64,
    /// When it ends if it is not used again; seconds since 1970 (UTC).
    pub ends_at: i64,
}

/// The sessions of one person, or of the people a text fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSessions {
    /// One by one; of each person the one used last first.
    pub lines: Vec<SessionLine>,
    /// The text fits more people than [`MAX_FOUND`]: sessions of the others are missing here.
    pub is_cut: bool,
}

/// The sessions of people.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The living sessions of `whom`.
    ///
    /// # Errors
    /// See [`SessionsError`].
    async fn sessions(&self, visitor: &Visitor, whom: &WhichPerson) -> Result<FoundSessions, SessionsError>;

    /// The address on this site at which the visitor confirms that it is them, and that leads back to `return_to`; none
    /// when they signed in recently enough to end sessions.
    fn confirm_at(&self, return_to: &str) -> Option<String>;
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
    /// The store of sessions does not answer; the cause is in the log.
    #[error("the sessions cannot be read right now")]
    Unavailable,
}
