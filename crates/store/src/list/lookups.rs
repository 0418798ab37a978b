//! What an index finds documents by: one lookup for each owner, group and folder of a permit, and one for what is public.

use std::{borrow::Cow, collections::BTreeSet};

use domain::{Condition, Predicate, TextField};

use super::subtrees::Subtrees;
use crate::text::contains_nul;

/// Most lookups of a plan. Beyond that, reading all documents in order is as good.
const MAX_LOOKUPS: usize = 2_000;

/// Documents that one index has in every order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lookup<'a> {
    pub(super) kind: Kind,
    /// What is looked up; empty where the kind says it all.
    pub(super) value: LookupValue<'a>,
}

/// The value of a lookup.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LookupValue<'a> {
    None,
    Text(Cow<'a, str>),
    Number(i64),
}

/// Which index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// All documents.
    All,
    Public,
    Owner,
    Group,
    Folder,
    Document,
}

/// The lookups of a plan's permits.
#[derive(Debug, Default)]
pub(super) struct Lookups<'a> {
    pub(super) all: BTreeSet<Lookup<'a>>,
    /// Whether they find documents that the permits do not hold.
    pub(super) is_wider: bool,
}

impl<'a> Lookup<'a> {
    pub(super) fn all() -> Self {
        Self::of(Kind::All)
    }

    pub(super) fn folder(path: &'a str) -> Self {
        Self {
            kind: Kind::Folder,
            value: LookupValue::Text(Cow::Borrowed(path)),
        }
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            value: LookupValue::None,
        }
    }

    /// Nothing is stored under a text with a NUL.
    fn texts(kind: Kind, texts: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let texts = texts.filter(|text| !contains_nul(text));
        let lookups = texts.map(|text| Self {
            kind,
            value: LookupValue::Text(Cow::Borrowed(text)),
        });
        lookups.collect()
    }
}

/// The lookups of all permits; `None` if one of them has no index, or if they are too many.
pub(super) fn of<'a>(permits: &'a [domain::Branch], subtrees: &Subtrees) -> Option<Lookups<'a>> {
    let mut lookups = Lookups::default();
    for permit in permits {
        let (found, is_wider) = of_permit(&permit.predicate, subtrees)?;
        lookups.all.extend(found);
        lookups.is_wider |= is_wider;
        if lookups.all.len() > MAX_LOOKUPS {
            return None;
        }
    }
    Some(lookups)
}

/// The lookups of one permit, over whichever of its conditions has the fewest, and whether they find more than it holds. What is public is
/// looked up where nothing else leads there: it may be most of the database.
fn of_permit<'a>(predicate: &'a Predicate, subtrees: &Subtrees) -> Option<(Vec<Lookup<'a>>, bool)> {
    if predicate.is_never() {
        return Some((Vec::new(), false));
    }
    let parts = parts(predicate);
    let found = parts.iter().filter_map(of_condition);
    let found = found.map(|lookups| (lookups, parts.len() > 1));
    let by_folder = subtrees.of_permit(predicate).map(|(paths, is_wider)| {
        let lookups = paths.into_iter().map(|path| Lookup {
            kind: Kind::Folder,
            value: LookupValue::Text(Cow::Owned(path.to_owned())),
        });
        (lookups.collect(), is_wider)
    });
    found
        .chain(by_folder)
        .min_by_key(|(lookups, _): &(Vec<Lookup<'_>>, bool)| {
            let is_public = lookups.iter().any(|lookup| lookup.kind == Kind::Public);
            (is_public, lookups.len())
        })
}

/// The conditions that must all hold.
pub(super) fn parts(predicate: &Predicate) -> &[Predicate] {
    match predicate {
        Predicate::All(parts) => parts,
        single => std::slice::from_ref(single),
    }
}

/// What to look up for a condition; `None` if that does not find its documents.
fn of_condition(predicate: &Predicate) -> Option<Vec<Lookup<'_>>> {
    match predicate {
        Predicate::Is {
            condition: Condition::Private,
            negated: true,
        } => Some(vec![Lookup::of(Kind::Public)]),
        Predicate::Is {
            condition,
            negated: false,
        } => match condition {
            Condition::Owner(people) => {
                let people = people.iter().map(domain::PersonId::as_str);
                Some(Lookup::texts(Kind::Owner, people))
            }
            Condition::AnyGroup(keys) => Some(Lookup::texts(Kind::Group, keys.iter().map(String::as_str))),
            Condition::Text(TextField::Folder, paths) => {
                Some(Lookup::texts(Kind::Folder, paths.iter().map(String::as_str)))
            }
            Condition::Document(ids) => {
                let lookups = ids.iter().map(|id| Lookup {
                    kind: Kind::Document,
                    value: LookupValue::Number(id.number()),
                });
                Some(lookups.collect())
            }
            _ => None,
        },
        _ => None,
    }
}
