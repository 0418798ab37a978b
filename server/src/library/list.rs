//! One page of the list: the rows of the plan, each decided again.

use domain::{
    Access, Action, Cursor, DocumentId, LibraryError, Listing, ListingQuery, Person, Summary, Visitor,
    listing::{MAX_FILTER, PAGE_SIZE},
};
use store::{DocumentRow, IndexedPlan, searchable};

use super::LocalLibrary;

/// Rows of the first batch of a page that is read in order; each further one is twice as long, up to [`MAX_BATCH`].
const INITIAL_BATCH: u32 = 64;

/// Rows of the longest batch: a few milliseconds of decisions between two awaits.
const MAX_BATCH: u32 = 512;

/// Most rows decided for one page.
pub const MAX_ROWS: usize = 5_000;

impl LocalLibrary {
    pub(super) async fn list_page(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
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

    /// Decides about each row, and returns those the person may see.
    fn allowed(&self, person: &Person, rows: Vec<DocumentRow>) -> Vec<Summary> {
        let facts: Vec<_> = rows.iter().map(DocumentRow::facts).collect();
        let decisions = self.policy.decide_all(person, &facts);
        let rows = rows.into_iter().zip(decisions);
        rows.filter_map(|(row, decision)| decision.reasons().map(|reasons| row.into_summary(person, reasons)))
            .collect()
    }
}

/// Reports rows of an exact plan that the policy refuses. They are dropped, so nobody sees them.
pub(super) fn report_mismatch(person: &Person, rows: usize) {
    tracing::error!(event = "list_mismatch", subject = %person.id, rows, "the plan of a list held rows that the policy refuses");
    metrics::counter!("portico_list_mismatches_total").increment(rows as u64);
}

/// The words of a filter, in the form that is searched for.
fn words(filter: &str) -> Vec<String> {
    let filter: String = filter.chars().take(MAX_FILTER).collect();
    searchable(&filter).split_whitespace().map(str::to_owned).collect()
}
