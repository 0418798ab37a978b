//! JSON as a tree with lines.

use std::{cell::RefCell, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::tree::{Entry, Item, Value};
use crate::import::file_error::FileError;

/// Reads the JSON value that `text`, from `first_line` of the file on, begins with; with the number of bytes it takes.
///
/// # Errors
/// [`FileError`] with its line in the file.
pub(super) fn parse(text: &str, first_line: usize) -> Result<(Value, usize), FileError> {
    let file_error = |error: &serde_json::Error| FileError {
        line: first_line + error.line().saturating_sub(1),
        message: format!(
            "front matter is no JSON: {}",
            super::without_positions(&error.to_string())
        ),
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if let Some(Err(error)) = values.next() {
        return Err(file_error(&error));
    }
    let end = values.byte_offset();
    let json = text.get(..end).unwrap_or_default();
    let lines = RefCell::new(lines_of_keys(json, first_line).into_iter());
    let seed = Seed {
        lines: &lines,
        line: first_line,
    };
    let value = seed
        .deserialize(&mut serde_json::Deserializer::from_str(json))
        .map_err(|error| file_error(&error))?;
    Ok((value, end))
}

/// The line of every key, in the order in which they stand. The text is known to be JSON.
fn lines_of_keys(json: &str, first_line: usize) -> Vec<usize> {
    let (mut lines, mut line) = (Vec::new(), first_line);
    let (mut begun, mut is_escaped) = (None, false);
    let mut last_text = first_line;
    for byte in json.bytes() {
        match (begun, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(at), b'"') => (last_text, begun) = (at, None),
            (None, b'"') => begun = Some(line),
            (None, b':') => lines.push(last_text),
            (_, b'\n') => line += 1,
            _ => {}
        }
    }
    lines
}

/// Reads a value, taking the lines of its keys.
struct Seed<'a> {
    lines: &'a RefCell<std::vec::IntoIter<usize>>,
    line: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys and values")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let Self { lines, line } = self;
        while let Some(value) = items.next_element_seed(Seed { lines, line })? {
            list.push(Item { line, value });
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map: Vec<Entry> = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            let line = self.lines.borrow_mut().next().unwrap_or(self.line);
            if map.iter().any(|entry| entry.key == key) {
                return Err(de::Error::custom(format_args!("the key `{key}` stands twice")));
            }
            let lines = self.lines;
            let value = entries.next_value_seed(Seed { lines, line })?;
            map.push(Entry { key, line, value });
        }
        Ok(Value::Map(map))
    }
}
