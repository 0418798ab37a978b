//! A predicate as SQL over the document `d`. Every column it reads is `NOT NULL`, so a condition is true or false and `NOT` negates it.

use domain::{
    Access, Comparison, Condition, GroupMatch, NumberField, Pattern, PatternPart, Plan, Predicate, TextField,
};

use super::statement::{Statement, Value};
use crate::{sql::Matching, text::contains_nul};

/// ` AND NOT (…)` for the forbids of the plan; empty if it has none.
pub(crate) fn forbids(statement: &mut Statement, plan: &Plan) -> String {
    match &plan.access {
        Access::Branches { forbids, .. } if !forbids.is_empty() => {
            format!(" AND NOT {}", any_branch(statement, forbids, plan.group_match))
        }
        _ => String::new(),
    }
}

/// Whether the plan holds the document.
pub(crate) fn plan(statement: &mut Statement, plan: &Plan) -> String {
    match &plan.access {
        Access::All => "1 = 1".to_owned(),
        Access::None => "1 = 0".to_owned(),
        Access::Branches { permits, .. } => {
            let permits = any_branch(statement, permits, plan.group_match);
            format!("{permits}{}", forbids(statement, plan))
        }
    }
}

fn any_branch(statement: &mut Statement, branches: &[domain::Branch], by: GroupMatch) -> String {
    let branches = branches.iter().map(|branch| &branch.predicate);
    joined(
        statement,
        branches,
        by,
        Joined {
            by: " OR ",
            none: "1 = 0",
        },
    )
}

/// Whether the predicate is true, in brackets.
pub(crate) fn predicate(statement: &mut Statement, of: &Predicate, by: GroupMatch) -> String {
    match of {
        Predicate::All(parts) => joined(
            statement,
            parts,
            by,
            Joined {
                by: " AND ",
                none: "1 = 1",
            },
        ),
        Predicate::Any(parts) => joined(
            statement,
            parts,
            by,
            Joined {
                by: " OR ",
                none: "1 = 0",
            },
        ),
        Predicate::Is { condition, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("({not}({}))", is(statement, condition, by))
        }
    }
}

/// What stands between conditions, and what stands there if there are none.
#[derive(Clone, Copy)]
struct Joined {
    by: &'static str,
    none: &'static str,
}

fn joined<'a>(
    statement: &mut Statement,
    parts: impl IntoIterator<Item = &'a Predicate>,
    by: GroupMatch,
    joined: Joined,
) -> String {
    let parts: Vec<String> = parts.into_iter().map(|part| predicate(statement, part, by)).collect();
    match parts.as_slice() {
        [] => format!("({})", joined.none),
        parts => format!("({})", parts.join(joined.by)),
    }
}

/// The column of `document_group` that groups are compared by.
pub(crate) fn group_column(by: GroupMatch) -> &'static str {
    match by {
        GroupMatch::Id => "group_id",
        GroupMatch::Name => "group_key",
    }
}

fn is(statement: &mut Statement, condition: &Condition, by: GroupMatch) -> String {
    match condition {
        Condition::Private => format!("NOT ({})", statement.dialect.words.is_public),
        Condition::Document(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            format!("d.id IN ({})", ids.join(", "))
        }
        Condition::Owner(people) => one_of(statement, "d.owner_id", people.iter().map(domain::PersonId::as_str)),
        Condition::AnyGroup(keys) => groups(statement, "EXISTS", "IN", keys.iter().map(String::as_str), by),
        Condition::OnlyGroups(keys) => groups(statement, "NOT EXISTS", "NOT IN", keys.iter().map(String::as_str), by),
        Condition::InFolder(folders) => {
            let folders: Vec<String> = folders.iter().map(|folder| in_folder(statement, folder)).collect();
            folders.join(" OR ")
        }
        Condition::Text(field, texts) => one_of(statement, text_column(*field), texts.iter().map(String::as_str)),
        Condition::Like(field, pattern) => like(statement, text_column(*field), pattern),
        Condition::Number(field, comparison, number) => {
            let column = match field {
                NumberField::UpdatedAt => "d.updated_at",
            };
            let number = statement.value(Value::Number(*number));
            format!("{column} {} {number}", operator(*comparison))
        }
    }
}

/// Whether title or folder contain all words ([`crate::searchable`]).
pub(super) fn words(statement: &mut Statement, words: &[String]) -> String {
    if words.iter().any(|word| contains_nul(word)) {
        return "1 = 0".to_owned();
    }
    let items = statement.texts(words.iter().map(String::as_str));
    let position = statement.dialect.words.position;
    format!("NOT EXISTS (SELECT 1 FROM {items} WHERE {position}(d.words, w.value) = 0)")
}

/// Whether it lies directly in the folder.
pub(super) fn folder(statement: &mut Statement, folder: &str) -> String {
    let folder = statement.text(folder);
    format!("d.folder = {folder}")
}

fn one_of<'a>(statement: &mut Statement, column: &str, texts: impl Iterator<Item = &'a str>) -> String {
    let items = statement.texts(texts);
    format!("{column} IN (SELECT w.value FROM {items})")
}

fn groups<'a>(
    statement: &mut Statement,
    exists: &str,
    within: &str,
    keys: impl Iterator<Item = &'a str>,
    by: GroupMatch,
) -> String {
    let items = statement.texts(keys);
    let column = group_column(by);
    format!(
        "{exists} (SELECT 1 FROM document_group x WHERE x.document_id = d.id AND x.{column} {within} (SELECT w.value FROM {items}))"
    )
}

/// In the folder or below it. A folder with a NUL has no documents.
fn in_folder(statement: &mut Statement, folder: &str) -> String {
    if contains_nul(folder) {
        return "1 = 0".to_owned();
    }
    let folder = statement.text(folder);
    format!("d.folder = {folder} OR substr(d.folder, 1, length({folder}) + 1) = {folder} || '/'")
}

fn text_column(field: TextField) -> &'static str {
    match field {
        TextField::Title => "d.title",
        TextField::Folder => "d.folder",
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Equal => "=",
    }
}

/// Upper and lower case differ, as in the policy: SQLite's `LIKE` would ignore that.
fn like(statement: &mut Statement, column: &str, pattern: &Pattern) -> String {
    let matching = statement.dialect.words.matching;
    let mut written = String::new();
    for part in pattern.parts() {
        match (part, matching) {
            (PatternPart::Literal(text), _) if contains_nul(text) => return "1 = 0".to_owned(),
            (PatternPart::Wildcard, Matching::Glob) => written.push('*'),
            (PatternPart::Wildcard, Matching::Like) => written.push('%'),
            (PatternPart::Literal(text), Matching::Glob) => written.extend(text.chars().map(escaped_for_glob)),
            (PatternPart::Literal(text), Matching::Like) => {
                for c in text.chars() {
                    if matches!(c, '%' | '_' | '\\') {
                        written.push('\\');
                    }
                    written.push(c);
                }
            }
        }
    }
    let written = statement.value(Value::Text(written));
    match matching {
        Matching::Glob => format!("{column} GLOB {written}"),
        Matching::Like => format!("{column} LIKE {written} ESCAPE '\\'"),
    }
}

fn escaped_for_glob(c: char) -> String {
    if matches!(c, '*' | '?' | '[') {
        format!("[{c}]")
    } else {
        c.to_string()
    }
}
