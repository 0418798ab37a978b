//! The list of a person's sessions, and the forms that end them. Administrators may search for anybody (SI-14). Ending a session changes
//! state, so it is a form with POST and works without script.

use domain::SessionSummary;
use leptos::{either::Either, prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    client::PersonClient,
    layout::PageTitle,
    page_error::PageError,
    resource::{load, page},
    timestamp::Timestamp,
};

#[cfg(feature = "ssr")]
use {
    crate::{request_context::RequestContext, sign_in::encode_query_value},
    domain::PersonQuery,
};

/// Sessions, and what the visitor may do about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionList {
    sessions: Vec<SessionSummary>,
    /// More people match the search than are listed.
    is_cut: bool,
    /// The search text; empty for the visitor's own sessions.
    search: String,
    may_search: bool,
    /// Where the visitor signs in once more before they may end a session; `None` if their sign-in is recent enough.
    step_up_address: Option<String>,
}

/// The visitor's own sessions, or for administrators those of everybody who matches `search`.
#[server(name = ListSessionsCall, prefix = "/api/fn", endpoint = "list_sessions", input = Json, client = PersonClient)]
pub(crate) async fn list_sessions(search: String) -> Result<SessionList, PageError> {
    let context = RequestContext::current()?;
    let query = PersonQuery::parse(&search);
    let found = context.sessions.sessions(&context.visitor, &query).await;
    let may_search = context
        .visitor
        .person()
        .is_some_and(|person| person.has_role(domain::ADMIN));
    let search = search.trim().to_owned();
    let step_up_address = context.sessions.step_up_address(&list_address(&search));
    context.respond(found).map(|found| SessionList {
        sessions: found.sessions,
        is_cut: found.is_cut,
        search,
        may_search,
        step_up_address,
    })
}

/// The address of the list for a search text.
#[cfg(feature = "ssr")]
fn list_address(search: &str) -> String {
    if search.is_empty() {
        "/sessions".to_owned()
    } else {
        format!("/sessions?person={}", encode_query_value(search))
    }
}

/// The page at `/sessions`.
#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    let address = use_query_map();
    let part = move |name: &str| address.with(|parts| parts.get(name).unwrap_or_default());
    let search = Memo::new(move |_| part("person"));
    page(load(move || search.get(), list_sessions), |list| {
        view! { <SessionsView list /> }.into_any()
    })
}

#[component]
fn SessionsView(list: SessionList) -> impl IntoView {
    let ended = use_query_map().get_untracked().get("ended");
    let is_own = list.search.is_empty();
    let title = if is_own {
        "Where you are signed in"
    } else {
        "Where people are signed in"
    };
    let search = list.search.clone();
    let may_end = list.step_up_address.is_none();
    view! {
        <PageTitle text=title />
        <div class="page wide sessions">
            <h1>{title}</h1>
            {ended.and_then(|count| count.parse().ok()).map(|count| view! { <EndedNotice count /> })}
            {list.step_up_address.map(|address| view! { <StepUpPrompt address /> })}
            {list.may_search.then(|| view! { <PersonSearch search=list.search.clone() /> })}
            {list.is_cut.then(|| view! { <p class="more">"More people match: write more of the name."</p> })}
            {if list.sessions.is_empty() {
                // Not said of a list that is cut: a person who is not listed may be signed in.
                Either::Left((!list.is_cut).then(|| view! { <p class="empty">"Nobody by that name is signed in."</p> }))
            } else {
                Either::Right(
                    view! {
                        <SessionTable sessions=list.sessions search may_end />
                        <p class="zone">"Times are in UTC."</p>
                    },
                )
            }}
            {(is_own && may_end).then(|| view! { <SignOutEverywhere /> })}
        </div>
    }
}

/// How many sessions the form has just ended.
#[component]
fn EndedNotice(count: u32) -> impl IntoView {
    let words = match count {
        0 => "That session had ended already.".to_owned(),
        1 => "One session was ended.".to_owned(),
        count => format!("{count} sessions were ended."),
    };
    view! {
        <p class="done" role="status">
            {words}
        </p>
    }
}

/// Asks for a new sign-in, so that somebody who finds an unattended browser cannot end sessions.
#[component]
fn StepUpPrompt(address: String) -> impl IntoView {
    view! {
        <section class="confirm" aria-label="Confirm that it is you">
            <p>"It is a while since you signed in. Confirm that it is you, then you can end sessions here."</p>
            <a class="button" rel="external" href=address>
                "Confirm that it is you"
            </a>
        </section>
    }
}

/// The search for people, for administrators.
#[component]
fn PersonSearch(search: String) -> impl IntoView {
    view! {
        <form class="filter" role="search" action="/sessions">
            <label for="person">"Look for a person by name or e-mail"</label>
            <span class="field">
                <input id="person" type="search" name="person" value=search maxlength="100" dir="auto" autocomplete="off" />
            </span>
            <button class="button quiet" type="submit">
                "Look"
            </button>
        </form>
    }
}

#[component]
fn SessionTable(sessions: Vec<SessionSummary>, search: String, may_end: bool) -> impl IntoView {
    let rows = sessions
        .into_iter()
        .map(|session| view! { <SessionRow session search=search.clone() may_end /> })
        .collect_view();
    view! {
        <table class="session-table" role="table">
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Person"</th>
                    <th scope="col" role="columnheader">"Signed in by"</th>
                    <th scope="col" role="columnheader">"Since"</th>
                    <th scope="col" role="columnheader">"Last used"</th>
                    <th scope="col" role="columnheader">"Ends"</th>
                    <th scope="col" role="columnheader">
                        <span class="unseen">"What you can do"</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

#[component]
fn SessionRow(session: SessionSummary, search: String, may_end: bool) -> impl IntoView {
    let label = format!("End this session of {}", session.person);
    view! {
        <tr role="row">
            <td role="cell" class="what">
                <span dir="auto">{session.person}</span>
            </td>
            <td role="cell" class="provider">
                <span dir="auto">{session.provider}</span>
            </td>
            <td role="cell" class="updated">
                <Timestamp at=session.signed_in_at />
            </td>
            <td role="cell" class="updated">
                <Timestamp at=session.last_seen_at />
            </td>
            <td role="cell" class="updated">
                <Timestamp at=session.ends_at />
            </td>
            <td role="cell" class="act">
                {if session.is_this {
                    Either::Left(view! { <span class="badge public">"This browser"</span> })
                } else {
                    Either::Right(
                        may_end
                            .then(|| {
                                view! {
                                    <form method="post" action="/sessions/end">
                                        <input type="hidden" name="session" value=session.reference />
                                        <input type="hidden" name="person" value=search />
                                        <button class="button quiet" type="submit" aria-label=label>
                                            "End"
                                        </button>
                                    </form>
                                }
                            }),
                    )
                }}
            </td>
        </tr>
    }
}

/// The form that ends all sessions of the visitor, this one too.
#[component]
fn SignOutEverywhere() -> impl IntoView {
    view! {
        <h2>"Lost a device, or see something you do not know?"</h2>
        <p>"This ends every session you have here, the one you look at too. You can sign in again at once."</p>
        <form method="post" action="/sessions/end-all" class="actions">
            <button class="button quiet" type="submit">
                "Sign out everywhere"
            </button>
        </form>
    }
}
