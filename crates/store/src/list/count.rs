//! How many documents a list has, up to a limit.

use domain::SortKey;
use sqlx::query_as;

use super::{Bound, Candidates, ListSource, Order, Statement, Value};
use crate::{
    backend::{Store, with_backend},
    error::{QueryError, StoreError},
    sql::Dialect,
};

/// Rows of indices that are read to count up to a limit, in two attempts. A document of several groups has several rows.
const ATTEMPTS: [u32; 2] = [2, 16];

impl Store {
    /// How many documents a list has; `cap` if there are at least as many. `None` if finding out would read too many rows.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn count_list(&self, source: &ListSource<'_>, cap: u32) -> Result<Option<u32>, StoreError> {
        if source.lookups.is_empty() {
            return Ok(Some(0));
        }
        for attempt in ATTEMPTS {
            let most = cap.saturating_mul(attempt);
            let (read, found): (i64, i64) = with_backend!(self, |backend| {
                let statement = count(backend.sql, source, most);
                let mut query = query_as(&statement.text);
                for value in statement.values {
                    query = match value {
                        Value::Number(number) => query.bind(number),
                        Value::Text(text) => query.bind(text),
                    };
                }
                Ok::<_, QueryError>(query.fetch_one(&backend.pool).await?)
            })?;
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            if found >= cap || read < i64::from(most) {
                return Ok(Some(found.min(cap)));
            }
        }
        Ok(None)
    }
}

/// How many rows were read, `most` at most, and how many documents of the list they are.
fn count(dialect: &'static Dialect, source: &ListSource<'_>, most: u32) -> Statement {
    let mut statement = Statement::new(dialect);
    let order = Order {
        key: SortKey::Updated,
        is_descending: true,
    };
    let bound = Bound::of(&mut statement, order.bound(None));
    let condition = source.condition(&mut statement);
    let candidates = Candidates {
        lookups: &source.lookups,
        by: source.selection.plan.group_match,
        order,
        limit: most,
    };
    let (number, join) = if source.is_tested() {
        let join = format!(" LEFT JOIN document d ON d.id = page.id AND d.trashed_at IS NULL{condition}");
        ("count(DISTINCT d.id)", join)
    } else {
        ("count(DISTINCT page.id)", String::new())
    };
    statement.push(&format!("SELECT count(*), {number} FROM ("));
    candidates.push_unordered(&mut statement, &bound);
    statement.push(&format!(") AS page{join}"));
    statement
}
