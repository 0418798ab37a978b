//! What does the messages API say to me? Three pages, each asking more of the visitor than the one before (UI-3).

use domain::{Message, MessageKind};
use leptos::{prelude::*, server_fn::codec::Json};

use crate::{
    answer::{ask, page},
    layout::PageTitle,
    page_error::PageError,
    whole::erased,
};

#[cfg(feature = "ssr")]
use crate::request::Asked;

/// One message, fetched by the server with the visitor's own access token, which stays there.
#[server(name = MessageCall, prefix = "/api/fn", endpoint = "message", input = Json)]
pub(crate) async fn message(kind: MessageKind) -> Result<Message, PageError> {
    let (asked, messages) = (Asked::now()?, Asked::messages()?);
    let message = messages.message(&asked.visitor, kind).await;
    asked.answer(message)
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

fn message_page(kind: MessageKind, show: fn(Message) -> AnyView) -> impl IntoView {
    page(ask(|| (), move |()| message(kind)), show)
}

fn shown(title: &'static str, about: &'static str, message: Message) -> AnyView {
    erased(view! {
        <PageTitle text=title />
        <div class="page">
            <h1>{title}</h1>
            <p>{about}</p>
            <figure class="message">
                <blockquote>{message.text}</blockquote>
                <figcaption>"From the messages API"</figcaption>
            </figure>
        </div>
    })
}
