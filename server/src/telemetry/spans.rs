//! Spans for the ports. Pages are rendered in tasks of their own, outside the span of their request, so the request carries its trace as an
//! extension, and calls of the ports become child spans of it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    DocumentId, FolderEntry, Library, LibraryError, Listing, ListingQuery, Message, MessageError, MessageKind,
    Messages, OpenDocument, Search, SearchError, SearchPage, Visitor,
};
use opentelemetry::{Context, trace::TraceContextExt as _};
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The trace of a request, as an extension of it. Holds the ids alone, so it holds no span open.
#[derive(Clone)]
pub(crate) struct RequestTrace(Context);

impl RequestTrace {
    pub(super) fn of(span: &Span) -> Self {
        let context = span.context();
        let ids = context.span().span_context().clone();
        Self(Context::new().with_remote_span_context(ids))
    }

    /// A new child span.
    fn child_span(&self, name: &'static str) -> Span {
        let span = tracing::debug_span!(target: "portico", parent: None, "part", otel.name = name);
        // Fails without an OpenTelemetry layer, where the span is disabled as well.
        let _ = span.set_parent(self.0.clone());
        span
    }
}

/// A port whose calls are spans.
struct Traced<P: ?Sized> {
    trace: RequestTrace,
    port: Arc<P>,
}

/// `library` with spans, if the request is traced.
pub(crate) fn traced_library(trace: Option<&RequestTrace>, library: &Arc<dyn Library>) -> Arc<dyn Library> {
    let port = Arc::clone(library);
    match trace.cloned() {
        Some(trace) => Arc::new(Traced { trace, port }),
        None => port,
    }
}

/// `search` with spans, if the request is traced.
pub(crate) fn traced_search(trace: Option<&RequestTrace>, search: &Arc<dyn Search>) -> Arc<dyn Search> {
    let port = Arc::clone(search);
    match trace.cloned() {
        Some(trace) => Arc::new(Traced { trace, port }),
        None => port,
    }
}

/// `messages` with spans, if the request is traced.
pub(crate) fn traced_messages(trace: Option<&RequestTrace>, messages: Arc<dyn Messages>) -> Arc<dyn Messages> {
    match trace.cloned() {
        Some(trace) => Arc::new(Traced { trace, port: messages }),
        None => messages,
    }
}

#[async_trait]
impl Library for Traced<dyn Library> {
    async fn open(&self, visitor: &Visitor, id: DocumentId) -> Result<OpenDocument, LibraryError> {
        let span = self.trace.child_span("open document");
        self.port.open(visitor, id).instrument(span).await
    }

    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        let span = self.trace.child_span("list documents");
        self.port.list(visitor, query).instrument(span).await
    }

    async fn folders(&self, visitor: &Visitor, parent: &str) -> Result<Vec<FolderEntry>, LibraryError> {
        let span = self.trace.child_span("list folders");
        self.port.folders(visitor, parent).instrument(span).await
    }
}

#[async_trait]
impl Search for Traced<dyn Search> {
    async fn search(&self, visitor: &Visitor, query: &str, limit: usize) -> Result<SearchPage, SearchError> {
        let span = self.trace.child_span("search");
        self.port.search(visitor, query, limit).instrument(span).await
    }
}

#[async_trait]
impl Messages for Traced<dyn Messages> {
    async fn message(&self, visitor: &Visitor, kind: MessageKind) -> Result<Message, MessageError> {
        let span = self.trace.child_span("message");
        self.port.message(visitor, kind).instrument(span).await
    }
}
