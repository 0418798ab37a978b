//! Which documents may I read? One page at a time, with a filter that is an ordinary form (DO-4).

use domain::{Cursor, DocumentId, Listing, ListingQuery};
use leptos::{either::EitherOf3, prelude::*, server_fn::codec::Json};
use leptos_meta::Title;
use leptos_router::{
    components::{A, Form},
    hooks::use_query_map,
};

use super::DocumentTable;
use crate::{
    icons::{Icon, SEARCH},
    page_error::PageError,
    problem::Problem,
    sign_in::in_query,
};

#[cfg(feature = "ssr")]
use crate::request::Asked;

/// One page of the documents the visitor may see. `after` is the last number of the page before; anything else
/// starts at the beginning.
#[server(name = ListDocumentsCall, prefix = "/api/fn", endpoint = "list_documents", input = Json)]
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
    let page = Resource::new_blocking(move || asked.get(), |(filter, after)| list_documents(filter, after));
    view! {
        <Transition fallback=Skeleton>
            {move || Suspend::new(async move {
                let (filter, after) = asked.get_untracked();
                match page.await {
                    Err(error) => EitherOf3::A(view! { <Problem error /> }),
                    Ok(page) if page.rows.is_empty() => EitherOf3::B(view! { <Empty filter after /> }),
                    Ok(page) => EitherOf3::C(view! { <Rows page filter after /> }),
                }
            })}
        </Transition>
    }
}

#[component]
fn Rows(page: Listing, filter: String, after: String) -> impl IntoView {
    let next = page.next.map(|Cursor(last)| address(&filter, &last.to_string()));
    let first = (!after.is_empty()).then(|| address(&filter, ""));
    view! {
        <div class="page wide">
            <Head filter />
            <DocumentTable rows=page.rows />
            <nav class="pages" aria-label="Pages">
                {first
                    .map(|href| {
                        view! {
                            <A href attr:class="button quiet">
                                "First page"
                            </A>
                        }
                    })}
                {next
                    .map(|href| {
                        view! {
                            <A href attr:class="button quiet" attr:rel="next">
                                "Next page"
                            </A>
                        }
                    })}
            </nav>
        </div>
    }
}

/// Title and filter. The form works without script; with it, the page is not loaded again.
#[component]
fn Head(filter: String) -> impl IntoView {
    view! {
        <Title text="Documents" />
        <div class="listing-head">
            <h1>"Documents"</h1>
            <search>
                <Form method="GET" action="/docs" attr:class="filter">
                    <label for="filter">"Filter by title or folder"</label>
                    <span class="field">
                        <Icon path=SEARCH />
                        <input id="filter" type="search" name="q" value=filter maxlength="100" autocomplete="off" />
                    </span>
                    <button class="button quiet" type="submit">
                        "Filter"
                    </button>
                </Form>
            </search>
        </div>
    }
}

/// What to do when there is nothing to show.
#[component]
fn Empty(filter: String, after: String) -> impl IntoView {
    let words = if !filter.is_empty() {
        format!("Nothing you may read has “{filter}” in its title or folder.")
    } else if !after.is_empty() {
        "There are no more documents.".to_owned()
    } else {
        "There is no document you may read yet. When somebody shares one with you or your groups, it appears here."
            .to_owned()
    };
    let back = !filter.is_empty() || !after.is_empty();
    view! {
        <div class="page wide">
            <Head filter />
            <div class="empty">
                <p>{words}</p>
                {back
                    .then(|| {
                        view! {
                            <A href="/docs" attr:class="button quiet">
                                "Show all documents"
                            </A>
                        }
                    })}
            </div>
        </div>
    }
}

/// Holds the place of the rows; appears only when they take a while.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="page wide skeleton" role="status">
            <p class="out-of-sight">"Looking for your documents"</p>
            {[(); 8].map(|()| view! { <span class="bone"></span> }).collect_view()}
        </div>
    }
}

/// The address of a page of the listing.
fn address(filter: &str, after: &str) -> String {
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
        assert_eq!(address("", ""), "/docs");
        assert_eq!(address("a&b", "7"), "/docs?q=a%26b&after=7");
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
