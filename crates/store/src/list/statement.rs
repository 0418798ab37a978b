//! SQL text with its values. What comes from outside is always a value, never text.

use crate::{sql::Dialect, text::contains_nul};

/// A statement in one dialect.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) dialect: &'static Dialect,
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

/// A value of a statement.
#[derive(Debug)]
pub(crate) enum Value {
    Number(i64),
    Text(String),
}

impl Statement {
    pub(crate) fn new(dialect: &'static Dialect) -> Self {
        Self {
            dialect,
            text: String::new(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(crate) fn text(&mut self, text: &str) -> String {
        self.value(Value::Text(text.to_owned()))
    }

    /// The strings as rows `w` with a column `value`. Nothing is stored under a text with a NUL, so such a text is left out.
    pub(crate) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> String {
        let texts: Vec<&str> = texts.into_iter().filter(|text| !contains_nul(text)).collect();
        self.items(serde_json::json!(texts).to_string())
    }

    fn items(&mut self, json: String) -> String {
        let list = self.value(Value::Text(json));
        let words = &self.dialect.words;
        format!("{}({list}{}", words.items_of, words.items_as)
    }
}

/// The query with the values of its statement bound, in order. A macro, as each database has a query type of its own.
macro_rules! with_values {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::list::statement::Value::Number(number) => query.bind(number),
                $crate::list::statement::Value::Text(text) => query.bind(text),
            };
        }
        query
    }};
}
pub(crate) use with_values;
