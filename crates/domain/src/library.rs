//! The port to documents: the only way to reach them, and only on behalf of a visitor.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;

use crate::{
    decision::Refusal,
    document::{DocumentId, OpenDocument},
    folder::FolderEntry,
    listing::{Listing, ListingQuery},
    visitor::Visitor,
};

/// The documents. Every method takes the visitor, so no caller can bypass the policy.
#[async_trait]
pub trait Library: Send + Sync {
    /// Opens a document for reading.
    ///
    /// # Errors
    /// [`LibraryError::SignInFirst`] for anonymous visitors (whether or not the document exists),
    /// [`LibraryError::NotFound`], [`LibraryError::Refused`], [`LibraryError::Unshowable`], or [`LibraryError::Unavailable`].
    async fn open(&self, visitor: &Visitor, id: DocumentId) -> Result<OpenDocument, LibraryError>;

    /// One page of the documents the visitor may see.
    ///
    /// # Errors
    /// [`LibraryError::SignInFirst`] for anonymous visitors, or [`LibraryError::Unavailable`].
    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError>;

    /// The folders directly in `parent` (the empty path is the top) that lead to a document the visitor may read, by name without regard to
    /// case, at most [`MAX_ENTRIES`](crate::folder::MAX_ENTRIES). Empty for a folder that does not exist, as for one in which there is nothing
    /// for the visitor.
    ///
    /// # Errors
    /// [`LibraryError::SignInFirst`] for anonymous visitors, or [`LibraryError::Unavailable`].
    async fn folders(&self, visitor: &Visitor, parent: &str) -> Result<Vec<FolderEntry>, LibraryError>;
}

/// What a caller can act on. Causes are for the log alone.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LibraryError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// There is no such document, or its existence may not be revealed.
    #[error("no such document")]
    NotFound,
    /// The policy refuses.
    #[error("not allowed")]
    Refused(Refusal),
    /// The visitor may read the document, but it cannot be shown: its stored HTML is no longer safe, and its text cannot be rendered.
    #[error("the document cannot be shown")]
    Unshowable(#[source] Arc<dyn Error + Send + Sync>),
    /// The store or the policy failed; a retry may help.
    #[error("the library is unavailable")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}
