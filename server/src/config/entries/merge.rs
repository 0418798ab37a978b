//! Merges `portico.toml`, `.env` and the environment; the later wins.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{Entries, Value};
use crate::config::{
    Sources,
    keys::{self, MAX_TABLES},
    problem::{Issue, Origin, Problem},
    schema::join,
    variables,
};

impl Entries {
    /// Merges all sources; what cannot be parsed or has no key becomes a problem.
    pub(in crate::config) fn merge(sources: &Sources, problems: &mut Vec<Problem>) -> Self {
        let mut entries = Self {
            values: BTreeMap::new(),
            tables: BTreeMap::new(),
            nowhere: Origin::Nowhere(sources.file_name().to_owned()),
        };
        if let Some((name, text)) = &sources.file {
            entries.add_toml(name, text, problems);
        }
        if let Some((name, text)) = &sources.dotenv {
            for (index, line) in text.lines().enumerate() {
                let (name, line_number) = (name.clone(), index + 1);
                let origin = Origin::File {
                    name,
                    line: line_number,
                };
                entries.add_dotenv_line(line, origin, problems);
            }
        }
        for (name, value) in &sources.environment {
            entries.add_variable(name, value, Origin::Variable(name.clone()), problems);
        }
        entries.report_unreachable(problems);
        entries
    }

    fn add_toml(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        let origin_of = |offset: usize| Origin::File {
            name: name.to_owned(),
            line: text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let origin = origin_of(error.span().map_or(0, |span| span.start));
            let message = error.message().replace('\n', " ");
            problems.push(Issue::new(message, "see https://toml.io for how to write it").at(&origin, "syntax"));
        }
        self.add_table("", table.get_ref(), &origin_of);
    }

    fn add_table(&mut self, path: &str, table: &DeTable<'_>, origin_of: &dyn Fn(usize) -> Origin) {
        for (key, value) in table {
            let (path, origin) = (join(path, key.get_ref()), origin_of(key.span().start));
            let value = match value.get_ref() {
                DeValue::Table(table) => {
                    self.add_table(&path, table, origin_of);
                    self.tables.insert(path, origin);
                    continue;
                }
                DeValue::Array(items) if !items.is_empty() && items.iter().all(|item| item.get_ref().is_table()) => {
                    for (index, item) in items.iter().enumerate() {
                        let path = format!("{path}[{index}]");
                        self.tables.insert(path.clone(), origin_of(item.span().start));
                        item.get_ref()
                            .as_table()
                            .into_iter()
                            .for_each(|table| self.add_table(&path, table, origin_of));
                    }
                    continue;
                }
                value => Value::from_toml(value),
            };
            self.values.insert(path, (value, origin));
        }
    }

    fn add_dotenv_line(&mut self, line: &str, origin: Origin, problems: &mut Vec<Problem>) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let Some((name, value)) = line.trim_start_matches("export ").split_once('=') else {
            let issue = Issue::new("is not `NAME=value`", "write a name, `=` and a value");
            return problems.push(issue.at(&origin, "syntax"));
        };
        let value = value.trim();
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        self.add_variable(name.trim(), quoted.unwrap_or(value), origin, problems);
    }

    fn add_variable(&mut self, name: &str, value: &str, origin: Origin, problems: &mut Vec<Problem>) {
        let is_log = name == "RUST_LOG" && !self.values.contains_key("log");
        let key_path = if is_log {
            Some("log".to_owned())
        } else {
            keys::key_path(name)
        };
        if let Some(key_path) = key_path {
            if let Some((table, _)) = key_path.split_once("].") {
                self.tables.entry(format!("{table}]")).or_insert_with(|| origin.clone());
            }
            self.values
                .insert(key_path, (Value::Variable(value.to_owned()), origin));
        } else if name.starts_with("PORTICO_")
            && !variables::is_no_key(name)
            && !variables::is_of_a_service(name, value)
        {
            problems.push(variables::unknown(name).at(&origin, name));
        }
    }

    /// Refuses tables with a number that does not follow the one before, or is too high: whoever wrote them would assume that they count.
    fn report_unreachable(&self, problems: &mut Vec<Problem>) {
        let numbered = self.tables.iter().filter_map(|(path, origin)| {
            let (name, index) = path.strip_suffix(']')?.split_once('[')?;
            Some((name, index.parse::<usize>().ok()?, origin))
        });
        for (name, index, origin) in numbered {
            let count = self.count(name);
            let issue = match count {
                _ if index < count => continue,
                MAX_TABLES => Issue::new("is one too many", format!("write at most {count}")),
                _ => Issue::new(
                    format!("has no `{name}[{count}]` before it, and would be left out"),
                    format!(
                        "count from 0 without a gap: the next is `{}`",
                        keys::variable(&format!("{name}[{count}].…"))
                    ),
                ),
            };
            problems.push(issue.at(origin, &format!("{name}[{index}]")));
        }
    }
}

impl Value {
    fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                parsed.map_or(Self::Other("a very large integer"), Self::Integer)
            }
            DeValue::Array(items) => {
                let words = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                let words: Option<Vec<_>> = words.collect();
                words.map_or(Self::Other("a list of other things than texts"), Self::List)
            }
            other => Self::Other(other.type_str()),
        }
    }
}
