//! Partial evaluation of compiled rules for a person: what the policy engine computes about the person replaces its expression.
//!
//! A truth is exact, or a bound: whatever has no counterpart in a [`Predicate`] is taken as true where the bound may hold more documents than
//! the rule, and as false where it may hold fewer. Negation turns one into the other.

use std::{cell::Cell, collections::BTreeSet, fmt};

use cedar_policy::{Entities, EntityUid, EvalResult, Request, eval_expression};
use domain::{Comparison, Condition, DocumentId, PersonId, Predicate};

use super::compile::{Column, Known, Node, Test};
use crate::entities::Names;

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

/// What an expression says.
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

    /// A part that is only evaluated for some documents: where it fails, they are refused, which no predicate says.
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

    fn test(&self, test: &Test) -> Result<Truth, NotUnderstood> {
        let known = match test {
            Test::Private => return Ok(decided(Predicate::is(Condition::Private))),
            Test::NoGroups => return Ok(decided(Predicate::is(Condition::OnlyGroups(BTreeSet::new())))),
            Test::Like(field, pattern) => {
                return Ok(decided(Predicate::is(Condition::Like(*field, pattern.clone()))));
            }
            Test::Equals(_, known)
            | Test::OneOf(_, known)
            | Test::HasGroup(known)
            | Test::HasAnyGroup(known)
            | Test::HasAllGroups(known)
            | Test::GroupsWithin(known)
            | Test::LiesIn(known)
            | Test::Number(_, _, known) => known,
        };
        let Some(value) = self.value(known) else {
            return Ok(Truth::Error);
        };
        Ok(decided(match test {
            Test::Equals(column, _) => self.equal(*column, &value)?,
            Test::OneOf(column, _) => {
                let values = members(&value)?;
                self.one_of(*column, values)?
            }
            Test::HasGroup(_) => self.has_any_group([&value])?,
            Test::HasAnyGroup(_) => self.has_any_group(members(&value)?)?,
            Test::HasAllGroups(_) => self.has_all_groups(&value)?,
            Test::GroupsWithin(_) => Predicate::is(Condition::OnlyGroups(self.group_keys(members(&value)?)?)),
            Test::LiesIn(_) => self.lies_in(&value)?,
            Test::Number(field, comparison, _) => {
                Predicate::is(Condition::Number(*field, *comparison, number(&value)?))
            }
            Test::Private | Test::NoGroups | Test::Like(..) => Predicate::never(),
        }))
    }

    fn equal(&self, column: Column, value: &EvalResult) -> Result<Predicate, NotUnderstood> {
        match column {
            Column::Private => match value {
                EvalResult::Bool(true) => Ok(Predicate::is(Condition::Private)),
                EvalResult::Bool(false) => Ok(Predicate::is(Condition::Private).negate()),
                other => Err(unexpected("a truth", other)),
            },
            Column::Groups => {
                let keys = self.group_keys(members(value)?)?;
                Ok(self
                    .has_all_groups(value)?
                    .and(Predicate::is(Condition::OnlyGroups(keys))))
            }
            Column::Number(field) => Ok(Predicate::is(Condition::Number(
                field,
                Comparison::Equal,
                number(value)?,
            ))),
            Column::Itself | Column::Owner | Column::Text(_) => self.one_of(column, [value]),
        }
    }

    fn one_of<'v>(
        &self,
        column: Column,
        values: impl IntoIterator<Item = &'v EvalResult>,
    ) -> Result<Predicate, NotUnderstood> {
        let condition = match column {
            Column::Itself => Condition::Document(self.documents(values)?),
            Column::Owner => Condition::Owner(self.people(values)?),
            Column::Text(field) => {
                let texts = values.into_iter().map(text).collect::<Result<_, _>>()?;
                Condition::Text(field, texts)
            }
            Column::Private | Column::Groups | Column::Number(_) => {
                return Err(NotUnderstood::new("a column is looked for in a set of other things"));
            }
        };
        Ok(Predicate::is(condition))
    }

    /// The documents among entities. What has no document's number equals none.
    fn documents<'v>(
        &self,
        values: impl IntoIterator<Item = &'v EvalResult>,
    ) -> Result<BTreeSet<DocumentId>, NotUnderstood> {
        let mut found = BTreeSet::new();
        for value in values {
            let uid = entity(value)?;
            if *uid.type_name() == self.names.document {
                found.extend(uid.id().unescaped().parse::<DocumentId>().ok());
            }
        }
        Ok(found)
    }

    /// The people among entities. What is no issuer and subject equals none.
    fn people<'v>(
        &self,
        values: impl IntoIterator<Item = &'v EvalResult>,
    ) -> Result<BTreeSet<PersonId>, NotUnderstood> {
        let mut found = BTreeSet::new();
        for value in values {
            let uid = entity(value)?;
            if *uid.type_name() == self.names.person {
                found.extend(PersonId::parse(uid.id().unescaped()));
            }
        }
        Ok(found)
    }

    fn group_keys<'v>(
        &self,
        values: impl IntoIterator<Item = &'v EvalResult>,
    ) -> Result<BTreeSet<String>, NotUnderstood> {
        let keys = values.into_iter().map(|value| {
            let uid = entity(value)?;
            if *uid.type_name() != self.names.group {
                return Err(NotUnderstood::new(format!("`{uid}` is no group")));
            }
            Ok(uid.id().unescaped().to_owned())
        });
        keys.collect()
    }

    fn has_any_group<'v>(&self, values: impl IntoIterator<Item = &'v EvalResult>) -> Result<Predicate, NotUnderstood> {
        Ok(Predicate::is(Condition::AnyGroup(self.group_keys(values)?)))
    }

    fn has_all_groups(&self, value: &EvalResult) -> Result<Predicate, NotUnderstood> {
        let keys = self.group_keys(members(value)?)?.into_iter();
        Ok(Predicate::all(
            keys.map(|key| Predicate::is(Condition::AnyGroup(BTreeSet::from([key])))),
        ))
    }

    fn lies_in(&self, value: &EvalResult) -> Result<Predicate, NotUnderstood> {
        let values: Vec<&EvalResult> = match value {
            EvalResult::EntityUid(_) => vec![value],
            EvalResult::Set(set) => set.iter().collect(),
            other => return Err(unexpected("folders", other)),
        };
        let mut folders = BTreeSet::new();
        for value in &values {
            let uid = entity(value)?;
            if *uid.type_name() == self.names.folder {
                folders.insert(uid.id().unescaped().to_owned());
            }
        }
        let itself = Predicate::is(Condition::Document(self.documents(values)?));
        Ok(Predicate::is(Condition::InFolder(folders)).or(itself))
    }
}

