//! The HTTP client of server functions in the browser: `fetch`, with each response compared with the person the page was made for
//! before the page sees it (`browser/person.rs`).
//!
//! Request, response and codec are those of `server_fn`. Its own response type has no cheap way to one header: the map of all
//! headers is 18 kB of WebAssembly.

use std::future::Future;

use futures::{Sink, Stream, stream};
use gloo_net::http::{Request, Response};
use leptos::{
    server_fn::{
        Bytes,
        client::{Client, browser::BrowserClient},
        error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
        redirect::REDIRECT_HEADER,
        request::browser::BrowserRequest,
        response::ClientRes,
    },
    wasm_bindgen::JsValue,
    web_sys,
};
use send_wrapper::SendWrapper;

use crate::browser::person::{PERSON, is_for_this_page};

/// The client of all server functions.
pub(crate) struct PersonClient;

impl<E, I, O> Client<E, I, O> for PersonClient
where
    E: FromServerFnError + Send + 'static,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = PersonResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<PersonResponse, E>> + Send {
        SendWrapper::new(async move {
            let response = fetch(request)
                .await
                .map_err(|error| ServerFnErrorErr::Request(error).into_app_error())?;
            let person = response.headers().get(PERSON);
            if person.is_none_or(|person| is_for_this_page(&person)) {
                return Ok(PersonResponse(SendWrapper::new(response)));
            }
            // The page is being loaded again: nothing that waits for this response goes on.
            std::future::pending().await
        })
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}

/// Sends the request. Dropping the future aborts it.
///
/// A `BrowserRequest` aborts its own signal when it is taken apart, so a copy with another signal is sent.
async fn fetch(request: BrowserRequest) -> Result<Response, String> {
    let mut abort = AbortOnDrop(web_sys::AbortController::new().ok());
    let init = web_sys::RequestInit::new();
    init.set_signal(abort.0.as_ref().map(web_sys::AbortController::signal).as_ref());
    let request =
        web_sys::Request::new_with_request_and_init(&request.into(), &init).map_err(|error| describe(&error))?;
    let response = Request::from(request).send().await.map_err(|error| error.to_string());
    abort.0 = None;
    response
}

fn describe(error: &JsValue) -> String {
    format!("{error:?}")
}

struct AbortOnDrop(Option<web_sys::AbortController>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}

/// A response for the person of this page.
pub(crate) struct PersonResponse(SendWrapper<Response>);

impl<E: FromServerFnError> ClientRes<E> for PersonResponse {
    fn try_into_string(self) -> impl Future<Output = Result<String, E>> + Send {
        SendWrapper::new(async move { self.0.text().await.map_err(unreadable) })
    }

    fn try_into_bytes(self) -> impl Future<Output = Result<Bytes, E>> + Send {
        SendWrapper::new(async move { self.0.binary().await.map(Bytes::from).map_err(unreadable) })
    }

    /// No server function of Portico streams.
    fn try_into_stream(self) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, E> {
        let unsupported = ServerFnErrorErr::Response("streams are not supported".into());
        Err::<stream::Empty<_>, _>(unsupported.into_app_error())
    }

    fn status(&self) -> u16 {
        self.0.status()
    }

    fn status_text(&self) -> String {
        self.0.status_text()
    }

    fn location(&self) -> String {
        self.0.headers().get("Location").unwrap_or_else(|| self.0.url())
    }

    fn has_redirect(&self) -> bool {
        self.0.headers().get(REDIRECT_HEADER).is_some()
    }
}

fn unreadable<E: FromServerFnError>(error: gloo_net::Error) -> E {
    ServerFnErrorErr::Deserialization(error.to_string()).into_app_error()
}
