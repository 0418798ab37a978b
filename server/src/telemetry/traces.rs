//! Export of spans to a collector by OTLP over HTTP, in batches and from a thread of its own. Requests put their spans into a bounded queue without
//! waiting; when it is full, spans are dropped.
//!
//! The layer selects what is exported: spans of our own targets, never events, which name people for the operator's log. The span of a request
//! is made in `request.rs`; batches are sent in `collector.rs`.

use std::time::Duration;

use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanLimits},
};
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::FilterFn, registry::LookupSpan};
use url::Url;

use super::collector::Collector;
use crate::config::TelemetrySettings;

/// The targets whose spans are exported. Spans of libraries may contain anything.
const EXPORTED_TARGETS: [&str; 2] = ["bff", "portico"];

/// Most spans in the queue; beyond it they are dropped.
const MAX_QUEUE: usize = 8_192;

/// Most spans of one batch.
const MAX_BATCH: usize = 512;

/// Longest time a span waits for its batch.
const BATCH_DELAY: Duration = Duration::from_secs(2);

/// Longest time of the last batch at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Most attributes and most links of a span.
const LIMITS: (u32, u32) = (16, 4);

/// Why traces cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The HTTP client cannot be made.
    #[error("the client for traces cannot be made")]
    Client(#[from] reqwest::Error),
    /// The endpoint is invalid.
    #[error("traces cannot be sent to `telemetry.otlp_endpoint`")]
    Exporter(#[from] ExporterBuildError),
}

/// The exporter of traces.
#[derive(Debug, Clone)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts the exporter; `None` if no collector is configured. Has to be called within the runtime that sends.
    ///
    /// # Errors
    /// See [`TracesError`]. A collector that does not respond is no error: it may start later.
    pub fn start(settings: &TelemetrySettings) -> Result<Option<Self>, TracesError> {
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(endpoint)?)
            .with_endpoint(address(endpoint))
            .with_protocol(Protocol::HttpBinary)
            .with_retry_policy(RetryPolicy::disabled())
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(MAX_QUEUE)
            .with_max_export_batch_size(MAX_BATCH)
            .with_scheduled_delay(BATCH_DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let name = settings.service_name.clone();
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_span_limits(limits())
            .with_resource(
                Resource::builder()
                    .with_service_name(name)
                    .with_attribute(version)
                    .build(),
            )
            .build();
        Ok(Some(Self(provider)))
    }

    /// The layer that exports our own spans, without source location, thread and events.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let is_exported = |metadata: &Metadata<'_>| {
            metadata.is_span() && *metadata.level() <= Level::DEBUG && EXPORTED_TARGETS.contains(&metadata.target())
        };
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("portico"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_level(false)
            .with_context_activation(false)
            .with_filter(FilterFn::new(is_exported).with_max_level_hint(LevelFilter::DEBUG))
    }

    /// Sends the remaining spans and stops, within three seconds.
    pub async fn stop(self) {
        // Blocking, since this runtime sends the last batch.
        let last = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(SHUTDOWN_TIMEOUT));
        if !matches!(last.await, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

fn limits() -> SpanLimits {
    let (attributes, links) = LIMITS;
    SpanLimits {
        max_attributes_per_span: attributes,
        max_events_per_span: 0,
        max_links_per_span: links,
        max_attributes_per_event: 0,
        max_attributes_per_link: 0,
    }
}

/// `{endpoint}/v1/traces` (OTLP/HTTP §Request).
fn address(endpoint: &Url) -> String {
    format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added_to_what_is_there() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example/team/", "https://otel.example/team/v1/traces"),
        ] {
            assert_eq!(address(&Url::parse(endpoint).unwrap()), expected);
        }
    }
}
