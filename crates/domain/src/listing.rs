//! Pages of a list, by keyset: a page starts after the last row of the one before, or ends before the first row of the one behind.

use serde::{Deserialize, Serialize};

use crate::document::Summary;

/// Rows on one page of a listing.
pub const PAGE_SIZE: usize = 25;

/// Longest filter text, in characters; the rest is ignored.
pub const MAX_FILTER: usize = 100;

/// Where a page starts or ends. Only the library reads it; one that it did not make is the first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// What a list is ordered by; rows that are equal in it, by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortKey {
    /// When the document last changed.
    #[default]
    Updated,
    /// When it was made.
    Created,
    /// Its title, without regard to case.
    Title,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// What it is ordered by.
    pub key: SortKey,
    /// Whether the last comes first.
    pub is_descending: bool,
}

impl Sort {
    /// The order that is usual for a key: newest first, or from A to Z.
    #[must_use]
    pub fn usual(key: SortKey) -> Self {
        Self {
            key,
            is_descending: key != SortKey::Title,
        }
    }
}

impl Default for Sort {
    /// What last changed, first.
    fn default() -> Self {
        Self::usual(SortKey::default())
    }
}

/// Which page of which documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListingQuery {
    /// The page; `None` is the first.
    pub cursor: Option<Cursor>,
    /// Words that title and folder must contain, without regard to case; empty for all documents.
    pub filter: String,
    /// The folder whose documents are listed, without those of folders below it; `None` lists the documents of all folders.
    pub folder: Option<String>,
    /// The order.
    pub sort: Sort,
}

/// How many documents a list has, as far as they were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub number: u32,
    /// Whether there are more.
    pub is_capped: bool,
}

impl Count {
    /// Where counting ends.
    pub const CAP: u32 = 1_000;
}

/// One page of the documents a visitor may see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Listing {
    /// The rows, at most [`PAGE_SIZE`].
    pub rows: Vec<Summary>,
    /// The page before; `None` on the first.
    pub previous: Option<Cursor>,
    /// The page behind; `None` on the last.
    pub next: Option<Cursor>,
    /// The documents of all pages; `None` if counting them would cost too much.
    pub count: Option<Count>,
}
