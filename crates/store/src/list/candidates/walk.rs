//! SQLite: lookups merged in the queue of a recursive query.

use domain::SortKey;
use serde_json::{Value as Json, json};

use super::{Bound, Candidates, Found};
use crate::list::{
    lookups::{Kind, LookupValue},
    statement::{Statement, Value},
};

/// A row of the queue stands for a lookup (`kind`, `value`) at its document (`key`, `id`).
pub(super) fn push(candidates: &Candidates<'_>, statement: &mut Statement, bound: &Bound) {
    let lookups: Json = candidates
        .lookups
        .iter()
        .map(|lookup| match &lookup.value {
            LookupValue::None => json!([number(lookup.kind)]),
            LookupValue::Text(text) => json!([number(lookup.kind), text]),
            LookupValue::Number(id) => json!([number(lookup.kind), id]),
        })
        .collect();
    let lookups = statement.value(Value::Text(lookups.to_string()));
    let first = next(candidates, statement, "w", bound);
    // With a plus, so that they have no affinity: otherwise the index is used for the key alone.
    let of_walk = Bound {
        key: "+walk.key".to_owned(),
        id: "+walk.id".to_owned(),
    };
    let next = next(candidates, statement, "walk", &of_walk);
    let (order, limit) = (candidates.order.by("3", "4"), candidates.limit);
    statement.push(&format!(
        "WITH RECURSIVE walk (kind, value, key, id) AS (
             {first} FROM (SELECT value ->> 0 AS kind, value ->> 1 AS value FROM json_each({lookups})) AS w {}
             UNION ALL {next} FROM walk {}
             {order} LIMIT {limit})
         SELECT walk.key, walk.id, count(*) AS read FROM walk GROUP BY walk.key, walk.id",
        first.join, next.join
    ));
}

/// The columns of a queue's row, and the join that they come from.
struct Next {
    columns: String,
    join: String,
}

impl std::fmt::Display for Next {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.columns)
    }
}

/// The document behind `bound` of the lookup in `row`. The times are read from the document; a title's key would stand behind its text there, so it
/// is read from the index once more.
fn next(candidates: &Candidates<'_>, statement: &Statement, row: &str, bound: &Bound) -> Next {
    let id = case(candidates, statement, row, bound, |table| table.id.to_owned());
    let key = match candidates.order.key {
        SortKey::Title => case(candidates, statement, row, bound, |table| table.key.clone()),
        SortKey::Updated | SortKey::Created => format!("n.{}", candidates.order.column()),
    };
    Next {
        columns: format!("SELECT {row}.kind, {row}.value, {key}, n.id"),
        join: format!("CROSS JOIN document n ON n.id = {id}"),
    }
}

fn case(
    candidates: &Candidates<'_>,
    statement: &Statement,
    row: &str,
    bound: &Bound,
    column: impl Fn(&super::Table) -> String,
) -> String {
    let (dialect, value) = (statement.dialect, format!("{row}.value"));
    let of_kind = |kind: Kind| {
        let column = column(&candidates.table(dialect, kind, &value));
        let behind = candidates.behind(dialect, Found { kind, value: &value }, bound, None);
        format!(" WHEN {} THEN (SELECT {column} {behind} LIMIT 1)", number(kind))
    };
    let kinds: String = candidates.kinds().into_iter().map(of_kind).collect();
    format!("CASE {row}.kind{kinds} END")
}

fn number(kind: Kind) -> u8 {
    match kind {
        Kind::All => 0,
        Kind::Public => 1,
        Kind::Owner => 2,
        Kind::Group => 3,
        Kind::Folder => 4,
        Kind::Document => 5,
    }
}
