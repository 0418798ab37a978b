//! Change feed: which documents changed, in order. An index of their words follows it.
//!
//! Triggers write it in the transaction of each change (`migrations/*/0007_changes.sql`), so that nothing that writes documents can forget
//! to. There is one row for each document, with the number of its last change: whoever begins at 0 is told of every document once, and nothing has
//! to be cleared away.

use domain::{DocumentId, Heading};
use sqlx::{query_as, query_scalar};

use super::{
    backend::{Backend, Store, with_backend},
    documents::{DocumentRow, DocumentRowColumns},
    error::{QueryError, StoreError},
    timeout::with_timeout,
};

const AFTER: &str = "SELECT c.sequence, c.document_id, CAST(coalesce(octet_length(d.content), 0) AS BIGINT)
    FROM document_change c LEFT JOIN document d ON d.id = c.document_id AND d.trashed_at IS NULL
    WHERE c.sequence > $1 ORDER BY c.sequence LIMIT $2";
const LAST: &str = "SELECT coalesce(max(sequence), 0) FROM document_change";
const IDENTITY: &str = "SELECT id FROM database_identity";

/// A document that changed in any way: its words, its rights, or whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Rises with every change. Numbers may be left out.
    pub sequence: i64,
    /// The document, as it is to be read now: it may have changed again, or be gone.
    pub id: DocumentId,
    /// How long its Markdown is, in bytes, so that no more is read than memory is meant for; 0 if it is gone.
    pub size: u64,
}

/// A document with its words: what an index is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentText {
    /// Its row, of the same moment as its words.
    pub row: DocumentRow,
    /// Its headings, as the renderer found them.
    pub headings: Vec<Heading>,
    /// Markdown.
    pub content: String,
}

#[derive(sqlx::FromRow)]
struct DocumentTextColumns {
    #[sqlx(flatten)]
    row: DocumentRowColumns,
    headings: String,
    content: String,
}

impl DocumentTextColumns {
    fn text(self) -> Result<DocumentText, StoreError> {
        let row = self.row.row()?;
        let headings = serde_json::from_str(&self.headings).map_err(|_| StoreError::Corrupt {
            id: row.id.number(),
            what: "headings",
        })?;
        Ok(DocumentText {
            row,
            headings,
            content: self.content,
        })
    }
}

impl Store {
    /// At most `limit` changes after this number, in order; a document stands where it changed last. What is committed later always has a
    /// higher number than what was read.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn changes_after(&self, sequence: i64, limit: u32) -> Result<Vec<Change>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = with_backend!(self, |backend| {
            let rows = query_as(AFTER).bind(sequence).bind(i64::from(limit));
            Ok(rows.fetch_all(&backend.pool).await?)
        })?;
        let changes = rows.into_iter().map(|(sequence, id, size)| {
            let id = DocumentId::new(id).ok_or(StoreError::Corrupt { id, what: "id" })?;
            let size = size.unsigned_abs();
            Ok(Change { sequence, id, size })
        });
        changes.collect()
    }

    /// The number of the last change; 0 if there was none. An index that followed further was made from another state of the database.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn last_change(&self) -> Result<i64, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => {
                let last = sqlite.reader.row(LAST, &[], |row| Ok(row.get(0)?));
                Ok(last.map_err(QueryError::from)?.unwrap_or_default())
            }
            Backend::Postgres(postgres) => {
                let last = query_scalar(LAST).fetch_one(&postgres.pool);
                with_timeout(async { last.await.map_err(QueryError::from) })
                    .await
                    .map_err(StoreError::from)
            }
        }
    }

    /// Those of the documents that are there and not in the trash, with their words, in no order: all of one moment. Give it some hundreds of
    /// ids at most, as the texts are held in memory.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn texts(&self, ids: &[DocumentId]) -> Result<Vec<DocumentText>, StoreError> {
        let ids: serde_json::Value = ids.iter().map(|id| id.number()).collect();
        let ids = ids.to_string();
        let rows: Vec<DocumentTextColumns> = with_backend!(self, |backend| {
            let (row, words) = (backend.sql.row, &backend.sql.words);
            let text = format!(
                "{row}, d.headings, d.content FROM document d
                 WHERE d.trashed_at IS NULL AND d.id IN (SELECT CAST(w.value AS BIGINT) FROM {}($1{})",
                words.items_of, words.items_as
            );
            Ok::<_, QueryError>(query_as(&text).bind(&*ids).fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter().map(DocumentTextColumns::text).collect()
    }

    /// What tells this database from every other one.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn identity(&self) -> Result<String, StoreError> {
        with_backend!(self, |backend| Ok(query_scalar(IDENTITY)
            .fetch_one(&backend.pool)
            .await?))
    }
}
