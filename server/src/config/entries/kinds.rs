//! Finds keys that there are not, and values and tables of another kind than their key takes: what serde would report without a remedy, and with
//! the value, which may be a secret.

use std::collections::BTreeMap;

use super::{Entries, Value};
use crate::config::{
    keys,
    problem::Issue,
    schema::{Key, Shape, one_of},
};

impl Entries {
    /// One issue for each key path; what is below a wrong one is not looked at.
    pub(in crate::config) fn check_kinds(&self) -> BTreeMap<String, Issue> {
        let written = self.values.keys().chain(self.tables.keys());
        let found = written.filter_map(|path| {
            let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
            ends.filter_map(|end| path.get(..end))
                .find_map(|path| self.issue_at(path))
        });
        found.collect()
    }

    fn issue_at(&self, path: &str) -> Option<(String, Issue)> {
        let value = self.values.get(path).map(|(value, _)| value);
        let name = path.strip_suffix(']').and_then(|path| path.rsplit_once('['));
        let (key_path, issue) = match (keys::find(path), keys::find(&format!("{path}[]"))) {
            (Some(key), _) => match value {
                Some(value) => (path, key.issue_with(value.clone().coerce(&key.shape))),
                None if key.shape == Shape::Table => return None,
                None => (path, Some(key.wrong("a table", key.expected_kind()))),
            },
            (None, Some(_)) if matches!(value, Some(Value::List(words)) if words.is_empty()) => return None,
            (None, Some(tables)) => (
                path,
                Some(tables.wrong(value.map_or("a table", Value::kind), "a list of tables")),
            ),
            (None, None) => match name.and_then(|(name, _)| Some((name, keys::find(name)?))) {
                Some((name, key)) => (name, Some(key.wrong("a list of tables", key.expected_kind()))),
                None => (path, Some(unknown(path))),
            },
        };
        Some((key_path.to_owned(), issue?))
    }
}

impl Key {
    /// What is wrong with the kind of a value.
    fn issue_with(&self, value: Value) -> Option<Issue> {
        let choices: &[&str] = match (&self.shape, &value) {
            (Shape::Text(_) | Shape::TextOrList(_), Value::Text(_) | Value::Variable(_))
            | (Shape::List | Shape::TextOrList(_), Value::List(_))
            | (Shape::Flag, Value::Flag(_))
            | (Shape::Number(_), Value::Integer(_)) => return None,
            (Shape::Choice(choices), Value::Text(_) | Value::Variable(_)) => choices,
            (Shape::Flag, Value::Text(_) | Value::Variable(_)) => &["true", "false"],
            _ => return Some(self.wrong(value.kind(), self.expected_kind())),
        };
        let (Value::Text(text) | Value::Variable(text)) = value else {
            return None;
        };
        let issue = || Issue::new(format!("`{text}` is unknown"), format!("write {}", one_of(choices)));
        (!choices.contains(&text.as_str())).then(issue)
    }

    fn wrong(&self, found: &str, expected: &str) -> Issue {
        let name = self.path.trim_end_matches("[]");
        let remedy = match &self.shape {
            Shape::Table if self.path.ends_with("[]") => format!("write `[[{name}]]` above each"),
            Shape::Table if !name.contains('.') => format!("write `[{name}]` above its keys"),
            // The examples of its keys are whole tables.
            Shape::Table => {
                let first = keys::all().iter().skip_while(|key| key.path != self.path).nth(1);
                format!("write it like `{}`", first.map_or("", |key| key.example))
            }
            _ => format!("write it like `{}`", self.example),
        };
        Issue::new(format!("is {found}, not {expected}"), remedy)
    }

    fn expected_kind(&self) -> &'static str {
        match self.shape {
            Shape::Table => "a table",
            Shape::Text(_) | Shape::TextOrList(_) | Shape::Choice(_) => "a text",
            Shape::Number(_) => "a number",
            Shape::List => "a list",
            Shape::Flag => "`true` or `false`",
        }
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Variable(_) => "text",
            Self::List(_) => "a list",
            Self::Flag(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Other(kind) => kind,
            Self::Refused => "wrong",
        }
    }
}

/// A key that there is not, with the one of its table whose name is at most two letters away.
fn unknown(path: &str) -> Issue {
    let (table, written) = path.rsplit_once('.').unwrap_or(("", path));
    let keys = keys::inside(table);
    let near = keys.map(|key| (strsim::osa_distance(written, key), key)).min();
    let near = near.filter(|(distance, _)| *distance <= 2 && *distance < written.chars().count());
    let remedy = match near {
        Some((_, key)) => format!("did you mean `{key}`?"),
        None => "remove it; `portico config reference` lists all keys".to_owned(),
    };
    Issue::new("is no key of Portico", remedy)
}
