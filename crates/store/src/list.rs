//! The list: the documents that a plan holds, in any order, read from indices at a cost that does not grow with the database.
//!
//! | what | where |
//! |---|---|
//! | What indices find documents by | `list/lookups.rs` |
//! | Folders that permits name | `list/subtrees.rs` |
//! | Which lookups a list is read by, and what its rows are tested for | `list/source.rs` |
//! | The order, positions in it | `list/order.rs` |
//! | The next documents of several lookups | `list/candidates.rs` |
//! | A predicate as SQL | `list/condition.rs` |
//! | Counting | `list/count.rs` |
//!
//! A batch is one statement: the next documents that the lookups find, each joined to its row if it passes the conditions that the lookups leave
//! open. The number of candidates is limited, not that of rows, so that a statement is short even where few candidates pass.

use domain::{DocumentId, Sort};
use sqlite_reader::ReadError;

use super::{
    backend::Store,
    documents::{DocumentRow, DocumentRowColumns},
    error::StoreError,
    rows::ReadRow,
    sql::Dialect,
};

mod candidates;
pub(crate) mod condition;
mod count;
mod lookups;
mod order;
mod source;
pub(crate) mod statement;
mod subtrees;

use candidates::{Bound, Candidates};
use order::Order;
pub use order::{Position, PositionKey};
pub use source::{ListSource, Selection};
use statement::Statement;

/// Which part of a list is read.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// The order of the list.
    pub sort: Sort,
    /// Whether it is read against that order.
    pub is_backward: bool,
    /// Where reading begins: at the row behind this position, in the direction of reading. `None` begins at the end of the list.
    pub from: Option<Position>,
    /// Most documents that are looked at, from 1.
    pub candidates: u32,
    /// Rows that are enough, from 1: where every document that is found is a row, no more are read.
    pub rows: u32,
}

/// Some rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListBatch {
    /// The rows, in the direction of reading, each with its place.
    pub rows: Vec<(Position, DocumentRow)>,
    /// The last document that was looked at. `None` if there are no more.
    pub read_to: Option<Position>,
    /// How many documents were looked at.
    pub candidates: usize,
    /// The number of the last change of a document before it was read; `None` if no document was looked at.
    pub last_change: Option<i64>,
}

impl Store {
    /// The next rows of a list. A position of another order begins at the end of the list.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn list(&self, source: &ListSource<'_>, stretch: &Stretch) -> Result<ListBatch, StoreError> {
        let order = Order::new(stretch.sort, stretch.is_backward);
        let limit = source.candidates(stretch.candidates, &self.backend);
        if source.lookups.is_empty() {
            return Ok(ListBatch::end());
        }
        let from = stretch.from.as_ref().filter(|position| order.fits(position));
        let candidates = Candidates {
            lookups: &source.lookups,
            by: source.selection.plan.group_match,
            order,
            limit,
        };
        let enough = (!source.is_tested()).then_some(stretch.rows);
        let part = Part { from, enough };
        let rows = self.rows(|dialect| batch(dialect, source, &candidates, &part)).await?;
        ListBatch::of(rows, limit, enough)
    }
}

/// Where reading begins, and after how many rows it ends at the latest.
struct Part<'a> {
    from: Option<&'a Position>,
    enough: Option<u32>,
}

/// The candidates in order, each joined to its row if that passes.
fn batch(
    dialect: &'static Dialect,
    source: &ListSource<'_>,
    candidates: &Candidates<'_>,
    part: &Part<'_>,
) -> Statement {
    let mut statement = Statement::new(dialect);
    let bound = Bound::of(&mut statement, candidates.order.bound(part.from));
    let condition = source.condition(&mut statement);
    let (time, title) = match candidates.order.key {
        domain::SortKey::Title => ("CAST(NULL AS BIGINT)", "page.key"),
        domain::SortKey::Updated | domain::SortKey::Created => ("page.key", "CAST(NULL AS TEXT)"),
    };
    statement.push(dialect.row);
    statement.push(&format!(
        ", page.id AS position_id, {time} AS position_time, {title} AS position_title, page.read,
             (SELECT max(sequence) FROM document_change) AS last_change FROM ("
    ));
    candidates.push(&mut statement, &bound);
    let order = candidates.order.by("page.key", "page.id");
    statement.push(&format!(
        ") AS page LEFT JOIN document d ON d.id = page.id AND d.trashed_at IS NULL{condition} {order}"
    ));
    if let Some(rows) = part.enough {
        statement.push(&format!(" LIMIT {rows}"));
    }
    statement
}

impl ListBatch {
    fn end() -> Self {
        Self {
            rows: Vec::new(),
            read_to: None,
            candidates: 0,
            last_change: None,
        }
    }

    fn of(columns: Vec<ListedColumns>, limit: u32, enough: Option<u32>) -> Result<Self, StoreError> {
        let mut batch = Self::end();
        let (mut read, mut last) = (0, None);
        for columns in columns {
            let position = columns.position()?;
            read += columns.read;
            batch.candidates += 1;
            batch.last_change = columns.last_change;
            if let Some(row) = columns.row() {
                batch.rows.push((position.clone(), row.row()?));
            }
            last = Some(position);
        }
        let is_cut = enough.is_some_and(|rows| batch.candidates >= rows as usize);
        batch.read_to = last.filter(|_| is_cut || read >= i64::from(limit));
        Ok(batch)
    }
}

/// A candidate: its place, and its row if it passed. Not parsed yet.
#[derive(sqlx::FromRow)]
struct ListedColumns {
    id: Option<i64>,
    title: Option<String>,
    owner_id: Option<String>,
    name: Option<String>,
    is_private: Option<bool>,
    folder: Option<String>,
    updated_at: Option<i64>,
    created_at: Option<i64>,
    groups: Option<String>,
    position_id: i64,
    position_time: Option<i64>,
    position_title: Option<String>,
    read: i64,
    last_change: Option<i64>,
}

impl ReadRow for ListedColumns {
    fn read(from: &sqlite_reader::Row<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            id: from.get(0)?,
            title: from.get(1)?,
            owner_id: from.get(2)?,
            name: from.get(3)?,
            is_private: from.get(4)?,
            folder: from.get(5)?,
            updated_at: from.get(6)?,
            created_at: from.get(7)?,
            groups: from.get(8)?,
            position_id: from.get(9)?,
            position_time: from.get(10)?,
            position_title: from.get(11)?,
            read: from.get(12)?,
            last_change: from.get(13)?,
        })
    }
}

impl ListedColumns {
    fn position(&self) -> Result<Position, StoreError> {
        let id = self.position_id;
        let key = match (self.position_time, &self.position_title) {
            (Some(seconds), _) => Some(PositionKey::Time(seconds)),
            (None, Some(key)) => Some(PositionKey::Title(key.clone())),
            (None, None) => None,
        };
        Ok(Position {
            key: key.ok_or(StoreError::Corrupt { id, what: "sort key" })?,
            id: DocumentId::new(id).ok_or(StoreError::Corrupt { id, what: "id" })?,
        })
    }

    fn row(self) -> Option<DocumentRowColumns> {
        Some(DocumentRowColumns {
            id: self.id?,
            title: self.title?,
            owner_id: self.owner_id?,
            name: self.name,
            is_private: self.is_private?,
            folder: self.folder?,
            updated_at: self.updated_at?,
            created_at: self.created_at?,
            groups: self.groups?,
        })
    }
}

#[cfg(test)]
mod tests;
