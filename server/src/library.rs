//! The use cases of reading: open a document, list documents. Find, decide, return: nothing leaves here undecided.
//!
//! Cost. Opening: one SQL statement and one decision. A page of the list: the rows of the policy's plan for the person, read from indices in
//! one statement ([`Store::list`]), and one decision for each row. If no index covers what a rule permits, or the list is filtered by words,
//! rows are read newest first and decided until the page is full. This reads many rows for somebody who may read few, so a request stops
//! after [`MAX_ROWS`], and the next continues from there.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use bff::error_chain;
use domain::{
    Access, Action, Cursor, Decision, DocumentId, Library, LibraryError, Listing, ListingQuery, OpenDocument, Person,
    RenderedHtml, Summary, Visitor,
    listing::{MAX_FILTER, PAGE_SIZE},
};

use policy::Policy;
use store::{DocumentRow, FoundDocument, IndexedPlan, StaleHtml, Store, searchable};

/// Rows of the first batch of a page that is read in order; each further one is twice as long, up to [`MAX_BATCH`].
const INITIAL_BATCH: u32 = 64;

/// Rows of the longest batch: a few milliseconds of decisions between two awaits.
const MAX_BATCH: u32 = 512;

/// Most rows decided for one page.
pub const MAX_ROWS: usize = 5_000;

/// The documents of the database, under the policy.
#[derive(Debug, Clone)]
pub struct LocalLibrary {
    store: Store,
    policy: Arc<Policy>,
}

impl LocalLibrary {
    /// Documents from `store`, decided by `policy`.
    #[must_use]
    pub fn new(store: Store, policy: Arc<Policy>) -> Self {
        Self { store, policy }
    }

    /// The HTML of a document that may be read. HTML of an older renderer is rendered again, from the text that was read with the row that was
    /// decided about: a text that was imported meanwhile is neither shown nor overwritten.
    ///
    /// # Errors
    /// [`LibraryError::Unshowable`] if that fails and the stored HTML is no longer safe.
    async fn current_html(&self, found: FoundDocument) -> Result<(DocumentRow, RenderedHtml), LibraryError> {
        let FoundDocument { row, rendered, stale } = found;
        let Some(StaleHtml { content, is_safe }) = stale else {
            return Ok((row, rendered));
        };
        let title = row.title.clone();
        let rendering = tokio::task::spawn_blocking(move || (markdown::render(&content, &title), content));
        let failed: Arc<dyn Error + Send + Sync> = match rendering.await {
            Ok((Ok(rendered), content)) => {
                if let Err(error) = self.store.replace_html(&row, &content, &rendered).await {
                    tracing::warn!(document = %row.id, error = error_chain(&error), "the HTML of a document could not be stored");
                }
                return Ok((row, rendered));
            }
            Ok((Err(error), _)) => Arc::new(error),
            Err(error) => Arc::new(error),
        };
        if is_safe {
            tracing::warn!(document = %row.id, error = error_chain(&*failed), "a document could not be rendered again; its old HTML is shown");
            return Ok((row, rendered));
        }
        Err(LibraryError::Unshowable(failed))
    }

    /// Decides about each row, and returns those the person may see.
    fn allowed(&self, person: &Person, rows: Vec<DocumentRow>) -> Vec<Summary> {
        let facts: Vec<_> = rows.iter().map(DocumentRow::facts).collect();
        let decisions = self.policy.decide_all(person, &facts);
        let rows = rows.into_iter().zip(decisions);
        rows.filter_map(|(row, decision)| decision.reasons().map(|reasons| row.into_summary(person, reasons)))
            .collect()
    }
}

#[async_trait]
impl Library for LocalLibrary {
    async fn open(&self, visitor: &Visitor, id: DocumentId) -> Result<OpenDocument, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let found = self.store.find(id).await?.ok_or(LibraryError::NotFound)?;
        let log_refusal =
            |how| tracing::info!(event = "access", outcome = "refused", how, subject = %person.id, document = %id);
        match self.policy.decide(person, &found.row.facts()) {
            Decision::Refused(refusal) => {
                log_refusal("told");
                Err(LibraryError::Refused(refusal))
            }
            Decision::Hidden => {
                log_refusal("hidden");
                Err(LibraryError::NotFound)
            }
            Decision::Allowed(reasons) => {
                let (row, RenderedHtml { html, headings }) = self.current_html(found).await?;
                Ok(OpenDocument {
                    summary: row.into_summary(person, reasons),
                    html,
                    headings,
                    previous: None,
                    next: None,
                })
            }
        }
    }

    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let words = words(&query.filter);
        let plan = self.policy.plan(person, Action::View);
        if plan.access == Access::None {
            return Ok(Listing::default());
        }
        let indexed = IndexedPlan::new(&plan).filter(|_| words.is_empty());
        let mut before = query.cursor.as_ref().and_then(|cursor| cursor.0.parse().ok());
        let mut length = match indexed {
            Some(_) => u32::try_from(PAGE_SIZE + 1).unwrap_or(u32::MAX),
            None => INITIAL_BATCH,
        };
        let (mut rows, mut seen) = (Vec::new(), 0);
        // One row more than a page has shows whether there is a next page.
        while rows.len() <= PAGE_SIZE && seen < MAX_ROWS {
            let batch = match &indexed {
                Some(indexed) => self.store.list(indexed, before, length).await,
                None => self.store.batch_before(before, &words, length).await,
            };
            let batch = batch?;
            let is_last = batch.len() < length as usize;
            seen += batch.len();
            before = batch.last().map(|row| row.id).or(before);
            let read = batch.len();
            let allowed = self.allowed(person, batch);
            if indexed.is_some() && plan.is_exact && allowed.len() < read {
                report_mismatch(person, read - allowed.len());
            }
            rows.extend(allowed);
            if is_last {
                before = None;
                break;
            }
            length = (length * 2).min(MAX_BATCH);
        }
        if rows.len() > PAGE_SIZE {
            rows.truncate(PAGE_SIZE);
            before = rows.last().map(|row| row.id);
        }
        Ok(Listing {
            rows,
            next: before.map(|id: DocumentId| Cursor(id.to_string())),
            ..Listing::default()
        })
    }
}

/// Reports rows of an exact plan that the policy refuses. They are dropped, so nobody sees them.
fn report_mismatch(person: &Person, rows: usize) {
    tracing::error!(event = "list_mismatch", subject = %person.id, rows, "the plan of a list held rows that the policy refuses");
    metrics::counter!("portico_list_mismatches_total").increment(rows as u64);
}

/// The words of a filter, in the form that is searched for.
fn words(filter: &str) -> Vec<String> {
    let filter: String = filter.chars().take(MAX_FILTER).collect();
    searchable(&filter).split_whitespace().map(str::to_owned).collect()
}
