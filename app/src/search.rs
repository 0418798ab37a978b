//! Searching: the page at `/search` with its server function here, results in `results.rs`, what is said in place of them in `advice.rs`, the box
//! in the bar in `search_box.rs`, suggestions while somebody types in `suggestions.rs` (server) and `browser/search.rs` (browser).

mod advice;
mod marks;
mod results;
mod search_box;
#[cfg(feature = "ssr")]
mod suggestions;

use domain::{SearchPage, TypedFilter};
use leptos::{prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    client::PersonClient,
    layout::PageTitle,
    page_error::PageError,
    query_form::QueryForm,
    resource::{load, page},
    sign_in::encode_query_value,
};

#[cfg(feature = "ssr")]
use {
    crate::request_context::RequestContext,
    domain::{SearchError, SearchQuery},
};

pub(crate) use search_box::SearchBox;
#[cfg(feature = "ssr")]
pub use suggestions::{SUGGESTIONS, suggestions};

/// Most results of a page. What comes behind so many is found by another word.
#[cfg(feature = "ssr")]
const MAX_RESULTS: usize = 50;

/// Longest part of what was typed that stands in the title of the page, in characters.
const MAX_TITLE: usize = 60;

/// What the page says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchAnswer {
    /// What was typed, cut to what is read of it.
    words: String,
    /// The filters that were understood.
    filters: Vec<TypedFilter>,
    outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Outcome {
    /// What was found; none if nothing was typed.
    Found(SearchPage),
    /// The index is being built: so much of it is there, 0 to 100.
    Building(u8),
    /// Searching failed. Holds the reference that finds the cause in the log.
    Unavailable(String),
}

/// The best results for what was typed.
#[server(name = SearchCall, prefix = "/api/fn", endpoint = "search", input = Json, client = PersonClient)]
pub(crate) async fn search(words: String) -> Result<SearchAnswer, PageError> {
    let context = RequestContext::current()?;
    let words: String = words.chars().take(SearchQuery::MAX_LENGTH).collect();
    let outcome = match context.search.search(&context.visitor, &words, MAX_RESULTS).await {
        Ok(page) => Outcome::Found(page),
        Err(SearchError::Building { percent }) => Outcome::Building(percent),
        Err(error) => match context.respond(Err(error)) {
            // The page with the form stays, so that nobody has to type it again.
            Err(PageError::Unavailable(reference)) => Outcome::Unavailable(reference),
            other => return other,
        },
    };
    Ok(SearchAnswer {
        filters: SearchQuery::typed_filters(&words),
        words,
        outcome,
    })
}

/// The page at `/search`.
#[component]
pub(crate) fn SearchPageView() -> impl IntoView {
    let address = use_query_map();
    let words = Memo::new(move |_| address.with(|parts| parts.get("q").unwrap_or_default()));
    let answer = load(move || words.get(), search);
    page(answer, |answer| view! { <Answer answer /> }.into_any())
}

#[component]
fn Answer(answer: SearchAnswer) -> impl IntoView {
    let SearchAnswer {
        words,
        filters,
        outcome,
    } = answer;
    let typed = words.trim().to_owned();
    let title = match typed.chars().take(MAX_TITLE).collect::<String>() {
        nothing if nothing.is_empty() => "Search".to_owned(),
        typed => format!("{typed} – Search"),
    };
    let outcome = match outcome {
        Outcome::Found(page) if !page.results.is_empty() => view! { <results::Results page /> }.into_any(),
        Outcome::Found(_) => view! { <advice::NothingFound words=typed.clone() /> }.into_any(),
        Outcome::Building(percent) => view! { <advice::Building percent words=typed.clone() /> }.into_any(),
        Outcome::Unavailable(reference) => view! { <advice::Unavailable reference words=typed.clone() /> }.into_any(),
    };
    view! {
        <PageTitle text=title />
        <div class="page wide search-page">
            <h1>"Search"</h1>
            <QueryForm
                action="/search"
                label="Search the documents"
                id="search-words"
                prompt="Words, or the beginning of one"
                value=words
                max_length=200
                button="Search"
            />
            {(!filters.is_empty()).then(|| view! { <Filters filters /> })}
            {outcome}
        </div>
    }
}

/// The filters that were understood, each a link to the search without it.
#[component]
fn Filters(filters: Vec<TypedFilter>) -> impl IntoView {
    let chips = filters.into_iter().map(|TypedFilter { text, rest }| {
        view! {
            <li>
                <a class="chip" href=search_address(&rest) aria-label=format!("Search without {text}") dir="auto">
                    {format!("{text} ×")}
                </a>
            </li>
        }
    });
    view! {
        <div class="search-filters">
            <p>"Only what fits:"</p>
            <ul>{chips.collect_view()}</ul>
        </div>
    }
}

/// The address of a search.
fn search_address(words: &str) -> String {
    if words.is_empty() {
        "/search".to_owned()
    } else {
        format!("/search?q={}", encode_query_value(words))
    }
}
