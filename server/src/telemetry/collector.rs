//! How is a batch of spans sent? With an HTTP client like every other here: no redirects, a short time limit, at most one
//! line a minute in the log when it does not work.

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

/// Longest time for one batch. The sender's thread waits meanwhile, and the queue behind it is bounded.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Shortest time between two lines about a collector that does not answer.
const QUIET: Duration = Duration::from_mins(1);

/// The collector, and when it was last complained about.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    /// Batches come from a thread outside the runtime, and the client needs one.
    runtime: Handle,
    complained: Mutex<Option<Instant>>,
}

impl Collector {
    pub(super) fn new(endpoint: &Url) -> Result<Self, reqwest::Error> {
        let client = http_client(endpoint, TIMEOUT)?;
        Ok(Self {
            client,
            runtime: Handle::current(),
            complained: Mutex::default(),
        })
    }

    /// One line, unless there was one lately.
    fn complain(&self, reason: &str) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if is_due(*complained, Instant::now()) {
            *complained = Some(Instant::now());
            tracing::warn!(
                reason,
                "traces cannot be sent and are lost; requests are answered all the same"
            );
        }
    }
}

fn is_due(last: Option<Instant>, now: Instant) -> bool {
    last.is_none_or(|last| now.saturating_duration_since(last) >= QUIET)
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let client = self.client.clone();
        // Inside the runtime from the start: the time limit begins when the request is made.
        let sent = self.runtime.spawn(async move { client.execute(request).await }).await?;
        match sent {
            Ok(answer) => {
                let status = answer.status();
                if !status.is_success() {
                    self.complain(&format!("the collector answers {status}"));
                }
                // What it says besides (partial success) changes nothing here, so its body is not read.
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = status;
                Ok(response)
            }
            Err(error) => {
                let error = error.without_url();
                self.complain(if error.is_timeout() {
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
        assert!(is_due(Some(first), first + QUIET));
    }
}
