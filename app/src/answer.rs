//! How does a page wait for the server? It asks once, shows a place holder if that takes a while, and then the answer or
//! the problem. Every page goes through the one boundary here: the browser gets its code once, not once per page.

use std::future::Future;

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    page_error::PageError,
    problem::Problem,
    whole::{erased, whole},
};

/// What a server function answers, kept by the page that asked; `Code` hands it on to the browser.
pub(crate) type Answer<T, Code = Bytes> = Resource<Result<T, PageError>, Code>;

/// JSON, read from bytes as server functions read it: one reader per type in the browser instead of two.
pub(crate) struct Bytes;

impl<T: Serialize> Encoder<T> for Bytes {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Bytes {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Asks `question` about what `about` says, again whenever that changes. Pages wait for it on the server.
pub(crate) fn ask<A, T, F>(
    about: impl Fn() -> A + Send + Sync + 'static,
    question: impl Fn(A) -> F + Send + Sync + 'static,
) -> Answer<T>
where
    A: Clone + PartialEq + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, PageError>> + Send + 'static,
{
    Resource::new_with_options(about, question, true)
}

/// A page made of one answer.
pub(crate) fn page<T, Code>(answer: Answer<T, Code>, show: fn(T) -> AnyView) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    Code: Send + Sync + 'static,
{
    waiting(
        || erased(view! { <Skeleton /> }),
        Box::new(move || {
            Suspend::new(async move {
                match answer.await {
                    Ok(answer) => show(answer),
                    Err(error) => erased(view! { <Problem error /> }),
                }
            })
        }),
    )
}

/// The boundary itself: `holder` until `view` is there.
pub(crate) fn waiting(holder: fn() -> AnyView, view: Box<dyn Fn() -> Suspend<AnyView> + Send + Sync>) -> impl IntoView {
    whole(view! { <Transition fallback=holder>{move || view()}</Transition> })
}

/// Holds the place of a page; appears only when it takes a while.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="page wide skeleton" role="status" inner_html=include_str!("answer/skeleton.html")></div>
    }
}
