//! Which documents link to one, and where links between imported documents lead: looked up by the paths of their files below the same source, when a document is shown. A
//! document that comes later, moves, or goes to the trash is found, or not, from then on.

use std::collections::HashMap;

use domain::DocumentId;
use serde_json::json;
use sqlx::query_as;

use super::{
    backend::{Store, with_backend},
    documents::{DocumentRow, DocumentRowColumns},
    error::StoreError,
    list::statement::{Statement, Value},
};

const LINKED_FROM: &str = "SELECT l.is_wiki, l.target, t.id FROM document d JOIN document_link l ON l.document_id = d.id
    JOIN document t ON t.source_name = d.source_name AND t.source_path = l.path AND t.trashed_at IS NULL WHERE d.id = $1";

/// The documents that link to the document `$1`, by its path in its source or by its address `$2`.
const LINKING: &str = "SELECT l.document_id FROM document t JOIN document_link l ON l.path = t.source_path
        JOIN document s ON s.id = l.document_id AND s.source_name = t.source_name WHERE t.id = $1
    UNION SELECT l.document_id FROM document_link l WHERE l.path = $2";

const SOURCE_OF: &str = "SELECT source_name, source_path FROM document WHERE id = $1 AND source_name IS NOT NULL AND source_path IS NOT NULL";

impl Store {
    /// The documents outside the trash that link to one, by title, at most `limit`. Nothing is authorised here.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn linking_to(&self, id: DocumentId, limit: u32) -> Result<Vec<DocumentRow>, StoreError> {
        let rows: Vec<DocumentRowColumns> = self
            .few_rows(|dialect| {
                let mut statement = Statement::new(dialect);
                statement.value(Value::Number(id.number()));
                statement.text(&format!("/docs/{id}"));
                statement.push(dialect.row);
                statement.push(&format!(
                    " FROM document d WHERE d.id IN ({LINKING}) AND d.id <> $1 AND d.trashed_at IS NULL
                     ORDER BY d.title_key, d.id LIMIT {limit}"
                ));
                statement
            })
            .await?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }

    /// The documents outside the trash that a document links to, by whether the link is written in double brackets and its target, as the import found them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn linked_from(&self, id: DocumentId) -> Result<HashMap<(bool, String), DocumentId>, StoreError> {
        let rows: Vec<(bool, String, i64)> = self
            .rows(|dialect| {
                let mut statement = Statement::new(dialect);
                statement.value(Value::Number(id.number()));
                statement.push(LINKED_FROM);
                statement
            })
            .await?;
        let row = |(is_wiki, target, number)| Ok(((is_wiki, target), valid(number)?));
        rows.into_iter().map(row).collect()
    }

    /// The ids of the places in documents that have one of the names given, of those documents and names whose ids do not follow from the name.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn anchors(
        &self,
        names: &[(DocumentId, String)],
    ) -> Result<HashMap<(DocumentId, String), String>, StoreError> {
        let row = |(id, name): &(DocumentId, String)| json!({ "document_id": id.number(), "name": name });
        let names = names.iter().map(row);
        let list = json!(names.collect::<Vec<_>>()).to_string();
        let rows: Vec<(i64, String, String)> = with_backend!(self, |backend| {
            Ok(query_as(backend.sql.anchors)
                .bind(&*list)
                .fetch_all(&backend.pool)
                .await?)
        })?;
        let row = |(number, name, anchor)| Ok(((valid(number)?, name), anchor));
        rows.into_iter().map(row).collect()
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

    /// The documents of a source outside the trash whose files have one of `paths`, or that have it as an alias; files come first.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn documents_at(&self, source: &str, paths: &[String]) -> Result<Vec<(String, DocumentId)>, StoreError> {
        let list = json!(paths).to_string();
        let rows: Vec<(String, i64, i32)> = with_backend!(self, |backend| {
            let words = &backend.sql.words;
            let statement = format!(
                "SELECT d.source_path, d.id, 0 AS rank FROM document d WHERE d.source_name = $1 AND d.trashed_at IS NULL
                     AND d.source_path IN (SELECT w.value FROM {items}($2{of})
                 UNION ALL SELECT a.path, d.id, 1 FROM document_alias a JOIN document d ON d.id = a.document_id
                     AND d.source_name = $1 AND d.trashed_at IS NULL
                 WHERE a.path IN (SELECT w.value FROM {items}($2{of}) ORDER BY rank, id",
                items = words.items_of,
                of = words.items_as
            );
            let query = query_as(&statement).bind(source).bind(&*list);
            Ok(query.fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter()
            .map(|(path, number, _)| Ok((path, valid(number)?)))
            .collect()
    }
}

fn valid(number: i64) -> Result<DocumentId, StoreError> {
    DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })
}
