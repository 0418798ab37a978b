//! Removes files that no document has any more.

use sqlx::{query, query_scalar};

use super::{ContentHash, FileStorage};
use crate::{
    backend::{Store, with_backend},
    error::StoreError,
};

/// How long a file may be without a document before it is removed, in seconds: an import stores files before the documents that name them.
const GRACE: i64 = 3_600;

/// Most files of one transaction, which excludes other writers and ends within the timeout of a query.
const BATCH: i64 = 20;

const UNUSED: &str = "SELECT f.hash FROM file f
    WHERE f.stored_at < $1 AND NOT EXISTS (SELECT 1 FROM document_file d WHERE d.hash = f.hash) ORDER BY f.hash LIMIT $2";
const DELETE: &str = "DELETE FROM file WHERE hash = $1";

impl Store {
    /// Removes files that no document has, those in the trash included, and that no import met within the last hour before `now` (seconds since
    /// 1970, UTC). Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Files`].
    pub async fn sweep_files(&self, storage: &dyn FileStorage, now: i64) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            let unused = self.sweep_batch(storage, now - GRACE).await?;
            removed += unused;
            if unused == 0 {
                return Ok(removed);
            }
        }
    }

    /// The rows first, and the contents before the transaction ends: whoever stores one of them again waits for it, and finds it gone.
    async fn sweep_batch(&self, storage: &dyn FileStorage, before: i64) -> Result<usize, StoreError> {
        with_backend!(self, |backend| {
            let mut transaction = backend.begin().await?;
            let unused: Vec<String> = query_scalar(UNUSED)
                .bind(before)
                .bind(BATCH)
                .fetch_all(&mut *transaction)
                .await?;
            for hash in &unused {
                query(DELETE).bind(hash).execute(&mut *transaction).await?;
                if let Some(hash) = ContentHash::parse(hash) {
                    storage.delete(&hash).await.map_err(StoreError::from)?;
                }
            }
            transaction.commit().await?;
            Ok(unused.len())
        })
    }
}
