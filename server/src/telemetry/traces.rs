//! Where do spans go? To a collector, by OTLP over HTTP, in batches and from a thread of their own: a request hands its spans
//! to a bounded queue and goes on; when the queue is full, spans are lost and nothing else.
//!
//! What leaves the process is chosen here, not where spans are made: spans of this house alone (`HOUSE`), never events,
//! which name people for the operator's own log. What is in a span of a request is said in `request.rs`; how a batch is
//! sent, in `collector.rs`.

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

/// The targets whose spans are sent. Libraries have spans too, and put what they like into them.
const HOUSE: [&str; 2] = ["bff", "portico"];

/// Spans that wait to be sent; a minute of a busy site is lost rather than remembered.
const QUEUE: usize = 8_192;

/// Spans of one batch.
const BATCH: usize = 512;

/// Longest time a span waits for others.
const PAUSE: Duration = Duration::from_secs(2);

/// Longest time for what is left when the program stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Most attributes of a span, and most letters of one.
const LIMITS: (u32, u32) = (16, 4);

/// Why nothing can be traced.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The HTTP client cannot be made.
    #[error("the client for traces cannot be made")]
    Client(#[from] reqwest::Error),
    /// The address cannot be sent to.
    #[error("traces cannot be sent to `telemetry.otlp_endpoint`")]
    Exporter(#[from] ExporterBuildError),
}

/// The way to the collector.
#[derive(Debug, Clone)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Prepares to send; nothing where no collector is configured. Has to be called inside the runtime that will send.
    ///
    /// # Errors
    /// See [`TracesError`]. A collector that is not there is none: it may come.
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
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(PAUSE)
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

    /// Gives spans of the house to the sender. No place in the source, no thread and no event goes with them.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let is_ours = |metadata: &Metadata<'_>| {
            metadata.is_span() && *metadata.level() <= Level::DEBUG && HOUSE.contains(&metadata.target())
        };
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("portico"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_level(false)
            .with_context_activation(false)
            .with_filter(FilterFn::new(is_ours).with_max_level_hint(LevelFilter::DEBUG))
    }

    /// Sends what is left and stops; waits a few seconds at most.
    pub async fn stop(self) {
        // The last batch is sent by this runtime, which must not wait for itself.
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
