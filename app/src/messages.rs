//! The three pages of the messages API, each of which demands more of the visitor than the one before (UI-3).

use domain::{Message, MessageKind};
use leptos::{prelude::*, server_fn::codec::Json};

use crate::{
    client::PersonClient,
    head,
    layout::PageTitle,
    message_panel::{Action, MessagePanel, PageMessage},
    page_error::PageError,
    resource::{load, page},
};

#[cfg(feature = "ssr")]
use {crate::request_context::RequestContext, domain::MessageError};

/// One message, fetched by the server with the visitor's own access token, which never reaches the browser. `None` if this site has no
/// API for it.
#[server(name = MessageCall, prefix = "/api/fn", endpoint = "message", input = Json, client = PersonClient)]
pub(crate) async fn message(kind: MessageKind) -> Result<Option<Message>, PageError> {
    let context = RequestContext::current()?;
    let message = context.messages.message(&context.visitor, kind).await;
    match message {
        Err(MessageError::NotConfigured) => Ok(None),
        message => context.respond(message.map(Some)),
    }
}

/// The page at `/public`.
#[component]
pub(crate) fn PublicPage() -> impl IntoView {
    message_page(MessageKind::Public, |message| {
        message_view("Public", "Anybody may fetch this message, signed in or not.", message)
    })
}

/// The page at `/protected`.
#[component]
pub(crate) fn ProtectedPage() -> impl IntoView {
    message_page(MessageKind::Protected, |message| {
        message_view(
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
        message_view(
            "Admin",
            "This message needs an access token with the administrator’s permission.",
            message,
        )
    })
}

fn message_page(kind: MessageKind, show: fn(Option<Message>) -> AnyView) -> impl IntoView {
    page(load(|| (), move |()| message(kind)), show)
}

fn message_view(title: &'static str, about: &'static str, message: Option<Message>) -> AnyView {
    let Some(message) = message else {
        return view! { <NotConfigured /> }.into_any();
    };
    view! {
        <PageTitle text=title />
        <div class="page">
            <h1>{title}</h1>
            <p>{about}</p>
            <figure class="message">
                <blockquote dir="auto">{message.text}</blockquote>
                <figcaption>"From the messages API"</figcaption>
            </figure>
        </div>
    }
    .into_any()
}

/// Shown when the operator has configured no API: trying again does not help.
#[component]
fn NotConfigured() -> impl IntoView {
    head::set_status(404);
    let message = PageMessage {
        title: "No messages API is configured here".to_owned(),
        paragraphs: vec![
            "This page shows a message from an API, and this site has not been told of one. Waiting or signing in again \
             changes nothing."
                .to_owned(),
            "Whoever runs the site has to write in its configuration what the API is called in access tokens: audience in the \
             section [api], and at Microsoft's providers api_scopes as well."
                .to_owned(),
        ],
        actions: vec![Action::route("Go home", "/")],
        ..PageMessage::default()
    };
    view! {
        <PageTitle text=message.title.clone() />
        <MessagePanel message />
    }
}
