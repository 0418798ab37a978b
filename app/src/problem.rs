//! How is a failure told? What happened, what to do, and the number that finds it in the log.
//! What may be told is decided in `page_error.rs`.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    head,
    layout::PageTitle,
    page_error::PageError,
    sign_in::sign_in_address,
    telling::{Action, Tell, Telling},
};

/// A page in place of the one asked for, with its HTTP status.
#[component]
pub(crate) fn Problem(
    /// Why there is no page.
    error: PageError,
) -> impl IntoView {
    head::set_status(error.status());
    let here = use_location();
    let telling = telling(error, &here.pathname.get_untracked(), &here.search.get_untracked());
    view! {
        <PageTitle text=telling.title.clone() />
        <Tell telling />
    }
}

/// The page for addresses that lead nowhere.
#[component]
pub(crate) fn NothingHere() -> impl IntoView {
    view! { <Problem error=PageError::NotFound /> }
}

/// Puts a failure into words, on the page at `path` and `search`.
fn telling(error: PageError, path: &str, search: &str) -> Telling {
    let status = if error == PageError::Unreachable {
        0
    } else {
        error.status()
    };
    let say = |title: &str, words: &str, action: Action| Telling {
        status,
        title: title.to_owned(),
        paragraphs: vec![words.to_owned()],
        actions: vec![action],
        ..Telling::default()
    };
    let sign_in = |words| Action::outside(words, sign_in_address(path, search));
    let again = || {
        Action::outside(
            "Try again",
            if search.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{search}")
            },
        )
    };
    let home = || Action::inside("Go home", "/");
    match error {
        PageError::SignInFirst => say(
            "Sign in to see this page",
            "It is for people who are signed in. You come straight back here afterwards.",
            sign_in("Sign in"),
        ),
        PageError::SignInAgain => say(
            "Please sign in again",
            "Your permission to ask other services has run out. Signing in again renews it and brings you back here.",
            sign_in("Sign in again"),
        ),
        PageError::Refused(refusal) => Telling {
            paragraphs: refusal
                .sentences
                .into_iter()
                .chain(refusal.ask.map(|whom| format!("To get access, ask {whom}.")))
                .collect(),
            ..say(
                "You may not read this document",
                "",
                Action::inside("Documents you can read", "/docs"),
            )
        },
        PageError::ApiRefused { status, message } => Telling {
            quote: (!message.is_empty()).then_some(message),
            ..say(
                "The messages API refused",
                &format!("It answered your request with status {status}."),
                home(),
            )
        },
        PageError::NotFound => say(
            "There is nothing at this address",
            "The link may be old or mistyped, or what it led to was removed.",
            home(),
        ),
        PageError::Unavailable(reference) => Telling {
            reference: Some(reference),
            ..say(
                "This is not available right now",
                "Something behind Portico does not answer. Nothing was changed or lost; try again in a moment.",
                again(),
            )
        },
        PageError::Fault(reference) => Telling {
            reference: Some(reference),
            ..say(
                "Something went wrong here",
                "The mistake is ours, not yours. Nothing was changed or lost.",
                again(),
            )
        },
        PageError::Malformed => say(
            "That request made no sense",
            "The page and the site did not understand each other. Loading the page again usually helps.",
            again(),
        ),
        PageError::Unreachable => say(
            "No connection",
            "Your browser could not reach Portico. Check the connection, then try again.",
            again(),
        ),
    }
}
