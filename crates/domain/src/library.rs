//! How are documents reached? Only through this port, and only on behalf of a visitor.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;

use crate::{
    decision::Refusal,
    document::{DocumentId, OpenDocument},
    listing::{Listing, ListingQuery},
    visitor::Visitor,
};

/// The documents of the house. Every method takes the visitor: there is no way to a document that forgets the policy.
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
}

/// What a caller can act on. The cause, where there is one, is for the log alone.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LibraryError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// There is no such document, or its existence may not be told.
    #[error("no such document")]
    NotFound,
    /// The policy says no.
    #[error("not allowed")]
    Refused(Refusal),
    /// The document may be read and cannot be shown: what is stored of its look is no longer safe, and its text cannot be rendered.
    #[error("the document cannot be shown")]
    Unshowable(#[source] Arc<dyn Error + Send + Sync>),
    /// The store or the policy could not answer; worth trying again.
    #[error("the library is unavailable")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}
