//! The next documents, in order, that some lookups find. Each lookup is read from its index; the databases differ in how the results are merged.
//!
//! SQLite ([`walk`]) merges them in a queue: a recursive query whose rows are each lookup's next document. It takes the first row from the
//! queue and puts the one behind it, of the same lookup, into it. This reads one row for each lookup and one for each result, however many
//! groups somebody has; the text of the statement does not depend on their number.
//!
//! PostgreSQL has no such queue ([`lateral`]). It reads the next rows of each lookup and sorts them. Where lookups are many, it reads the first
//! row of each and goes on with those whose first row is near enough to be on the page. The limit stands in the text: a planner that does
//! not know it reads whole groups and sorts them.

use domain::GroupMatch;
use serde_json::{Value as Json, json};

use super::{
    lookups::{Kind, Lookup, LookupValue},
    order::Order,
    statement::{Statement, Value},
};
use crate::sql::{Dialect, Merge};

mod lateral;
mod walk;

/// What is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidates<'a> {
    pub(super) lookups: &'a [Lookup<'a>],
    pub(super) by: GroupMatch,
    pub(super) order: Order,
    /// Most documents.
    pub(super) limit: u32,
}

/// Two expressions: a key to sort by, and a document's number.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) key: String,
    pub(super) id: String,
}

impl Bound {
    pub(super) fn of(statement: &mut Statement, [key, id]: [Value; 2]) -> Self {
        Self {
            key: statement.value(key),
            id: statement.value(id),
        }
    }
}

