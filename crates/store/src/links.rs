//! Which documents link to one, and where links between imported documents lead: looked up by the paths of their files below the same source, when a document is shown. A
//! document that comes later, moves, or goes to the trash is found, or not, from then on.

use domain::DocumentId;
use serde_json::Value;
use sqlx::query_as;

use super::{
    backend::{Store, with_backend},
    documents::{DocumentRow, DocumentRowColumns},
    error::{QueryError, StoreError},
};

const LINKED_FROM: &str = "SELECT t.source_path, t.id FROM document d JOIN document_link l ON l.document_id = d.id
    JOIN document t ON t.source_name = d.source_name AND t.source_path = l.path AND t.trashed_at IS NULL WHERE d.id = $1";

const SOURCE_OF: &str = "SELECT source_name, source_path FROM document WHERE id = $1 AND source_name IS NOT NULL AND source_path IS NOT NULL";

impl Store {
    /// The documents outside the trash that link to one, by title, at most `limit`. Nothing is authorised here.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn linking_to(&self, id: DocumentId, limit: u32) -> Result<Vec<DocumentRow>, StoreError> {
        let rows: Vec<DocumentRowColumns> = with_backend!(self, |backend| {
            let text = format!(
                "{} FROM document t JOIN document_link l ON l.path = t.source_path
                     JOIN document d ON d.id = l.document_id AND d.source_name = t.source_name
                 WHERE t.id = $1 AND d.id <> t.id AND d.trashed_at IS NULL ORDER BY d.title_key, d.id LIMIT $2",
                backend.sql.row
            );
            let rows = query_as(&text).bind(id.number()).bind(i64::from(limit));
            Ok::<_, QueryError>(rows.fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }

    /// The documents outside the trash that a document links to, by the paths of their files, as its import found them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn linked_from(&self, id: DocumentId) -> Result<Vec<(String, DocumentId)>, StoreError> {
        let rows: Vec<(String, i64)> = with_backend!(self, |backend| {
            let query = query_as(LINKED_FROM).bind(id.number());
            Ok(query.fetch_all(&backend.pool).await?)
        })?;
        with_ids(rows)
    }

    /// The source of a document and the path of its file below it; `None` for documents without one.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn source_of(&self, id: DocumentId) -> Result<Option<(String, String)>, StoreError> {
        with_backend!(self, |backend| {
            let query = query_as(SOURCE_OF).bind(id.number());
            Ok(query.fetch_optional(&backend.pool).await?)
        })
    }

    /// The documents of a source outside the trash whose files have one of `paths`.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn documents_at(&self, source: &str, paths: &[String]) -> Result<Vec<(String, DocumentId)>, StoreError> {
        let list = Value::from(paths).to_string();
        let rows: Vec<(String, i64)> = with_backend!(self, |backend| {
            let words = &backend.sql.words;
            let statement = format!(
                "SELECT d.source_path, d.id FROM document d WHERE d.source_name = $1 AND d.trashed_at IS NULL
                     AND d.source_path IN (SELECT w.value FROM {}($2{})",
                words.items_of, words.items_as
            );
            let query = query_as(&statement).bind(source).bind(&*list);
            Ok(query.fetch_all(&backend.pool).await?)
        })?;
        with_ids(rows)
    }
}

fn with_ids(rows: Vec<(String, i64)>) -> Result<Vec<(String, DocumentId)>, StoreError> {
    let row = |(path, number): (String, i64)| {
        let id = DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })?;
        Ok((path, id))
    };
    rows.into_iter().map(row).collect()
}
