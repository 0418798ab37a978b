//! The HTTP client of an API at another address, within limits and without redirects: a token is sent to the configured address alone.

use std::time::Duration;

use bff::AccessToken;
use domain::MessageKind;
use http::{Method, header};
use url::Url;

use super::{ApiResponse, MAX_RESPONSE};
use crate::{http_client::http_client, telemetry};

/// Longest time of a request, reading the response included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An API and its HTTP client.
pub(crate) struct Remote {
    client: reqwest::Client,
    base_url: Url,
}

impl Remote {
    pub(super) fn new(base_url: Url) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: http_client(&base_url, TIMEOUT)?,
            base_url,
        })
    }

    /// Fetches a message: with a DPoP proof if the token is bound to a key, and once more if the API demands a nonce in it (RFC 9449 §9).
    pub(super) async fn fetch(&self, kind: MessageKind, token: Option<&AccessToken>) -> Option<ApiResponse> {
        let base = self.base_url.as_str().trim_end_matches('/');
        let address = Url::parse(&format!("{base}/api/messages/{}", kind.name())).ok()?;
        let response = self.send_once(&address, token).await?;
        let retry_token = token.filter(|token| token.needs_retry(&address, response.status, &response.headers));
        match retry_token {
            Some(token) => self.send_once(&address, Some(token)).await,
            None => Some(response),
        }
    }

    async fn send_once(&self, address: &Url, token: Option<&AccessToken>) -> Option<ApiResponse> {
        let mut request = self
            .client
            .get(address.clone())
            .header(header::ACCEPT, "application/json");
        if let Some(trace) = telemetry::traceparent() {
            request = request.header(telemetry::TRACEPARENT, trace);
        }
        if let Some(token) = token {
            let credentials = format!("{} {}", token.scheme(), token.secret());
            request = request.header(header::AUTHORIZATION, credentials);
            if let Some(proof) = token.proof(&Method::GET, address).ok()? {
                request = request.header("dpop", proof);
            }
        }
        match read(request).await {
            Ok(response) => response,
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "the messages API did not respond");
                None
            }
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Option<ApiResponse>, reqwest::Error> {
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE {
            tracing::warn!("the messages API sent more than {MAX_RESPONSE} bytes");
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(ApiResponse { status, headers, body }))
}
