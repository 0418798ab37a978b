//! How a struct of the configuration describes itself: the macro `settings!` takes a struct with the format, default and example of each
//! field, and makes of it the struct, how it is read, and its part of [`super::keys`]. What is read and what is documented are one.

use std::ops::RangeBounds;

use serde::de::{DeserializeOwned, IntoDeserializer as _, value::Error};
use serde_aux::serde_introspection::serde_introspect;

use super::{problem::Issue, value::Value};

/// One key of `portico.toml`, or one table.
#[derive(Debug, Clone)]
pub struct Key {
    /// Where it stands: `listen`, `session.idle`, `providers[].issuer`.
    pub path: String,
    /// What may be written for it.
    pub shape: Shape,
    /// The value when it is not written, as in a variable; `None`: none.
    pub default: Option<&'static str>,
    /// A line as it would stand in the file.
    pub example: &'static str,
    /// What it does, in whole sentences.
    pub about: &'static str,
}

/// What may be written for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Keys of its own.
    Table,
    /// A text, with a word for what it must be.
    Text(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number, with a word for which.
    Number(&'static str),
    /// A list of texts; in a variable separated by spaces or commas.
    List,
    /// `true` or `false`.
    Flag,
}

impl Key {
    /// What is wrong with a value of another kind than this key takes.
    pub(super) fn wrong_kind(&self, found: &str) -> Issue {
        let expected = match self.shape {
            Shape::Table => "a table",
            Shape::Text(_) | Shape::Choice(_) => "a text",
            Shape::Number(_) => "a number",
            Shape::List => "a list",
            Shape::Flag => "`true` or `false`",
        };
        issue!("is {found}, not {expected} — write it like `{}`", self.example)
    }
}

/// Reads a value; `None` if it is of a kind that is not taken.
type Parse<T> = Box<dyn Fn(&Value) -> Option<Result<T, Issue>>>;

/// What may be written for a value, and how it is read.
pub(super) struct Format<T> {
    /// The kind of value, with a word for the reference.
    pub(super) shape: Shape,
    parse: Parse<T>,
}

impl<T: 'static> Format<T> {
    /// A format that is read from several kinds of values.
    pub(super) fn new(shape: Shape, parse: impl Fn(&Value) -> Option<Result<T, Issue>> + 'static) -> Self {
        let parse = Box::new(parse);
        Self { shape, parse }
    }

    /// A text; `what` says which.
    pub(super) fn text(what: &'static str, parse: impl Fn(&str) -> Result<T, Issue> + 'static) -> Self {
        Self::new(Shape::Text(what), move |value| value.text().map(&parse))
    }

    /// A number; `what` says which.
    pub(super) fn number(what: &'static str, parse: impl Fn(i64) -> Result<T, Issue> + 'static) -> Self {
        Self::new(Shape::Number(what), move |value| match value {
            Value::Integer(number) => Some(parse(*number)),
            value => value.text()?.parse().ok().map(&parse),
        })
    }
}

impl<T: PartialOrd + 'static> Format<T> {
    /// The same within bounds; `issue` follows what is written beyond them.
    pub(super) fn within(self, range: impl RangeBounds<T> + 'static, issue: &'static str) -> Self {
        let Self { shape, parse } = self;
        Self::new(shape, move |value| {
            let beyond = || issue!("`{}` {issue}", value.text().unwrap_or_default());
            let read = parse(value)?;
            Some(read.and_then(|read| Some(read).filter(|read| range.contains(read)).ok_or_else(beyond)))
        })
    }
}

/// `true` or `false`.
pub(super) fn flag() -> Format<bool> {
    Format::new(Shape::Flag, |value| match value {
        Value::Flag(flag) => Some(Ok(*flag)),
        value => value
            .text()
            .map(|text| text.parse().map_err(|_| unknown(text, &["true", "false"]))),
    })
}

