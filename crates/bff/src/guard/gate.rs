//! How does a guard stand before routes? Each decides in a [`Gate`]; the service around the routes is the same for all.

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::HeaderValue;
use http::header::CACHE_CONTROL;

/// What decides about a request before the routes see it.
pub(crate) trait Gate: Clone + Send + 'static {
    /// The request as the routes may have it, or the answer in their place.
    fn admit(self, request: Request) -> impl Future<Output = Result<Admitted, Response>> + Send;
}

/// A request that passed.
pub(crate) struct Admitted {
    request: Request,
    /// Whether the answer stays between the site and one person (ASVS 14.3.2).
    private: bool,
}

impl Admitted {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            private: false,
        }
    }

    /// The same; nobody keeps the answer, unless a route knows better.
    pub(crate) fn private(self) -> Self {
        Self { private: true, ..self }
    }
}

/// Routes behind one of the layers of this crate.
#[derive(Debug, Clone)]
pub struct Guarded<G, S> {
    gate: G,
    next: S,
}

impl<G: Clone, S> Guarded<G, S> {
    pub(crate) fn new(gate: &G, next: S) -> Self {
        let gate = gate.clone();
        Self { gate, next }
    }
}

impl<G, S> tower::Service<Request> for Guarded<G, S>
where
    G: Gate,
    S: tower::Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let gate = self.gate.clone();
        // The clone takes the place of the one that was polled ready.
        let fresh = self.next.clone();
        let mut next = std::mem::replace(&mut self.next, fresh);
        Box::pin(async move {
            let Admitted { request, private } = match gate.admit(request).await {
                Ok(admitted) => admitted,
                Err(refusal) => return Ok(refusal),
            };
            let mut response = next.call(request).await?;
            if private {
                keep_private(&mut response);
            }
            Ok(response)
        })
    }
}

/// What a person was shown stays between the two, unless a route knows better (ASVS 14.3.2).
pub(super) fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
