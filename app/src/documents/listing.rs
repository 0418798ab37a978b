//! The list of documents a visitor may read, of one folder or of all: one page at a time, sorted, with a filter (DO-4, FI-1, FI-2).

use domain::{Count, Cursor, Listing, ListingQuery};
use leptos::{prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_query_map;

use super::{
    NO_DOCUMENTS,
    filter::FilterForm,
    list_address::ListAddress,
    parts::{Breadcrumbs, folder_name},
    table::DocumentTable,
    tree::page_beside_tree,
};
use crate::{
    client::PersonClient, layout::PageTitle, page_error::PageError, resource::load, sign_in::encode_query_value,
};

#[cfg(feature = "ssr")]
use crate::request_context::RequestContext;

/// One page of the documents the visitor may see.
#[server(name = ListDocumentsCall, prefix = "/api/fn", endpoint = "list_documents", input = Json, client = PersonClient)]
pub(crate) async fn list_documents(query: ListingQuery) -> Result<Listing, PageError> {
    let context = RequestContext::current()?;
    let filter = query.filter.chars().take(domain::listing::MAX_FILTER).collect();
    let query = ListingQuery { filter, ..query };
    let page = context.library.list(&context.visitor, &query).await;
    context.respond(page)
}

/// The page at `/docs`.
#[component]
pub(crate) fn ListingPage() -> impl IntoView {
    let address = use_query_map();
    let query = Memo::new(move |_| {
        address.with(|parts| ListAddress::parse(parts).query(parts.get("cursor").unwrap_or_default()))
    });
    page_beside_tree(
        load(move || query.get(), list_documents),
        move |_| address.with_untracked(|parts| ListAddress::parse(parts).folder),
        |page| view! { <ListingView page /> }.into_any(),
    )
}

#[component]
fn ListingView(page: Listing) -> impl IntoView {
    let address = use_query_map().get_untracked();
    let list = ListAddress::parse(&address);
    let is_later = address.get_str("cursor").is_some_and(|cursor| !cursor.is_empty());
    let folder = list.folder.clone().unwrap_or_default();
    let parent = folder.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let crumbs = (!folder.is_empty()).then(|| view! { <Breadcrumbs path=parent.unwrap_or_default() /> });
    let title = if folder.is_empty() {
        "Documents"
    } else {
        folder_name(&folder)
    }
    .to_owned();
    let rows = if page.rows.is_empty() {
        view! { <EmptyListing list=list.clone() is_later has_more=page.next.is_some() /> }.into_any()
    } else {
        view! { <DocumentTable rows=page.rows list=list.clone() /> }.into_any()
    };
    view! {
        <PageTitle text=title.clone() />
            <div class="listing">
                {crumbs}
                <div class="listing-head">
                    <h1 dir="auto">{title}</h1>
                    <p class="count" role="status">
                        {page.count.map(count_words)}
                    </p>
                    <FilterForm list=list.clone() />
                </div>
                {rows}
                <PageLinks list previous=page.previous next=page.next is_later />
            </div>
    }
}

/// "1 document", "37 documents", "1,000+ documents".
fn count_words(count: Count) -> String {
    let Count { number, is_capped } = count;
    let thousands = match number / 1_000 {
        0 => number.to_string(),
        thousands => format!("{thousands},{:03}", number % 1_000),
    };
    match (number, is_capped) {
        (1, false) => "1 document".to_owned(),
        (_, false) => format!("{thousands} documents"),
        (_, true) => format!("{thousands}+ documents"),
    }
}

/// Links to the page before and the page behind. Where the page before is not known, one leads to the first.
#[component]
fn PageLinks(list: ListAddress, previous: Option<Cursor>, next: Option<Cursor>, is_later: bool) -> impl IntoView {
    let previous = match previous {
        Some(cursor) => Some(("Previous page", Some("prev"), list.page(Some(&cursor)))),
        None => is_later.then(|| ("First page", None, list.first_page())),
    };
    let next = next.map(|cursor| ("Next page", Some("next"), list.page(Some(&cursor))));
    let links: Vec<_> = [previous, next].into_iter().flatten().collect();
    // Below an empty page too: a request reads a bounded number of rows, and later ones may be allowed.
    (!links.is_empty()).then(|| {
        let links = links.into_iter().map(|(words, rel, href)| {
            view! {
                <a href=href class="button quiet" rel=rel>
                    {words}
                </a>
            }
        });
        view! {
            <nav class="pages" aria-label="Pages">
                {links.collect_view()}
            </nav>
        }
    })
}

/// What an empty page of the list says, and where it leads.
#[component]
fn EmptyListing(list: ListAddress, is_later: bool, has_more: bool) -> impl IntoView {
    let ListAddress { filter, folder, .. } = &list;
    let is_filtered = !filter.is_empty();
    let words = if has_more {
        super::MORE_TO_SEARCH.to_owned()
    } else if is_filtered {
        format!("Nothing you may read has “{filter}” in its title or folder.")
    } else if is_later {
        "There are no more documents.".to_owned()
    } else if folder.is_some() {
        "There is no document you may read in this folder.".to_owned()
    } else {
        NO_DOCUMENTS.to_owned()
    };
    let search = (is_filtered && !has_more).then(|| {
        let href = format!("/search?q={}", encode_query_value(filter));
        view! {
            <a href=href class="button">
                "Search in the texts"
            </a>
        }
    });
    let all = (is_filtered || is_later || folder.is_some()).then(|| {
        view! {
            <a href="/docs" class="button quiet">
                "Show all documents"
            </a>
        }
    });
    view! {
        <div class="empty">
            <p dir="auto">{words}</p>
            <p class="actions">{search} {all}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fi_1_a_count_is_exact_or_says_that_there_are_more() {
        let words = |number, is_capped| count_words(Count { number, is_capped });
        assert_eq!(words(0, false), "0 documents");
        assert_eq!(words(1, false), "1 document");
        assert_eq!(words(37, false), "37 documents");
        assert_eq!(words(Count::CAP, false), "1,000 documents");
        assert_eq!(words(Count::CAP, true), "1,000+ documents");
    }
}
