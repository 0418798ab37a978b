//! Pictures and other files of documents. A file is stored once by the hash of its content; which document names it how is a row of
//! `document_file`, written with the document. Whoever reads a file has the policy decide about the document first.
//!
//! | what | where |
//! |---|---|
//! | Where the content is stored | [`FileStorage`]: `files/database.rs`, `files/folder.rs` |
//! | Reading a content while checking it | `files/content.rs`: [`CheckedContent`] |
//! | Which files a document has | `files/documents.rs`: [`document_files`](crate::Store::document_files), [`document_file`](crate::Store::document_file) |
//! | Files that no document has any more | `files/sweep.rs`: [`sweep_files`](crate::Store::sweep_files) |

use std::{fmt, io};

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncRead;

use super::error::{Cause, StoreError};

mod content;
mod database;
mod documents;
mod folder;
mod sweep;

pub use content::CheckedContent;
pub use database::DatabaseFiles;
pub(crate) use documents::rows;
pub use documents::{Dimensions, DocumentFile, FileLink};
pub use folder::FolderFiles;

/// Most bytes that are read or written at once.
pub const PART_SIZE: usize = 1024 * 1024;

/// The SHA-256 of a file's content, in 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash that `hasher` computed.
    #[must_use]
    pub fn of(hasher: Sha256) -> Self {
        Self(format!("{:x}", hasher.finalize()))
    }

    /// A hash in hexadecimal digits; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The hash of its content.
    pub hash: ContentHash,
    /// Its size in bytes.
    pub size: u64,
    /// What it is, as its content shows.
    pub media_type: String,
}

/// Why the content of a file could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The content is not the one that was announced: the file changed meanwhile.
    #[error("the file changed while it was read")]
    Changed,
    /// The content is not where it was stored.
    #[error("the content of a file is missing where files are stored")]
    Missing,
    /// The store elsewhere failed.
    #[error("a file cannot be stored or read elsewhere")]
    Elsewhere(#[source] Cause),
    /// The source or the folder failed.
    #[error("a file cannot be read or written")]
    Io(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileError> for StoreError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Store(error) => error,
            error => {
                let cause: Cause = Box::new(error);
                Self::Files(cause)
            }
        }
    }
}

/// Where the contents of files are stored. They have no rights of their own.
#[async_trait]
pub trait FileStorage: fmt::Debug + Send + Sync {
    /// Whether all of a file's content is here.
    ///
    /// # Errors
    /// [`FileError::Io`], [`FileError::Store`].
    async fn has(&self, file: &NewFile) -> Result<bool, FileError>;

    /// Stores the content of a file that [`register_files`](crate::Store::register_files) knows. Memory is bounded by [`PART_SIZE`].
    ///
    /// # Errors
    /// [`FileError`]; [`FileError::Changed`] if the content has another hash or size, and nothing is stored then.
    async fn put(&self, file: &NewFile, content: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), FileError>;

    /// At most [`PART_SIZE`] bytes from the position `offset` on; fewer before the end of the file only where that is convenient, never none.
    ///
    /// # Errors
    /// [`FileError::Missing`] if nothing is there, [`FileError::Io`], [`FileError::Store`].
    async fn read(&self, hash: &ContentHash, offset: u64, at_most: usize) -> Result<Vec<u8>, FileError>;

    /// Removes the content of a file whose row was deleted in a transaction that is not committed yet; not an error if it is not there.
    ///
    /// # Errors
    /// [`FileError::Io`], [`FileError::Store`].
    async fn delete(&self, hash: &ContentHash) -> Result<(), FileError>;
}
