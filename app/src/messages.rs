//! What does the messages API say to me? Three pages, each asking more of the visitor than the one before (UI-3).

use domain::{Message, MessageKind};
use leptos::{either::Either, prelude::*, server_fn::codec::Json};
use leptos_meta::Title;

use crate::{page_error::PageError, problem::Problem};

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
    let about = "Anybody may fetch this message, signed in or not.";
    view! { <MessagePage kind=MessageKind::Public title="Public" about /> }
}

/// The page at `/protected`.
#[component]
pub(crate) fn ProtectedPage() -> impl IntoView {
    let about = "This message needs an access token: the server fetched it in your name.";
    view! { <MessagePage kind=MessageKind::Protected title="Protected" about /> }
}

/// The page at `/admin`.
#[component]
pub(crate) fn AdminPage() -> impl IntoView {
    let about = "This message needs an access token with the administrator’s permission.";
    view! { <MessagePage kind=MessageKind::Admin title="Admin" about /> }
}

#[component]
fn MessagePage(kind: MessageKind, title: &'static str, about: &'static str) -> impl IntoView {
    let message = Resource::new_blocking(|| (), move |()| message(kind));
    view! {
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move {
                match message.await {
                    Ok(message) => {
                        Either::Left(
                            view! {
                                <Title text=title />
                                <div class="page">
                                    <h1>{title}</h1>
                                    <p>{about}</p>
                                    <figure class="message">
                                        <blockquote>{message.text}</blockquote>
                                        <figcaption>{format!("From the messages API, /api/messages/{}", kind.name())}</figcaption>
                                    </figure>
                                </div>
                            },
                        )
                    }
                    Err(error) => Either::Right(view! { <Problem error /> }),
                }
            })}
        </Suspense>
    }
}
