//! What does the messages API say to me? Three pages, each asking more of the visitor than the one before (UI-3).

use domain::{Message, MessageKind};
use leptos::{prelude::*, server_fn::codec::Json};

use crate::{
    answer::{ask, page},
    client::PersonClient,
    head,
    layout::PageTitle,
    page_error::PageError,
    telling::{Action, Tell, Telling},
    whole::erased,
};

#[cfg(feature = "ssr")]
use {crate::request::Asked, domain::MessageError};

/// One message, fetched by the server with the visitor's own access token, which stays there. None where this house has no
/// API for it.
#[server(name = MessageCall, prefix = "/api/fn", endpoint = "message", input = Json, client = PersonClient)]
pub(crate) async fn message(kind: MessageKind) -> Result<Option<Message>, PageError> {
    let (asked, messages) = (Asked::now()?, Asked::messages()?);
    let message = messages.message(&asked.visitor, kind).await;
    match message {
        Err(MessageError::NotConfigured) => Ok(None),
        message => asked.answer(message.map(Some)),
    }
}

/// The page at `/public`.
#[component]
pub(crate) fn PublicPage() -> impl IntoView {
    message_page(MessageKind::Public, |message| {
        shown("Public", "Anybody may fetch this message, signed in or not.", message)
    })
}

/// The page at `/protected`.
#[component]
pub(crate) fn ProtectedPage() -> impl IntoView {
    message_page(MessageKind::Protected, |message| {
        shown(
            "Protected",
            "This message needs an access token: the server fetched it in your name.",
            message,
        )
    })
}

/// The page at `/admin`.
#[component]
pub(crate) fn AdminPage() -> impl IntoView {
    message_page(MessageKind::Admin, |message| {
        shown(
            "Admin",
            "This message needs an access token with the administrator’s permission.",
            message,
        )
    })
}

fn message_page(kind: MessageKind, show: fn(Option<Message>) -> AnyView) -> impl IntoView {
    page(ask(|| (), move |()| message(kind)), show)
}

fn shown(title: &'static str, about: &'static str, message: Option<Message>) -> AnyView {
    let Some(message) = message else {
        return erased(view! { <NotConfigured /> });
    };
    erased(view! {
        <PageTitle text=title />
        <div class="page">
            <h1>{title}</h1>
            <p>{about}</p>
            <figure class="message">
                <blockquote dir="auto">{message.text}</blockquote>
                <figcaption>"From the messages API"</figcaption>
            </figure>
        </div>
    })
}

/// Nothing is broken and nothing will come by itself: the operator has not said which API.
#[component]
fn NotConfigured() -> impl IntoView {
    head::set_status(404);
    let telling = Telling {
        title: "No messages API is configured here".to_owned(),
        paragraphs: vec![
            "This page shows a message from an API, and this site has not been told of one. Waiting or signing in again \
             changes nothing."
                .to_owned(),
            "Whoever runs the site has to write in its configuration what the API is called in access tokens: audience in the \
             section [api], and at Microsoft's providers api_scopes as well."
                .to_owned(),
        ],
        actions: vec![Action::inside("Go home", "/")],
        ..Telling::default()
    };
    view! {
        <PageTitle text=telling.title.clone() />
        <Tell telling />
    }
}