/// A test that says the same of every document is no test.
fn decided(predicate: Predicate) -> Truth {
    if predicate.is_always() {
        Truth::Constant(true)
    } else if predicate.is_never() {
        Truth::Constant(false)
    } else {
        Truth::Depends(predicate)
    }
}

fn unexpected(expected: &str, found: &EvalResult) -> NotUnderstood {
    NotUnderstood::new(format!("expected {expected}, found `{found}`"))
}

fn members(value: &EvalResult) -> Result<impl Iterator<Item = &EvalResult>, NotUnderstood> {
    match value {
        EvalResult::Set(set) => Ok(set.iter()),
        other => Err(unexpected("a set", other)),
    }
}

fn entity(value: &EvalResult) -> Result<&EntityUid, NotUnderstood> {
    match value {
        EvalResult::EntityUid(uid) => Ok(uid),
        other => Err(unexpected("an entity", other)),
    }
}

fn text(value: &EvalResult) -> Result<String, NotUnderstood> {
    match value {
        EvalResult::String(text) => Ok(text.clone()),
        other => Err(unexpected("a text", other)),
    }
}

fn number(value: &EvalResult) -> Result<i64, NotUnderstood> {
    match value {
        EvalResult::Long(number) => Ok(*number),
        other => Err(unexpected("a number", other)),
    }
}