/// The name of a variant of an enum, as serde reads it.
pub(super) fn choice<T: DeserializeOwned + 'static>() -> Format<T> {
    let names = serde_introspect::<T>();
    let parse = |text: &str| T::deserialize(text.into_deserializer()).map_err(|_: Error| unknown(text, names));
    Format::new(Shape::Choice(names), move |value| value.text().map(parse))
}

fn unknown(text: &str, choices: &[&str]) -> Issue {
    issue!("`{text}` is unknown — write {}", one_of(choices))
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

/// A field whose values have the format of `T`: one, one or none, or a list.
pub(super) trait Field<T>: Sized {
    /// The shape of the field, from that of its values.
    fn shape(of_value: Shape) -> Shape {
        of_value
    }

    /// Reads what is written; `None` if nothing in it can be used.
    fn parse(value: &Value, key: &Key, format: &Format<T>, issues: &mut Vec<Issue>) -> Option<Self>;

    /// The field where nothing is written and there is no default.
    fn missing() -> Option<Self> {
        None
    }
}

impl<T> Field<T> for T {
    fn parse(value: &Value, key: &Key, format: &Format<T>, issues: &mut Vec<Issue>) -> Option<Self> {
        let read = (format.parse)(value).unwrap_or_else(|| Err(key.wrong_kind(value.kind())));
        read.map_err(|issue| issues.push(issue)).ok()
    }
}

impl<T> Field<T> for Option<T> {
    fn parse(value: &Value, key: &Key, format: &Format<T>, issues: &mut Vec<Issue>) -> Option<Self> {
        <T as Field<T>>::parse(value, key, format, issues).map(Some)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

impl<T> Field<T> for Vec<T> {
    fn shape(_: Shape) -> Shape {
        Shape::List
    }

    fn parse(value: &Value, key: &Key, format: &Format<T>, issues: &mut Vec<Issue>) -> Option<Self> {
        let Some(words) = value.words() else {
            issues.push(key.wrong_kind(value.kind()));
            return None;
        };
        let words = words.into_iter().map(Value::Text);
        Some(words.filter_map(|word| T::parse(&word, key, format, issues)).collect())
    }

    fn missing() -> Option<Self> {
        Some(Vec::new())
    }
}

/// Structs that are tables of `portico.toml`. A field without a format is a table of its own.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $vis:vis struct $table:ident { $(
            $(#[doc = $field_about:literal])+
            $field:ident: $type:ty $(as $format:expr, $(key = $key:literal,)? $(default = $default:literal,)? example = $example:literal)?,
        )+ }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        $vis struct $table { $(
            $(#[doc = $field_about])+
            pub $field: $type,
        )+ }

        impl reader::Table for $table {
            fn read(reader: &mut reader::Reader, path: &str) -> Option<Self> {
                reader.describe(path, concat!($($about),+));
                Some(Self { $( $field: schema::field!(
                    reader, path, stringify!($field), concat!($($field_about),+);
                    $($format, [$($key)?], [$($default)?], $example)?
                )?, )+ })
            }
        }
    )+ };
}

/// How `settings!` reads a field.
macro_rules! field {
    ($reader:ident, $path:ident, $field:expr, $about:expr;) => {
        reader::Table::read($reader, &schema::join($path, $field))
    };
    ($reader:ident, $path:ident, $field:expr, $about:expr; $format:expr, $key:expr, $default:expr, $example:literal) => {
        $reader.value(
            schema::Key {
                path: schema::join($path, schema::first(&$key).unwrap_or($field)),
                shape: schema::Shape::Table,
                default: schema::first(&$default),
                example: $example,
                about: $about.trim_start(),
            },
            &$format,
        )
    };
}

pub(super) use {field, settings};

/// What is written in `settings!` at most once.
pub(super) fn first(written: &[&'static str]) -> Option<&'static str> {
    written.first().copied()
}

/// A key inside of a table; the file itself has no name.
pub(super) fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}
