//! Suggestions while somebody types, as HTML: the browser shows what the server wrote, so that no view of them is part of the WebAssembly.

use domain::{SearchPage, SearchResult};
use leptos::prelude::*;

use super::{marks::Marked, search_address};

/// How many documents are suggested.
pub const SUGGESTIONS: usize = 8;

/// The options of the list below the search box: the results, then the search itself. Everything in them is escaped.
#[must_use]
pub fn suggestions(words: &str, page: SearchPage) -> String {
    let words = words.trim();
    if words.is_empty() {
        return String::new();
    }
    let results = page.results.into_iter().enumerate();
    let results = results.map(|(number, SearchResult { summary, title, .. })| {
        view! {
            <a role="option" id=format!("suggestion-{number}") tabindex="-1" href=format!("/docs/{}", summary.id)>
                <span dir="auto">
                    <Marked snippet=title />
                </span>
                <span class="folder" dir="auto">
                    {summary.folder}
                </span>
            </a>
        }
    });
    let options = view! {
        {results.collect_view()}
        <a role="option" id="search-suggestion-all" tabindex="-1" href=search_address(words) class="search-all">
            <span dir="auto">{format!("Search for “{words}”")}</span>
        </a>
    };
    options.to_html()
}
