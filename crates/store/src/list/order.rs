//! The order in which a list is read, and positions in it.

use domain::{DocumentId, Sort, SortKey, text::MAX_SORT_KEY};

use super::statement::Value;

/// Above every title's sort key: nothing is longer, and no code point is higher.
const HIGHEST: char = '\u{10ffff}';

/// A place in a list: that of a row, whether or not the row is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// What the row is sorted by.
    pub key: PositionKey,
    /// Its document.
    pub id: DocumentId,
}

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PositionKey {
    /// Seconds since 1970 (UTC).
    Time(i64),
    /// A title's sort key.
    Title(String),
}

/// The direction of reading: that of the list, or its opposite for the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) key: SortKey,
    pub(super) is_descending: bool,
}

impl Order {
    pub(super) fn new(sort: Sort, is_backward: bool) -> Self {
        Self {
            key: sort.key,
            is_descending: sort.is_descending != is_backward,
        }
    }

    /// The column, which `document` and `document_group` both have.
    pub(super) fn column(self) -> &'static str {
        match self.key {
            SortKey::Updated => "updated_at",
            SortKey::Created => "created_at",
            SortKey::Title => "title_key",
        }
    }

    /// The end of the names of its indices.
    pub(super) fn index_suffix(self) -> &'static str {
        match self.key {
            SortKey::Updated => "updated",
            SortKey::Created => "created",
            SortKey::Title => "title",
        }
    }

    /// How a row behind a position compares with it.
    pub(super) fn behind(self) -> &'static str {
        if self.is_descending { "<" } else { ">" }
    }

    /// How a row before a position, or at it, compares with it.
    pub(super) fn not_behind(self) -> &'static str {
        if self.is_descending { ">=" } else { "<=" }
    }

    /// `ORDER BY` these two.
    pub(super) fn by(self, key: &str, id: &str) -> String {
        let direction = if self.is_descending { "DESC" } else { "ASC" };
        format!("ORDER BY {key} {direction}, {id} {direction}")
    }

    /// The values of a position; without one, of a place before the first row.
    pub(super) fn bound(self, position: Option<&Position>) -> [Value; 2] {
        match position {
            Some(Position { key, id }) => [
                match key {
                    PositionKey::Time(seconds) => Value::Number(*seconds),
                    PositionKey::Title(key) => Value::Text(key.clone()),
                },
                Value::Number(id.number()),
            ],
            None => self.edge(self.is_descending),
        }
    }

    /// The values of a place behind the last row.
    pub(super) fn end(self) -> [Value; 2] {
        self.edge(!self.is_descending)
    }

    fn edge(self, is_highest: bool) -> [Value; 2] {
        let number = Value::Number(if is_highest { i64::MAX } else { i64::MIN });
        let key = match (self.key, is_highest) {
            (SortKey::Title, true) => Value::Text(HIGHEST.to_string().repeat(MAX_SORT_KEY + 1)),
            (SortKey::Title, false) => Value::Text(String::new()),
            (SortKey::Updated | SortKey::Created, true) => Value::Number(i64::MAX),
            (SortKey::Updated | SortKey::Created, false) => Value::Number(i64::MIN),
        };
        [key, number]
    }

    /// Whether the position is one of this order.
    pub(super) fn fits(self, position: &Position) -> bool {
        matches!(position.key, PositionKey::Title(_)) == (self.key == SortKey::Title)
    }
}
