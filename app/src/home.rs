//! What greets a visitor? Their name and their newest documents, or what this is and how to come in.

use domain::{Cursor, Listing};
use leptos::{either::Either, prelude::*, server_fn::codec::Json};

use crate::{
    answer::{Answer, ask, waiting},
    client::PersonClient,
    documents::{DocumentTable, LOOK_FURTHER, NOTHING_YET},
    layout::PageTitle,
    page_error::PageError,
    sign_in::SignInLink,
    site_facts::SiteFacts,
    telling::{Action, Tell, Telling},
    who_am_i::{Face, WhoAmI},
    whole::{erased, whole},
};

#[cfg(feature = "ssr")]
use {crate::request::Asked, domain::ListingQuery};

/// Rows of "newest documents".
#[cfg(feature = "ssr")]
const NEWEST: usize = 5;

/// The people of the demo provider, and what each of them is there to show.
const DEMO_PEOPLE: [(&str, &str); 5] = [
    ("alice", "is in Engineering"),
    ("bob", "is in Marketing"),
    ("carol", "is the CEO and sees everything"),
    ("dave", "is in no group"),
    ("erin", "has the role Admin"),
];

/// The visitor's newest documents; none for somebody who is not signed in. There may be more than are looked through here.
#[server(name = NewestDocumentsCall, prefix = "/api/fn", endpoint = "newest_documents", input = Json, client = PersonClient)]
pub(crate) async fn newest_documents() -> Result<Listing, PageError> {
    let (asked, library) = (Asked::now()?, Asked::library()?);
    if asked.visitor.person().is_none() {
        return Ok(Listing {
            rows: Vec::new(),
            next: None,
        });
    }
    let page = library.list(&asked.visitor, &ListingQuery::default()).await;
    let mut page = asked.answer(page)?;
    page.rows.truncate(NEWEST);
    Ok(page)
}

/// The page at `/`.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let newest = ask(|| (), |()| newest_documents());
    let who = use_context::<Answer<WhoAmI>>();
    let page = waiting(
        || erased(()),
        Box::new(move || {
            Suspend::new(async move {
                let who = match who {
                    Some(who) => who.await.unwrap_or_default(),
                    None => WhoAmI::default(),
                };
                let newest = newest.await;
                match who.person {
                    Some(face) => erased(view! { <Welcome face newest /> }),
                    None => erased(view! { <Introduction site=who.site /> }),
                }
            })
        }),
    );
    whole(view! {
        <PageTitle text="" />
        {page}
    })
}

#[component]
fn Welcome(face: Face, newest: Result<Listing, PageError>) -> impl IntoView {
    let newest = match newest {
        Ok(Listing { rows, next }) if rows.is_empty() => erased(view! { <NoneYet next /> }),
        Ok(Listing { rows, .. }) => erased(view! {
            <h2>"Newest for you"</h2>
            <DocumentTable rows />
            <p class="actions">
                <a href="/docs" class="button quiet">
                    "All your documents"
                </a>
            </p>
        }),
        Err(error) => erased(view! { <Tell telling=missing(error) inset=true /> }),
    };
    view! {
        <div class="page wide">
            <h1>{format!("Welcome, {}", face.name)}</h1>
            {newest}
        </div>
    }
}

/// No document among those that were looked through; `next` leads to the others.
#[component]
fn NoneYet(next: Option<Cursor>) -> impl IntoView {
    match next {
        None => Either::Left(view! { <p class="lead">{NOTHING_YET}</p> }),
        Some(Cursor(last)) => Either::Right(view! {
            <p class="lead">{LOOK_FURTHER}</p>
            <p class="actions">
                <a href=format!("/docs?after={last}") class="button quiet" rel="next">
                    "Look further"
                </a>
            </p>
        }),
    }
}

/// What stands in the place of documents that could not be fetched: an outage is never "no document".
fn missing(error: PageError) -> Telling {
    Telling {
        title: "Your documents are not available right now".to_owned(),
        paragraphs: vec!["They could not be fetched. Nothing was changed or lost; try again in a moment.".to_owned()],
        reference: match error {
            PageError::Unavailable(reference) | PageError::Fault(reference) => Some(reference),
            _ => None,
        },
        actions: vec![Action::outside("Try again", "/".to_owned())],
        ..Telling::default()
    }
}

#[component]
fn Introduction(site: SiteFacts) -> impl IntoView {
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
            {site.device_sign_in.then(|| view! { <ByCode /> })}
            {site.demo.then(|| view! { <DemoPeople /> })}
        </div>
    }
}

/// The way in for a television, a wall display, a shared terminal.
#[component]
fn ByCode() -> impl IntoView {
    view! {
        <p class="by-code">
            <a rel="external" href="/auth/device">
                "Sign in on a screen without a keyboard"
            </a>
        </p>
    }
}

/// Who a visitor can be in the demo.
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
