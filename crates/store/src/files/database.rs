//! Contents of files in the database, in rows of 1 MiB: the same backup and the same replicas as the documents.

use async_trait::async_trait;
use sqlx::{query, query_scalar};
use tokio::io::AsyncRead;

use super::{CheckedContent, ContentHash, FileError, FileStorage, NewFile, PART_SIZE};
use crate::backend::{Store, with_backend};

const PUT: &str = "INSERT INTO file_part (hash, number, bytes) VALUES ($1, $2, $3)
    ON CONFLICT (hash, number) DO UPDATE SET bytes = excluded.bytes";
const DELETE: &str = "DELETE FROM file_part WHERE hash = $1";
const SIZE: &str = "SELECT CAST(coalesce(sum(length(bytes)), 0) AS BIGINT) FROM file_part WHERE hash = $1";
/// At most `$4` bytes of the part `$2`, from the byte `$3` on, which is counted from 1.
const READ: &str = "SELECT substr(bytes, $3, $4) FROM file_part WHERE hash = $1 AND number = $2";

/// Contents in the tables of the store.
#[derive(Debug, Clone)]
pub struct DatabaseFiles(Store);

impl DatabaseFiles {
    /// Contents in the tables of `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self(store)
    }

    async fn delete_parts(&self, hash: &ContentHash) -> Result<(), FileError> {
        with_backend!(self.0, |backend| {
            query(DELETE).bind(hash.as_str()).execute(&backend.writer).await?;
            Ok(())
        })?;
        Ok(())
    }

    async fn write_parts(&self, file: &NewFile, content: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), FileError> {
        let mut content = CheckedContent::new(file, content);
        let mut number = 0_i64;
        while let Some(part) = content.next().await? {
            with_backend!(self.0, |backend| {
                let put = query(PUT).bind(file.hash.as_str()).bind(number).bind(&part);
                put.execute(&backend.writer).await?;
                Ok(())
            })?;
            number += 1;
        }
        Ok(())
    }
}

#[async_trait]
impl FileStorage for DatabaseFiles {
    async fn has(&self, file: &NewFile) -> Result<bool, FileError> {
        let size: i64 = with_backend!(self.0, |backend| {
            let size = query_scalar(SIZE).bind(file.hash.as_str());
            Ok(size.fetch_one(&backend.pool).await?)
        })?;
        Ok(u64::try_from(size).is_ok_and(|size| size == file.size))
    }

    async fn put(&self, file: &NewFile, content: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), FileError> {
        // Parts of an import that was interrupted are overwritten.
        let written = self.write_parts(file, content).await;
        if matches!(written, Err(FileError::Changed)) {
            self.delete_parts(&file.hash).await?;
        }
        written
    }

    async fn read(&self, hash: &ContentHash, offset: u64, at_most: usize) -> Result<Vec<u8>, FileError> {
        let (part, within) = (offset / PART_SIZE as u64, offset % PART_SIZE as u64);
        let (Ok(part), Ok(within)) = (i64::try_from(part), i32::try_from(within)) else {
            return Err(FileError::Missing);
        };
        let at_most = i32::try_from(at_most.min(PART_SIZE)).unwrap_or(i32::MAX);
        let bytes: Option<Vec<u8>> = with_backend!(self.0, |backend| {
            let read = query_scalar(READ).bind(hash.as_str()).bind(part);
            let read = read.bind(within + 1).bind(at_most);
            Ok(read.fetch_optional(&backend.pool).await?)
        })?;
        bytes.filter(|bytes| !bytes.is_empty()).ok_or(FileError::Missing)
    }

    /// Does nothing: the parts went with the file's row.
    async fn delete(&self, _hash: &ContentHash) -> Result<(), FileError> {
        Ok(())
    }
}
