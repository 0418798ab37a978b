//! The port to what a person read: documents they opened, and when they were here. For their own home page; it decides nothing.

use async_trait::async_trait;

use crate::{
    document::{DocumentId, Summary},
    library::LibraryError,
    visitor::Visitor,
};

/// How many documents a person goes on reading.
pub const RECENT: usize = 3;

/// What a visitor read. Nothing is remembered of anonymous visitors.
#[async_trait]
pub trait ReadingHistory: Send + Sync {
    /// Remembers that the visitor opened a document. Returns at once; whether it is stored in the end is not promised.
    fn remember(&self, visitor: &Visitor, id: DocumentId);

    /// The documents that the visitor opened last, the latest first, at most [`RECENT`]: those that the policy allows now.
    ///
    /// # Errors
    /// [`LibraryError::SignInFirst`] for anonymous visitors, or [`LibraryError::Unavailable`].
    async fn recent(&self, visitor: &Visitor) -> Result<Vec<Summary>, LibraryError>;

    /// When the visit before this one ended: seconds since 1970 (UTC), `None` on the first. This visit goes on by it; an hour without a call
    /// ends it.
    ///
    /// # Errors
    /// [`LibraryError::SignInFirst`] for anonymous visitors, or [`LibraryError::Unavailable`].
    async fn previous_visit(&self, visitor: &Visitor) -> Result<Option<i64>, LibraryError>;
}
