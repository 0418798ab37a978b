//! What was written in all sources, by key path: each value with its location. Serde reads it as JSON.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

mod kinds;
mod merge;

use super::{
    keys::{self, MAX_TABLES},
    problem::Origin,
    schema::{Key, Shape, join},
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

    /// Whether this key or table was written.
    pub(super) fn is_written(&self, key_path: &str) -> bool {
        self.values.contains_key(key_path) || self.tables.contains_key(key_path)
    }

    /// What is read: what was written, as its key takes it, and the defaults of what was not.
    pub(super) fn to_json(&self) -> Json {
        let mut root = json!({});
        for key in keys::all() {
            self.add_json(&mut root, "", &key.path, key);
        }
        root
    }

    fn add_json(&self, table: &mut Json, path: &str, pattern: &str, key: &Key) {
        let (segment, rest) = pattern.split_once('.').unwrap_or((pattern, ""));
        let name = segment.trim_end_matches("[]");
        let path = join(path, name);
        if let Some(tables) = table.get_mut(name) {
            match tables.as_array_mut() {
                Some(tables) => tables.iter_mut().enumerate().for_each(|(index, table)| {
                    self.add_json(table, &format!("{path}[{index}]"), rest, key);
                }),
                None => self.add_json(tables, &path, rest, key),
            }
        } else if !name.is_empty() {
            table[name] = match key.shape {
                Shape::Table if segment != name => vec![json!({}); self.count(&path)].into(),
                Shape::Table => json!({}),
                _ => self.value(&path, key).map_or(Json::Null, Json::from),
            };
        }
    }

    fn value(&self, key_path: &str, key: &Key) -> Option<Value> {
        let written = self.values.get(key_path).map(|(value, _)| value.clone());
        let written = written.filter(|value| !matches!(value, Value::Refused));
        let value = written.or_else(|| Some(Value::Variable(key.default?.to_owned())))?;
        Some(value.coerce(&key.shape))
    }

    /// Removes what was found to be wrong, so that it is not read again; of a list, one element. Returns whether there was anything.
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
        let first = self.tables.get(&format!("{key_path}[0]"));
        let ends = key_path.rmatch_indices(['.', '[']).map(|(end, _)| end);
        let mut paths = [key_path.len()]
            .into_iter()
            .chain(ends)
            .filter_map(|end| key_path.get(..end));
        let of = |path: &str| {
            let value = self.values.get(path).map(|(_, origin)| origin);
            value.or_else(|| self.tables.get(path))
        };
        first.or_else(|| paths.find_map(of)).unwrap_or(&self.nowhere)
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

/// For serde; nothing of a wrong kind gets here.
impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) | Value::Variable(text) => text.into(),
            Value::List(words) => words.into(),
            Value::Flag(flag) => flag.into(),
            Value::Integer(number) => number.into(),
            Value::Other(_) | Value::Refused => Self::Null,
        }
    }
}
