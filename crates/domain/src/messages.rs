//! What does the messages API say? It is asked with the visitor's own access token, which never passes through here.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::visitor::Visitor;

/// Which message: each asks more of the visitor than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// For everybody.
    Public,
    /// For everybody with a valid access token.
    Protected,
    /// For access tokens that carry the administrator's permission.
    Admin,
}

impl MessageKind {
    /// The last part of the API's address, `/api/messages/{name}`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Protected => "protected",
            Self::Admin => "admin",
        }
    }
}

/// What the API answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The text, as it came: escape before showing.
    pub text: String,
}

/// The messages API, spoken to on behalf of a visitor.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Fetches one message.
    ///
    /// # Errors
    /// See [`MessageError`].
    async fn message(&self, visitor: &Visitor, kind: MessageKind) -> Result<Message, MessageError>;
}

/// Why there is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// The session has no usable access token any more: signing in again helps.
    #[error("sign in again")]
    SignInAgain,
    /// The API said no (401 or 403), with its own words where it gave any.
    #[error("the API refused: {message}")]
    Refused {
        /// HTTP status of the API.
        status: u16,
        /// The API's own words, at most 200 characters: escape before showing.
        message: String,
    },
    /// This house has no API that has such a message: for its operator to change, not for time.
    #[error("no API is configured")]
    NotConfigured,
    /// The API did not answer in time or in form.
    #[error("the API is unavailable")]
    Unavailable,
}
