//! The page about Portico: static text.

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
