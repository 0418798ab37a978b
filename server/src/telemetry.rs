//! What is logged? Failures and sign-ins at `info` and above, requests at `debug`; never a token, code or cookie.
//!
//! | question | where |
//! |---|---|
//! | What is traced of a request? | `request.rs` |
//! | How do the parts of a page belong to its trace? | `part.rs` |
//! | Where do traces go? | [`traces`] |
//! | How are they sent? | `collector.rs` |
//!
//! A log has lines, a trace has spans: spans are never printed, and lines never leave with a trace.

use std::{
    any::Any,
    cell::RefCell,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, IsTerminal as _},
    panic::PanicHookInfo,
    time::Instant,
};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
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
pub(crate) mod part;
mod request;
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
    // Without anybody who traces, a span is then known to be of no interest and costs nothing.
    let filter = filter.and(filter_fn(|metadata| !metadata.is_span()));
    // Asked for every event, whatever was answered before. Otherwise an event takes the answer that something else on its thread got last,
    // as sqlx does after each query, and is lost (github.com/tokio-rs/tracing/issues/2519).
    let filter = filter.and(dynamic_filter_fn(|_, _| true));
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(traces.map(Traces::layer))
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Eight hexadecimal digits to find a line of the log by. Not a secret, so the standard library's random keys do.
#[must_use]
pub fn reference() -> String {
    format!("{:08x}", RandomState::new().build_hasher().finish() & 0xffff_ffff)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let reference = reference();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(%reference, %place, %message, "something that must not happen did");
    LAST_PANIC.with_borrow_mut(|last| *last = Some(reference));
}

/// The page instead of an answer that panicked; the hook has logged why.
pub fn answer_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    let reference = LAST_PANIC.with_borrow_mut(Option::take).unwrap_or_else(reference);
    crate::pages::fault(StatusCode::INTERNAL_SERVER_ERROR, Some(reference)).into_response()
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
    tracing::debug!(%method, path, status = response.status().as_u16(), kind, took = ?start.elapsed(), "answered");
    response
}
