//! One page of a list: the rows of the plan, each decided again, with the pages before and behind it and a count.
//!
//! Cost. What the plan's permits let in is read from indices in order ([`Store::list`](store::Store::list)), so that a page costs the same at ten
//! documents and at a million. Where no index leads to what a rule permits, all documents are read in order. Conditions without an index
//! (forbids, words, the folder) are tested of what was read: a request looks at [`MAX_ROWS`] documents at most, and the next continues from there.

use std::sync::Arc;

use domain::{
    Access, Action, Count, Cursor, LibraryError, Listing, ListingQuery, Person, Plan, Sort, Summary, Visitor,
    listing::MAX_FILTER,
};
use store::{DocumentRow, ListSource, Position, Selection, Stretch, searchable};

use super::{
    LocalLibrary,
    cursor::{Cursors, Place},
};

/// Most documents that one statement looks at: a few milliseconds.
const MAX_BATCH: u32 = 1_024;

/// Most documents that are looked at for one page.
pub const MAX_ROWS: usize = 5_000;

/// Rows in the order of reading.
#[derive(Debug)]
struct Run {
    rows: Vec<(Position, Summary)>,
    /// Where reading ended before there was one row more than a page has.
    stopped_at: Option<Position>,
    /// The last change of a document before reading began.
    last_change: Option<i64>,
}

/// A page before its places are sealed.
#[derive(Debug)]
struct Page {
    rows: Vec<Summary>,
    previous: Option<Place>,
    next: Option<Place>,
    /// The last change of a document before it was read.
    last_change: Option<i64>,
}

impl LocalLibrary {
    pub(super) async fn list_page(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let plan = self.policy.plan(person, Action::View);
        if plan.access == Access::None {
            return Ok(Listing::default());
        }
        let words = words(&query.filter);
        let selection = Selection {
            plan: &plan,
            folder: query.folder.as_deref(),
            words: &words,
        };
        let source = self.store.list_source(selection).await?;
        let cursors = Cursors::new(&self.sealer, person, query, &words);
        let place = query.cursor.as_ref().and_then(|cursor| cursors.open(cursor));
        let list = List {
            library: self,
            person,
            source: &source,
            sort: query.sort,
            plan: &plan,
        };
        let page = list.page(place).await?;
        let count = list.count(page.last_change).await?;
        Ok(Listing {
            rows: page.rows,
            previous: page.previous.and_then(|place| cursors.seal(&place)),
            next: page.next.and_then(|place| cursors.seal(&place)),
            count,
        })
    }
}

impl LocalLibrary {
    /// The cursor of the last page, for measuring.
    #[must_use]
    pub fn cursor_of_last_page(&self, person: &Person, query: &ListingQuery) -> Option<Cursor> {
        let words = words(&query.filter);
        Cursors::new(&self.sealer, person, query, &words).seal(&Place::Before(None))
    }
}

/// A list of one person.
struct List<'a> {
    library: &'a LocalLibrary,
    person: &'a Person,
    source: &'a ListSource<'a>,
    sort: Sort,
    plan: &'a Arc<Plan>,
}

