//! What is Portico? A page of plain text that asks nobody anything.

use leptos::prelude::*;

use crate::layout::PageTitle;

/// The page at `/about`.
#[component]
pub(crate) fn About() -> impl IntoView {
    view! {
        <PageTitle text="About" />
        <div class="page prose" inner_html=include_str!("about/text.html")></div>
    }
}
