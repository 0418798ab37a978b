//! The content of front matter in any format: keys with their lines, and values. Read by [`super::yaml`], [`super::toml_table`] and
//! [`super::json`].

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Line of the key in the file, from 1.
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text(String),
    List(Vec<Item>),
    Map(Vec<Entry>),
}

/// A value of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) line: usize,
    pub(super) value: Value,
}

impl Value {
    /// What is written, where that is one word or text.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Null => Some(""),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) | Self::Text(text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    /// For a message: short, on one line.
    pub(super) fn display_text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::List(_) => "[…]".to_owned(),
            Self::Map(_) => "{…}".to_owned(),
            scalar => {
                let text = scalar.scalar().unwrap_or_default();
                let short: String = text
                    .chars()
                    .map(|letter| if letter.is_control() { ' ' } else { letter })
                    .take(40)
                    .collect();
                if short.len() < text.len() { short + "…" } else { short }
            }
        }
    }
}
