//! How does a document get into the database? As one transaction, rendered beforehand. Reading is in [`super::reading`].

use domain::{DocumentId, Group, PersonId, Visibility};
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Store, StoreError};
use crate::markdown::{self, Rendered};

/// A document to be written, as an import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The number it asks for; `None` takes the next.
    pub id: Option<DocumentId>,
    /// One line, not empty.
    pub title: String,
    /// Whose it is.
    pub owner: PersonId,
    /// The groups it belongs to.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Markdown.
    pub content: String,
    /// What `content` looks like.
    pub rendered: Rendered,
    /// Where it was found: the same source is the same document.
    pub source: String,
    /// Of everything above: the same hash changes nothing.
    pub source_hash: String,
}

/// What writing a draft did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is a new document.
    Added,
    /// A document has changed.
    Updated,
    /// Everything was there already.
    Unchanged,
}

/// Why a draft was not written. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The number belongs to a document from somewhere else.
    #[error("`id: {wanted}` belongs to another document, `{title}`")]
    Taken {
        /// The number asked for.
        wanted: DocumentId,
        /// What stands there.
        title: String,
    },
    /// The document has a number already.
    #[error("`id: {wanted}` does not fit: this is document {id}, and a document keeps its number")]
    Numbered {
        /// The number asked for.
        wanted: DocumentId,
        /// The number it has.
        id: DocumentId,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Writes a draft: a new document, or the new state of the one from the same source.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn write(&self, draft: &Draft) -> Result<(DocumentId, Change), WriteError> {
        let mut work = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let known = known(&mut work, &draft.source).await?;
        let (number, change) = match known {
            Some((id, _)) if draft.id.is_some_and(|wanted| wanted != id) => {
                let wanted = draft.id.unwrap_or(id);
                return Err(WriteError::Numbered { wanted, id });
            }
            Some((id, hash)) if hash.as_deref() == Some(draft.source_hash.as_str()) => {
                return Ok((id, Change::Unchanged));
            }
            Some((id, _)) => (Some(id), Change::Updated),
            None => {
                refuse_taken(&mut work, draft.id).await?;
                (draft.id, Change::Added)
            }
        };
        let id = put(&mut work, number, draft).await?;
        put_groups(&mut work, id, &draft.groups).await?;
        work.commit().await?;
        Ok((id, change))
    }

    /// The document made from a source, if it was made from exactly this state of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn imported(&self, source: &str, source_hash: &str) -> Result<Option<DocumentId>, StoreError> {
        let found = sqlx::query_scalar("SELECT id FROM document WHERE source = ?1 AND source_hash = ?2");
        let found: Option<i64> = found.bind(source).bind(source_hash).fetch_optional(&self.pool).await?;
        Ok(found.and_then(DocumentId::new))
    }

    /// Replaces the HTML of a document by what today's renderer writes.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn rerendered(&self, id: DocumentId, rendered: &Rendered) -> Result<(), StoreError> {
        sqlx::query("UPDATE document SET html = ?2, headings = ?3, rendered_by = ?4 WHERE id = ?1")
            .bind(id.number())
            .bind(&rendered.html)
            .bind(headings(rendered))
            .bind(markdown::VERSION)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

async fn known(
    work: &mut Transaction<'_, Sqlite>,
    source: &str,
) -> Result<Option<(DocumentId, Option<String>)>, StoreError> {
    let found = sqlx::query("SELECT id, source_hash FROM document WHERE source = ?1").bind(source);
    let Some(found) = found.fetch_optional(&mut **work).await? else {
        return Ok(None);
    };
    let id: i64 = found.try_get("id")?;
    let id = DocumentId::new(id).ok_or(StoreError::Damaged { id, what: "id" })?;
    Ok(Some((id, found.try_get("source_hash")?)))
}

async fn refuse_taken(work: &mut Transaction<'_, Sqlite>, wanted: Option<DocumentId>) -> Result<(), WriteError> {
    let Some(wanted) = wanted else { return Ok(()) };
    let title = sqlx::query_scalar("SELECT title FROM document WHERE id = ?1").bind(wanted.number());
    match title.fetch_optional(&mut **work).await? {
        Some(title) => Err(WriteError::Taken { wanted, title }),
        None => Ok(()),
    }
}

async fn put(
    work: &mut Transaction<'_, Sqlite>,
    number: Option<DocumentId>,
    draft: &Draft,
) -> Result<DocumentId, StoreError> {
    sqlx::query("INSERT INTO person (id) VALUES (?1) ON CONFLICT DO NOTHING")
        .bind(draft.owner.as_str())
        .execute(&mut **work)
        .await?;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO document (id, title, owner_id, is_private, folder, words, source, source_hash, rendered_by, headings, html, content,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, unixepoch(), unixepoch())
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, owner_id = excluded.owner_id, is_private = excluded.is_private,
             folder = excluded.folder, words = excluded.words, source_hash = excluded.source_hash, rendered_by = excluded.rendered_by,
             headings = excluded.headings, html = excluded.html, content = excluded.content, updated_at = excluded.updated_at
         RETURNING id",
    )
    .bind(number.map(DocumentId::number))
    .bind(&draft.title)
    .bind(draft.owner.as_str())
    .bind(draft.visibility.is_private())
    .bind(&draft.folder)
    .bind(format!("{}\n{}", draft.title, draft.folder).to_lowercase())
    .bind(&draft.source)
    .bind(&draft.source_hash)
    .bind(markdown::VERSION)
    .bind(headings(&draft.rendered))
    .bind(&draft.rendered.html)
    .bind(&draft.content)
    .fetch_one(&mut **work)
    .await?;
    DocumentId::new(id).ok_or(StoreError::Damaged { id, what: "id" })
}

async fn put_groups(work: &mut Transaction<'_, Sqlite>, id: DocumentId, groups: &[Group]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM document_group WHERE document_id = ?1")
        .bind(id.number())
        .execute(&mut **work)
        .await?;
    for group in groups {
        sqlx::query("INSERT INTO document_group (group_id, document_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .bind(group.as_str())
            .bind(id.number())
            .execute(&mut **work)
            .await?;
    }
    Ok(())
}

fn headings(rendered: &Rendered) -> String {
    // Strings and numbers only: cannot fail.
    serde_json::to_string(&rendered.headings).unwrap_or_else(|_| "[]".to_owned())
}