impl Candidates<'_> {
    /// A query with the columns `key`, `id` and `read`, in no order: the documents behind `bound`, and how many rows were read for each. If the sum of
    /// these is below the limit, there are no more.
    pub(super) fn push(&self, statement: &mut Statement, bound: &Bound) {
        match (self.lookups, statement.dialect.words.merge) {
            ([Lookup { kind, value }], _) => {
                let value = push_value(statement, value);
                let range = self.range(statement.dialect, *kind, &value, bound);
                statement.push(&format!(
                    "SELECT r.key, r.id, CAST(1 AS BIGINT) AS read FROM ({range}) AS r"
                ));
            }
            (_, Merge::Queue) => walk::push(self, statement, bound),
            (_, Merge::Sort) => lateral::push(self, statement, bound),
        }
    }

    /// The kinds of lookups, each once.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.lookups.iter().map(|lookup| lookup.kind).collect();
        kinds.dedup();
        kinds
    }

    /// The values of the lookups of one kind, as rows `w` with a column `value`.
    fn values(&self, statement: &mut Statement, kind: Kind) -> String {
        let of_kind = self.lookups.iter().filter(|lookup| lookup.kind == kind);
        let values: Json = of_kind
            .map(|lookup| match &lookup.value {
                LookupValue::None => json!(""),
                LookupValue::Text(text) => json!(text),
                LookupValue::Number(number) => json!(number.to_string()),
            })
            .collect();
        let list = statement.value(Value::Text(values.to_string()));
        let words = &statement.dialect.words;
        format!("{}({list}{}", words.items_of, words.items_as)
    }

    /// A query with the column `id`: at most `limit` rows behind `bound`, in no order, some documents several times.
    pub(super) fn push_unordered(&self, statement: &mut Statement, bound: &Bound) {
        let mut parts = Vec::new();
        for kind in self.kinds() {
            let from = self.values(statement, kind);
            let dialect = statement.dialect;
            parts.push(match dialect.words.merge {
                Merge::Sort => {
                    let range = self.range(dialect, kind, "w.value", bound);
                    format!("SELECT r.id FROM {from} CROSS JOIN LATERAL ({range}) AS r")
                }
                Merge::Queue => {
                    let Table {
                        from: table,
                        key,
                        id,
                        condition,
                    } = self.table(dialect, kind, "w.value");
                    let (behind, Bound { key: after, id: last }) = (self.order.behind(), bound);
                    format!(
                        "SELECT {id} AS id FROM {from} CROSS JOIN {table} WHERE {condition} AND ({key}, {id}) {behind} ({after}, {last})"
                    )
                }
            });
        }
        let (parts, limit) = (parts.join(" UNION ALL "), self.limit);
        statement.push(&format!("SELECT id FROM ({parts}) AS found LIMIT {limit}"));
    }

    /// The documents of one lookup behind `bound`: `key` and `id`, ordered, limited. Distinct where a document may have two groups that are one.
    pub(super) fn range(&self, dialect: &Dialect, kind: Kind, value: &str, bound: &Bound) -> String {
        self.range_until(dialect, Found { kind, value }, bound, None)
    }

    /// The same, no further than `last`.
    fn range_until(&self, dialect: &Dialect, lookup: Found<'_>, bound: &Bound, last: Option<&Bound>) -> String {
        let Found { kind, value } = lookup;
        let distinct = if kind == Kind::Group && self.by == GroupMatch::Name {
            "DISTINCT "
        } else {
            ""
        };
        let Table { key, id, .. } = self.table(dialect, kind, value);
        let rest = self.behind(dialect, lookup, bound, last);
        format!("SELECT {distinct}{key} AS key, {id} AS id {rest} LIMIT {}", self.limit)
    }

    /// `FROM` to `ORDER BY` of the documents of one lookup behind `bound`, no further than `last`.
    fn behind(&self, dialect: &Dialect, lookup: Found<'_>, bound: &Bound, last: Option<&Bound>) -> String {
        let Found { kind, value } = lookup;
        let Table {
            from: table,
            key,
            id,
            condition,
        } = self.table(dialect, kind, value);
        let (behind, order) = (self.order.behind(), self.order.by(&key, id));
        let until = last.map_or(String::new(), |last| {
            format!(
                " AND ({key}, {id}) {} ({}, {})",
                self.order.not_behind(),
                last.key,
                last.id
            )
        });
        let Bound { key: after, id: last } = bound;
        format!("FROM {table} WHERE {condition} AND ({key}, {id}) {behind} ({after}, {last}){until} {order}")
    }

    /// Where a lookup is read.
    pub(super) fn table(&self, dialect: &Dialect, kind: Kind, value: &str) -> Table {
        let (column, suffix) = (self.order.column(), self.order.index_suffix());
        let index = match (kind, self.by) {
            (Kind::All, _) => format!("document_by_{suffix}"),
            (Kind::Public, _) => format!("document_public_by_{suffix}"),
            (Kind::Owner, _) => format!("document_by_owner_and_{suffix}"),
            (Kind::Folder, _) => format!("document_by_folder_and_{suffix}"),
            (Kind::Group, GroupMatch::Id) => format!("document_group_by_id_and_{suffix}"),
            (Kind::Group, GroupMatch::Name) => format!("document_group_by_key_and_{suffix}"),
            (Kind::Document, _) => String::new(),
        };
        let index = match dialect.words.merge {
            Merge::Queue if !index.is_empty() => format!(" INDEXED BY {index}"),
            Merge::Queue | Merge::Sort => String::new(),
        };
        let live = "d.trashed_at IS NULL";
        let condition = match (kind, self.by) {
            (Kind::All, _) => live.to_owned(),
            (Kind::Public, _) => format!("{} AND {live}", dialect.words.is_public),
            (Kind::Owner, _) => format!("d.owner_id = {value} AND {live}"),
            (Kind::Folder, _) => format!("d.folder = {value} AND {live}"),
            (Kind::Document, _) => format!("d.id = CAST({value} AS BIGINT) AND {live}"),
            (Kind::Group, GroupMatch::Id) => format!("g.group_id = {value}"),
            (Kind::Group, GroupMatch::Name) => format!("g.group_key = {value}"),
        };
        let (table, alias, id) = match kind {
            Kind::Group => ("document_group g", "g", "g.document_id"),
            _ => ("document d", "d", dialect.words.number),
        };
        Table {
            from: format!("{table}{index}"),
            key: format!("{alias}.{column}"),
            id,
            condition,
        }
    }
}

/// A lookup in SQL: its kind, and the column or placeholder with what is looked up.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    kind: Kind,
    value: &'a str,
}

/// A table, its two columns, and what selects the rows of a lookup. SQLite is told the index; its planner would need fresh statistics to find it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) from: String,
    pub(super) key: String,
    pub(super) id: &'static str,
    pub(super) condition: String,
}

fn push_value(statement: &mut Statement, value: &LookupValue<'_>) -> String {
    match value {
        LookupValue::None => String::new(),
        LookupValue::Text(text) => statement.text(text),
        LookupValue::Number(number) => statement.value(Value::Number(*number)),
    }
}
