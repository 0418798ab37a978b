//! Full-text index of documents: which of them hold these words, within the rights of whoever searches. A folder beside the database.
//!
//! | what | where |
//! |---|---|
//! | Opening; missing, outdated and damaged indexes | [`SearchIndex::open`], [`State`] |
//! | Writing, commits, rebuilding | [`Writer`] |
//! | Searching, typing errors | [`SearchIndex::search`], `query.rs`, `word_query.rs`, `expansion.rs`, `any_of.rs` |
//! | Ranking | `rank.rs` |
//! | Words, stems, Chinese and Japanese | `analysis.rs` |
//! | Snippets | [`SearchIndex::snippets`], `snippet.rs` |
//!
//! The index is derived data: it can be thrown away at any time and made again from the database. It knows a document's number, words and
//! rights, and gives back nothing but numbers: what is shown comes from the database, after the policy has decided once more.
//!
//! This is the only crate that names the engine, tantivy. Everything here blocks: it reads mapped files and writes to disk.

mod analysis;
mod any_of;
mod error;
mod expansion;
mod language;
mod open;
mod query;
mod rank;
mod schema;
mod snippet;
mod word_query;
mod writer;

pub use error::SearchError;
pub use language::Language;
pub use open::{RebuildReason, SearchIndex, Settings, State};
pub use query::SearchRequest;
pub use snippet::Snippets;
pub use writer::Writer;

/// Version of what stands in the index: raised whenever fields, words or the engine change, so that older indexes are made again.
pub const FORMAT: u32 = 1;
