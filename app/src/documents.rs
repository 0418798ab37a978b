//! Pages of documents: the list is in `listing.rs`, the page of one document in `document.rs`; here is what both show of a document.

mod document;
mod listing;
mod table;

use domain::Visibility;
use leptos::prelude::*;

use crate::icons::{Icon, LOCK, PEOPLE};

pub(crate) use document::DocumentPage;
pub(crate) use listing::ListingPage;
pub(crate) use table::DocumentTable;

/// A document's visibility as an icon and a word, so that nobody has to tell colours apart.
#[component]
fn VisibilityBadge(visibility: Visibility) -> impl IntoView {
    let (class, path, word) = match visibility {
        Visibility::Private => ("badge private", LOCK, "Private"),
        Visibility::Public => ("badge public", PEOPLE, "Public"),
    };
    view! {
        <span class=class>
            <Icon path />
            {word}
        </span>
    }
}

/// Shown where the visitor may read no document.
pub(crate) const NO_DOCUMENTS: &str =
    "There is no document you may read yet. When somebody shares one with you or your groups, it appears here.";

/// Shown where none of the rows decided so far is allowed, though later ones may be.
pub(crate) const MORE_TO_SEARCH: &str = "Nothing for you among these documents. There are more to look through.";
