//! The documents before and after one in the reading order of its folder: by position, then by title.

use domain::{Access, DocumentId, Plan};
use sqlite_reader::ReadError;

use super::{
    backend::Store,
    documents::{DocumentRow, DocumentRowColumns},
    error::StoreError,
    list::{
        condition,
        statement::{Statement, Value},
    },
    rows::ReadRow,
    sql::Dialect,
};

/// Documents that are looked at each way.
const LOOKED_AT: u32 = 64;

/// Neighbours of a document, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbours {
    /// Before it.
    pub previous: Vec<DocumentRow>,
    /// After it.
    pub next: Vec<DocumentRow>,
}

#[derive(sqlx::FromRow)]
struct NeighbourColumns {
    #[sqlx(flatten)]
    row: DocumentRowColumns,
    is_next: bool,
}

impl ReadRow for NeighbourColumns {
    fn read(from: &sqlite_reader::Row<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            row: DocumentRowColumns::read(from)?,
            is_next: from.get(9)?,
        })
    }
}

impl Store {
    /// The documents of the plan around one, of the 64 documents before and after it in its folder: the nearest one each way, or all
    /// of them if the plan is not exact. Decide about each before it is shown.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn neighbours(&self, plan: &Plan, id: DocumentId) -> Result<Neighbours, StoreError> {
        if plan.access == Access::None {
            return Ok(Neighbours::default());
        }
        let rows: Vec<NeighbourColumns> = self.few_rows(|dialect| statement(dialect, plan, id)).await?;
        let mut neighbours = Neighbours::default();
        for NeighbourColumns { row, is_next } in rows {
            let side = if is_next {
                &mut neighbours.next
            } else {
                &mut neighbours.previous
            };
            side.push(row.row()?);
        }
        // Read in reading order.
        neighbours.previous.reverse();
        Ok(neighbours)
    }
}

fn statement(dialect: &'static Dialect, plan: &Plan, id: DocumentId) -> Statement {
    let mut statement = Statement::new(dialect);
    let id = statement.value(Value::Number(id.number()));
    let condition = condition::plan(&mut statement, plan);
    let limit = if plan.is_exact { 1 } else { LOOKED_AT };
    // Computed once each, so that the index begins in the middle.
    let of = |column: &str| format!("(SELECT c.{column} FROM document c WHERE c.id = {id})");
    let (folder, position, title) = (of("folder"), of("position"), of("title_key"));
    let number = dialect.words.number;
    let side = |is_next: bool| {
        let (beyond, order) = if is_next { (">", "ASC") } else { ("<", "DESC") };
        format!(
            "SELECT * FROM (SELECT d.id, d.position, d.title_key, {is_next} AS is_next FROM
                 (SELECT d.id FROM document d WHERE d.trashed_at IS NULL AND d.folder = {folder}
                     AND (d.position, d.title_key, {number}) {beyond} ({position}, {title}, {id})
                     ORDER BY d.position {order}, d.title_key {order}, {number} {order} LIMIT {LOOKED_AT}) AS near
                 JOIN document d ON d.id = near.id WHERE {condition}
                 ORDER BY d.position {order}, d.title_key {order}, {number} {order} LIMIT {limit}) AS side"
        )
    };
    statement.push(dialect.row);
    statement.push(&format!(
        ", sides.is_next FROM ({} UNION ALL {}) AS sides JOIN document d ON d.id = sides.id
         ORDER BY sides.position, sides.title_key, sides.id",
        side(false),
        side(true)
    ));
    statement
}
