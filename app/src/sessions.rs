//! Where am I signed in, and how do I end that elsewhere? Administrators may look for anybody (SI-14). Ending a session
//! changes something, so it is a form, and works without script.

use domain::SessionLine;
use leptos::{either::Either, prelude::*, server_fn::codec::Json};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    answer::{ask, page},
    client::PersonClient,
    date::When,
    layout::PageTitle,
    page_error::PageError,
    whole::erased,
};

#[cfg(feature = "ssr")]
use {
    crate::{request::Asked, sign_in::in_query},
    domain::WhichPerson,
};

/// Sessions, and what the visitor may do with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionList {
    lines: Vec<SessionLine>,
    /// The text fits more people than are looked at.
    is_cut: bool,
    /// The text that was looked for; empty for one's own.
    whom: String,
    may_look_for_others: bool,
    /// Where the visitor confirms that it is them before anything ends; none when they have just signed in.
    confirm: Option<String>,
}

/// One's own sessions, or for administrators those of everybody `whom` fits.
#[server(name = ListSessionsCall, prefix = "/api/fn", endpoint = "list_sessions", input = Json, client = PersonClient)]
pub(crate) async fn list_sessions(whom: String) -> Result<SessionList, PageError> {
    let (asked, sessions) = (Asked::now()?, Asked::sessions()?);
    let found = sessions.sessions(&asked.visitor, &WhichPerson::parse(&whom)).await;
    let may_look_for_others = asked
        .visitor
        .person()
        .is_some_and(|person| person.has_role(domain::ADMIN));
    let whom = whom.trim().to_owned();
    let confirm = sessions.confirm_at(&here(&whom));
    asked.answer(found).map(|found| SessionList {
        lines: found.lines,
        is_cut: found.is_cut,
        whom,
        may_look_for_others,
        confirm,
    })
}

/// The address of the list of `whom`.
#[cfg(feature = "ssr")]
fn here(whom: &str) -> String {
    if whom.is_empty() {
        "/sessions".to_owned()
    } else {
        format!("/sessions?person={}", in_query(whom))
    }
}

/// The page at `/sessions`.
#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    let address = use_query_map();
    let part = move |name: &str| address.with(|parts| parts.get(name).unwrap_or_default());
    let whom = Memo::new(move |_| part("person"));
    page(ask(move || whom.get(), list_sessions), |list| {
        erased(view! { <Shown list /> })
    })
}

#[component]
fn Shown(list: SessionList) -> impl IntoView {
    let ended = use_query_map().get_untracked().get("ended");
    let own = list.whom.is_empty();
    let title = if own {
        "Where you are signed in"
    } else {
        "Where people are signed in"
    };
    let whom = list.whom.clone();
    let may_end = list.confirm.is_none();
    view! {
        <PageTitle text=title />
        <div class="page wide sessions">
            <h1>{title}</h1>
            {ended.and_then(|count| count.parse().ok()).map(|count| view! { <Done count /> })}
            {list.confirm.map(|address| view! { <Confirm address /> })}
            {list.may_look_for_others.then(|| view! { <LookFor whom=list.whom.clone() /> })}
            {list.is_cut.then(|| view! { <p class="more">"More people match: write more of the name."</p> })}
            {if list.lines.is_empty() {
                // Not known where the list is cut: it may be one of the others.
                Either::Left((!list.is_cut).then(|| view! { <p class="empty">"Nobody by that name is signed in."</p> }))
            } else {
                Either::Right(
                    view! {
                        <Lines lines=list.lines whom may_end />
                        <p class="zone">"Times are in UTC."</p>
                    },
                )
            }}
            {(own && may_end).then(|| view! { <Everywhere /> })}
        </div>
    }
}

/// What was done by the form before.
#[component]
fn Done(count: u32) -> impl IntoView {
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

/// Somebody who finds an open browser cannot sign others out of theirs: that takes a sign-in of now.
#[component]
fn Confirm(address: String) -> impl IntoView {
    view! {
        <section class="confirm" aria-label="Confirm that it is you">
            <p>"It is a while since you signed in. Confirm that it is you, then you can end sessions here."</p>
            <a class="button" rel="external" href=address>
                "Confirm that it is you"
            </a>
        </section>
    }
}

/// For administrators: whose sessions?
#[component]
fn LookFor(whom: String) -> impl IntoView {
    view! {
        <form class="filter" role="search" action="/sessions">
            <label for="person">"Look for a person by name or e-mail"</label>
            <span class="field">
                <input id="person" type="search" name="person" value=whom maxlength="100" dir="auto" autocomplete="off" />
            </span>
            <button class="button quiet" type="submit">
                "Look"
            </button>
        </form>
    }
}

#[component]
fn Lines(lines: Vec<SessionLine>, whom: String, may_end: bool) -> impl IntoView {
    let rows = lines
        .into_iter()
        .map(|line| view! { <Line line whom=whom.clone() may_end /> })
        .collect_view();
    view! {
        <table class="documents session-table" role="table">
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
fn Line(line: SessionLine, whom: String, may_end: bool) -> impl IntoView {
    let label = format!("End this session of {}", line.person);
    view! {
        <tr role="row">
            <td role="cell" class="what">
                <span dir="auto">{line.person}</span>
            </td>
            <td role="cell" class="provider">
                <span dir="auto">{line.provider}</span>
            </td>
            <td role="cell" class="updated">
                <When at=line.signed_in_at />
            </td>
            <td role="cell" class="updated">
                <When at=line.last_seen_at />
            </td>
            <td role="cell" class="updated">
                <When at=line.ends_at />
            </td>
            <td role="cell" class="act">
                {if line.is_this {
                    Either::Left(view! { <span class="badge public">"This browser"</span> })
                } else {
                    Either::Right(
                        may_end
                            .then(|| {
                                view! {
                                    <form method="post" action="/sessions/end">
                                        <input type="hidden" name="session" value=line.reference />
                                        <input type="hidden" name="person" value=whom />
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

/// Ends all of them, this one too.
#[component]
fn Everywhere() -> impl IntoView {
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
