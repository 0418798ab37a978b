//! The list of documents a visitor may read: one page at a time, with a filter that is an ordinary form (DO-4).

use domain::{Cursor, Listing, ListingQuery};
use leptos::{either::Either, ev::SubmitEvent, html::Input, prelude::*, server_fn::codec::Json};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{DocumentTable, MORE_TO_SEARCH, NO_DOCUMENTS};
use crate::{
    client::PersonClient,
    eager_hydration::eager_any,
    icons::{Icon, SEARCH},
    layout::PageTitle,
    page_error::PageError,
    resource::{load, page},
    sign_in::encode_query_value,
};

#[cfg(feature = "ssr")]
use crate::request_context::RequestContext;

/// One page of the documents the visitor may see.
#[server(name = ListDocumentsCall, prefix = "/api/fn", endpoint = "list_documents", input = Json, client = PersonClient)]
pub(crate) async fn list_documents(filter: String, cursor: String) -> Result<Listing, PageError> {
    let context = RequestContext::current()?;
    let page = context.library.list(&context.visitor, &query(&filter, &cursor)).await;
    context.respond(page)
}

/// Parses the parameters of the address; what is invalid is ignored, what is too long is cut.
#[cfg_attr(
    not(feature = "ssr"),
    expect(dead_code, reason = "only the server reads the address")
)]
fn query(filter: &str, cursor: &str) -> ListingQuery {
    let filter = filter.trim().chars().take(domain::listing::MAX_FILTER).collect();
    ListingQuery {
        filter,
        cursor: (!cursor.is_empty()).then(|| Cursor(cursor.to_owned())),
        ..ListingQuery::default()
    }
}

/// The page at `/docs`.
#[component]
pub(crate) fn ListingPage() -> impl IntoView {
    let address = use_query_map();
    let part = move |name: &str| address.with(|parts| parts.get(name).unwrap_or_default());
    let parameters = Memo::new(move |_| (part("q"), part("cursor")));
    let listing = load(
        move || parameters.get(),
        |(filter, cursor)| list_documents(filter, cursor),
    );
    page(listing, |page| eager_any(view! { <ListingView page /> }))
}

#[component]
fn ListingView(page: Listing) -> impl IntoView {
    let address = use_query_map().get_untracked();
    let (filter, cursor) = (
        address.get("q").unwrap_or_default(),
        address.get("cursor").unwrap_or_default(),
    );
    let first = (!cursor.is_empty()).then(|| ("First page", None, listing_address("", &filter)));
    let next = page
        .next
        .as_ref()
        .map(|Cursor(next)| ("Next page", Some("next"), listing_address(next, &filter)));
    let links = first.into_iter().chain(next).map(|(words, rel, href)| {
        view! {
            <a href=href class="button quiet" rel=rel>
                {words}
            </a>
        }
    });
    let links: Vec<_> = links.collect();
    let has_more = page.next.is_some();
    // Shown below an empty page too: one request decides a bounded number of rows, and later ones may be allowed.
    let pages = (!links.is_empty()).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {links}
            </nav>
        }
    });
    view! {
        <div class="page wide">
            <FilterForm filter=filter.clone() />
            {if page.rows.is_empty() {
                Either::Left(view! { <EmptyListing filter cursor has_more /> })
            } else {
                Either::Right(view! { <DocumentTable rows=page.rows /> })
            }}
            {pages}
        </div>
    }
}

/// Title and filter. The form works without script; with script, the router follows it without loading a page.
#[component]
fn FilterForm(filter: String) -> impl IntoView {
    let navigate = use_navigate();
    let field = NodeRef::<Input>::new();
    let show = move |event: SubmitEvent| {
        if let Some(field) = field.get() {
            event.prevent_default();
            navigate(&listing_address("", field.value().trim()), NavigateOptions::default());
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

/// What an empty page of the list says.
#[component]
fn EmptyListing(filter: String, cursor: String, has_more: bool) -> impl IntoView {
    let words = if has_more {
        MORE_TO_SEARCH.to_owned()
    } else if !filter.is_empty() {
        format!("Nothing you may read has “{filter}” in its title or folder.")
    } else if !cursor.is_empty() {
        "There are no more documents.".to_owned()
    } else {
        NO_DOCUMENTS.to_owned()
    };
    let back = (!filter.is_empty() || !cursor.is_empty()).then(|| {
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
fn listing_address(cursor: &str, filter: &str) -> String {
    let parts = [("q", filter), ("cursor", cursor)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    let query = parts
        .map(|(name, value)| format!("{name}={}", encode_query_value(value)))
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
        assert_eq!(listing_address("", ""), "/docs");
        assert_eq!(listing_address("7", "a&b"), "/docs?q=a%26b&cursor=7");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn do_4_a_filter_is_trimmed_and_cut() {
        assert_eq!(
            query(" guide ", ""),
            ListingQuery {
                filter: "guide".to_owned(),
                ..ListingQuery::default()
            }
        );
        assert_eq!(
            query(&"é".repeat(500), "7").filter.chars().count(),
            domain::listing::MAX_FILTER
        );
        assert_eq!(query("", "7").cursor, Some(Cursor("7".to_owned())));
    }
}
