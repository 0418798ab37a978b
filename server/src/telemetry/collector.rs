//! Sends batches of spans: with the HTTP client of `http_client.rs`, a short timeout, and at most one warning a minute.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use axum::body::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;
use url::Url;

use crate::http_client::http_client;

/// Longest time of one batch. The exporter's thread waits meanwhile; its queue is bounded.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Shortest time between two warnings.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// The client of the collector, and the time of the last warning.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    /// The runtime for the client: batches are sent by a thread outside it.
    runtime: Handle,
    last_warning: Mutex<Option<Instant>>,
}

impl Collector {
    pub(super) fn new(endpoint: &Url) -> Result<Self, reqwest::Error> {
        let client = http_client(endpoint, TIMEOUT)?;
        Ok(Self {
            client,
            runtime: Handle::current(),
            last_warning: Mutex::default(),
        })
    }

    /// Logs a warning, unless there was one recently.
    fn warn(&self, reason: &str) {
        let mut last_warning = self.last_warning.lock().unwrap_or_else(PoisonError::into_inner);
        if is_due(*last_warning, Instant::now()) {
            *last_warning = Some(Instant::now());
            tracing::warn!(
                reason,
                "traces cannot be sent and are lost; requests are answered all the same"
            );
        }
    }
}

fn is_due(last: Option<Instant>, now: Instant) -> bool {
    last.is_none_or(|last| now.saturating_duration_since(last) >= WARNING_INTERVAL)
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let client = self.client.clone();
        // Within the runtime, since the timeout starts when the request is made.
        let sent = self.runtime.spawn(async move { client.execute(request).await }).await?;
        match sent {
            Ok(received) => {
                let status = received.status();
                if !status.is_success() {
                    self.warn(&format!("the collector answers {status}"));
                }
                // The body (partial success) is not needed, so it is not read.
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = status;
                Ok(response)
            }
            Err(error) => {
                let error = error.without_url();
                self.warn(if error.is_timeout() {
                    "the collector takes too long"
                } else {
                    "the collector does not answer"
                });
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_minute_is_enough() {
        let first = Instant::now();
        assert!(is_due(None, first));
        assert!(!is_due(Some(first), first + Duration::from_secs(59)));
        assert!(is_due(Some(first), first + WARNING_INTERVAL));
    }
}
