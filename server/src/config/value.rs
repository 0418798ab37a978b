//! A value of the configuration as it was written.

use toml::de::DeValue;

/// A value as written. There is no `Debug`: it may be a secret.
pub(super) enum Value {
    /// Keys of its own, each an entry.
    Table,
    /// A list of those; `providers[0]` is an entry.
    Tables,
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
}

impl Value {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Variable(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list; several words are one too.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        let is_list = |text: &String| text.split_whitespace().count() > 1;
        match self {
            Self::List(words) => Some(words.clone()),
            Self::Text(text) if !is_list(text) => None,
            Self::Text(text) | Self::Variable(text) => {
                let words = text.split([' ', ',']).filter(|word| !word.is_empty());
                Some(words.map(str::to_owned).collect())
            }
            _ => None,
        }
    }

    /// What kind of value it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Tables => "a list of tables",
            Self::Text(_) | Self::Variable(_) => "text",
            Self::List(_) => "a list",
            Self::Flag(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Other(kind) => kind,
        }
    }
}

impl From<&DeValue<'_>> for Value {
    fn from(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                parsed.map_or(Self::Other("a very large integer"), Self::Integer)
            }
            DeValue::Array(items) if !items.is_empty() && items.iter().all(|item| item.get_ref().is_table()) => {
                Self::Tables
            }
            DeValue::Array(items) => {
                let words = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                let words: Option<Vec<_>> = words.collect();
                words.map_or(Self::Other("a list of other things than texts"), Self::List)
            }
            DeValue::Table(_) => Self::Table,
            other => Self::Other(other.type_str()),
        }
    }
}
