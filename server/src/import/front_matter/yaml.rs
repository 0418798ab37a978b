//! YAML as a tree with lines.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

use super::tree::{Entry, Item, Value};
use crate::import::file_error::FileError;

/// Reads YAML that begins at `first_line` of the file.
///
/// # Errors
/// [`FileError`] with its line in the file.
pub(super) fn parse(yaml: &str, first_line: usize) -> Result<Value, FileError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
    };
    let node: Spanned<Node> =
        serde_saphyr::from_str_with_options(yaml, options).map_err(|error| file_error(&error, first_line))?;
    let mut source = Source { yaml, first_line };
    Ok(source.value(node.value, &node.referenced))
}

/// A node of the parser.
enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<Node>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys and values")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Node::Map(map))
    }
}

/// Where the nodes were read from.
struct Source<'a> {
    yaml: &'a str,
    first_line: usize,
}

impl Source<'_> {
    fn value(&mut self, node: Node, at: &serde_saphyr::Location) -> Value {
        match node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Number(number) => Value::Number(self.as_written(at).unwrap_or(number)),
            Node::Text(text) => Value::Text(text),
            Node::List(items) => Value::List(items.into_iter().map(|item| self.item(item)).collect()),
            Node::Map(entries) => Value::Map(entries.into_iter().map(|(key, value)| self.entry(key, value)).collect()),
        }
    }

    fn item(&mut self, node: Spanned<Node>) -> Item {
        Item {
            line: self.line(&node.referenced),
            value: self.value(node.value, &node.referenced),
        }
    }

    fn entry(&mut self, key: Spanned<Node>, value: Spanned<Node>) -> Entry {
        let line = self.line(&key.referenced);
        let key = self.value(key.value, &key.referenced);
        Entry {
            key: key.scalar().map_or_else(|| key.display_text(), str::to_owned),
            line,
            value: self.value(value.value, &value.referenced),
        }
    }

    fn line(&self, at: &serde_saphyr::Location) -> usize {
        let line = usize::try_from(at.line()).unwrap_or_default();
        self.first_line + line.saturating_sub(1)
    }

    /// `1.10` is not `1.1` where it is a title.
    fn as_written(&self, at: &serde_saphyr::Location) -> Option<String> {
        let begin = usize::try_from(at.span().byte_offset()?).ok()?;
        let length = usize::try_from(at.span().byte_len()?).ok()?;
        let text = self.yaml.get(begin..begin.checked_add(length)?)?.trim();
        let is_number = text.starts_with(|letter: char| letter.is_ascii_digit() || "+-.".contains(letter))
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+-._".contains(letter));
        is_number.then(|| text.to_owned())
    }
}

/// The parser's words without its own count of lines, which begins below the fence.
fn file_error(error: &serde_saphyr::Error, first_line: usize) -> FileError {
    let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
    let message = error.without_snippet().to_string();
    let message = message.lines().next().unwrap_or_default();
    FileError {
        line: first_line + line.saturating_sub(1),
        message: format!("front matter is no YAML: {}", super::without_positions(message)),
    }
}
