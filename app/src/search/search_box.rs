//! The search box in the bar of every page: a plain form that works without script. What script adds is in `browser/search.rs`: results while
//! somebody types, and arrow keys to walk through them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::icons::{Icon, SEARCH};

/// The box, and on narrow screens a link to the page in place of it.
#[component]
pub(crate) fn SearchBox() -> impl IntoView {
    let words = use_query_map().with_untracked(|parts| parts.get("q").unwrap_or_default());
    view! {
        <a class="search-link" href="/search" aria-label="Search">
            <Icon path=SEARCH />
        </a>
        <form class="search-box" role="search" aria-label="Search" action="/search">
            <Icon path=SEARCH />
            <input
                id="site-search"
                type="search"
                name="q"
                value=words
                aria-label="Search"
                placeholder="Search"
                maxlength="200"
                dir="auto"
                autocomplete="off"
            />
            // Filled by `browser/search.rs`; the view knows nothing of what is in it.
            <div id="search-suggestions" role="listbox" aria-label="Suggestions" hidden></div>
        </form>
    }
}
