//! How is a failure told? What happened, what to do, and the number that finds it in the log.
//! What may be told is decided in `page_error.rs`.

use domain::Refusal;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_location};

use crate::{page_error::PageError, sign_in::SignInLink, status};

/// A page in place of the one asked for, with its HTTP status.
#[component]
pub(crate) fn Problem(
    /// Why there is no page.
    error: PageError,
) -> impl IntoView {
    status::set(error.status());
    match error {
        PageError::SignInFirst => view! { <SignInFirst /> }.into_any(),
        PageError::SignInAgain => view! { <SignInAgain /> }.into_any(),
        PageError::Refused { refusal } => view! { <Refused refusal /> }.into_any(),
        PageError::ApiRefused { status, message } => view! { <ApiRefused status message /> }.into_any(),
        PageError::NotFound => view! { <NothingHere /> }.into_any(),
        PageError::Unavailable { reference } => {
            let what = "Something behind Portico does not answer. Nothing was changed or lost; try again in a moment.";
            view! { <TryAgain code="503" title="This is not available right now" what reference /> }.into_any()
        }
        PageError::Fault { reference } => {
            let what = "The mistake is ours, not yours. Nothing was changed or lost.";
            view! { <TryAgain code="500" title="Something went wrong here" what reference /> }.into_any()
        }
        PageError::Malformed => {
            let what = "The page and the site did not understand each other. Loading the page again usually helps.";
            view! { <TryAgain code="400" title="That request made no sense" what reference="" /> }.into_any()
        }
        PageError::Unreachable => {
            let what = "Your browser could not reach Portico. Check the connection, then try again.";
            view! { <TryAgain code="" title="No connection" what reference="" /> }.into_any()
        }
    }
}

#[component]
fn Page(
    /// Small line above the title, such as `404`.
    code: &'static str,
    title: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title />
        <article class="problem">
            <p class="problem-code">{code}</p>
            <h1>{title}</h1>
            {children()}
        </article>
    }
}

#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <Page code="401" title="Sign in to see this page">
            <p>"It is for people who are signed in. You come straight back here afterwards."</p>
            <p class="actions">
                <SignInLink class="button" />
            </p>
        </Page>
    }
}

#[component]
fn SignInAgain() -> impl IntoView {
    view! {
        <Page code="401" title="Please sign in again">
            <p>
                "You are still signed in here, but your permission to ask other services has run out. \
                Signing in again renews it and brings you back to this page."
            </p>
            <p class="actions">
                <SignInLink class="button" words="Sign in again" />
            </p>
        </Page>
    }
}

/// A refusal by the policy, in the words of its author (WOW-1).
#[component]
fn Refused(refusal: Refusal) -> impl IntoView {
    view! {
        <Page code="403" title="You may not read this document">
            {refusal.sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view()}
            {refusal.ask.map(|whom| view! { <p>"To get access, ask "<strong>{whom}</strong>"."</p> })}
            <p class="actions">
                <A href="/docs" attr:class="button">
                    "Documents you can read"
                </A>
            </p>
        </Page>
    }
}

/// The messages API's own refusal, shown as such (UI-3).
#[component]
fn ApiRefused(status: u16, message: String) -> impl IntoView {
    view! {
        <Page code="403" title="The messages API refused">
            <p>
                {format!("It answered with status {status}")}
                {if message.is_empty() { "." } else { " and these words:" }}
            </p>
            {(!message.is_empty()).then(|| view! { <blockquote>{message}</blockquote> })}
            <p>"Your account does not have the permission this message needs."</p>
            <p class="actions">
                <A href="/" attr:class="button">
                    "Go home"
                </A>
            </p>
        </Page>
    }
}

/// The page for addresses that lead nowhere.
#[component]
pub(crate) fn NothingHere() -> impl IntoView {
    status::set(404);
    view! {
        <Page code="404" title="There is nothing at this address">
            <p>"The link may be old or mistyped, or what it led to was removed."</p>
            <p class="actions">
                <A href="/" attr:class="button">
                    "Go home"
                </A>
            </p>
        </Page>
    }
}

#[component]
fn TryAgain(
    code: &'static str,
    title: &'static str,
    what: &'static str,
    #[prop(into)] reference: String,
) -> impl IntoView {
    let location = use_location();
    let here = move || match location.search.get() {
        search if search.is_empty() => location.pathname.get(),
        search => format!("{}?{search}", location.pathname.get()),
    };
    view! {
        <Page code title>
            <p>{what}</p>
            {(!reference.is_empty())
                .then(|| {
                    view! {
                        <p class="reference">
                            "If you report this, give the number " <code>{reference}</code> "."
                        </p>
                    }
                })}
            <p class="actions">
                // Loaded afresh: the server is asked again, not this page's memory.
                <a class="button" rel="external" href=here>
                    "Try again"
                </a>
            </p>
        </Page>
    }
}
