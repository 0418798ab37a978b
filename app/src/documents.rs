//! Pages of documents.
//!
//! | what | where |
//! |---|---|
//! | The list of all documents or of a folder, its address, filter and table | `listing.rs`, `list_address.rs`, `filter.rs`, `table.rs` |
//! | The page of one document | `document.rs`, `access.rs` |
//! | What both show of a document: lock, reasons, crumbs | `parts.rs` |
//! | The tree of folders beside both | `tree.rs` |

mod access;
mod document;
mod filter;
mod list_address;
mod listing;
mod parts;
mod table;
mod tree;

pub(crate) use document::DocumentPage;
pub(crate) use list_address::ListAddress;
pub(crate) use listing::ListingPage;
pub(crate) use parts::{Lock, ReasonChips};
pub(crate) use table::DocumentTable;
#[cfg(any(feature = "hydrate", feature = "csr"))]
pub(crate) use tree::{entries, list_folders};

/// Shown where the visitor may read no document.
pub(crate) const NO_DOCUMENTS: &str =
    "There is no document you may read yet. When somebody shares one with you or your groups, it appears here.";

/// Shown where none of the rows decided so far is allowed, though later ones may be.
pub(crate) const MORE_TO_SEARCH: &str = "Nothing for you among these documents. There are more to look through.";
