//! Finding the folders in a folder without reading its documents: the statement takes the first document of an index, jumps behind the folder
//! that it leads to, takes the next one, and so on (a loose index scan). What it reads grows with the folders it finds, not with the documents.

use domain::{GroupMatch, Plan};

use super::lookups::{Index, Lookup, Seed};
use crate::{
    list::{
        condition,
        statement::{Statement, Value},
    },
    sql::{Dialect, Matching},
};

/// Documents that are looked at in one place where a condition is left that no index knows. Whoever may read none of them is not led there by
/// this condition.
const WINDOW: u32 = 1_000;

/// Most steps of one key.
pub(super) const MAX_STEPS: u32 = 1_200;

/// Most documents of one answer.
pub(super) const MAX_FOUND: u32 = 20_000;

/// What is written differently in the two databases.
pub(super) struct Words {
    /// Joins the document `d` of a number, by a nested loop; before and after the number.
    pub(super) document: (&'static str, &'static str),
    position: &'static str,
    letter: &'static str,
}

pub(super) fn words(dialect: &Dialect) -> Words {
    match dialect.words.matching {
        Matching::Glob => Words {
            document: ("CROSS JOIN document d ON d.id = (", ")"),
            position: "instr",
            letter: "char",
        },
        Matching::Like => Words {
            document: (
                "CROSS JOIN LATERAL (SELECT * FROM document WHERE id = (",
                ") OFFSET 0) AS d",
            ),
            position: "strpos",
            letter: "chr",
        },
    }
}

/// Folder, number, and whether all conditions are true, of one document for each folder in `parent` that a lookup leads to; one for the folder
/// itself and one for what is below it.
pub(super) fn statement(dialect: &'static Dialect, plan: &Plan, lookups: &[Lookup<'_>], parent: &str) -> Statement {
    let mut statement = Statement::new(dialect);
    let prefix = if parent.is_empty() {
        0
    } else {
        parent.chars().count() + 1
    };
    let prefix = i64::try_from(prefix).unwrap_or(i64::MAX);
    let prefix = statement.value(Value::Number(prefix));
    let walks: Vec<String> = lookups
        .iter()
        .enumerate()
        .map(|(number, lookup)| walk(&mut statement, lookup, plan.group_match, number, &prefix))
        .collect();
    let found: Vec<String> = (0..lookups.len())
        .map(|number| format!("SELECT folder, id, fits FROM walk{number}"))
        .collect();
    statement.push(&format!(
        "WITH RECURSIVE {} SELECT folder, id, CAST(fits AS BIGINT) FROM ({}) AS found LIMIT {MAX_FOUND}",
        walks.join(", "),
        found.join(" UNION ALL ")
    ));
    statement
}

fn walk(statement: &mut Statement, lookup: &Lookup<'_>, by: GroupMatch, number: usize, prefix: &str) -> String {
    let dialect = statement.dialect;
    let words = words(dialect);
    let seeds = lookup.seeds.iter().map(|Seed { key, low, high }| [key, low, high]);
    let seeds = statement.text(&serde_json::json!(seeds.collect::<Vec<_>>()).to_string());
    let fits = fits(statement, lookup, by);
    let next = next(&words, prefix);
    let step = |key: &str, low: &str, high: &str| {
        let rows = rows(dialect, lookup.index, by, [key, low, high]);
        let first = first(&words, &rows, fits.as_deref());
        let (before, after) = words.document;
        format!("{before}{first}{after}")
    };
    let columns = fits
        .as_deref()
        .map_or_else(|| "1".to_owned(), |fits| format!("CASE WHEN {fits} THEN 1 ELSE 0 END"));
    let (items, items_as) = dialect.words.lists;
    let (begin, go_on) = (step("b.key", "b.low", "b.high"), step("w.key", &next, "w.high"));
    format!(
        "begin{number} (key, low, high) AS (SELECT s.value ->> 0, s.value ->> 1, s.value ->> 2 FROM {items}{seeds}{items_as}),
         walk{number} (key, high, step, folder, id, fits) AS (
             SELECT b.key, b.high, 1, d.folder, d.id, {columns} FROM begin{number} b {begin}
             UNION ALL
             SELECT w.key, w.high, w.step + 1, d.folder, d.id, {columns} FROM walk{number} w {go_on} WHERE w.step < {MAX_STEPS})"
    )
}

/// What must be true of the document `d` besides; `None` if nothing.
fn fits(statement: &mut Statement, lookup: &Lookup<'_>, by: GroupMatch) -> Option<String> {
    let all = lookup.all.iter().map(|part| condition::predicate(statement, part, by));
    let mut parts: Vec<String> = all.collect();
    let none = lookup.none.iter().map(|part| condition::predicate(statement, part, by));
    parts.extend(none.map(|part| format!("NOT {part}")));
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

/// Where to look after a folder: behind all of the folder in the parent that it leads to, if it lies below that; and else, where folders
/// such as `a-b` may come before those below `a`, behind the folder itself. Behind the folder, too, if the document did not fit.
fn next(words: &Words, prefix: &str) -> String {
    let Words { position, letter, .. } = words;
    let prefix = format!("CAST({prefix} AS INTEGER)");
    let rest = format!("substr(w.folder, {prefix} + 1)");
    let slash = format!("{position}({rest}, '/')");
    format!(
        "CASE WHEN w.fits = 0 OR {slash} = 0 THEN w.folder || {letter}(1)
              ELSE substr(w.folder, 1, {prefix} + {slash} - 1) || '0' END"
    )
}

/// The number of the first of the `rows`; if something must fit, the first that fits of [`WINDOW`] rows, or the last of those.
fn first(words: &Words, rows: &str, fits: Option<&str>) -> String {
    let (before, after) = words.document;
    match fits {
        None => format!("SELECT x.id FROM ({rows} LIMIT 1) AS x"),
        // A subquery with a limit is read in its order, and no further than needed.
        Some(fits) => format!(
            "coalesce((SELECT x.id FROM ({rows} LIMIT {WINDOW}) AS x {before}x.id{after} WHERE {fits} LIMIT 1),
                 (SELECT x.id FROM ({rows} LIMIT 1 OFFSET {}) AS x))",
            WINDOW - 1
        ),
    }
}

/// Folder and number of the documents of a key within a range, in order, without those in the trash.
fn rows(dialect: &Dialect, index: Index, by: GroupMatch, [key, low, high]: [&str; 3]) -> String {
    let leads = match index {
        Index::Every => "d.trashed_at IS NULL".to_owned(),
        Index::Public => format!("d.trashed_at IS NULL AND {}", dialect.words.is_public),
        Index::Owner => format!("d.trashed_at IS NULL AND d.owner_id = {key}"),
        Index::Document => format!("d.trashed_at IS NULL AND d.id = CAST({key} AS BIGINT)"),
        Index::Group => {
            let column = condition::group_column(by);
            return format!(
                "SELECT g.folder, g.document_id AS id FROM document_group g
                 WHERE g.{column} = {key} AND g.folder >= {low} AND g.folder < {high} ORDER BY g.folder"
            );
        }
    };
    format!(
        "SELECT d.folder, d.id FROM document d
         WHERE {leads} AND d.folder >= {low} AND d.folder < {high} ORDER BY d.folder"
    )
}
