//! Writing imported documents: many per transaction, in few statements, rendered beforehand. Queries are in [`super::documents`], sources and
//! the trash in [`super::sources`].

use domain::{DocumentId, Group, PersonId, RenderedHtml, Visibility};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{
    backend::{Store, with_backend},
    documents::DocumentRow,
    error::StoreError,
    files::{self, DocumentFile},
    import_plan::{self, PlannedIds, WritePlan},
    sources::{DocumentSource, KnownDocument},
    sql,
};

/// The highest id from which new ids are counted. Higher ones were taken from files by mistake of older versions.
pub(super) const MAX_SEQUENTIAL_ID: i64 = 1 << 53;

/// A document to be written, as the import read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedDocument {
    /// The id that its file asks for; `None` takes the next.
    pub id: Option<DocumentId>,
    /// One line, not empty.
    pub title: String,
    /// Its owner.
    pub owner: PersonId,
    /// The owner's name until they sign in, if the file states one.
    pub owner_name: Option<String>,
    /// The groups it belongs to.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Where it stands among the documents of its folder, in thousandths; `None` behind those that say it.
    pub position: Option<i64>,
    /// When it was written, in seconds since 1970 (UTC); `None` when it is first imported.
    pub created_at: Option<i64>,
    /// When it was changed last; `None` when its change is imported.
    pub updated_at: Option<i64>,
    /// Markdown.
    pub content: String,
    /// `content`, rendered.
    pub rendered: RenderedHtml,
    /// Its file: the same source is the same document.
    pub source: DocumentSource,
    /// Its pictures and other files, whose contents are stored already.
    pub files: Vec<DocumentFile>,
    /// Where its links lead, each once.
    pub links: Vec<LinkTarget>,
    /// Addresses that it had elsewhere, as paths of files below its source.
    pub aliases: Vec<String>,
    /// Hash of everything above but the position and dates that its file does not state: the same hash changes nothing.
    pub source_hash: String,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkTarget {
    /// Whether it is written in double brackets.
    pub is_wiki: bool,
    /// The target, as the text has it.
    pub target: String,
    /// The path of a file below the source of the document; or `/docs/7`, whatever its source.
    pub path: String,
}

/// A document that is in the database exactly as its file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnchangedDocument {
    /// Its number.
    pub id: DocumentId,
    /// Where its file is now.
    pub source: DocumentSource,
    /// Whether it was imported from another source, or is in the trash.
    pub is_moved: bool,
    /// Where it stands in its folder, in thousandths.
    pub position: Option<i64>,
    /// Whether it stood elsewhere so far.
    pub is_reordered: bool,
    /// Its owner.
    pub owner: PersonId,
    /// The owner's name until they sign in, if the file states one.
    pub owner_name: Option<String>,
}

/// What one transaction of an import writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportBatch {
    /// New and changed documents.
    pub documents: Vec<ImportedDocument>,
    /// Documents that stay as they are.
    pub unchanged: Vec<UnchangedDocument>,
    /// Files that are refused or drafts: documents imported from them earlier go to the trash.
    pub withdrawn: Vec<DocumentSource>,
}

/// The result of a batch, in its order; everything in it is committed.
#[derive(Debug, Default)]
pub struct BatchResult {
    /// The documents.
    pub documents: Vec<Result<(DocumentId, ImportOutcome), WriteError>>,
    /// What went to the trash, by source: documents of `withdrawn`, and documents that were not written.
    pub trashed: Vec<(DocumentSource, DocumentId)>,
}

/// What the import of a document changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The document is new.
    Created,
    /// The document changed, or came back from the trash.
    Updated,
    /// The document was there already.
    Unchanged,
}

/// Why a document was not written. It is as before, or in the trash.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The id belongs to a document of another source.
    #[error("`id: {wanted}` belongs to another document, `{title}`")]
    Taken {
        /// The id asked for.
        wanted: DocumentId,
        /// Title of that document.
        title: String,
    },
    /// The document has another id already.
    #[error("`id: {wanted}` does not fit: this is document {id}, and a document keeps its number")]
    Numbered {
        /// The id asked for.
        wanted: DocumentId,
        /// Its id.
        id: DocumentId,
    },
    /// There is no id left.
    #[error("there is no number left for another document")]
    NoNumber,
}

