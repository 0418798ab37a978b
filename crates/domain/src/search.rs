//! Search: what somebody looks for, and what is found. The index finds documents; the policy decides whether they are shown.
//!
//! | what | where |
//! |---|---|
//! | Query, and its parser | [`SearchQuery`], `search/parse.rs`, [`TypedFilter`] |
//! | What the index holds of a document | [`IndexedDocument`] |
//! | What may be found | [`crate::plan::Rights`] |
//! | What the index found | [`SearchHits`] |
//! | The port, and what a visitor is shown | [`Search`], [`SearchPage`], [`Snippet`] |

use std::{collections::BTreeSet, error::Error, ops::Range, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    document::{DocumentFacts, DocumentId, Summary},
    group::GroupMatch,
    plan::{Right, folder_rights},
    visitor::Visitor,
};

mod filters;
mod parse;

pub use filters::TypedFilter;

/// A search as it was typed. Every term must occur; filters of one kind are alternatives, filters of different kinds must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchQuery {
    /// What must occur.
    pub terms: Vec<SearchTerm>,
    /// What must not occur (`-word`).
    pub excluded: Vec<SearchTerm>,
    /// Folders to look in, with everything below them (`folder:handbook/people`).
    pub folders: Vec<String>,
    /// Owners, as they were typed (`owner:alice`).
    pub owners: Vec<String>,
    /// Groups, as they were typed (`group:Sales`).
    pub groups: Vec<String>,
    /// When it last changed (`updated:2026-05`, `updated:>2025`, `updated:30d`).
    pub updated: Option<TimeRange>,
}

impl SearchQuery {
    /// Longest text that is read, in characters; the rest is ignored.
    pub const MAX_LENGTH: usize = 200;
    /// Most terms that are read, excluded ones among them; the rest is ignored.
    pub const MAX_TERMS: usize = 12;
    /// Most filters that are read; the rest is ignored.
    pub const MAX_FILTERS: usize = 12;

    /// Whether nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchTerm {
    /// A word, in any form that the index knows of it.
    Word(String),
    /// The beginning of a word: what stood last, as it may not be finished.
    Prefix(String),
    /// Words one after the other, as they stand.
    Phrase(String),
}

impl SearchTerm {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Prefix(text) | Self::Phrase(text) => text,
        }
    }
}

/// A span of time, in seconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// Not before; `None` is any time.
    pub from: Option<i64>,
    /// Before; `None` is any time.
    pub until: Option<i64>,
}

/// What the index keeps of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedDocument<'a> {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: &'a str,
    /// The texts of its headings.
    pub headings: Vec<&'a str>,
    /// Its text without markup.
    pub text: &'a str,
    /// Everything a person can be let in by ([`rights_of`]).
    pub rights: BTreeSet<Right>,
    /// When it last changed: seconds since 1970 (UTC).
    pub updated_at: i64,
}

/// Everything that a document carries and a person can be let in by, except its number.
#[must_use]
pub fn rights_of(facts: &DocumentFacts<'_>) -> BTreeSet<Right> {
    let mut rights: BTreeSet<Right> = folder_rights(facts.folder).collect();
    rights.insert(Right::Owner(facts.owner.clone()));
    if !facts.is_private {
        rights.insert(Right::Public);
    }
    for group in facts.groups {
        rights.insert(Right::GroupId(group.key(GroupMatch::Id).as_str().to_owned()));
        rights.insert(Right::GroupName(group.key(GroupMatch::Name).as_str().to_owned()));
    }
    rights
}

/// A document that was found. Whether it may be shown is still to be decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchHit {
    /// Its number.
    pub id: DocumentId,
    /// How well it fits; comparable within one search only.
    pub score: f32,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchHits {
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// How many of them, from the end, were found only when typing errors were allowed for.
    pub similar: usize,
    /// Whether there were more than the limit.
    pub is_cut: bool,
}

/// A part of a text with what was looked for in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snippet {
    /// Plain text; nothing in it is escaped.
    pub text: String,
    /// Byte ranges of `text` to be marked: in order, apart from each other, at character boundaries.
    pub marks: Vec<Range<usize>>,
    /// Whether text was left out before.
    pub is_cut_before: bool,
    /// Whether text was left out behind.
    pub is_cut_behind: bool,
}

/// A document that the visitor may read and that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResult {
    /// Its row in a list, reasons included.
    pub summary: Summary,
    /// Its title, with what was looked for marked in it.
    pub title: Snippet,
    /// A part of its text; `None` if what was looked for stands in the title alone.
    pub snippet: Option<Snippet>,
}

/// What a visitor is shown of a search.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchPage {
    /// Best first.
    pub results: Vec<SearchResult>,
    /// How many of them, from the end, were found only when typing errors were allowed for.
    pub similar: usize,
    /// Whether there were more.
    pub is_cut: bool,
}

/// The port to searching. Every method takes the visitor: nothing is found that the visitor may not read.
#[async_trait]
pub trait Search: Send + Sync {
    /// The best results for a query as it was typed, at most `limit`.
    ///
    /// # Errors
    /// [`SearchError::SignInFirst`] for anonymous visitors, [`SearchError::Building`], or [`SearchError::Unavailable`].
    async fn search(&self, visitor: &Visitor, query: &str, limit: usize) -> Result<SearchPage, SearchError>;
}

/// What a caller can act on. Causes are for the log alone.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// The index is being built.
    #[error("the index is being built")]
    Building {
        /// How much of it is there, 0 to 100.
        percent: u8,
    },
    /// The index, the store or the policy failed; a retry may help.
    #[error("searching is unavailable")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}
