//! How are documents chosen and read? The list is in `listing.rs`, the page of one document in `reading.rs`; here is
//! what both show of a document.

mod listing;
mod reading;
mod table;

use domain::Visibility;
use leptos::prelude::*;

use crate::icons::{Icon, LOCK, PEOPLE};

pub(crate) use listing::ListingPage;
pub(crate) use reading::ReadingPage;
pub(crate) use table::DocumentTable;

/// Who a document is meant for: a drawing and a word, so that colour is never needed to tell.
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

/// Said where there is no document to show.
pub(crate) const NOTHING_YET: &str =
    "There is no document you may read yet. When somebody shares one with you or your groups, it appears here.";

/// Said where no document is shown yet though there may be some further down.
pub(crate) const LOOK_FURTHER: &str = "Nothing for you among these documents. There are more to look through.";
