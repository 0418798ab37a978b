//! How do documents get into the database? Many at a time in one transaction of few statements, rendered beforehand. Reading is in
//! [`super::reading`]; where documents came from, and which of their files are gone, in [`super::sources`].

use domain::{DocumentId, Group, PersonId, RenderedHtml, Visibility};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{
    Row, Store, StoreError,
    batch::{self as lists, Plan},
    sources::{DocumentSource, KnownDocument},
    sql, with_backend,
};

/// The highest number that is counted on from; above it only mistakes of older versions are.
const HIGHEST_COUNTED: i64 = 1 << 53;

/// A document to be written, as an import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedDocument {
    /// The number it asks for; `None` takes the next.
    pub id: Option<DocumentId>,
    /// One line, not empty.
    pub title: String,
    /// Whose it is.
    pub owner: PersonId,
    /// What the owner is called until they sign in, if that is said.
    pub owner_name: Option<String>,
    /// The groups it belongs to.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Markdown.
    pub content: String,
    /// What `content` looks like.
    pub rendered: RenderedHtml,
    /// Where it was found: the same source is the same document.
    pub source: DocumentSource,
    /// Of everything above: the same hash changes nothing.
    pub source_hash: String,
}

/// A document that is in the database already, exactly as its file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnchangedDocument {
    /// Its number.
    pub id: DocumentId,
    /// Where its file is now.
    pub source: DocumentSource,
    /// Whether it came from elsewhere, or is in the trash.
    pub is_moved: bool,
    /// Whose it is.
    pub owner: PersonId,
    /// What the owner is called until they sign in, if that is said.
    pub owner_name: Option<String>,
}

/// What one transaction of an import does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportBatch {
    /// New and changed documents.
    pub documents: Vec<ImportedDocument>,
    /// Documents that stay as they are.
    pub unchanged: Vec<UnchangedDocument>,
    /// Files that are refused or not finished: what they brought in earlier goes to the trash.
    pub withdrawn: Vec<DocumentSource>,
}

/// What became of a batch, in its order. Everything in it is committed.
#[derive(Debug, Default)]
pub struct BatchResult {
    /// The documents.
    pub documents: Vec<Result<(DocumentId, ImportOutcome), WriteError>>,
    /// Numbers of what went to the trash, by source: of `withdrawn`, and of documents that were not written.
    pub trashed: Vec<(DocumentSource, DocumentId)>,
}

/// What importing a document did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// There is a new document.
    Created,
    /// A document has changed, or come back from the trash.
    Updated,
    /// Everything was there already.
    Unchanged,
}

/// Why a document was not written. It is as before then, or in the trash.
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
    /// There are no more numbers.
    #[error("there is no number left for another document")]
    NoNumber,
}

impl Store {
    /// Writes a batch in one transaction: new documents, the new states of known ones, and what goes to the trash. One that cannot be written
    /// stops no other. After an error nothing of the batch is there.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`], [`StoreError::Damaged`].
    pub async fn write_batch(&self, batch: &ImportBatch) -> Result<BatchResult, StoreError> {
        let sources = batch
            .documents
            .iter()
            .map(|document| &document.source)
            .chain(&batch.withdrawn);
        let (sources, wanted) = (DocumentSource::keys(sources), lists::wanted(batch));
        with_backend!(self, |backend| {
            let mut work = backend.begin().await?;
            let rows = query_as(backend.sql.known)
                .bind(&*sources)
                .fetch_all(&mut *work)
                .await?;
            let known = KnownDocument::by_source(rows)?;
            let titles = query_as(backend.sql.titles)
                .bind(&*wanted)
                .fetch_all(&mut *work)
                .await?;
            let mut last = backend.last_number(&mut work).await?;
            if last > HIGHEST_COUNTED {
                last = query_scalar(sql::HIGHEST).fetch_one(&mut *work).await?;
            }
            let plan = Plan::of(batch, &known, titles, last);
            for (statement, list) in [
                (backend.sql.put_owners, lists::owners(batch, &plan)),
                (
                    backend.sql.insert,
                    lists::documents(plan.with(batch, ImportOutcome::Created), self.renderer.current),
                ),
                (
                    backend.sql.update,
                    lists::documents(plan.with(batch, ImportOutcome::Updated), self.renderer.current),
                ),
                (backend.sql.adopt, lists::moved(batch)),
                (
                    backend.sql.drop_groups,
                    lists::numbers(plan.with(batch, ImportOutcome::Updated).map(|(id, _)| id)),
                ),
                (backend.sql.put_groups, lists::groups(plan.written(batch))),
                (
                    backend.sql.trash,
                    lists::numbers(plan.trashed.iter().map(|(_, id)| *id)),
                ),
            ] {
                if !list.is_empty() {
                    query(statement)
                        .bind(Value::from(list).to_string())
                        .execute(&mut *work)
                        .await?;
                }
            }
            backend.keep_last_number(&mut work, plan.last).await?;
            work.commit().await?;
            Ok(BatchResult {
                documents: plan.results,
                trashed: plan.trashed,
            })
        })
    }

    /// Replaces the HTML of a document by what today's renderer wrote of `content` and the title in `row`. Nothing is replaced if the
    /// document has another text or title by now, or HTML of this renderer or a later one.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn rerendered(&self, row: &Row, content: &str, rendered: &RenderedHtml) -> Result<(), StoreError> {
        let headings = headings(rendered);
        with_backend!(self, |backend| {
            let statement = query(sql::RERENDERED).bind(row.id.number()).bind(&rendered.html);
            let statement = statement.bind(&*headings).bind(self.renderer.current);
            let statement = statement.bind(content).bind(&row.title);
            statement.execute(&backend.writer).await?;
            Ok(())
        })
    }
}

pub(super) fn headings(rendered: &RenderedHtml) -> String {
    // Strings and numbers only: cannot fail.
    serde_json::to_string(&rendered.headings).unwrap_or_else(|_| "[]".to_owned())
}
