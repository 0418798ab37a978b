//! The client of Microsoft Graph: it follows no redirect, and no link to another origin, so that tokens are sent to the configured address
//! alone. The requests are in [`super::requests`].

use std::time::Duration;

use bff::{AccessToken, Bff, ClientTokenRequest, TokenError};
use http::{StatusCode, header};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tracing::{Instrument as _, field::Empty};
use url::Url;

use crate::http_client::http_client;

/// Longest time of one request, reading the response included.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest response, in bytes; a page of 1000 people is far smaller.
const MAX_RESPONSE: usize = 2 * 1024 * 1024;
/// Longest `Retry-After` that is waited for within a fetch.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(2);
/// Most retries of one request.
const MAX_RETRIES: usize = 2;
/// Most pages of one list.
const MAX_PAGES: usize = 200;

/// Why the directory could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum GraphError {
    #[error("it has nobody with that id")]
    NotFound,
    #[error("it is busy")]
    Busy { retry_after: Option<Duration> },
    #[error("it refused with status {0}: the application may lack a permission")]
    Refused(StatusCode),
    #[error("it responded with status {0}")]
    Failed(StatusCode),
    #[error("it did not respond")]
    NoResponse(#[source] reqwest::Error),
    #[error("there is no token for it")]
    NoToken(#[source] TokenError),
    #[error("the response is not valid: {0}")]
    Malformed(&'static str),
    #[error("it sent more than {0}")]
    TooLarge(&'static str),
}

/// A client of Graph.
pub(super) struct Graph {
    client: reqwest::Client,
    base_url: Url,
    bff: Bff,
}

impl Graph {
    pub(super) fn new(bff: Bff, base_url: Url) -> Result<Self, reqwest::Error> {
        let client = http_client(&base_url, TIMEOUT)?;
        Ok(Self { client, base_url, bff })
    }

    pub(super) fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The application's own token for the directory, from a provider.
    pub(super) async fn token(&self, provider: &str) -> Result<AccessToken, GraphError> {
        let scope = format!("{}/.default", self.base_url.origin().ascii_serialization());
        let request = ClientTokenRequest {
            scopes: vec![scope],
            ..ClientTokenRequest::default()
        };
        self.bff
            .client_token(provider, request)
            .await
            .map_err(GraphError::NoToken)
    }

    /// The address of path segments and a query below the base address.
    pub(super) fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, GraphError> {
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .map_err(|()| GraphError::Malformed("no path can be added to its address"))?
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    pub(super) async fn get(&self, token: &AccessToken, address: Url) -> Result<Value, GraphError> {
        self.send(
            self.client
                .get(self.same_directory(address)?)
                .bearer_auth(token.secret()),
        )
        .await
    }

    pub(super) async fn post(&self, token: &AccessToken, address: Url, body: &Value) -> Result<Value, GraphError> {
        let request = self
            .client
            .post(self.same_directory(address)?)
            .bearer_auth(token.secret());
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    /// All items of a list: of the first page, and of the pages its links lead to.
    pub(super) async fn list(&self, token: &AccessToken, first: Value, max: usize) -> Result<Vec<Value>, GraphError> {
        let mut items = Vec::new();
        let mut page = first;
        for _ in 0..MAX_PAGES {
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(values)) => items.extend(values),
                _ => return Err(GraphError::Malformed("a list without `value`")),
            }
            if items.len() > max {
                // A partial list would be taken for the whole.
                return Err(GraphError::TooLarge("a list may hold"));
            }
            let Some(next) = page.get("@odata.nextLink") else {
                return Ok(items);
            };
            let next = next.as_str().and_then(|next| Url::parse(next).ok());
            page = self
                .get(token, next.ok_or(GraphError::Malformed("a next page without address"))?)
                .await?;
        }
        Err(GraphError::TooLarge("200 pages"))
    }

    /// Refuses an address outside the configured directory, where a token must not be sent.
    fn same_directory(&self, address: Url) -> Result<Url, GraphError> {
        let base = &self.base_url;
        let is_secure = address.scheme() == "https" || bff::is_loopback(&address);
        let is_inside = address.origin() == base.origin()
            && address.username().is_empty()
            && address.password().is_none()
            && address.path().starts_with(base.path());
        if is_secure && is_inside {
            Ok(address)
        } else {
            Err(GraphError::Malformed("a link leads elsewhere"))
        }
    }

    /// Sends a request within a span.
    async fn send(&self, request: RequestBuilder) -> Result<Value, GraphError> {
        let span = tracing::debug_span!(target: "portico", "directory", otel.kind = "client", outcome = Empty);
        let result = self.send_with_retries(request).instrument(span.clone()).await;
        let outcome = match &result {
            Ok(_) => "success",
            Err(GraphError::NotFound | GraphError::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        span.record("outcome", outcome);
        result
    }

    /// Sends a request, and again while the directory is busy for a short time.
    async fn send_with_retries(&self, request: RequestBuilder) -> Result<Value, GraphError> {
        let request = request.header(header::ACCEPT, "application/json");
        let mut retries = 0;
        loop {
            let copy = request.try_clone();
            let copy = copy.ok_or(GraphError::Malformed("a request that cannot be sent"))?;
            match read(copy.send().await.map_err(no_response)?).await {
                Err(GraphError::Busy {
                    retry_after: Some(pause),
                }) if retries < MAX_RETRIES && pause <= MAX_RETRY_AFTER => tokio::time::sleep(pause).await,
                result => return result,
            }
            retries += 1;
        }
    }
}

async fn read(mut response: Response) -> Result<Value, GraphError> {
    match response.status() {
        status if status.is_success() => {}
        StatusCode::NOT_FOUND => return Err(GraphError::NotFound),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            return Err(GraphError::Busy {
                retry_after: retry_after(&response),
            });
        }
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => return Err(GraphError::Refused(status)),
        status => return Err(GraphError::Failed(status)),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_response)? {
        if body.len() + chunk.len() > MAX_RESPONSE {
            return Err(GraphError::TooLarge("2 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| GraphError::Malformed("no JSON"))
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3), the form that Graph uses.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Drops the address, which identifies a person.
fn no_response(error: reqwest::Error) -> GraphError {
    GraphError::NoResponse(error.without_url())
}