impl List<'_> {
    async fn page(&self, place: Option<Place>) -> Result<Page, LibraryError> {
        let size = self.library.page_size;
        match place {
            None => Ok(Page::forward(self.read(None, false).await?, None, size)),
            Some(Place::After(position)) => {
                let run = self.read(Some(position.clone()), false).await?;
                Ok(Page::forward(run, Some(position), size))
            }
            Some(Place::Before(position)) => {
                let run = self.read(position, true).await?;
                if run.stopped_at.is_none() && run.rows.len() < size {
                    // Rows before it are gone: the first page, as everybody else sees it.
                    return Ok(Page::forward(self.read(None, false).await?, None, size));
                }
                Ok(Page::backward(run, size))
            }
        }
    }

    /// The rows behind a position, one more than a page has. Each is decided.
    async fn read(&self, from: Option<Position>, is_backward: bool) -> Result<Run, LibraryError> {
        let wanted = self.library.page_size + 1;
        let (mut rows, mut seen, mut last_change) = (Vec::new(), 0, None);
        let mut stretch = Stretch {
            sort: self.sort,
            is_backward,
            from,
            candidates: first_batch(wanted),
            rows: u32::try_from(wanted).unwrap_or(MAX_BATCH),
        };
        loop {
            let batch = self.library.store.list(self.source, &stretch).await?;
            seen += batch.candidates;
            last_change = last_change.or(batch.last_change);
            let mut found = batch.rows.into_iter();
            // No more are decided than the page needs.
            while rows.len() < wanted && found.len() > 0 {
                let next = found.by_ref().take(wanted - rows.len()).collect();
                rows.extend(self.allowed(next));
            }
            let is_full = rows.len() >= wanted;
            if is_full || batch.read_to.is_none() || seen >= MAX_ROWS {
                let stopped_at = batch.read_to.filter(|_| !is_full);
                return Ok(Run {
                    rows,
                    stopped_at,
                    last_change,
                });
            }
            stretch.from = batch.read_to;
            stretch.candidates = (stretch.candidates * 2).min(MAX_BATCH);
        }
    }

    /// Decides about each row, and returns those the person may see. A row that an exact plan holds and the policy refuses is reported.
    fn allowed(&self, rows: Vec<(Position, DocumentRow)>) -> Vec<(Position, Summary)> {
        let facts: Vec<_> = rows.iter().map(|(_, row)| row.facts()).collect();
        let decisions = self.library.policy.decide_all(self.person, &facts);
        let read = rows.len();
        let decided = rows.into_iter().zip(decisions);
        let allowed = decided.filter_map(|((position, row), decision)| {
            let reasons = decision.reasons()?;
            Some((position, row.into_summary(self.person, reasons)))
        });
        let allowed: Vec<_> = allowed.collect();
        if self.plan.is_exact && allowed.len() < read {
            report_mismatch(self.person, read - allowed.len());
        }
        allowed
    }

    /// The documents of all pages, as of `last_change` if that is known. A plan that is not exact holds more than those.
    async fn count(&self, last_change: Option<i64>) -> Result<Option<Count>, LibraryError> {
        if !self.plan.is_exact {
            return Ok(None);
        }
        let counts = &self.library.counts;
        let store = &self.library.store;
        // Before counting: what changes meanwhile makes the count out of date.
        let change = match last_change {
            Some(change) => change,
            None => store.last_change().await?,
        };
        Ok(counts.count(store, self.plan, self.source, change).await?)
    }
}

impl Page {
    /// The page behind `after`, or the first.
    fn forward(run: Run, after: Option<Position>, size: usize) -> Self {
        let Run {
            mut rows,
            stopped_at,
            last_change,
        } = run;
        let is_full = rows.len() > size;
        rows.truncate(size);
        let (first, last) = (position(rows.first()), position(rows.last()));
        let previous = after.map(|_| Place::Before(first.or_else(|| stopped_at.clone())));
        let next = if is_full { last } else { stopped_at };
        Self {
            rows: summaries(rows),
            previous,
            next: next.map(Place::After),
            last_change,
        }
    }

    /// The page before the place where `run` began.
    fn backward(run: Run, size: usize) -> Self {
        let Run {
            mut rows,
            stopped_at,
            last_change,
        } = run;
        let is_full = rows.len() > size;
        rows.truncate(size);
        let (last, first) = (position(rows.first()), position(rows.last()));
        let next = last.or_else(|| stopped_at.clone());
        let previous = if is_full { first } else { stopped_at };
        rows.reverse();
        Self {
            rows: summaries(rows),
            previous: previous.map(|position| Place::Before(Some(position))),
            next: next.map(Place::After),
            last_change,
        }
    }
}

fn summaries(rows: Vec<(Position, Summary)>) -> Vec<Summary> {
    rows.into_iter().map(|(_, row)| row).collect()
}

fn position(row: Option<&(Position, Summary)>) -> Option<Position> {
    row.map(|(position, _)| position.clone())
}

/// Documents to look at first: a few may be found twice, or may not pass.
fn first_batch(wanted: usize) -> u32 {
    u32::try_from(wanted + wanted / 4).map_or(MAX_BATCH, |batch| batch.min(MAX_BATCH))
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
