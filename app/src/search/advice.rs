//! What the page says in place of results: what to try, how far the index is, or that searching does not work.

use leptos::prelude::*;

use crate::sign_in::encode_query_value;

/// Nothing was typed, or nothing was found.
#[component]
pub(super) fn NothingFound(words: String) -> impl IntoView {
    let message = if words.is_empty() {
        "Type a few words from the title or the text of a document.".to_owned()
    } else {
        format!("Nothing you may read fits “{words}”.")
    };
    view! {
        <div class="empty">
            <p role="status" dir="auto">
                {message}
            </p>
            // The same for everybody, so that hydration has nothing to walk through.
            <div class="search-help" inner_html=include_str!("help.html")></div>
        </div>
    }
}

/// The index is being built.
#[component]
pub(super) fn Building(percent: u8, words: String) -> impl IntoView {
    view! {
        <div class="empty">
            <p role="status">{format!("The search index is being built: {percent} % is done. It takes a few minutes.")}</p>
            <ListFilter words />
        </div>
    }
}

/// Searching does not work.
#[component]
pub(super) fn Unavailable(reference: String, words: String) -> impl IntoView {
    view! {
        <div class="empty">
            <p role="alert">"Searching does not work right now. Nothing is lost; try again in a moment."</p>
            <p>
                "If it stays like this, tell whoever runs this site: "
                <code>{reference}</code>
            </p>
            <ListFilter words />
        </div>
    }
}

/// The list, which is filtered without the index.
#[component]
fn ListFilter(words: String) -> impl IntoView {
    let address = if words.is_empty() {
        "/docs".to_owned()
    } else {
        format!("/docs?q={}", encode_query_value(&words))
    };
    view! {
        <p>
            <a href=address class="button quiet">
                "Filter the list by title instead"
            </a>
        </p>
    }
}
