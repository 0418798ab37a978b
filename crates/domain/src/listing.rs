//! Pages of a list, by keyset: a page starts after the last row of the one before.

use serde::{Deserialize, Serialize};

use crate::document::{DocumentId, Summary};

/// Rows on one page of a listing.
pub const PAGE_SIZE: usize = 25;

/// Longest filter text, in characters; the rest is ignored.
pub const MAX_FILTER: usize = 100;

/// Where a page starts: after this document. Opaque to visitors, validated when they send it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub DocumentId);

/// Which page of which documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListingQuery {
    /// Start after this row; `None` is the first page.
    pub after: Option<Cursor>,
    /// Words that title and folder must contain, without regard to case; empty for all documents.
    pub filter: String,
}

/// One page of the documents a visitor may see, newest number first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The rows, at most [`PAGE_SIZE`].
    pub rows: Vec<Summary>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<Cursor>,
}
