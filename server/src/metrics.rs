//! How is Portico doing, in numbers? Counters and histograms for Prometheus, at `/metrics` on a listener of their own: they
//! tell names of providers and how often people sign in, which is nobody's business on the public address.

use axum::{Router, routing::get};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds of the histograms, in seconds: from a key found in memory to a provider that hangs.
const SECONDS: [f64; 11] = [0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

/// Starts counting, for the whole process. Before it, and without it, counting costs nothing and keeps nothing.
///
/// # Errors
/// If something counts already.
pub fn start() -> Result<PrometheusHandle, BuildError> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    let handle = builder.install_recorder()?;
    describe();
    Ok(handle)
}

fn describe() {
    metrics::describe_counter!(
        "bff_events_total",
        "What happened around sign-in, by event, outcome and provider"
    );
    metrics::describe_histogram!(
        "bff_provider_seconds",
        metrics::Unit::Seconds,
        "How long a provider took to answer, by endpoint"
    );
    metrics::describe_counter!("portico_decisions_total", "Decisions of the policy, by outcome");
}

/// `GET /metrics` (Prometheus exposition format 0.0.4).
pub fn router(handle: PrometheusHandle) -> Router {
    let show = move || {
        handle.run_upkeep();
        let text = handle.render();
        std::future::ready(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
    };
    Router::new().route("/metrics", get(show))
}
