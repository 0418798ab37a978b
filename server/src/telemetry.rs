//! Logging and tracing. Errors and sign-ins are logged at `info` and above, requests at `debug`; never a token, code or cookie.
//!
//! | what | where |
//! |---|---|
//! | The span of a request, `traceparent` | `request.rs` |
//! | Spans of the ports, within a request | `spans.rs` |
//! | Export of traces by OTLP | [`traces`], `collector.rs` |
//!
//! The log holds events, traces hold spans: spans are never printed, and log lines are never exported with a trace.

use std::{
    any::Any,
    cell::RefCell,
    error::Error,
    io::{self, IsTerminal as _},
    panic::PanicHookInfo,
    time::Instant,
};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use bff::{error_chain, new_reference};
use http::{StatusCode, header};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, dynamic_filter_fn, filter_fn},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::LogSettings;

mod collector;
mod request;
pub(crate) mod spans;
pub mod traces;

pub use request::trace_request;
pub(crate) use request::{TRACEPARENT, traceparent};
pub use traces::{Traces, TracesError};

thread_local! {
    /// The reference of the panic this thread is unwinding from.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Starts logging to standard error, and tracing where there are [`Traces`]. A second call changes nothing.
pub fn start(settings: &LogSettings, traces: Option<&Traces>) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let lines = if settings.json {
        lines.json().boxed()
    } else {
        lines.with_target(false).compact().boxed()
    };
    // Without traces, spans are disabled and cost nothing.
    let filter = filter.and(filter_fn(|metadata| !metadata.is_span()));
    // Evaluated for every event. Otherwise an event takes the cached result of the last check on its thread, such as sqlx makes after each
    // query, and is lost (github.com/tokio-rs/tracing/issues/2519).
    let filter = filter.and(dynamic_filter_fn(|_, _| true));
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(traces.map(Traces::layer))
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Logs an error whose causes a visitor may not know, and returns the reference that its page shows.
pub(crate) fn report_error(error: &dyn Error) -> String {
    let reference = new_reference();
    tracing::error!(%reference, error = error_chain(error), "a page could not be made");
    reference
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let reference = new_reference();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(%reference, %place, %message, "a panic");
    LAST_PANIC.with_borrow_mut(|last| *last = Some(reference));
}

/// The error page of a request whose handler panicked; the panic hook has logged why.
pub fn panic_response(_: Box<dyn Any + Send + 'static>) -> Response {
    let reference = LAST_PANIC.with_borrow_mut(Option::take).unwrap_or_else(new_reference);
    crate::site_pages::error_page(StatusCode::INTERNAL_SERVER_ERROR, Some(reference)).into_response()
}

/// One line per request, at `debug`. The query is left out: it may hold a code.
pub async fn log_request(request: Request, next: Next) -> Response {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    tracing::debug!(%method, path, status = response.status().as_u16(), kind, took = ?start.elapsed(), "handled a request");
    response
}
