//! The keys of tracing: where traces go, and under which name.

use super::{Key, TEXT, URL, key};

/// `[telemetry]`.
pub(super) const TELEMETRY: &[Key] = &[
    key(
        "telemetry.otlp_endpoint",
        URL,
        None,
        r#"otlp_endpoint = "http://127.0.0.1:4318""#,
        "A collector that takes traces by OTLP over HTTP; `/v1/traces` is added. Without it nothing is traced. One that does not answer \
         slows nothing down. For a collector on another machine that speaks no TLS, run an agent on this one.",
    ),
    key(
        "telemetry.service_name",
        TEXT,
        Some("portico"),
        r#"service_name = "portico-berlin""#,
        "What this Portico is called in traces (`service.name`).",
    ),
];
