//! One page of the documents that a plan holds, newest number first, in one query at a cost that does not grow with the database.
//!
//! Each permit of the plan becomes an ordered, limited branch on the index that leads to its documents (`branches.rs`), with the rest of the
//! permit and all forbids as its condition (`condition.rs`). The branches are joined by number, and only then are rows read. A plan of
//! which some permit has no index is not for this file: [`IndexedPlan::new`] says so, and [`Store::batch_before`](super::Store::batch_before)
//! reads for it.

use std::collections::BTreeSet;

use domain::{Access, DocumentId, Plan};
use sqlx::{query_as, query_scalar};

use super::{
    DocumentRow, Store, StoreError, documents::DocumentRowColumns, error::QueryError, sql::Dialect, with_backend,
};

mod branches;
pub(crate) mod condition;
pub(crate) mod statement;

use branches::Branch;
use statement::{Statement, Value};

/// Branches of one statement. SQLite takes 500; each costs a look into an index.
const BRANCHES_PER_STATEMENT: usize = 32;

/// Rows that are looked at in order before many branches are. Who belongs to many groups may see much of everything.
const LOOKED_AT_IN_ORDER: i64 = 400;

/// A plan of which every permit is read from an index.
#[derive(Debug)]
pub struct IndexedPlan<'a> {
    plan: &'a Plan,
    branches: Vec<Branch<'a>>,
}

impl<'a> IndexedPlan<'a> {
    /// `None` if the plan holds documents that no index leads to, or all documents.
    #[must_use]
    pub fn new(plan: &'a Plan) -> Option<Self> {
        let branches = match &plan.access {
            Access::All => return None,
            Access::None => Vec::new(),
            Access::Branches { permits, .. } => branches::of(permits)?,
        };
        Some(Self { plan, branches })
    }
}

