//! The page about writing documents: every construct that is understood, with its source. Its text is rendered from samples by a test of the
//! renderer of documents (`crates/markdown/tests/writing.rs`).

use leptos::prelude::*;

use crate::layout::PageTitle;

/// The page at `/help/writing`.
#[component]
pub(crate) fn Writing() -> impl IntoView {
    view! {
        <PageTitle text="Writing" />
        <div class="page prose writing" inner_html=include_str!("writing/text.html")></div>
    }
}
