//! Duration of requests to a provider. One histogram, in seconds, `bff_provider_seconds{provider,endpoint,outcome}`: from
//! the request to the whole response, a second attempt with a nonce included. Its labels are few by construction: a provider's
//! short name, an endpoint of `Endpoint`, an outcome. Never a person, a session or an address.
//!
//! The outcome of a request is `success` for 2xx, `refused` for 3xx and 4xx, `failed` for 5xx, no response and one too large.
//! Every request is a span of the same name and fields besides.

use std::time::Instant;

use http::StatusCode;
use tracing::Instrument as _;
use tracing::field::Empty;

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// A rule refused it.
    Refused,
    /// Something does not work.
    Failed,
}

impl Outcome {
    /// As it stands in logs and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The endpoint that a request is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Discovery,
    Keys,
    /// The token endpoint, by the name of the grant (RFC 6749 §1.3).
    Token(&'static str),
    Userinfo,
    Introspection,
    Revocation,
    PushedRequest,
    DeviceAuthorization,
}

impl Endpoint {
    /// The token endpoint, as `fields` use it.
    pub(crate) fn token(fields: &[(&str, &str)]) -> Self {
        let grant = fields.iter().find(|(name, _)| *name == "grant_type");
        Self::Token(match grant.map(|(_, grant)| *grant) {
            Some("authorization_code") => "token_authorization_code",
            Some("refresh_token") => "token_refresh_token",
            Some("client_credentials") => "token_client_credentials",
            Some("urn:ietf:params:oauth:grant-type:device_code") => "token_device_code",
            _ => "token_other",
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Token(grant) => grant,
            Self::Userinfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::PushedRequest => "pushed_authorization_request",
            Self::DeviceAuthorization => "device_authorization",
        }
    }
}

/// A response whose status is measured.
pub(crate) trait MeasuredResponse {
    fn status(&self) -> StatusCode;
}

/// The outcome of a request.
fn outcome<R: MeasuredResponse, E>(response: &Result<R, E>) -> Outcome {
    match response {
        Ok(response) if response.status().is_success() => Outcome::Success,
        Ok(response) if !response.status().is_server_error() => Outcome::Refused,
        _ => Outcome::Failed,
    }
}

/// Runs `request` to `provider` and records its duration.
pub(crate) async fn measured<R: MeasuredResponse, E>(
    provider: &str,
    endpoint: Endpoint,
    request: impl Future<Output = Result<R, E>>,
) -> Result<R, E> {
    let endpoint = endpoint.name();
    let span = tracing::debug_span!(
        target: "bff", "provider", otel.name = endpoint, otel.kind = "client", provider, endpoint, outcome = Empty,
        http.response.status_code = Empty
    );
    let start = Instant::now();
    let response = request.instrument(span.clone()).await;
    let outcome = outcome(&response).name();
    span.record("outcome", outcome);
    if let Ok(response) = &response {
        span.record("http.response.status_code", i64::from(response.status().as_u16()));
    }
    let provider = provider.to_owned();
    metrics::histogram!("bff_provider_seconds", "provider" => provider, "endpoint" => endpoint, "outcome" => outcome)
        .record(start.elapsed());
    response
}
