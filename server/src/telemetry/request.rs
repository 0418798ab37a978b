//! What is told of a request? In a trace: its method, the route it took (`/docs/{id}`, never the path), and the status of the
//! answer. Not the query, no header, nobody's name.
//!
//! A trace that comes from outside (`traceparent`, W3C Trace Context §3.2) is *linked*, not continued: anybody can send the
//! header, and a parent would let strangers join other people's traces and decide what is recorded
//! (docs/decisions/0016-traces-begin-here.md). To APIs of the operator's choice our own trace is told, without `tracestate`.

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

use super::part::Trace;

/// The header of a trace.
pub(crate) const TRACEPARENT: &str = "traceparent";

/// A span for each request; for nothing where nobody traces.
pub async fn trace_request(mut request: Request, next: Next) -> Response {
    let span = span_of(&request);
    if span.is_disabled() {
        return next.run(request).await;
    }
    link(&span, request.headers());
    request.extensions_mut().insert(Trace::of(&span));
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
    let method = known(request.method());
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

/// Anybody can make up a method; in a trace there are those of RFC 9110 §9 and `PATCH`, and the rest.
fn known(method: &Method) -> &'static str {
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

/// Notes the trace the request says it belongs to, if it says so once and well.
fn link(span: &Span, headers: &HeaderMap) {
    let mut said = headers.get_all(TRACEPARENT).iter();
    let (Some(one), None) = (said.next(), said.next()) else {
        return;
    };
    let Ok(text) = one.to_str() else { return };
    let theirs = TraceContextPropagator::new().extract_with_context(&opentelemetry::Context::new(), &Said(text));
    span.add_link(theirs.span().span_context().clone());
}

/// The header that tells an API which trace a request to it belongs to; none where nothing is traced.
pub(crate) fn traceparent() -> Option<HeaderValue> {
    let mut told = Told(None);
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut told);
    told.0
}

/// `traceparent` and nothing else of what came in.
struct Said<'a>(&'a str);

impl Extractor for Said<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// `traceparent` and nothing else of what would go out.
struct Told(Option<HeaderValue>);

impl Injector for Told {
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
    fn a_method_that_somebody_made_up_is_not_told() {
        assert_eq!(known(&Method::GET), "GET");
        assert_eq!(known(&Method::from_bytes(b"SECRET").unwrap()), "_OTHER");
    }

    #[test]
    fn without_traces_nothing_is_told() {
        assert_eq!(traceparent(), None);
    }
}
