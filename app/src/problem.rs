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

/// The one thing to do next.
enum Step {
    SignIn(&'static str),
    TryAgain,
    GoHome,
    ListDocuments,
}

/// Puts a failure into words, on the page at `path` and `search`.
fn telling(error: PageError, path: &str, search: &str) -> Telling {
    let (title, words, step) = words(&error);
    let action = match step {
        Step::SignIn(words) => Action::outside(words, sign_in_address(path, search)),
        Step::TryAgain if search.is_empty() => Action::outside("Try again", path.to_owned()),
        Step::TryAgain => Action::outside("Try again", format!("{path}?{search}")),
        Step::GoHome => Action::inside("Go home", "/"),
        Step::ListDocuments => Action::inside("Documents you can read", "/docs"),
    };
    let mut telling = Telling {
        status: if error == PageError::Unreachable {
            0
        } else {
            error.status()
        },
        title: title.to_owned(),
        paragraphs: vec![words.to_owned()],
        actions: vec![action],
        ..Telling::default()
    };
    match error {
        PageError::Refused(refusal) => {
            let ask = refusal.ask.map(|whom| format!("To get access, ask {whom}."));
            telling.paragraphs = refusal.sentences.into_iter().chain(ask).collect();
        }
        PageError::ApiRefused { status, message } => {
            telling.paragraphs.push(format!("It answered with status {status}."));
            telling.quote = (!message.is_empty()).then_some(message);
        }
        PageError::Unshowable(reference) | PageError::Unavailable(reference) | PageError::Fault(reference) => {
            telling.reference = Some(reference);
        }
        _ => {}
    }
    telling
}

/// Title, what it means, what to do.
fn words(error: &PageError) -> (&'static str, &'static str, Step) {
    match error {
        PageError::SignInFirst => (
            "Sign in to see this page",
            "It is for people who are signed in. You come straight back here afterwards.",
            Step::SignIn("Sign in"),
        ),
        PageError::SignInAgain => (
            "Please sign in again",
            "Your permission to ask other services has run out. Signing in again renews it and brings you back here.",
            Step::SignIn("Sign in again"),
        ),
        PageError::Refused(_) => ("You may not read this document", "", Step::ListDocuments),
        PageError::ApiRefused { status: 401, .. } => (
            "Please sign in again",
            "The messages API does not take your sign-in any more. Signing in again renews it and brings you back here.",
            Step::SignIn("Sign in again"),
        ),
        PageError::ApiRefused { .. } => (
            "The messages API refused",
            "Your account lacks a permission that this message needs.",
            Step::GoHome,
        ),
        PageError::NotFound => (
            "There is nothing at this address",
            "The link may be old or mistyped, or what it led to was removed.",
            Step::GoHome,
        ),
        PageError::Unshowable(_) => (
            "This document cannot be shown",
            "You may read it, but its text can no longer be made into a safe page. Whoever looks after it can change the text \
             and bring it in again.",
            Step::ListDocuments,
        ),
        PageError::Unavailable(_) => (
            "This is not available right now",
            "Something behind Portico does not answer. Nothing was changed or lost; try again in a moment.",
            Step::TryAgain,
        ),
        PageError::Fault(_) => (
            "Something went wrong here",
            "The mistake is ours, not yours. Nothing was changed or lost.",
            Step::TryAgain,
        ),
        PageError::Malformed => (
            "That request made no sense",
            "The page and the site did not understand each other. Loading the page again usually helps.",
            Step::TryAgain,
        ),
        PageError::Unreachable => (
            "No answer",
            "Your browser could not reach Portico, or Portico cannot answer just now. Check the connection, then try again \
             in a moment.",
            Step::TryAgain,
        ),
    }
}
