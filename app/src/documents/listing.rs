//! Which documents may I read? One page at a time, with a filter that is an ordinary form (DO-4).

use domain::{Cursor, DocumentId, Listing, ListingQuery};
use leptos::{either::Either, ev::SubmitEvent, html::Input, prelude::*, server_fn::codec::Json};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{DocumentTable, LOOK_FURTHER, NOTHING_YET};
use crate::{
    answer::{ask, page},
    client::PersonClient,
    icons::{Icon, SEARCH},
    layout::PageTitle,
    page_error::PageError,
    sign_in::in_query,
    whole::erased,
};

#[cfg(feature = "ssr")]
use crate::request::Asked;

/// One page of the documents the visitor may see. `after` is the last number of the page before; anything else
/// starts at the beginning.
#[server(name = ListDocumentsCall, prefix = "/api/fn", endpoint = "list_documents", input = Json, client = PersonClient)]
pub(crate) async fn list_documents(filter: String, after: String) -> Result<Listing, PageError> {
    let (asked, library) = (Asked::now()?, Asked::library()?);
    let page = library.list(&asked.visitor, &query(&filter, &after)).await;
    asked.answer(page)
}

/// Reads what came in the address.
#[cfg_attr(
    not(feature = "ssr"),
    expect(dead_code, reason = "only the server reads the address")
)]
fn query(filter: &str, after: &str) -> ListingQuery {
    let filter = filter.trim().chars().take(domain::listing::MAX_FILTER).collect();
    ListingQuery {
        filter,
        after: after.parse::<DocumentId>().ok().map(Cursor),
    }
}

/// The page at `/docs`.
#[component]
pub(crate) fn ListingPage() -> impl IntoView {
    let address = use_query_map();
    let part = move |name: &str| address.with(|parts| parts.get(name).unwrap_or_default());
    let asked = Memo::new(move |_| (part("q"), part("after")));
    let listing = ask(move || asked.get(), |(filter, after)| list_documents(filter, after));
    page(listing, |page| erased(view! { <Rows page /> }))
}

#[component]
fn Rows(page: Listing) -> impl IntoView {
    let address = use_query_map().get_untracked();
    let (filter, after) = (
        address.get("q").unwrap_or_default(),
        address.get("after").unwrap_or_default(),
    );
    let first = (!after.is_empty()).then(|| ("First page", None, address_of("", &filter)));
    let next = page
        .next
        .as_ref()
        .map(|Cursor(last)| ("Next page", Some("next"), address_of(&last.to_string(), &filter)));
    let links = first.into_iter().chain(next).map(|(words, rel, href)| {
        view! {
            <a href=href class="button quiet" rel=rel>
                {words}
            </a>
        }
    });
    let links: Vec<_> = links.collect();
    let goes_on = page.next.is_some();
    // Also below no rows at all: one request decides a bounded number, and further down there may be some.
    let pages = (!links.is_empty()).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {links}
            </nav>
        }
    });
    view! {
        <div class="page wide">
            <Head filter=filter.clone() />
            {if page.rows.is_empty() {
                Either::Left(view! { <Empty filter after goes_on /> })
            } else {
                Either::Right(view! { <DocumentTable rows=page.rows /> })
            }}
            {pages}
        </div>
    }
}

/// Title and filter. The form works without script; with it, the page is not loaded again.
#[component]
fn Head(filter: String) -> impl IntoView {
    let navigate = use_navigate();
    let field = NodeRef::<Input>::new();
    let show = move |event: SubmitEvent| {
        if let Some(field) = field.get() {
            event.prevent_default();
            navigate(&address_of("", field.value().trim()), NavigateOptions::default());
        }
    };
    view! {
        <PageTitle text="Documents" />
        <div class="listing-head">
            <h1>"Documents"</h1>
            <form class="filter" role="search" action="/docs" on:submit=show>
                <label for="filter">"Filter by title or folder"</label>
                <span class="field">
                    <Icon path=SEARCH />
                    <input
                        node_ref=field
                        id="filter"
                        type="search"
                        name="q"
                        value=filter
                        maxlength="100"
                        dir="auto"
                        autocomplete="off"
                    />
                </span>
                <button class="button quiet" type="submit">
                    "Filter"
                </button>
            </form>
        </div>
    }
}

/// What to do when there is nothing to show.
#[component]
fn Empty(filter: String, after: String, goes_on: bool) -> impl IntoView {
    let words = if goes_on {
        LOOK_FURTHER.to_owned()
    } else if !filter.is_empty() {
        format!("Nothing you may read has “{filter}” in its title or folder.")
    } else if !after.is_empty() {
        "There are no more documents.".to_owned()
    } else {
        NOTHING_YET.to_owned()
    };
    let back = (!filter.is_empty() || !after.is_empty()).then(|| {
        view! {
            <a href="/docs" class="button quiet">
                "Show all documents"
            </a>
        }
    });
    view! {
        <div class="empty">
            <p dir="auto">{words}</p>
            {back}
        </div>
    }
}

/// The address of a page of the listing.
fn address_of(after: &str, filter: &str) -> String {
    let parts = [("q", filter), ("after", after)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    let query = parts
        .map(|(name, value)| format!("{name}={}", in_query(value)))
        .collect::<Vec<_>>()
        .join("&");
    if query.is_empty() {
        "/docs".to_owned()
    } else {
        format!("/docs?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn do_4_a_page_of_the_listing_has_an_address() {
        assert_eq!(address_of("", ""), "/docs");
        assert_eq!(address_of("7", "a&b"), "/docs?q=a%26b&after=7");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn do_4_a_broken_cursor_is_the_first_page_and_a_long_filter_is_cut() {
        assert_eq!(
            query(" guide ", "x"),
            ListingQuery {
                after: None,
                filter: "guide".to_owned()
            }
        );
        assert_eq!(
            query(&"é".repeat(500), "7").filter.chars().count(),
            domain::listing::MAX_FILTER
        );
        assert_eq!(query("", "7").after.map(|Cursor(id)| id.number()), Some(7));
    }
}