impl Store {
    /// At most `limit` rows of the plan's documents below the number `before`, newest number first. Fewer rows than that are the last.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn list(
        &self,
        plan: &IndexedPlan<'_>,
        before: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let page = Page {
            before: before.map_or(i64::MAX, DocumentId::number),
            limit: i64::from(limit),
        };
        if plan.branches.is_empty() {
            return Ok(Vec::new());
        }
        if plan.branches.len() <= BRANCHES_PER_STATEMENT {
            return self.rows(|sql| page.of_branches(sql, plan, &plan.branches)).await;
        }
        let rows = self.rows(|sql| page.in_order(sql, plan)).await?;
        if rows.len() == limit as usize {
            return Ok(rows);
        }
        self.merged(plan, page).await
    }

    /// The page of a plan with many branches: the numbers of some branches at a time, then the rows of the highest numbers.
    async fn merged(&self, plan: &IndexedPlan<'_>, page: Page) -> Result<Vec<DocumentRow>, StoreError> {
        let length = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut numbers = BTreeSet::new();
        for branches in plan.branches.chunks(BRANCHES_PER_STATEMENT) {
            numbers.extend(self.numbers(|sql| page.numbers_of(sql, plan, branches)).await?);
            while numbers.len() > length {
                numbers.pop_first();
            }
        }
        self.rows(|sql| Statement::of_rows(sql, &numbers)).await
    }

    async fn rows(&self, statement: impl Fn(&'static Dialect) -> Statement) -> Result<Vec<DocumentRow>, StoreError> {
        let rows: Vec<DocumentRowColumns> = with_backend!(self, |backend| {
            let statement = statement(backend.sql);
            let mut query = query_as(&statement.text);
            for value in statement.values {
                query = match value {
                    Value::Number(number) => query.bind(number),
                    Value::Text(text) => query.bind(text),
                };
            }
            Ok::<_, QueryError>(query.fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }

    async fn numbers(&self, statement: impl Fn(&'static Dialect) -> Statement) -> Result<Vec<i64>, StoreError> {
        with_backend!(self, |backend| {
            let statement = statement(backend.sql);
            let mut query = query_scalar(&statement.text);
            for value in statement.values {
                query = match value {
                    Value::Number(number) => query.bind(number),
                    Value::Text(text) => query.bind(text),
                };
            }
            Ok(query.fetch_all(&backend.pool).await?)
        })
    }
}

/// Which rows of a plan. The limit stands in the text: a planner that does not know it reads whole groups and sorts them.
#[derive(Debug, Clone, Copy)]
struct Page {
    before: i64,
    limit: i64,
}

impl Page {
    /// The rows of the highest numbers of all branches.
    fn of_branches(self, sql: &'static Dialect, plan: &IndexedPlan<'_>, branches: &[Branch<'_>]) -> Statement {
        let mut statement = Statement::new(sql);
        statement.push(sql.row);
        statement.push(" FROM (");
        self.push_numbers(&mut statement, plan, branches);
        statement.push(") AS page JOIN document d ON d.id = page.id ORDER BY d.id DESC");
        statement
    }

    /// The highest numbers of these branches.
    fn numbers_of(self, sql: &'static Dialect, plan: &IndexedPlan<'_>, branches: &[Branch<'_>]) -> Statement {
        let mut statement = Statement::new(sql);
        self.push_numbers(&mut statement, plan, branches);
        statement
    }

    fn push_numbers(self, statement: &mut Statement, plan: &IndexedPlan<'_>, branches: &[Branch<'_>]) {
        let before = statement.value(Value::Number(self.before));
        let bounds = branches::Bounds {
            before: &before,
            limit: self.limit,
        };
        // Every branch repeats the forbids, over the same values.
        let forbids = condition::forbids(statement, plan.plan);
        statement.push("SELECT id FROM (");
        for (number, branch) in branches.iter().enumerate() {
            if number > 0 {
                statement.push(" UNION ");
            }
            branch.push(statement, plan.plan.group_match, &bounds, &forbids);
        }
        statement.push(&format!(") AS branches ORDER BY id DESC LIMIT {}", self.limit));
    }

    /// Rows of the plan among the next few hundred of all documents.
    fn in_order(self, sql: &'static Dialect, plan: &IndexedPlan<'_>) -> Statement {
        let mut statement = Statement::new(sql);
        let before = statement.value(Value::Number(self.before));
        let limit = self.limit;
        let condition = condition::plan(&mut statement, plan.plan);
        statement.push(sql.row);
        statement.push(&format!(
            " FROM (SELECT d.id FROM document d WHERE d.id < {before} AND d.trashed_at IS NULL ORDER BY d.id DESC LIMIT {LOOKED_AT_IN_ORDER}) AS near
              JOIN document d ON d.id = near.id WHERE {condition} ORDER BY d.id DESC LIMIT {limit}"
        ));
        statement
    }
}

#[cfg(test)]
mod tests {
    use domain::{Branch as PlanBranch, Condition, GroupMatch, PersonId, Predicate};
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;
    use crate::sqlite::Sqlite;

    fn plan(by: GroupMatch) -> Plan {
        let branch = |predicate| PlanBranch {
            rule: "r".to_owned(),
            predicate,
        };
        let person = BTreeSet::from([PersonId::new("https://id.example", "ann")]);
        let public = Predicate::is(Condition::Private).negate();
        let groups = ["a", "b", "c"].map(str::to_owned).into();
        Plan {
            access: Access::Branches {
                permits: vec![
                    branch(public.clone()),
                    branch(Predicate::is(Condition::Owner(person.clone()))),
                    branch(Predicate::is(Condition::AnyGroup(groups))),
                ],
                forbids: vec![branch(
                    public.negate().and(Predicate::is(Condition::Owner(person)).negate()),
                )],
            },
            group_match: by,
            is_exact: true,
        }
    }

    /// With and without statistics: SQLite gathers some where many documents were written.
    #[tokio::test]
    async fn do_4_sqlite_reads_each_branch_from_its_index_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("a.db"));
        let sqlite = Sqlite::open(options).await.unwrap();
        for statistics in [false, true] {
            if statistics {
                let fill = "INSERT INTO person (id) VALUES ('x|y');
                    INSERT INTO document (title, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                    SELECT 'T', 'x|y', i % 2, '', '', 0, 0, 1, '', '', '' FROM n;
                    INSERT INTO document_group (group_id, group_key, document_id) SELECT 'a', 'a', id FROM document;
                    ANALYZE";
                sqlx::raw_sql(fill).execute(&sqlite.writer).await.unwrap();
            }
            for by in [GroupMatch::Id, GroupMatch::Name] {
                let plan = plan(by);
                let indexed = IndexedPlan::new(&plan).unwrap();
                let page = Page {
                    before: 1_000,
                    limit: 26,
                };
                let statement = page.of_branches(sqlite.sql, &indexed, &indexed.branches);
                let explain = format!("EXPLAIN QUERY PLAN {}", statement.text);
                let steps: Vec<(i64, i64, i64, String)> = query_as(&explain).fetch_all(&sqlite.pool).await.unwrap();
                let steps: Vec<String> = steps.into_iter().map(|step| step.3).collect();
                let group = match by {
                    GroupMatch::Id => "PRIMARY KEY (group_id=? AND document_id<?)",
                    GroupMatch::Name => "COVERING INDEX document_group_by_key (group_key=? AND document_id<?)",
                };
                for (expected, times) in [
                    ("INDEX document_public (id<?)", 1),
                    ("INDEX document_by_owner (owner_id=? AND id<?)", 1),
                    (group, 3),
                ] {
                    let found = steps.iter().filter(|step| step.contains(expected)).count();
                    assert_eq!(found, times, "{expected} in {steps:#?}");
                }
                let scans = steps.iter().filter(|step| step.starts_with("SCAN"));
                let scans: Vec<_> = scans
                    .filter(|step| step.contains("document") || *step == "SCAN d")
                    .collect();
                assert!(scans.is_empty(), "{steps:#?}");
            }
        }
    }
}
