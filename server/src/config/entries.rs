//! What was written in all sources, by key path: each value with the place where it stands. [`super::deserialize`] reads it.

use std::collections::{BTreeMap, BTreeSet};

mod merge;

use super::{
    keys::{self, MAX_TABLES},
    problem::Origin,
    schema::Shape,
};

/// A value as written. There is no `Debug`: it may be a secret.
#[derive(Clone)]
pub(super) enum Value {
    /// A text in quotes.
    Text(String),
    /// The text of a variable or a default: a text, a number, a switch, or a list.
    Variable(String),
    /// A list of texts.
    List(Vec<String>),
    /// `true` or `false`.
    Flag(bool),
    /// A number without fraction.
    Integer(i64),
    /// Something that no key takes, by name.
    Other(&'static str),
    /// Something that was reported as wrong.
    Refused,
}

/// Values and tables by key path, such as `providers[0].issuer` and `providers[0]`.
pub(super) struct Entries {
    values: BTreeMap<String, (Value, Origin)>,
    tables: BTreeMap<String, Origin>,
    nowhere: Origin,
}

impl Entries {
    /// How many tables of this name there are, such as `[[providers]]`.
    pub(super) fn count(&self, name: &str) -> usize {
        (0..MAX_TABLES)
            .take_while(|index| self.tables.contains_key(&format!("{name}[{index}]")))
            .count()
    }

    /// Whether there is such a table.
    pub(super) fn is_table(&self, key_path: &str) -> bool {
        self.tables.contains_key(key_path)
    }

    /// Whether this key or table was written.
    pub(super) fn is_written(&self, key_path: &str) -> bool {
        self.values.contains_key(key_path) || self.is_table(key_path)
    }

    /// The value that was written, or its default, as what its key takes.
    pub(super) fn value(&self, key_path: &str) -> Option<Value> {
        let key = keys::find(key_path);
        let written = self.values.get(key_path).map(|(value, _)| value.clone());
        let written = written.filter(|value| !matches!(value, Value::Refused));
        let default = || Some(Value::Variable(key?.default?.to_owned()));
        let value = written.or_else(default)?;
        Some(key.map_or_else(|| value.clone(), |key| value.clone().coerce(&key.shape)))
    }

    /// The names of what was written in a table.
    pub(super) fn names(&self, table: &str) -> BTreeSet<&str> {
        let values = self
            .values
            .iter()
            .filter(|(_, (value, _))| !matches!(value, Value::Refused));
        let paths = values.map(|(path, _)| path).chain(self.tables.keys());
        let inside = paths.filter_map(|path| match table {
            "" => Some(path.as_str()),
            table => path.strip_prefix(table)?.strip_prefix('.'),
        });
        inside.filter_map(|rest| rest.split(['.', '[']).next()).collect()
    }

    /// Reads no more what was found to be wrong; of a list, one element. Says whether anything was there.
    pub(super) fn refuse(&mut self, key_path: &str, element: Option<usize>) -> bool {
        let is_inside = |path: &str| {
            path.strip_prefix(key_path)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let before = self.tables.len() + self.values.len();
        self.tables.retain(|path, _| path != key_path && !is_inside(path));
        self.values.retain(|path, _| !is_inside(path));
        let was_table = self.tables.len() + self.values.len() < before;
        match self.values.get_mut(key_path) {
            None | Some((Value::Refused, _)) => was_table,
            Some((value, _)) => {
                let list = keys::find(key_path).map(|key| value.clone().coerce(&key.shape));
                match (list, element) {
                    (Some(Value::List(mut words)), Some(element)) if element < words.len() => {
                        words.remove(element);
                        *value = Value::List(words);
                    }
                    _ => *value = Value::Refused,
                }
                true
            }
        }
    }

    /// Where a key was written, or else the table that it would belong to.
    pub(super) fn origin(&self, key_path: &str) -> &Origin {
        let ends = key_path.rmatch_indices(['.', '[']).map(|(end, _)| end);
        let mut paths = std::iter::once(key_path.len())
            .chain(ends)
            .filter_map(|end| key_path.get(..end));
        let of = |path: &str| {
            self.values
                .get(path)
                .map(|(_, origin)| origin)
                .or_else(|| self.tables.get(path))
        };
        paths.find_map(of).unwrap_or(&self.nowhere)
    }
}

impl Value {
    /// A text as what its key takes, if it can be read so.
    fn coerce(self, shape: &Shape) -> Self {
        let (Self::Text(text) | Self::Variable(text)) = &self else {
            return self;
        };
        let is_list = matches!(self, Self::Variable(_)) || text.split_whitespace().count() > 1;
        let coerced = match shape {
            Shape::List if is_list => {
                let words = text.split([' ', ',']).filter(|word| !word.is_empty());
                Some(Self::List(words.map(str::to_owned).collect()))
            }
            Shape::Flag => text.parse().ok().map(Self::Flag),
            Shape::Number(_) => text.parse().ok().map(Self::Integer),
            _ => None,
        };
        coerced.unwrap_or(self)
    }
}
