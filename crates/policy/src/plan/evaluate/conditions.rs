//! Tests of columns as conditions: the value that the policy engine computes becomes a list, a text or a number.

use std::collections::BTreeSet;

use cedar_policy::{EntityUid, EvalResult};
use domain::{Comparison, Condition, DocumentId, PersonId, Predicate};

use super::{Evaluation, NotUnderstood, Truth};
use crate::plan::compile::{Column, Test};

impl Evaluation<'_> {
    pub(super) fn test(&self, test: &Test) -> Result<Truth, NotUnderstood> {
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

/// A test with the same result for every document is no test.
fn decided(predicate: Predicate) -> Truth {
    if predicate.is_always() {
        Truth::Constant(true)
    } else if predicate.is_never() {
        Truth::Constant(false)
    } else {
        Truth::Depends(predicate)
    }
}

pub(super) fn unexpected(expected: &str, found: &EvalResult) -> NotUnderstood {
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
