//! How a struct of the configuration describes itself: the macro `table!` takes a struct as it would be written for serde, with a default
//! and an example for each field, and makes of it the struct and its part of [`super::keys`]. What is read and what is documented are one.

use std::fmt;

use serde::de::{DeserializeOwned, Error, IntoDeserializer as _};

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
    Text(String),
    /// The same, or a list of texts.
    TextOrList(String),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number, with a word for which.
    Number(String),
    /// A list of texts; in a variable separated by spaces or commas.
    List,
    /// `true` or `false`.
    Flag,
}

/// What a field of a table may be.
pub(super) trait Setting {
    /// What may be written for it.
    fn shape() -> Shape;

    /// Adds the key of this field; a table adds its own keys as well.
    fn describe(key: Key, keys: &mut Vec<Key>) {
        let shape = Self::shape();
        keys.push(Key { shape, ..key });
    }

    /// The same for a list of these.
    fn describe_list(key: Key, keys: &mut Vec<Key>) {
        let shape = Shape::List;
        keys.push(Key { shape, ..key });
    }
}

impl<T: Setting> Setting for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn shape() -> Shape {
        Shape::List
    }

    fn describe(key: Key, keys: &mut Vec<Key>) {
        T::describe_list(key, keys);
    }
}

impl Setting for String {
    fn shape() -> Shape {
        Shape::Text("text".to_owned())
    }
}

impl Setting for bool {
    fn shape() -> Shape {
        Shape::Flag
    }
}

/// Enums of which the name of one variant is written.
macro_rules! choice {
    ($($type:ty),+ $(,)?) => { $(
        impl schema::Setting for $type {
            fn shape() -> schema::Shape {
                schema::shape_of_choice::<$type>()
            }
        }
    )+ };
}

/// The names of an enum's variants, as serde states them of a text that is none.
pub(super) fn shape_of_choice<T: DeserializeOwned>() -> Shape {
    #[derive(Debug, thiserror::Error)]
    #[error("unknown variant")]
    struct Unknown(&'static [&'static str]);

    impl Error for Unknown {
        fn custom<M: fmt::Display>(_: M) -> Self {
            Self(&[])
        }

        fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
            Self(variants)
        }
    }

    let read: Result<T, Unknown> = T::deserialize("".into_deserializer());
    Shape::Choice(read.err().map_or(&[], |Unknown(variants)| variants))
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

/// Structs that are tables of `portico.toml`.
macro_rules! table {
    ($(
        $(#[doc = $about:literal])+
        pub struct $table:ident { $(
            $(#[doc = $field_about:literal])+
            $(#[setting($(default = $default:literal,)? example = $example:literal)])?
            pub $field:ident: $type:ty,
        )+ }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::config) struct $table { $(
            $(#[doc = $field_about])+
            pub $field: $type,
        )+ }

        impl schema::Setting for $table {
            fn shape() -> schema::Shape {
                schema::Shape::Table
            }

            fn describe(key: schema::Key, keys: &mut Vec<schema::Key>) {
                let path = key.path.clone();
                let about = concat!($($about),+).trim_start();
                keys.push(schema::Key { shape: Self::shape(), about, ..key });
                $( <$type>::describe(
                    schema::field(
                        &path,
                        stringify!($field),
                        concat!($($field_about),+),
                        &[$($($default)?)?],
                        &[$($example)?],
                    ),
                    keys,
                ); )+
            }

            fn describe_list(mut key: schema::Key, keys: &mut Vec<schema::Key>) {
                key.path.push_str("[]");
                Self::describe(key, keys);
            }
        }
    )+ };
}

pub(super) use {choice, table};

/// What `table!` knows of a field; of `default` and `example` there is one or none.
pub(super) fn field(
    table: &str,
    name: &str,
    about: &'static str,
    default: &[&'static str],
    example: &[&'static str],
) -> Key {
    let name = name.trim_start_matches("r#");
    Key {
        path: join(table, name),
        shape: Shape::Table,
        default: default.first().copied(),
        example: example.first().copied().unwrap_or_default(),
        about: about.trim_start(),
    }
}

/// A key inside of a table; the file itself has no name.
pub(super) fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}
