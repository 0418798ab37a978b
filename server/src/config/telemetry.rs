//! Where do traces go? `[telemetry]`. What is in them is said in [`crate::telemetry`].

use url::Url;

use super::{problem::Complaint, reader::Reader, values};

/// Longest name of a service, in letters.
const MAX_NAME: usize = 100;

/// Where traces go, and under which name.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// A collector that speaks OTLP over HTTP; unset: nothing is traced.
    pub otlp_endpoint: Option<Url>,
    /// What this Portico is called there (`service.name`).
    pub service_name: String,
}

/// `[telemetry]`.
pub(super) fn settings(reader: &mut Reader) -> Option<TelemetrySettings> {
    let otlp_endpoint = reader.take("telemetry.otlp_endpoint", values::endpoint);
    let service_name = reader.take("telemetry.service_name", name);
    Some(TelemetrySettings {
        otlp_endpoint,
        service_name: service_name?,
    })
}

fn name(text: &str) -> Result<String, Complaint> {
    let is_name = !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
    if is_name {
        return Ok(text.to_owned());
    }
    Err(Complaint::new(
        "is empty, longer than 100 letters or holds a control character",
        "write a short name, such as `portico-berlin`",
    ))
}
