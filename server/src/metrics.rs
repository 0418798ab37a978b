//! Metrics for Prometheus, at `/metrics` on a listener of their own: they reveal names of providers and how often people sign in, which is not
//! public. `docs/observability.md` explains each.

use axum::{Router, middleware, routing::get};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::router::host;

/// Buckets of the histograms, in seconds: from a cached key to a provider that hangs.
const BUCKETS: [f64; 11] = [0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

/// Buckets of sign-ins, in seconds, which wait for a person; one of more than a quarter of an hour has expired.
const SIGN_IN_BUCKETS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0];

/// Installs the recorder of the process. Without it, metrics cost nothing and are dropped.
///
/// # Errors
/// If a recorder is installed already.
pub fn start() -> Result<PrometheusHandle, BuildError> {
    let handle = prometheus_builder()?.install_recorder()?;
    describe();
    Ok(handle)
}

fn prometheus_builder() -> Result<PrometheusBuilder, BuildError> {
    let sign_in = Matcher::Full("bff_sign_in_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .set_buckets_for_metric(sign_in, &SIGN_IN_BUCKETS)
}

fn describe() {
    metrics::describe_counter!(
        "bff_events_total",
        "What happened around sign-in, by event, outcome and provider"
    );
    metrics::describe_histogram!(
        "bff_provider_seconds",
        metrics::Unit::Seconds,
        "How long a provider took to answer, by endpoint and outcome"
    );
    metrics::describe_histogram!(
        "bff_sign_in_seconds",
        metrics::Unit::Seconds,
        "From leaving for the provider to the session, the time of the person included"
    );
    metrics::describe_counter!("portico_decisions_total", "Documents decided by the policy, by outcome");
    metrics::describe_counter!(
        "portico_list_mismatches_total",
        "Rows that the plan of a list held and the policy refused; 0 unless the plan is wrong"
    );
    metrics::describe_histogram!(
        "portico_decision_seconds",
        metrics::Unit::Seconds,
        "How long the policy took for one question, about one document or many"
    );
    describe_search();
    describe_sources();
}

fn describe_sources() {
    metrics::describe_counter!(
        "portico_source_pulls_total",
        "Pulls of repositories, by source and outcome"
    );
    metrics::describe_histogram!(
        "portico_source_pull_seconds",
        metrics::Unit::Seconds,
        "How long a pull took, fetching and importing included, by source"
    );
    metrics::describe_gauge!(
        "portico_source_current_timestamp_seconds",
        "When a pull last found or made the documents of a source current"
    );
}

fn describe_search() {
    metrics::describe_histogram!(
        "portico_search_seconds",
        metrics::Unit::Seconds,
        "How long a search took, deciding and quoting included, by outcome"
    );
    metrics::describe_counter!(
        "portico_search_dropped_hits_total",
        "Hits of the index that the policy refused; they are not shown"
    );
    metrics::describe_counter!(
        "portico_search_errors_total",
        "How often the index failed to follow the documents"
    );
    metrics::describe_gauge!("portico_search_documents", "Documents in the index");
    metrics::describe_gauge!(
        "portico_search_lag_changes",
        "Changes of documents that the index did not hold when it looked last"
    );
    metrics::describe_gauge!(
        "portico_search_built_percent",
        "How much of the index is made; 100 but for a rebuild"
    );
    metrics::describe_gauge!(
        "portico_search_following",
        "1 while the index follows the documents, else 0"
    );
}

/// `GET /metrics` (Prometheus exposition format 0.0.4).
pub fn router(handle: PrometheusHandle) -> Router {
    let render = move || {
        handle.run_upkeep();
        let text = handle.render();
        std::future::ready(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
    };
    Router::new()
        .route("/metrics", get(render))
        .layer(middleware::from_fn(host::require_host))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::{Request, StatusCode, header};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn metrics_are_read_with_get_and_head_alone() {
        let handle = PrometheusBuilder::new().build_recorder().handle();
        for (method, host, status) in [
            ("GET", true, StatusCode::OK),
            ("HEAD", true, StatusCode::OK),
            ("POST", true, StatusCode::METHOD_NOT_ALLOWED),
            ("GET", false, StatusCode::BAD_REQUEST),
        ] {
            let mut request = Request::builder().method(method).uri("/metrics");
            if host {
                request = request.header(header::HOST, "localhost");
            }
            let request = request.body(Body::empty()).unwrap();
            let answer = router(handle.clone()).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status, "{method} {host}");
            if status == StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(answer.headers()[header::ALLOW], "GET,HEAD");
            }
        }
    }
}
