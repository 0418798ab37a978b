//! PostgreSQL: lookups read side by side, then sorted.

use super::{Bound, Candidates, Found};
use crate::list::{lookups::Kind, statement::Statement};

/// Most lookups that are all read to the limit. Of more, only those are that have a row near enough.
const FEW: usize = 12;

pub(super) fn push(candidates: &Candidates<'_>, statement: &mut Statement, bound: &Bound) {
    if candidates.lookups.len() <= FEW {
        push_all(candidates, statement, bound);
    } else {
        push_nearest(candidates, statement, bound);
    }
}

fn push_all(candidates: &Candidates<'_>, statement: &mut Statement, bound: &Bound) {
    let mut parts = Vec::new();
    for kind in candidates.kinds() {
        let from = candidates.values(statement, kind);
        let range = candidates.range(statement.dialect, kind, "w.value", bound);
        parts.push(format!(
            "SELECT r.key, r.id FROM {from} CROSS JOIN LATERAL ({range}) AS r"
        ));
    }
    push_union(candidates, statement, &parts);
}

/// Reads the first document of each lookup; at the place of the last one that fits on the page (`edge`) reading ends.
fn push_nearest(candidates: &Candidates<'_>, statement: &mut Statement, bound: &Bound) {
    let end = Bound::of(statement, candidates.order.end());
    let (mut heads, mut parts) = (Vec::new(), Vec::new());
    let first = Candidates {
        limit: 1,
        ..*candidates
    };
    let order = candidates.order;
    let not_behind = order.not_behind();
    let edge = Bound {
        key: format!("coalesce((SELECT key FROM edge), {})", end.key),
        id: format!("coalesce((SELECT id FROM edge), {})", end.id),
    };
    for kind in candidates.kinds() {
        let from = candidates.values(statement, kind);
        let (dialect, number) = (statement.dialect, number(kind));
        let head = first.range(dialect, kind, "w.value", bound);
        heads.push(format!(
            "SELECT {number} AS kind, w.value, r.key, r.id FROM {from} CROSS JOIN LATERAL ({head}) AS r"
        ));
        let range = candidates.range_until(
            dialect,
            Found {
                kind,
                value: "near.value",
            },
            bound,
            Some(&edge),
        );
        parts.push(format!(
            "SELECT r.key, r.id FROM near CROSS JOIN LATERAL ({range}) AS r WHERE near.kind = {number}"
        ));
    }
    let (heads, by, skipped) = (
        heads.join(" UNION ALL "),
        order.by("key", "id"),
        candidates.limit.saturating_sub(1),
    );
    statement.push(&format!(
        "WITH heads AS MATERIALIZED ({heads}),
              edge AS MATERIALIZED (SELECT key, id FROM heads GROUP BY key, id {by} OFFSET {skipped} LIMIT 1),
              near AS MATERIALIZED (SELECT * FROM heads WHERE (key, id) {not_behind} ({}, {})) ",
        edge.key, edge.id
    ));
    push_union(candidates, statement, &parts);
}

fn push_union(candidates: &Candidates<'_>, statement: &mut Statement, parts: &[String]) {
    let (order, limit) = (candidates.order.by("key", "id"), candidates.limit);
    statement.push(&format!(
        "SELECT key, id, CAST(1 AS BIGINT) AS read FROM ({}) AS found GROUP BY key, id {order} LIMIT {limit}",
        parts.join(" UNION ALL ")
    ));
}

fn number(kind: Kind) -> u8 {
    kind as u8
}
