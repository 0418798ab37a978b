//! How do the parts of a page find the trace of their request? Pages are made in tasks of their own, which know nothing of
//! the one that read the request: so its trace travels with the request and is put around what a page asks the house for.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    DocumentId, Library, LibraryError, Listing, ListingQuery, Message, MessageError, MessageKind, Messages,
    OpenDocument, Visitor,
};
use opentelemetry::{Context, trace::TraceContextExt as _};
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The trace a request began; an extension of the request. Two numbers: it keeps no span open.
#[derive(Clone)]
pub(crate) struct Trace(Context);

impl Trace {
    pub(super) fn of(span: &Span) -> Self {
        let within = span.context();
        let numbers = within.span().span_context().clone();
        Self(Context::new().with_remote_span_context(numbers))
    }

    /// A part of the request.
    fn part(&self, name: &'static str) -> Span {
        let span = tracing::debug_span!(target: "portico", parent: None, "part", otel.name = name);
        // There is no parent to be set where nobody traces, and no span either.
        let _ = span.set_parent(self.0.clone());
        span
    }
}

/// A port, with whatever it does as a part of a trace.
struct Traced<P: ?Sized> {
    trace: Trace,
    port: Arc<P>,
}

/// `library` within a trace, if there is one.
pub(crate) fn library(trace: Option<&Trace>, library: &Arc<dyn Library>) -> Arc<dyn Library> {
    let port = Arc::clone(library);
    match trace.cloned() {
        Some(trace) => Arc::new(Traced { trace, port }),
        None => port,
    }
}

/// `messages` within a trace, if there is one.
pub(crate) fn messages(trace: Option<&Trace>, messages: Arc<dyn Messages>) -> Arc<dyn Messages> {
    match trace.cloned() {
        Some(trace) => Arc::new(Traced { trace, port: messages }),
        None => messages,
    }
}

#[async_trait]
impl Library for Traced<dyn Library> {
    async fn open(&self, visitor: &Visitor, id: DocumentId) -> Result<OpenDocument, LibraryError> {
        let part = self.trace.part("open document");
        self.port.open(visitor, id).instrument(part).await
    }

    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        let part = self.trace.part("list documents");
        self.port.list(visitor, query).instrument(part).await
    }
}

#[async_trait]
impl Messages for Traced<dyn Messages> {
    async fn message(&self, visitor: &Visitor, kind: MessageKind) -> Result<Message, MessageError> {
        let part = self.trace.part("message");
        self.port.message(visitor, kind).instrument(part).await
    }
}
