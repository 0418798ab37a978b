//! The home page of somebody signed in: what they go on reading, what is new since their last visit, their folders. Each title on it was
//! decided about for this page.

use domain::{FolderEntry, Listing, Summary};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    client::PersonClient,
    current_user::UserSummary,
    documents::{DocumentTable, ListAddress, Lock, MORE_TO_SEARCH, NO_DOCUMENTS},
    icons::{FOLDER, Icon},
    message_panel::{Action, MessagePanel, PageMessage},
    page_error::PageError,
    timestamp::{Age, Timestamp},
};

#[cfg(feature = "ssr")]
use {crate::request_context::RequestContext, domain::ListingQuery};

/// Rows of what is new.
const NEWEST: usize = 5;

/// What the home page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Desk {
    /// The documents opened last, the latest first.
    recent: Vec<Summary>,
    /// When the visit before ended: seconds since 1970 (UTC); `None` on the first.
    previous_visit: Option<i64>,
    /// The first page of the list, what last changed first.
    newest: Listing,
    /// The folders at the top.
    folders: Vec<FolderEntry>,
}

/// The visitor's desk; an empty one for an anonymous visitor. What is read beside the list may be missing, and the rest is shown.
#[server(name = DeskCall, prefix = "/api/fn", endpoint = "desk", input = Json, client = PersonClient)]
pub(crate) async fn desk() -> Result<Desk, PageError> {
    let context = RequestContext::current()?;
    if context.visitor.person().is_none() {
        return Ok(Desk::default());
    }
    let visitor = &context.visitor;
    let report = |error: domain::LibraryError| (context.report)(&error);
    let recent = context.reading.recent(visitor).await.map_err(report);
    let previous_visit = context.reading.previous_visit(visitor).await.map_err(report);
    let folders = context.library.folders(visitor, "").await.map_err(report);
    let newest = context.library.list(visitor, &ListingQuery::default()).await;
    Ok(Desk {
        newest: context.respond(newest)?,
        recent: recent.unwrap_or_default(),
        previous_visit: previous_visit.unwrap_or_default(),
        folders: folders.unwrap_or_default(),
    })
}

/// The desk, or what is shown in its place.
#[component]
pub(super) fn DeskView(
    /// Whose it is.
    user: UserSummary,
    /// What lies on it.
    desk: Result<Desk, PageError>,
) -> impl IntoView {
    let content = match desk {
        Ok(desk) if desk.newest.rows.is_empty() => view! { <NoDocuments newest=desk.newest /> }.into_any(),
        Ok(desk) => view! {
            <Recent recent=desk.recent />
            <News newest=desk.newest.rows previous_visit=desk.previous_visit />
            <Folders folders=desk.folders />
        }
        .into_any(),
        Err(error) => view! { <MessagePanel message=unavailable_message(error) inset=true /> }.into_any(),
    };
    view! {
        <div class="page wide desk">
            <h1>{format!("Welcome, {}", user.name)}</h1>
            {content}
        </div>
    }
}

#[component]
fn Recent(recent: Vec<Summary>) -> impl IntoView {
    (!recent.is_empty()).then(|| {
        let items = recent.into_iter().map(|row| {
            view! {
                <li>
                    <a href=format!("/docs/{}", row.id)>
                        <strong dir="auto">{row.title}</strong>
                        <span class="byline">
                            <Lock visibility=row.visibility />
                            <span dir="auto">{row.folder}</span>
                            <Age at=row.updated_at />
                        </span>
                    </a>
                </li>
            }
        });
        view! {
            <section aria-labelledby="recent-title">
                <h2 id="recent-title">"Continue reading"</h2>
                <ul class="recent">{items.collect_view()}</ul>
            </section>
        }
    })
}

/// What changed since the visit before; on the first visit what is newest.
#[component]
fn News(newest: Vec<Summary>, previous_visit: Option<i64>) -> impl IntoView {
    let rows = news(newest, previous_visit);
    let content = if rows.is_empty() {
        view! { <p class="nothing">"Nothing has changed since then."</p> }.into_any()
    } else {
        view! { <DocumentTable rows /> }.into_any()
    };
    let title = if previous_visit.is_some() {
        "New since your last visit"
    } else {
        "Newest for you"
    };
    view! {
        <section aria-labelledby="news-title">
            <h2 id="news-title">{title}</h2>
            {previous_visit.map(|at| view! { <p class="since">"You were here last on " <Timestamp at />"."</p> })}
            {content}
            <p class="all">
                <a href="/docs">"All your documents"</a>
            </p>
        </section>
    }
}

/// The rows of what is new: those that changed after the visit before, at most [`NEWEST`].
fn news(newest: Vec<Summary>, previous_visit: Option<i64>) -> Vec<Summary> {
    let newest = newest.into_iter();
    let rows = newest.filter(|row| previous_visit.is_none_or(|at| row.updated_at > at));
    rows.take(NEWEST).collect()
}

#[component]
fn Folders(folders: Vec<FolderEntry>) -> impl IntoView {
    (!folders.is_empty()).then(|| {
        let items = folders.into_iter().map(|FolderEntry { path, name, .. }| {
            view! {
                <li>
                    <a href=ListAddress::of_folder(&path).first_page()>
                        <Icon path=FOLDER />
                        <span dir="auto">{name}</span>
                    </a>
                </li>
            }
        });
        view! {
            <section aria-labelledby="folders-title">
                <h2 id="folders-title">"Folders"</h2>
                <ul class="top-folders">{items.collect_view()}</ul>
            </section>
        }
    })
}

/// No document among the rows that were decided; the next page leads to the others.
#[component]
fn NoDocuments(newest: Listing) -> impl IntoView {
    match newest.next {
        None => view! { <p class="lead">{NO_DOCUMENTS}</p> }.into_any(),
        Some(cursor) => view! {
            <p class="lead">{MORE_TO_SEARCH}</p>
            <p class="actions">
                <a href=ListAddress::default().page(Some(&cursor)) class="button quiet" rel="next">
                    "Look further"
                </a>
            </p>
        }
        .into_any(),
    }
}

/// Shown in place of documents that could not be fetched: an outage must not look like "no document".
fn unavailable_message(error: PageError) -> PageMessage {
    PageMessage {
        title: "Your documents are not available right now".to_owned(),
        paragraphs: vec!["They could not be fetched. Nothing was changed or lost; try again in a moment.".to_owned()],
        reference: match error {
            PageError::Unavailable(reference) => Some(reference),
            _ => None,
        },
        actions: vec![Action::reload("Try again", "/".to_owned())],
        ..PageMessage::default()
    }
}
