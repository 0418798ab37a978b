//! The page of a [`PageError`]: what happened, what to do, and the reference that finds it in the log.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    head,
    layout::PageTitle,
    message_panel::{Action, MessagePanel, PageMessage},
    page_error::PageError,
    sign_in::sign_in_address,
};

/// The error page, with its HTTP status.
#[component]
pub(crate) fn Problem(
    /// Why there is no page.
    error: PageError,
    /// Name of the person who is signed in; shown where it matters who asks.
    person: Option<String>,
) -> impl IntoView {
    head::set_status(error.status());
    let here = use_location();
    let is_refusal = matches!(error, PageError::Refused(_));
    let mut message = message_of(error, &here.pathname.get_untracked(), &here.search.get_untracked());
    message.signed_in_as = person.filter(|_| is_refusal);
    view! {
        <PageTitle text=message.title.clone() />
        <MessagePanel message />
    }
}

/// The page for addresses without a route.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! { <Problem error=PageError::NotFound person=None /> }
}

/// The primary action of an error page.
enum Step {
    SignIn(&'static str),
    TryAgain,
    GoHome,
    ListDocuments,
}

/// The error in words, for the page at `path` and `search`.
fn message_of(error: PageError, path: &str, search: &str) -> PageMessage {
    let (title, words, step) = words(&error);
    let action = match step {
        Step::SignIn(words) => Action::reload(words, sign_in_address(path, search)),
        Step::TryAgain if search.is_empty() => Action::reload("Try again", path.to_owned()),
        Step::TryAgain => Action::reload("Try again", format!("{path}?{search}")),
        Step::GoHome => Action::route("Go home", "/"),
        Step::ListDocuments => Action::route("Documents you can read", "/docs"),
    };
    let mut message = PageMessage {
        status: if error == PageError::Unreachable {
            0
        } else {
            error.status()
        },
        title: title.to_owned(),
        paragraphs: vec![words.to_owned()],
        actions: vec![action],
        ..PageMessage::default()
    };
    match error {
        PageError::Refused(refusal) => {
            let contact = refusal.contact.map(|whom| format!("To get access, ask {whom}."));
            message.paragraphs = vec![refusal.sentences.join(" ")];
            message.paragraphs.extend(contact);
            // Another person may be at this screen, or this one may have another account.
            message
                .actions
                .push(Action::post("Sign in as somebody else", "/auth/logout"));
        }
        PageError::ApiRefused { status, message: quote } => {
            message.paragraphs.push(format!("It answered with status {status}."));
            message.quote = (!quote.is_empty()).then_some(quote);
        }
        PageError::Unshowable(reference) | PageError::Unavailable(reference) => {
            message.reference = Some(reference);
        }
        _ => {}
    }
    message
}

/// Title, explanation, and primary action.
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
        PageError::Fault => (
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
