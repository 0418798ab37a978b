//! Tests of a document's columns.

use cedar_policy::pst::{BinaryOp, Expr, PatternElem, Var};
use domain::{Comparison, NumberField, Pattern, PatternPart, TextField};

use super::Known;

/// One comparison of a column with what is known of the person.
#[derive(Debug)]
pub(crate) enum Test {
    Private,
    NoGroups,
    Equals(Column, Known),
    OneOf(Column, Known),
    HasGroup(Known),
    HasAnyGroup(Known),
    HasAllGroups(Known),
    GroupsWithin(Known),
    /// `resource in …`: folders and documents, one or a set.
    LiesIn(Known),
    Like(TextField, Pattern),
    Number(NumberField, Comparison, Known),
}

/// What of a document a rule can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Itself,
    Private,
    Owner,
    Groups,
    Text(TextField),
    Number(NumberField),
}

impl Column {
    pub(super) fn of(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Var(Var::Resource) => Some(Self::Itself),
            Expr::GetAttr { expr, attr } if matches!(**expr, Expr::Var(Var::Resource)) => Self::named(attr),
            _ => None,
        }
    }

    pub(super) fn named(attribute: &str) -> Option<Self> {
        match attribute {
            "is_private" => Some(Self::Private),
            "owner" => Some(Self::Owner),
            "groups" => Some(Self::Groups),
            "title" => Some(Self::Text(TextField::Title)),
            "folder" => Some(Self::Text(TextField::Folder)),
            "updated_at" => Some(Self::Number(NumberField::UpdatedAt)),
            _ => None,
        }
    }

    pub(super) fn entity_type(self) -> Option<&'static str> {
        match self {
            Self::Itself => Some("Document"),
            Self::Owner => Some("Person"),
            Self::Private | Self::Groups | Self::Text(_) | Self::Number(_) => None,
        }
    }
}

impl Test {
    pub(super) fn binary(op: BinaryOp, left: &Expr, right: &Expr) -> Result<Option<Self>, String> {
        // One side is a column, the other is known; anything else is no test.
        Ok(match (Column::of(left), Known::of(right)?) {
            (Some(column), Some(known)) => Self::of_column(op, column, known),
            _ => match (Known::of(left)?, Column::of(right)) {
                (Some(known), Some(column)) => Self::with_column(op, known, column),
                _ => None,
            },
        })
    }

    /// The column stands on the left.
    fn of_column(op: BinaryOp, column: Column, known: Known) -> Option<Self> {
        match (op, column) {
            (BinaryOp::In, Column::Itself) => Some(Self::LiesIn(known)),
            (BinaryOp::Contains, Column::Groups) => Some(Self::HasGroup(known)),
            (BinaryOp::ContainsAny, Column::Groups) => Some(Self::HasAnyGroup(known)),
            (BinaryOp::ContainsAll, Column::Groups) => Some(Self::HasAllGroups(known)),
            (op, Column::Number(field)) => Some(Self::Number(field, comparison(op)?, known)),
            _ => None,
        }
    }

    /// The column stands on the right.
    fn with_column(op: BinaryOp, known: Known, column: Column) -> Option<Self> {
        match (op, column) {
            (BinaryOp::ContainsAny, Column::Groups) => Some(Self::HasAnyGroup(known)),
            (BinaryOp::ContainsAll, Column::Groups) => Some(Self::GroupsWithin(known)),
            (BinaryOp::Contains, Column::Itself | Column::Owner | Column::Text(_)) => Some(Self::OneOf(column, known)),
            (op, Column::Number(field)) => Some(Self::Number(field, mirrored(comparison(op)?), known)),
            _ => None,
        }
    }
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Less => Some(Comparison::Less),
        BinaryOp::LessEq => Some(Comparison::LessOrEqual),
        BinaryOp::Greater => Some(Comparison::Greater),
        BinaryOp::GreaterEq => Some(Comparison::GreaterOrEqual),
        _ => None,
    }
}

/// The comparison with its sides changed.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal => Comparison::Equal,
    }
}

pub(super) fn pattern(elements: &[PatternElem]) -> Pattern {
    Pattern::new(elements.iter().map(|element| match element {
        PatternElem::Char(letter) => PatternPart::Literal(letter.to_string()),
        PatternElem::Wildcard => PatternPart::Wildcard,
    }))
}
