//! Merges what is written in `portico.toml`, `.env` and the environment; the later wins.

use toml::de::DeTable;

use super::{
    entries::{Entries, MAX_TABLES},
    keys,
    problem::{Origin, Problem},
    schema::join,
    sources::Sources,
    value::Value,
    variables,
};

impl Entries {
    /// Merges all sources; what cannot be parsed or has no key becomes a problem.
    pub(super) fn merge(sources: &Sources, problems: &mut Vec<Problem>) -> Self {
        let mut entries = Self::default();
        if let Some((name, text)) = &sources.file {
            entries.add_toml(name, text, problems);
        }
        if let Some((name, text)) = &sources.dotenv {
            for (index, line) in text.lines().enumerate() {
                entries.add_dotenv_line(line, Origin::in_file(name, index + 1), problems);
            }
        }
        for (name, value) in &sources.environment {
            entries.add_variable(name, value, Origin::Variable(name.clone()), problems);
        }
        entries.report_unreachable(problems);
        entries
    }

    fn add_toml(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        let origin_of = |offset: usize| {
            let before = text.bytes().take(offset);
            Origin::in_file(name, before.filter(|byte| *byte == b'\n').count() + 1)
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let origin = origin_of(error.span().map_or(0, |span| span.start));
            let message = error.message().replace('\n', " ");
            problems.push(issue!("{message} — see https://toml.io for how to write it").at(&origin, "syntax"));
        }
        self.add_table("", table.get_ref(), &origin_of);
    }

    fn add_table(&mut self, path: &str, table: &DeTable<'_>, origin_of: &dyn Fn(usize) -> Origin) {
        for (key, value) in table {
            let (path, mut origin) = (join(path, key.get_ref()), origin_of(key.span().start));
            let written = Value::from(value.get_ref());
            if let (Value::Tables, Some(items)) = (&written, value.get_ref().as_array()) {
                for (index, item) in items.iter().enumerate() {
                    let (path, item_origin) = (format!("{path}[{index}]"), origin_of(item.span().start));
                    item.get_ref()
                        .as_table()
                        .inspect(|table| self.add_table(&path, table, origin_of));
                    // The list is where its first table is.
                    if index == 0 {
                        origin = item_origin.clone();
                    }
                    self.insert(path, Value::Table, item_origin);
                }
            }
            if let Some(table) = value.get_ref().as_table() {
                self.add_table(&path, table, origin_of);
            }
            self.insert(path, written, origin);
        }
    }

    fn add_dotenv_line(&mut self, line: &str, origin: Origin, problems: &mut Vec<Problem>) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let Some((name, value)) = line.trim_start_matches("export ").split_once('=') else {
            let issue = issue!("is not `NAME=value` — write a name, `=` and a value");
            return problems.push(issue.at(&origin, "syntax"));
        };
        let value = value.trim();
        let unquoted = |quote: &char| value.strip_prefix(*quote)?.strip_suffix(*quote);
        let value = ['"', '\''].iter().find_map(unquoted).unwrap_or(value);
        self.add_variable(name.trim(), value, origin, problems);
    }

    fn add_variable(&mut self, name: &str, value: &str, origin: Origin, problems: &mut Vec<Problem>) {
        let is_log = name == "RUST_LOG" && self.value("log").is_none();
        if let Some(key_path) = if is_log {
            Some("log".to_owned())
        } else {
            keys::key_path(name)
        } {
            if let Some((tables, index)) = key_path.split_once("].").and_then(|(table, _)| table.split_once('[')) {
                self.add(tables.to_owned(), Value::Tables, &origin);
                self.add(format!("{tables}[{index}]"), Value::Table, &origin);
            }
            self.insert(key_path, Value::Variable(value.to_owned()), origin);
        } else if name.starts_with("PORTICO_") && !variables::is_of_others(name, value) {
            problems.push(variables::unknown(name).at(&origin, name));
        }
    }

    /// Refuses tables with a number that does not follow the one before, or is too high: whoever wrote them would assume that they count.
    fn report_unreachable(&self, problems: &mut Vec<Problem>) {
        for (path, origin) in self.origins() {
            let Some((name, index)) = path.strip_suffix(']').and_then(|path| path.split_once('[')) else {
                continue;
            };
            let count = self.count(name);
            let issue = match index.parse::<usize>() {
                Ok(index) if index >= count && count == MAX_TABLES => issue!("is one too many — write at most {count}"),
                Ok(index) if index >= count => {
                    let next = keys::variable(&format!("{name}[{count}].…"));
                    let what = format!("has no `{name}[{count}]` before it, and would be left out");
                    issue!("{what} — count from 0 without a gap: the next is `{next}`")
                }
                _ => continue,
            };
            problems.push(issue.at(origin, path));
        }
    }
}
