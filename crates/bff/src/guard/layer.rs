//! The tower layer that guards share: each guard implements [`Guard`], the service around the routes is the same for all.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures::future::BoxFuture;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::problem::error_chain;
use crate::session::data::RequestData;

/// Decides about a request before the routes get it.
pub(crate) trait Guard: Clone + Send + 'static {
    /// The request for the routes, or the response instead.
    fn check(self, request: Request) -> impl Future<Output = Result<Allowed, Response>> + Send;
}

/// A request that may pass.
pub(crate) struct Allowed {
    request: Request,
    /// Whether the response is for one person and must not be cached (ASVS 14.3.2).
    private: bool,
    /// Data of the application that the guard has found, to be saved after the routes.
    data: Option<RequestData>,
}

impl Allowed {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            private: false,
            data: None,
        }
    }

    /// The same, with data of the application for the routes.
    pub(crate) fn with_data(mut self, data: RequestData) -> Self {
        data.put_into(self.request.extensions_mut());
        Self {
            data: Some(data),
            ..self
        }
    }

    /// The same, but the response is not cached unless the route sets another `Cache-Control`.
    pub(crate) fn private(self) -> Self {
        Self { private: true, ..self }
    }
}

/// Routes behind one of the layers of this crate.
#[derive(Debug, Clone)]
pub struct Guarded<G, S> {
    guard: G,
    next: S,
}

impl<G: Clone, S> Guarded<G, S> {
    pub(crate) fn new(guard: &G, next: S) -> Self {
        let guard = guard.clone();
        Self { guard, next }
    }
}

impl<G, S> tower::Service<Request> for Guarded<G, S>
where
    G: Guard,
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
        let guard = self.guard.clone();
        // The clone replaces the one that was polled ready.
        let fresh = self.next.clone();
        let mut next = std::mem::replace(&mut self.next, fresh);
        Box::pin(async move {
            let Allowed { request, private, data } = match guard.check(request).await {
                Ok(allowed) => allowed,
                Err(refusal) => return Ok(refusal),
            };
            let mut response = next.call(request).await?;
            if let Some(data) = data
                && let Err(error) = data.save().await
            {
                response = not_saved(&error);
            }
            if private {
                forbid_caching(&mut response);
            }
            Ok(response)
        })
    }
}

fn not_saved(error: &dyn Error) -> Response {
    tracing::error!(target: "bff", error = error_chain(error), "the data of a session could not be saved");
    (StatusCode::SERVICE_UNAVAILABLE, "not available right now").into_response()
}

/// Responses for a signed-in person are not cached, unless the route sets another `Cache-Control` (ASVS 14.3.2).
pub(super) fn forbid_caching(response: &mut Response) {
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
