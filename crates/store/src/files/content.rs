//! The content of a file on its way to where it is stored: in parts, and only if it is the one that was announced.

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{ContentHash, FileError, NewFile, PART_SIZE};

/// Reads a content in parts of [`PART_SIZE`], the last one shorter.
pub struct CheckedContent<'c> {
    file: &'c NewFile,
    content: &'c mut (dyn AsyncRead + Send + Unpin),
    hasher: Sha256,
    size: u64,
}

impl<'c> CheckedContent<'c> {
    /// The content of `file`, as it was announced.
    pub fn new(file: &'c NewFile, content: &'c mut (dyn AsyncRead + Send + Unpin)) -> Self {
        Self {
            file,
            content,
            hasher: Sha256::new(),
            size: 0,
        }
    }

    /// The next part; `None` behind the last one. Until then nothing says that the content is the one that was announced.
    ///
    /// # Errors
    /// [`FileError::Changed`] if it has another hash or size, [`FileError::Io`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let mut part = Vec::new();
        (&mut *self.content)
            .take(PART_SIZE as u64)
            .read_to_end(&mut part)
            .await?;
        self.size += part.len() as u64;
        if part.is_empty() {
            let hash = ContentHash::of(std::mem::take(&mut self.hasher));
            let is_same = self.size == self.file.size && hash == self.file.hash;
            return if is_same { Ok(None) } else { Err(FileError::Changed) };
        }
        if self.size > self.file.size {
            return Err(FileError::Changed);
        }
        self.hasher.update(&part);
        Ok(Some(part))
    }
}
