//! The home page: for somebody signed in their newest documents, for anybody else what this site is and how to sign in.

use domain::{Cursor, Listing};
use leptos::{either::Either, prelude::*, server_fn::codec::Json};

use crate::{
    client::PersonClient,
    current_user::{CurrentUser, UserSummary},
    documents::{DocumentTable, MORE_TO_SEARCH, NO_DOCUMENTS},
    eager_hydration::{eager, eager_any},
    layout::PageTitle,
    message_panel::{Action, MessagePanel, PageMessage},
    page_error::PageError,
    resource::{PageResource, load, suspense},
    sign_in::SignInLink,
    site_facts::SiteFacts,
};

#[cfg(feature = "ssr")]
use {crate::request_context::RequestContext, domain::ListingQuery};

/// Rows of "newest documents".
#[cfg(feature = "ssr")]
const NEWEST: usize = 5;

/// The people of the demo provider, and what each of them demonstrates.
const DEMO_PEOPLE: [(&str, &str); 5] = [
    ("alice", "is in Engineering"),
    ("bob", "is in Marketing"),
    ("carol", "is the CEO and sees everything"),
    ("dave", "is in no group"),
    ("erin", "has the role Admin"),
];

/// The visitor's newest documents; none for an anonymous visitor. Only the first page of the list is read.
#[server(name = NewestDocumentsCall, prefix = "/api/fn", endpoint = "newest_documents", input = Json, client = PersonClient)]
pub(crate) async fn newest_documents() -> Result<Listing, PageError> {
    let context = RequestContext::current()?;
    if context.visitor.person().is_none() {
        return Ok(Listing::default());
    }
    let page = context.library.list(&context.visitor, &ListingQuery::default()).await;
    let mut page = context.respond(page)?;
    page.rows.truncate(NEWEST);
    Ok(page)
}

/// The page at `/`.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let newest = load(|| (), |()| newest_documents());
    let current_user = use_context::<PageResource<CurrentUser>>();
    let page = suspense(
        || eager_any(()),
        Box::new(move || {
            Suspend::new(async move {
                let current_user = match current_user {
                    Some(resource) => resource.await.unwrap_or_default(),
                    None => CurrentUser::default(),
                };
                let newest = newest.await;
                match current_user.person {
                    Some(user) => eager_any(view! { <SignedInHome user newest /> }),
                    None => eager_any(view! { <AnonymousHome site=current_user.site /> }),
                }
            })
        }),
    );
    eager(view! {
        <PageTitle text="" />
        {page}
    })
}

#[component]
fn SignedInHome(user: UserSummary, newest: Result<Listing, PageError>) -> impl IntoView {
    let newest = match newest {
        Ok(Listing { rows, next, .. }) if rows.is_empty() => eager_any(view! { <NoDocuments next /> }),
        Ok(Listing { rows, .. }) => eager_any(view! {
            <h2>"Newest for you"</h2>
            <DocumentTable rows />
            <p class="actions">
                <a href="/docs" class="button quiet">
                    "All your documents"
                </a>
            </p>
        }),
        Err(error) => eager_any(view! { <MessagePanel message=unavailable_message(error) inset=true /> }),
    };
    view! {
        <div class="page wide">
            <h1>{format!("Welcome, {}", user.name)}</h1>
            {newest}
        </div>
    }
}

/// No document among the rows that were decided; `next` leads to the others.
#[component]
fn NoDocuments(next: Option<Cursor>) -> impl IntoView {
    match next {
        None => Either::Left(view! { <p class="lead">{NO_DOCUMENTS}</p> }),
        Some(Cursor(cursor)) => Either::Right(view! {
            <p class="lead">{MORE_TO_SEARCH}</p>
            <p class="actions">
                <a href=format!("/docs?cursor={cursor}") class="button quiet" rel="next">
                    "Look further"
                </a>
            </p>
        }),
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

#[component]
fn AnonymousHome(site: SiteFacts) -> impl IntoView {
    view! {
        <div class="page hero">
            <h1>"Read what is yours to read"</h1>
            <p class="lead">
                "Portico keeps documents behind your organisation’s sign-in. A written policy decides who may see what, \
                and every page tells you why you can see it."
            </p>
            <p class="actions">
                <SignInLink class="button large" />
            </p>
            {site.device_sign_in.then(|| view! { <DeviceSignInLink /> })}
            {site.demo.then(|| view! { <DemoPeople /> })}
        </div>
    }
}

/// The link to signing in by code: for a television, a wall display, a shared terminal.
#[component]
fn DeviceSignInLink() -> impl IntoView {
    view! {
        <p class="by-code">
            <a rel="external" href="/auth/device">
                "Sign in on a screen without a keyboard"
            </a>
        </p>
    }
}

/// The people a visitor of the demo can sign in as.
#[component]
fn DemoPeople() -> impl IntoView {
    view! {
        <section class="demo" aria-labelledby="demo-title">
            <h2 id="demo-title">"This is a demo"</h2>
            <p>"Sign in as any of these people, no password needed, and see how the same documents look to each of them."</p>
            <dl>
                {DEMO_PEOPLE
                    .map(|(name, what)| {
                        view! {
                            <div>
                                <dt>{name}</dt>
                                <dd>{what}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}
