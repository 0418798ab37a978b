//! Partial evaluation of compiled rules for a person: what the policy engine computes about the person replaces its expression.
//!
//! A truth is exact, or a bound: whatever has no counterpart in a [`Predicate`] is taken as true where the bound may hold more documents than
//! the rule, and as false where it may hold fewer. Negation turns one into the other.

use std::{cell::Cell, fmt};

use cedar_policy::{Entities, EvalResult, Request, eval_expression};
use domain::Predicate;

use super::compile::{Known, Node};
use crate::entities::Names;

mod conditions;

use conditions::unexpected;

/// To which side a truth may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// It holds at least the documents of which the rule is true.
    Upper,
    /// It holds at most those.
    Lower,
}

impl Bound {
    fn flipped(self) -> Self {
        match self {
            Self::Upper => Self::Lower,
            Self::Lower => Self::Upper,
        }
    }

    /// What is not known, to this side.
    fn unknown(self) -> Predicate {
        match self {
            Self::Upper => Predicate::always(),
            Self::Lower => Predicate::never(),
        }
    }
}

/// The value of an expression.
#[derive(Debug, Clone)]
pub(super) enum Truth {
    /// The same of every document, exactly.
    Constant(bool),
    /// It cannot be computed, for no document.
    Error,
    /// It depends on the document.
    Depends(Predicate),
}

/// A value of a kind that rules checked against the schema cannot have.
#[derive(Debug)]
pub(super) struct NotUnderstood(String);

impl NotUnderstood {
    pub(super) fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One person's evaluation of the rules.
pub(super) struct Evaluation<'a> {
    request: &'a Request,
    entities: &'a Entities,
    names: &'a Names,
    exact: Cell<bool>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(request: &'a Request, entities: &'a Entities, names: &'a Names) -> Self {
        Self {
            request,
            entities,
            names,
            exact: Cell::new(true),
        }
    }

    /// Whether nothing was met so far that had to be left to the decision.
    pub(super) fn is_exact(&self) -> bool {
        self.exact.get()
    }

    fn unknown(&self, bound: Bound) -> Predicate {
        self.exact.set(false);
        bound.unknown()
    }

    /// A part that is only evaluated for some documents: where it fails, they are refused, which no predicate expresses.
    fn part(&self, truth: Truth, bound: Bound) -> Predicate {
        match truth {
            Truth::Constant(true) => Predicate::always(),
            Truth::Constant(false) => Predicate::never(),
            Truth::Error => self.unknown(bound),
            Truth::Depends(predicate) => predicate,
        }
    }

    /// Evaluates as the policy engine does: from left to right, and no further than needed.
    pub(super) fn truth(&self, node: &Node, bound: Bound) -> Result<Truth, NotUnderstood> {
        Ok(match node {
            Node::Constant(value) => Truth::Constant(*value),
            Node::Known(known) => match self.value(known) {
                None => Truth::Error,
                Some(EvalResult::Bool(value)) => Truth::Constant(value),
                Some(other) => return Err(unexpected("a truth", &other)),
            },
            Node::Not(inner) => match self.truth(inner, bound.flipped())? {
                Truth::Constant(value) => Truth::Constant(!value),
                Truth::Error => Truth::Error,
                Truth::Depends(predicate) => Truth::Depends(predicate.negate()),
            },
            Node::And(left, right) => match self.truth(left, bound)? {
                Truth::Constant(true) => self.truth(right, bound)?,
                Truth::Depends(left) => match self.truth(right, bound)? {
                    Truth::Constant(false) => Truth::Constant(false),
                    right => Truth::Depends(left.and(self.part(right, bound))),
                },
                decided => decided,
            },
            Node::Or(left, right) => match self.truth(left, bound)? {
                Truth::Constant(false) => self.truth(right, bound)?,
                Truth::Depends(left) => match self.truth(right, bound)? {
                    Truth::Constant(true) => Truth::Constant(true),
                    right => Truth::Depends(left.or(self.part(right, bound))),
                },
                decided => decided,
            },
            Node::If(condition, then, otherwise) => match self.truth(condition, bound)? {
                Truth::Constant(true) => self.truth(then, bound)?,
                Truth::Constant(false) => self.truth(otherwise, bound)?,
                Truth::Error => Truth::Error,
                Truth::Depends(holds) => {
                    let fails = self
                        .part(self.truth(condition, bound.flipped())?, bound.flipped())
                        .negate();
                    let then = self.part(self.truth(then, bound)?, bound);
                    let otherwise = self.part(self.truth(otherwise, bound)?, bound);
                    Truth::Depends(holds.and(then).or(fails.and(otherwise)))
                }
            },
            Node::Same(left, right) => self.same(left, right, bound)?,
            Node::Test(test) => self.test(test)?,
            Node::Opaque(_) => Truth::Depends(self.unknown(bound)),
        })
    }

    fn same(&self, left: &Node, right: &Node, bound: Bound) -> Result<Truth, NotUnderstood> {
        let negated = |truth| match truth {
            Truth::Constant(value) => Truth::Constant(!value),
            Truth::Error => Truth::Error,
            Truth::Depends(predicate) => Truth::Depends(predicate.negate()),
        };
        let both = (self.truth(left, bound)?, self.truth(right, bound)?);
        let flipped = bound.flipped();
        Ok(match both {
            (Truth::Error, _) | (_, Truth::Error) => Truth::Error,
            (Truth::Constant(true), other) | (other, Truth::Constant(true)) => other,
            (Truth::Constant(false), _) => negated(self.truth(right, flipped)?),
            (_, Truth::Constant(false)) => negated(self.truth(left, flipped)?),
            (Truth::Depends(one), Truth::Depends(other)) => {
                let not_one = self.part(self.truth(left, flipped)?, flipped).negate();
                let not_other = self.part(self.truth(right, flipped)?, flipped).negate();
                Truth::Depends(one.and(other).or(not_one.and(not_other)))
            }
        })
    }

    /// What the policy engine computes; `None` if it fails.
    fn value(&self, known: &Known) -> Option<EvalResult> {
        eval_expression(self.request, self.entities, &known.0).ok()
    }
}
