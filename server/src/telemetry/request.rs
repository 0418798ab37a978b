//! The span of a request: its method, its route (`/docs/{id}`, never the path), and the status of the response. No query, no header, no name.
//!
//! A trace from outside (`traceparent`, W3C Trace Context §3.2) is *linked*, not continued: anybody can send the header, and a parent would let
//! strangers join other people's traces and decide what is recorded (docs/decisions/0016-traces-begin-here.md). APIs that the operator
//! configured receive our own `traceparent`, without `tracestate`.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method};
use opentelemetry::{
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::spans::RequestTrace;

/// The header of a trace.
pub(crate) const TRACEPARENT: &str = "traceparent";

/// A span for each request; disabled without traces.
pub async fn trace_request(mut request: Request, next: Next) -> Response {
    let span = span_of(&request);
    if span.is_disabled() {
        return next.run(request).await;
    }
    link(&span, request.headers());
    request.extensions_mut().insert(RequestTrace::of(&span));
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

fn span_of(request: &Request) -> Span {
    let span = tracing::debug_span!(
        target: "portico", "request", otel.name = Empty, otel.kind = "server", otel.status_code = Empty,
        http.request.method = Empty, http.route = Empty, http.response.status_code = Empty
    );
    if span.is_disabled() {
        return span;
    }
    let method = standard_method(request.method());
    span.record("http.request.method", method);
    match request.extensions().get::<MatchedPath>() {
        Some(route) => {
            span.record("http.route", route.as_str());
            span.record("otel.name", format!("{method} {}", route.as_str()));
        }
        None => {
            span.record("otel.name", method);
        }
    }
    span
}

/// The methods of RFC 9110 §9 and `PATCH`; `_OTHER` for all else, since clients can send any text as a method.
fn standard_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// Links the trace that the request names, if it has exactly one valid `traceparent`.
fn link(span: &Span, headers: &HeaderMap) {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let (Some(one), None) = (values.next(), values.next()) else {
        return;
    };
    let Ok(text) = one.to_str() else { return };
    let remote =
        TraceContextPropagator::new().extract_with_context(&opentelemetry::Context::new(), &IncomingHeader(text));
    span.add_link(remote.span().span_context().clone());
}

/// The `traceparent` for a request to an API; `None` if nothing is traced.
pub(crate) fn traceparent() -> Option<HeaderValue> {
    let mut header = OutgoingHeader(None);
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut header);
    header.0
}

/// The incoming `traceparent`; hides every other header.
struct IncomingHeader<'a>(&'a str);

impl Extractor for IncomingHeader<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// The outgoing `traceparent`; drops every other header.
struct OutgoingHeader(Option<HeaderValue>);

impl Injector for OutgoingHeader {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACEPARENT {
            self.0 = HeaderValue::try_from(value).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_method_is_not_recorded() {
        assert_eq!(standard_method(&Method::GET), "GET");
        assert_eq!(standard_method(&Method::from_bytes(b"SECRET").unwrap()), "_OTHER");
    }

    #[test]
    fn without_traces_there_is_no_traceparent() {
        assert_eq!(traceparent(), None);
    }
}
