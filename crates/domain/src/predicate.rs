//! Predicates: what must be true of a document, in words that a database and an index can check.
//!
//! A [`Predicate`] is a policy's condition after everything about the person has been filled in: it speaks of columns and values only. It is
//! in negation normal form, so that whoever translates it meets `not` in front of a single [`Condition`] and nowhere else. Every column it
//! reads is always present, therefore it is true or false and never unknown.

use std::collections::BTreeSet;

use crate::{document::DocumentId, visitor::PersonId};

mod pattern;

pub use pattern::{Pattern, PatternPart};

/// A condition on one document, in negation normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Predicate {
    /// A single condition, or its negation.
    Is {
        /// What is compared.
        condition: Condition,
        /// Whether the condition must not hold.
        negated: bool,
    },
    /// All of these; true if there are none.
    All(Vec<Predicate>),
    /// At least one of these; false if there are none.
    Any(Vec<Predicate>),
}

/// One comparison of a document's column with values. Lists are sorted and without duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// The document is private.
    Private,
    /// It is one of these documents.
    Document(BTreeSet<DocumentId>),
    /// Its owner is one of these people.
    Owner(BTreeSet<PersonId>),
    /// It belongs to at least one of these groups, given by their keys ([`crate::GroupKey`]).
    AnyGroup(BTreeSet<String>),
    /// It belongs to no group but these; true of a document without groups.
    OnlyGroups(BTreeSet<String>),
    /// It lies in one of these folders or below. The empty path is the top, in which everything lies.
    InFolder(BTreeSet<String>),
    /// The text is one of these, compared code point by code point.
    Text(TextField, BTreeSet<String>),
    /// The text matches the pattern, upper and lower case being different.
    Like(TextField, Pattern),
    /// The number is in the range.
    Number(NumberField, Comparison, i64),
}

/// A text of a document that a policy can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextField {
    /// Its title.
    Title,
    /// Its folder path; empty at the top.
    Folder,
}

/// A number of a document that a policy can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberField {
    /// When it last changed: seconds since 1970 (UTC).
    UpdatedAt,
}

/// How a number is compared. What is missing here (`>`, `>=`, `!=`) is the negation of one of these, written without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
}

impl Predicate {
    /// What is true of every document.
    #[must_use]
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// What is true of no document.
    #[must_use]
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// The condition itself. One that compares with an empty list, or with the top folder, is decided here.
    #[must_use]
    pub fn is(condition: Condition) -> Self {
        match condition.constant() {
            Some(true) => Self::always(),
            Some(false) => Self::never(),
            None => Self::Is {
                condition,
                negated: false,
            },
        }
    }

    /// Whether it is true of every document, as far as its form tells.
    #[must_use]
    pub fn is_always(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Whether it is true of no document, as far as its form tells.
    #[must_use]
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Any(parts) if parts.is_empty())
    }

    /// True where both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// True where one of the two is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// True where all of them are: flat, sorted, without duplicates.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = BTreeSet::new();
        for part in parts {
            match part {
                part if part.is_never() => return part,
                Self::All(inner) => flat.extend(inner),
                part => {
                    flat.insert(part);
                }
            }
        }
        Self::single(flat).unwrap_or_else(Self::All)
    }

    /// True where one of them is: flat, sorted, without duplicates.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = BTreeSet::new();
        for part in parts {
            match part {
                part if part.is_always() => return part,
                Self::Any(inner) => flat.extend(inner),
                part => {
                    flat.insert(part);
                }
            }
        }
        Self::single(flat).unwrap_or_else(Self::Any)
    }

    /// The only one of them, or all of them.
    fn single(parts: BTreeSet<Self>) -> Result<Self, Vec<Self>> {
        let mut parts: Vec<Self> = parts.into_iter().collect();
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            Some(last) => {
                parts.push(last);
                Err(parts)
            }
            None => Err(parts),
        }
    }

    /// True where this is false, in negation normal form again.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::All(parts) => Self::any(parts.into_iter().map(Self::negate)),
            Self::Any(parts) => Self::all(parts.into_iter().map(Self::negate)),
            Self::Is {
                condition: Condition::Number(field, comparison, value),
                negated,
            } if comparison != Comparison::Equal => Self::Is {
                condition: Condition::Number(field, comparison.opposite(), value),
                negated,
            },
            Self::Is { condition, negated } => Self::Is {
                condition,
                negated: !negated,
            },
        }
    }
}

impl Comparison {
    /// The comparison that is true where this one is false; [`Self::Equal`] has none and stays.
    fn opposite(self) -> Self {
        match self {
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
            Self::Equal => Self::Equal,
        }
    }

    /// Whether two numbers compare like this.
    #[must_use]
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
        }
    }
}

impl Condition {
    /// What the condition says of every document, where it does not depend on the document: an empty list is no SQL.
    fn constant(&self) -> Option<bool> {
        match self {
            Self::Document(list) => list.is_empty().then_some(false),
            Self::Owner(list) => list.is_empty().then_some(false),
            Self::InFolder(list) if list.contains("") => Some(true),
            Self::AnyGroup(list) | Self::Text(_, list) | Self::InFolder(list) => list.is_empty().then_some(false),
            Self::Like(_, pattern) => (pattern.parts() == [PatternPart::Wildcard]).then_some(true),
            Self::Private | Self::OnlyGroups(_) | Self::Number(..) => None,
        }
    }
}

/// The folder and those it lies in, from the nearest to the top, which is the empty path: `a/b`, `a` and the top for `a/b`.
pub fn folder_and_ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |path| {
        (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(parent, _)| parent))
    })
}

#[cfg(test)]
mod tests;
