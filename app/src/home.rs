//! What greets a visitor? Their name and their newest documents, or what this is and how to come in.

use domain::Summary;
use leptos::{either::Either, prelude::*, server_fn::codec::Json};

use crate::{
    answer::{Answer, ask, waiting},
    documents::{DocumentTable, NOTHING_YET},
    layout::PageTitle,
    page_error::PageError,
    sign_in::SignInLink,
    site_facts::SiteFacts,
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

/// The visitor's newest documents; none for somebody who is not signed in.
#[server(name = NewestDocumentsCall, prefix = "/api/fn", endpoint = "newest_documents", input = Json)]
pub(crate) async fn newest_documents() -> Result<Vec<Summary>, PageError> {
    let (asked, library) = (Asked::now()?, Asked::library()?);
    if asked.visitor.person().is_none() {
        return Ok(Vec::new());
    }
    let page = library.list(&asked.visitor, &ListingQuery::default()).await;
    asked
        .answer(page)
        .map(|page| page.rows.into_iter().take(NEWEST).collect())
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
                let newest = newest.await.unwrap_or_default();
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
fn Welcome(face: Face, newest: Vec<Summary>) -> impl IntoView {
    view! {
        <div class="page wide">
            <h1>{format!("Welcome, {}", face.name)}</h1>
            {if newest.is_empty() {
                Either::Left(
                    view! { <p class="lead">{NOTHING_YET}</p> },
                )
            } else {
                Either::Right(
                    view! {
                        <h2>"Newest for you"</h2>
                        <DocumentTable rows=newest />
                        <p class="actions">
                            <a href="/docs" class="button quiet">
                                "All your documents"
                            </a>
                        </p>
                    },
                )
            }}
        </div>
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
