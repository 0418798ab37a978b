//! How many documents a list has, up to a limit.

use crate::list::statement::with_values;
use std::collections::HashSet;

use domain::SortKey;
use sqlx::query_as;

use super::{Bound, Candidates, ListSource, Order, Statement};
use crate::{
    backend::{Store, with_backend},
    error::{QueryError, StoreError},
    sql::Dialect,
};

/// Rows of indices that are read to count up to a limit, in quarters of the limit, by attempt. A document of several groups has several rows.
const ATTEMPTS: [u32; 3] = [5, 16, 64];

/// The same where each row is tested.
const TESTED_ATTEMPTS: [u32; 2] = [5, 10];

impl Store {
    /// How many documents a list has; `cap` if there are at least as many. `None` if finding out would read too many rows.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn count_list(&self, source: &ListSource<'_>, cap: u32) -> Result<Option<u32>, StoreError> {
        if source.lookups.is_empty() {
            return Ok(Some(0));
        }
        let attempts = match source.is_tested() {
            false if source.lookups.len() == 1 => &[4][..],
            false => &ATTEMPTS,
            true => &TESTED_ATTEMPTS,
        };
        for quarters in attempts {
            let most = (cap / 4).saturating_add(1).saturating_mul(*quarters);
            let (read, found): (i64, Option<String>) = with_backend!(self, |backend| {
                let statement = count(backend.sql, source, most);
                let query = with_values!(query_as(&statement.text), statement.values);
                Ok::<_, QueryError>(query.fetch_one(&backend.pool).await?)
            })?;
            // Told apart here: a database sorts them, or looks each up in a tree.
            let found: HashSet<&str> = found.as_deref().into_iter().flat_map(|ids| ids.split(',')).collect();
            let found = u32::try_from(found.len()).unwrap_or(u32::MAX);
            if found >= cap || read < i64::from(most) {
                return Ok(Some(found.min(cap)));
            }
        }
        Ok(None)
    }
}

/// How many rows were read, `most` at most, and the documents of the list that they are of, some several times.
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
        ("d.id", join)
    } else {
        ("page.id", String::new())
    };
    let [before, after] = dialect.words.numbers;
    statement.push(&format!("SELECT count(*), {before}{number}{after} FROM ("));
    candidates.push_unordered(&mut statement, &bound);
    statement.push(&format!(") AS page{join}"));
    statement
}
