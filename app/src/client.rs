//! How does the browser call a server function? By `fetch`, and every answer is looked at before the page sees it: what came for
//! somebody else than the page was made for is not shown on it (`browser/person.rs`).

use std::future::Future;

use futures::{Sink, Stream};
use leptos::server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

/// The client of all server functions.
pub(crate) struct PersonClient;

impl<E, I, O> Client<E, I, O> for PersonClient
where
    E: FromServerFnError + Send + 'static,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    async fn send(request: BrowserRequest) -> Result<BrowserResponse, E> {
        let response = <BrowserClient as Client<E, I, O>>::send(request).await?;
        if is_for_this_page(&response) {
            return Ok(response);
        }
        // The page is being loaded anew.
        std::future::pending().await
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

#[cfg(any(feature = "hydrate", feature = "csr"))]
fn is_for_this_page(response: &BrowserResponse) -> bool {
    use crate::browser::person::{PERSON, is_for_this_page};

    let headers = response.generate_headers();
    let person = headers.get(PERSON).and_then(|value| value.to_str().ok());
    person.is_none_or(is_for_this_page)
}

/// The server calls its functions itself.
#[cfg(not(any(feature = "hydrate", feature = "csr")))]
fn is_for_this_page(_response: &BrowserResponse) -> bool {
    true
}
