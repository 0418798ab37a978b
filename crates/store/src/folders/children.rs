//! For people in many groups: the folders of a parent are few, and each is looked for in their groups until one leads there. Walking through each
//! group would find the same folders again and again.

use domain::GroupMatch;

use super::{
    lookups::{Index, Lookup},
    walk,
};
use crate::{
    folder_ranges::Ranges,
    list::{condition, statement::Statement},
    sql::Dialect,
};

/// Groups from which on this is tried.
const MANY_GROUPS: usize = 16;

/// Folders of a parent up to which this is quicker than walking.
pub(super) const FEW_FOLDERS: u32 = 256;

/// How many folders a parent (`$1`) has, counted up to a limit.
pub(super) fn count() -> String {
    format!(
        "SELECT count(*) FROM (SELECT 1 FROM folder c WHERE c.parent_id = (SELECT p.id FROM folder p WHERE p.path = $1) LIMIT {}) AS few",
        FEW_FOLDERS + 1
    )
}

/// Whether the lookup is one of many groups in all of the parent, without a further condition.
pub(super) fn suits(lookup: &Lookup<'_>, parent: &str) -> bool {
    let below = Ranges::below(parent);
    let is_whole = |low: &str, high: &str| below.iter().any(|range| range.low == low && range.high == high);
    lookup.index == Index::Group
        && lookup.seeds.len() > MANY_GROUPS
        && lookup.all.is_empty()
        && lookup.none.is_empty()
        && lookup.seeds.iter().all(|seed| is_whole(&seed.low, &seed.high))
}

/// Folder and number of one document of the groups for each folder in `parent`: one below it if there is one, else one in it.
pub(super) fn statement(dialect: &'static Dialect, by: GroupMatch, lookup: &Lookup<'_>, parent: &str) -> Statement {
    let mut statement = Statement::new(dialect);
    let keys = statement.texts(lookup.seeds.iter().map(|seed| seed.key.as_str()));
    let parent = statement.text(parent);
    let column = condition::group_column(by);
    // The order asks for the index, in which it is one look for each group.
    let first = |place: &str| {
        format!(
            "(SELECT n.id FROM (SELECT (SELECT g.document_id FROM document_group g
                 WHERE g.{column} = w.value AND g.folder IS NOT NULL AND {place} ORDER BY g.folder LIMIT 1) AS id FROM {keys}) AS n
                 WHERE n.id IS NOT NULL LIMIT 1)"
        )
    };
    let (below, inside) = (
        first("g.folder >= c.path || '/' AND g.folder < c.path || '0'"),
        first("g.folder = c.path"),
    );
    let (before, after) = walk::words(dialect).document;
    statement.push(&format!(
        "SELECT d.folder, d.id, CAST(1 AS BIGINT) FROM folder c {before}coalesce({below}, {inside}){after}
         WHERE c.parent_id = (SELECT p.id FROM folder p WHERE p.path = {parent})"
    ));
    statement
}