impl Store {
    /// Writes a batch in one transaction: new documents, changed ones, and what goes to the trash. A document that cannot be written does not
    /// stop the others. After an error nothing of the batch is written.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn write_batch(&self, batch: &ImportBatch) -> Result<BatchResult, StoreError> {
        self.run_batch(batch, true, &PlannedIds::default()).await
    }

    /// What [`Store::write_batch`] would do with a batch; nothing is written. Ids that earlier batches would have taken are in `planned`, and
    /// those of this batch are added.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn plan_batch(&self, batch: &ImportBatch, planned: &mut PlannedIds) -> Result<BatchResult, StoreError> {
        let result = self.run_batch(batch, false, planned).await?;
        planned.add(batch, &result.documents);
        Ok(result)
    }

    async fn run_batch(
        &self,
        batch: &ImportBatch,
        is_written: bool,
        planned: &PlannedIds,
    ) -> Result<BatchResult, StoreError> {
        let sources = batch
            .documents
            .iter()
            .map(|document| &document.source)
            .chain(&batch.withdrawn);
        let (sources, wanted) = (DocumentSource::keys(sources), import_plan::requested_ids(batch));
        with_backend!(self, |backend| {
            let mut transaction = backend.begin().await?;
            let rows = query_as(backend.sql.known)
                .bind(&*sources)
                .fetch_all(&mut *transaction)
                .await?;
            let known = KnownDocument::by_source(rows)?;
            let mut titles: Vec<(i64, String)> = query_as(backend.sql.titles)
                .bind(&*wanted)
                .fetch_all(&mut *transaction)
                .await?;
            titles.extend(planned.titles(batch));
            let mut last = backend.last_number(&mut transaction).await?;
            if last > MAX_SEQUENTIAL_ID {
                last = query_scalar(sql::HIGHEST_ID).fetch_one(&mut *transaction).await?;
            }
            let plan = WritePlan::new(batch, &known, titles, last.max(planned.last));
            if is_written {
                for (statement, list) in statements(backend.sql, &plan, batch, self.renderer.current) {
                    if !list.is_empty() {
                        query(statement)
                            .bind(Value::from(list).to_string())
                            .execute(&mut *transaction)
                            .await?;
                    }
                }
                backend.store_last_number(&mut transaction, plan.last).await?;
                transaction.commit().await?;
            }
            Ok(BatchResult {
                documents: plan.results,
                trashed: plan.trashed,
            })
        })
    }

    /// Replaces the HTML of a document by what the current renderer made of `content` and the title in `row`. Does nothing if the document has
    /// another text or title by now, or HTML of this renderer or a later one.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn replace_html(
        &self,
        row: &DocumentRow,
        content: &str,
        rendered: &RenderedHtml,
    ) -> Result<(), StoreError> {
        let headings = headings(rendered);
        let dropped = Value::from(vec![row.id.number()]).to_string();
        let anchors = Value::from(import_plan::anchor_rows(row.id, rendered).collect::<Vec<_>>()).to_string();
        with_backend!(self, |backend| {
            let mut transaction = backend.begin().await?;
            let statement = query(sql::REPLACE_HTML).bind(row.id.number()).bind(&rendered.html);
            let statement = statement.bind(&*headings).bind(self.renderer.current);
            let statement = statement.bind(content).bind(&row.title);
            if statement.execute(&mut *transaction).await?.rows_affected() > 0 {
                for (statement, list) in [
                    (backend.sql.drop_anchors, &*dropped),
                    (backend.sql.put_anchors, &*anchors),
                ] {
                    query(statement).bind(list).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            Ok(())
        })
    }
}

/// What a batch writes, in order: statements, each with its list of rows; `rendered_by` is the version of the renderer.
fn statements(
    sql: &'static sql::Dialect,
    plan: &WritePlan,
    batch: &ImportBatch,
    rendered_by: i64,
) -> Vec<(&'static str, Vec<Value>)> {
    let changed = || plan.with(batch, ImportOutcome::Updated);
    let mut statements = vec![
        (sql.put_owners, import_plan::owners(batch, plan)),
        (
            sql.insert,
            import_plan::documents(plan.with(batch, ImportOutcome::Created), rendered_by),
        ),
    ];
    // Before their documents change, which would be repeated beside each of them.
    for drop in sql.drop_parts {
        statements.push((drop, import_plan::numbers(changed().map(|(id, _)| id))));
    }
    statements.extend([
        (sql.update, import_plan::documents(changed(), rendered_by)),
        (sql.adopt, import_plan::moved(batch)),
        (sql.place, import_plan::positions(batch, plan)),
        (sql.put_groups, import_plan::groups(plan.written(batch))),
        (sql.put_files, files::rows(plan.written(batch))),
        (sql.put_links, import_plan::links(plan.written(batch))),
        (sql.put_aliases, import_plan::aliases(plan.written(batch))),
        (sql.put_anchors, import_plan::anchors(plan.written(batch))),
        (sql.trash, import_plan::numbers(plan.trashed.iter().map(|(_, id)| *id))),
    ]);
    statements
}

pub(super) fn headings(rendered: &RenderedHtml) -> String {
    // Cannot fail: strings and numbers only.
    serde_json::to_string(&rendered.headings).unwrap_or_else(|_| "[]".to_owned())
}
