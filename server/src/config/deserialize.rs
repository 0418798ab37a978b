//! Serde for what was written: tables become structs, values become the types of fields.

use std::iter::Enumerate;

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
        value::SeqDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{
    entries::{Entries, Value},
    failure::Failure,
    schema::join,
};

/// A place among the entries.
#[derive(Clone)]
pub(super) struct At<'a> {
    entries: &'a Entries,
    key_path: String,
}

/// What stands at a place.
enum Written {
    Tables(usize),
    Table,
    Value(Value),
    Nothing,
}

impl<'a> At<'a> {
    /// The file itself.
    pub(super) fn root(entries: &'a Entries) -> Self {
        let key_path = String::new();
        Self { entries, key_path }
    }

    fn written(&self) -> Written {
        match (self.entries.count(&self.key_path), self.entries.value(&self.key_path)) {
            (0, _) if self.entries.is_table(&self.key_path) => Written::Table,
            (0, Some(value)) => Written::Value(value),
            (0, None) => Written::Nothing,
            (count, _) => Written::Tables(count),
        }
    }
}

impl<'de> Deserializer<'de> for At<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let found = match self.written() {
            Written::Value(Value::Text(text) | Value::Variable(text)) => return visitor.visit_string(text),
            Written::Value(Value::Flag(flag)) => return visitor.visit_bool(flag),
            Written::Value(Value::Integer(number)) => return visitor.visit_i64(number),
            Written::Value(Value::List(words)) => return visitor.visit_seq(Words(words.into_iter().enumerate())),
            Written::Value(Value::Other(kind)) => Unexpected::Other(kind),
            Written::Tables(_) => Unexpected::Seq,
            Written::Table => Unexpected::Map,
            Written::Nothing | Written::Value(Value::Refused) => Unexpected::Unit,
        };
        Err(Failure::invalid_type(found, &visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.written() {
            Written::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let (entries, key_path) = (self.entries, &self.key_path);
        let table = |index| Self {
            entries,
            key_path: format!("{key_path}[{index}]"),
        };
        match self.written() {
            Written::Nothing => visitor.visit_seq(SeqDeserializer::new((0..0).map(table))),
            Written::Tables(count) => visitor.visit_seq(SeqDeserializer::new((0..count).map(table))),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if let Written::Tables(_) | Written::Value(_) = self.written() {
            return self.deserialize_any(visitor);
        }
        let mut names = self.entries.names(&self.key_path);
        names.extend(fields);
        let (table, names) = (self.clone(), names.into_iter());
        let fields = Fields {
            table,
            names,
            field: self,
        };
        visitor.visit_map(fields)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.written() {
            Written::Value(Value::Text(text) | Value::Variable(text)) => visitor.visit_enum(text.into_deserializer()),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Failure> for At<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What a table has: its fields, and whatever else was written.
struct Fields<'a> {
    table: At<'a>,
    names: std::collections::btree_set::IntoIter<&'a str>,
    field: At<'a>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        self.field.key_path = join(&self.table.key_path, name);
        let key = seed.deserialize(name.into_deserializer());
        key.map(Some)
            .map_err(|failure: Failure| failure.at(&self.field.key_path))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failure> {
        let value = seed.deserialize(self.field.clone());
        value.map_err(|failure| failure.at(&self.field.key_path))
    }
}

/// The elements of a list, counted for [`Failure::element`].
struct Words(Enumerate<std::vec::IntoIter<String>>);

impl<'de> SeqAccess<'de> for Words {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let Some((position, word)) = self.0.next() else {
            return Ok(None);
        };
        let element = Some(position);
        let read = seed.deserialize(word.into_deserializer());
        read.map(Some)
            .map_err(|failure: Failure| Failure { element, ..failure })
    }
}
