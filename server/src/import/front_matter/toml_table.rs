//! TOML as a tree with lines.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::tree::{Entry, Item, Value};
use crate::import::file_error::FileError;

/// Reads TOML that begins at `first_line` of the file.
///
/// # Errors
/// [`FileError`] with its line in the file.
pub(super) fn parse(text: &str, first_line: usize) -> Result<Value, FileError> {
    let source = Source { text, first_line };
    let table = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default();
        FileError {
            line: source.line(error.span().map_or(0, |span| span.start)),
            message: format!("front matter is no TOML: {}", super::without_positions(message)),
        }
    })?;
    Ok(Value::Map(source.entries(table.get_ref())))
}

struct Source<'a> {
    text: &'a str,
    first_line: usize,
}

impl Source<'_> {
    fn line(&self, offset: usize) -> usize {
        self.first_line + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn entries(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                line: self.line(key.span().start),
                value: self.value(value),
            })
            .collect();
        // A table is sorted by its keys; people read lines.
        entries.sort_by_key(|entry| entry.line);
        entries
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Number(number.to_string()),
            DeValue::Float(number) => Value::Number(number.to_string()),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Table(table) => Value::Map(self.entries(table)),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Item {
                        line: self.line(item.span().start),
                        value: self.value(item),
                    })
                    .collect(),
            ),
        }
    }
}
