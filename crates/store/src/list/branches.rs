//! Which index leads to the documents of a permit? One branch for each owner and each group, and one for what is public.

use domain::{Condition, GroupMatch, Predicate};

use super::{
    condition,
    statement::{Statement, Value},
};
use crate::text::contains_nul;

/// Most branches a plan is cut into. Beyond that, reading row by row is as good.
const MAX_BRANCHES: usize = 2_000;

/// Documents that one index has in the order of their numbers, and what else must be true of them.
#[derive(Debug, Clone)]
pub(super) struct Branch<'a> {
    index: Index<'a>,
    rest: Vec<&'a Predicate>,
}

/// What is looked up.
#[derive(Debug, Clone, Copy)]
enum Index<'a> {
    Public,
    Owner(&'a str),
    Group(&'a str),
    Document(i64),
}

/// What all branches share: the placeholder of a number, below which they begin, and how many rows each has at most.
pub(super) struct Bounds<'a> {
    pub(super) before: &'a str,
    pub(super) limit: i64,
}

/// The branches of all permits; `None` if one of them has no index, or if they are too many.
pub(super) fn of(permits: &[domain::Branch]) -> Option<Vec<Branch<'_>>> {
    let mut branches = Vec::new();
    for permit in permits {
        branches.extend(of_permit(&permit.predicate)?);
        if branches.len() > MAX_BRANCHES {
            return None;
        }
    }
    Some(branches)
}

/// The branches of one permit: over whichever of its conditions has the fewest.
fn of_permit(predicate: &Predicate) -> Option<Vec<Branch<'_>>> {
    if predicate.is_never() {
        return Some(Vec::new());
    }
    let parts = match predicate {
        Predicate::All(parts) => parts.as_slice(),
        single => std::slice::from_ref(single),
    };
    let indexed = parts.iter().enumerate();
    let indexed = indexed.filter_map(|(number, part)| Some((number, indices(part)?)));
    let (number, indices) = indexed.min_by_key(|(_, indices)| indices.len())?;
    let rest: Vec<&Predicate> = parts
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != number)
        .map(|(_, part)| part)
        .collect();
    let branches = indices.into_iter().map(|index| Branch {
        index,
        rest: rest.clone(),
    });
    Some(branches.collect())
}

/// What to look up for a condition; `None` if that does not find its documents. Nothing is stored under a text with a NUL.
fn indices(predicate: &Predicate) -> Option<Vec<Index<'_>>> {
    match predicate {
        Predicate::Is {
            condition: Condition::Private,
            negated: true,
        } => Some(vec![Index::Public]),
        Predicate::Is {
            condition,
            negated: false,
        } => match condition {
            Condition::Owner(people) => {
                let people = people.iter().map(domain::PersonId::as_str);
                Some(
                    people
                        .filter(|person| !contains_nul(person))
                        .map(Index::Owner)
                        .collect(),
                )
            }
            Condition::AnyGroup(keys) => {
                let keys = keys.iter().map(String::as_str);
                Some(keys.filter(|key| !contains_nul(key)).map(Index::Group).collect())
            }
            Condition::Document(ids) => Some(ids.iter().map(|id| Index::Document(id.number())).collect()),
            _ => None,
        },
        _ => None,
    }
}

impl Branch<'_> {
    /// The branch as a sub-query with the column `id`: ordered, limited, without duplicates.
    pub(super) fn push(&self, statement: &mut Statement, by: GroupMatch, bounds: &Bounds<'_>, forbids: &str) {
        let Bounds { before, limit } = bounds;
        let mut live = "d.trashed_at IS NULL".to_owned();
        for part in &self.rest {
            live.push_str(" AND ");
            live.push_str(&condition::predicate(statement, part, by));
        }
        live.push_str(forbids);
        let words = &statement.dialect.words;
        let text = match self.index {
            Index::Public => format!(
                "FROM document d WHERE {} AND d.id < {before} AND {live}",
                words.is_public
            ),
            Index::Owner(person) => {
                let person = statement.text(person);
                format!("FROM document d WHERE d.owner_id = {person} AND d.id < {before} AND {live}")
            }
            Index::Document(number) => {
                let number = statement.value(Value::Number(number));
                format!("FROM document d WHERE d.id = {number} AND d.id < {before} AND {live}")
            }
            Index::Group(key) => return Self::push_group(statement, key, by, bounds, &live),
        };
        statement.push(&format!(
            "SELECT * FROM (SELECT d.id {text} ORDER BY d.id DESC LIMIT {limit}) AS b"
        ));
    }

    /// Distinct, because a document may have two groups that are one where names count.
    fn push_group(statement: &mut Statement, key: &str, by: GroupMatch, bounds: &Bounds<'_>, live: &str) {
        let Bounds { before, limit } = bounds;
        let column = condition::group_column(by);
        let (key, join) = (statement.text(key), statement.dialect.words.join_document);
        statement.push(&format!(
            "SELECT * FROM (SELECT DISTINCT g.document_id AS id FROM document_group g {join}
                 WHERE g.{column} = {key} AND g.document_id < {before} AND {live} ORDER BY g.document_id DESC LIMIT {limit}) AS b"
        ));
    }
}
