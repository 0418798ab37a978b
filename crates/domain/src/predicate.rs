//! Predicates: what must be true of a document, in words that a database and an index can check.
//!
//! A [`Predicate`] is a policy's condition after everything about the person has been filled in: it speaks of columns and values only. It is
//! in negation normal form, so that whoever translates it meets `not` in front of a single [`Condition`] and nowhere else. Every column it
//! reads is always present, therefore it is true or false and never unknown.

use std::collections::BTreeSet;

use crate::{document::DocumentId, visitor::PersonId};

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

/// A pattern of literal texts and wildcards, as the policy operator `like` has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(Vec<PatternPart>);

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternPart {
    /// Exactly this text; never empty.
    Literal(String),
    /// Any text, even none.
    Wildcard,
}

impl Pattern {
    /// A pattern of these parts, with neighbours of one kind joined and empty literals left out.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = PatternPart>) -> Self {
        let mut joined: Vec<PatternPart> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, PatternPart::Literal(text)) if text.is_empty() => {}
                (Some(PatternPart::Literal(before)), PatternPart::Literal(text)) => before.push_str(&text),
                (Some(PatternPart::Wildcard), PatternPart::Wildcard) => {}
                (_, part) => joined.push(part),
            }
        }
        Self(joined)
    }

    /// The parts in order: literals and wildcards never have a neighbour of their own kind.
    #[must_use]
    pub fn parts(&self) -> &[PatternPart] {
        &self.0
    }

    /// The text every match begins with; `None` if the pattern begins with a wildcard or matches the empty text alone.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match self.0.first() {
            Some(PatternPart::Literal(text)) => Some(text),
            Some(PatternPart::Wildcard) | None => None,
        }
    }
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
mod tests {
    use super::*;

    fn owner(name: &str) -> Predicate {
        Predicate::is(Condition::Owner(BTreeSet::from([PersonId::new(
            "https://a.example",
            name,
        )])))
    }

    #[test]
    fn lists_without_entries_are_decided_at_once() {
        for never in [
            Condition::Owner(BTreeSet::new()),
            Condition::AnyGroup(BTreeSet::new()),
            Condition::InFolder(BTreeSet::new()),
            Condition::Text(TextField::Title, BTreeSet::new()),
            Condition::Document(BTreeSet::new()),
        ] {
            assert!(Predicate::is(never.clone()).is_never(), "{never:?}");
            assert!(Predicate::is(never).negate().is_always());
        }
        let top = Condition::InFolder(BTreeSet::from([String::new()]));
        assert!(Predicate::is(top).is_always());
        let nothing_else = Predicate::is(Condition::OnlyGroups(BTreeSet::new()));
        assert!(!nothing_else.is_always() && !nothing_else.is_never());
    }

    #[test]
    fn constants_disappear_and_the_order_does_not_matter() {
        let (a, b) = (owner("a"), owner("b"));
        assert_eq!(a.clone().and(Predicate::always()), a);
        assert!(a.clone().and(Predicate::never()).is_never());
        assert_eq!(a.clone().or(Predicate::never()), a);
        assert!(a.clone().or(Predicate::always()).is_always());
        assert_eq!(a.clone().or(b.clone()), b.clone().or(a.clone()));
        assert_eq!(a.clone().and(a.clone()), a);
        assert_eq!(a.clone().or(b.clone()).or(a.clone()), a.or(b));
    }

    #[test]
    fn a_negation_ends_at_single_conditions() {
        let (a, b) = (owner("a"), owner("b"));
        let negated = a.clone().and(b.clone()).negate();
        assert_eq!(negated, a.clone().negate().or(b.clone().negate()));
        assert_eq!(negated.negate(), a.and(b));
        let late = Condition::Number(NumberField::UpdatedAt, Comparison::LessOrEqual, 5);
        let early = Condition::Number(NumberField::UpdatedAt, Comparison::Greater, 5);
        assert_eq!(Predicate::is(late).negate(), Predicate::is(early));
    }

    #[test]
    fn patterns_join_what_belongs_together() {
        let literal = |text: &str| PatternPart::Literal(text.to_owned());
        let pattern = Pattern::new([
            literal("a"),
            literal("b"),
            PatternPart::Wildcard,
            literal(""),
            PatternPart::Wildcard,
        ]);
        assert_eq!(pattern.parts(), [literal("ab"), PatternPart::Wildcard]);
        assert_eq!(pattern.prefix(), Some("ab"));
        assert_eq!(Pattern::new([]).prefix(), None);
        assert!(Predicate::is(Condition::Like(TextField::Title, Pattern::new([PatternPart::Wildcard]))).is_always());
    }

    #[test]
    fn a_folder_lies_in_its_ancestors_up_to_the_top() {
        assert_eq!(
            folder_and_ancestors("a/b/c").collect::<Vec<_>>(),
            ["a/b/c", "a/b", "a", ""]
        );
        assert_eq!(folder_and_ancestors("").collect::<Vec<_>>(), [""]);
    }
}
