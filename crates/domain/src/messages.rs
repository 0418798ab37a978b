//! The port to the messages API, which is called with the visitor's own access token; the token never passes through here.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::visitor::Visitor;

/// Which message: each demands more of the visitor than the one before.
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

/// The response of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The text, unescaped.
    pub text: String,
}

/// The messages API, called on behalf of a visitor.
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
    /// The session has no valid access token any more: signing in again helps.
    #[error("sign in again")]
    SignInAgain,
    /// The API refused the token (401 or 403).
    #[error("the API refused: {message}")]
    Refused {
        /// HTTP status of the API.
        status: u16,
        /// The API's own message, at most 200 characters, unescaped; may be empty.
        message: String,
    },
    /// No API with such a message is configured, which a retry cannot change.
    #[error("no API is configured")]
    NotConfigured,
    /// The API sent no valid response in time.
    #[error("the API is unavailable")]
    Unavailable,
}
