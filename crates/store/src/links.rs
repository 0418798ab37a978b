//! Where links between imported documents lead: looked up by the paths of their files below the same source, when a document is shown. A
//! document that comes later, moves, or goes to the trash is found, or not, from then on.

use domain::DocumentId;
use serde_json::Value;
use sqlx::query_as;

use super::{
    backend::{Store, with_backend},
    error::StoreError,
};

const SOURCE_OF: &str = "SELECT source_name, source_path FROM document WHERE id = $1 AND source_name IS NOT NULL AND source_path IS NOT NULL";

impl Store {
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
        let row = |(path, number): (String, i64)| {
            let id = DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })?;
            Ok((path, id))
        };
        rows.into_iter().map(row).collect()
    }
}
