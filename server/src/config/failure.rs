//! Why a value cannot be read: an error of serde that knows the key path where it was made, and never holds a text that could be a secret.

use std::fmt::Display;

use serde::de::{self, DeserializeOwned, IntoDeserializer, Unexpected};

use super::problem::Issue;

/// Why a value cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{issue}")]
pub(super) struct Failure {
    /// What is wrong; the remedy is empty where it is to write the value like the example of the key.
    pub issue: Issue,
    /// Where, as far as it is known.
    pub key_path: Option<String>,
    /// Which element of a list is wrong.
    pub element: Option<usize>,
    /// What could have been written instead.
    pub variants: &'static [&'static str],
}

impl Failure {
    fn new(issue: Issue) -> Self {
        Self {
            issue,
            key_path: None,
            element: None,
            variants: &[],
        }
    }

    /// Adds the place, unless it comes from further inside.
    pub(super) fn at(mut self, key_path: &str) -> Self {
        self.key_path.get_or_insert_with(|| key_path.to_owned());
        self
    }
}

impl de::Error for Failure {
    /// `message` is an [`Issue`] as it is shown.
    fn custom<T: Display>(message: T) -> Self {
        let text = message.to_string();
        let (what, remedy) = text.rsplit_once(" — ").unwrap_or((&text, ""));
        Self::new(Issue::new(what, remedy))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found_kind = match found {
            Unexpected::Bool(_) => "boolean",
            Unexpected::Signed(_) | Unexpected::Unsigned(_) => "integer",
            Unexpected::Str(_) => "text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a table",
            Unexpected::Other(kind) => kind,
            _ => "something else",
        };
        let expected = expected.to_string();
        let wanted = match (expected.as_str(), found) {
            ("a boolean", Unexpected::Str(text)) => {
                return Self::unknown_variant(text, &["true", "false"]);
            }
            ("a boolean", _) => "`true` or `false`",
            ("a string" | "a borrowed string" | "string or map", _) => "a text",
            ("a sequence", _) => "a list",
            ("i64", _) => "a number",
            (other, _) if other.starts_with("enum ") => "a text",
            (other, _) => other,
        };
        Self::new(Issue::new(format!("is {found_kind}, not {wanted}"), ""))
    }

    fn unknown_variant(written: &str, variants: &'static [&'static str]) -> Self {
        let issue = Issue::new(format!("`{written}` is unknown"), format!("write {}", one_of(variants)));
        Self {
            variants,
            ..Self::new(issue)
        }
    }

    fn unknown_field(written: &str, keys: &'static [&'static str]) -> Self {
        let near = keys.iter().map(|key| (strsim::osa_distance(written, key), key)).min();
        let near = near.filter(|(distance, _)| *distance <= 2 && *distance < written.chars().count());
        let remedy = match near {
            Some((_, key)) => format!("did you mean `{key}`?"),
            None => "remove it; `portico config reference` lists all keys".to_owned(),
        };
        Self::new(Issue::new("is no key of Portico", remedy))
    }
}

/// The names of an enum's variants, from the error of a text that is none of them.
pub(super) fn variants_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let read = T::deserialize(IntoDeserializer::<Failure>::into_deserializer(""));
    read.err().map_or(&[], |failure| failure.variants)
}

/// `` `a`, `b` or `c` ``.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
