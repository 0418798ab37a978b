//! How is Graph asked, within which limits? By one client that follows no redirect and no link to elsewhere: the
//! application's token goes where the operator said and nowhere else. What is asked is in [`super::reading`].

use std::time::Duration;

use bff::{AccessToken, Bff, ClientTokenRequest, TokenError};
use http::{StatusCode, header};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tracing::{Instrument as _, field::Empty};
use url::Url;

use crate::{config::values, http_client::http_client};

/// Longest wait for one whole answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer, in bytes; a page of 1000 people is far below it.
const MAX_ANSWER: usize = 2 * 1024 * 1024;
/// A directory that is busy for longer is not waited for.
const SHORT: Duration = Duration::from_secs(2);
/// How often a request is sent again.
const RETRIES: usize = 2;
/// Pages of one list.
const MAX_PAGES: usize = 200;

/// Why the directory did not tell.
#[derive(Debug, thiserror::Error)]
pub(super) enum GraphError {
    #[error("it knows nobody of that id")]
    NotThere,
    #[error("it is busy")]
    Busy { retry_after: Option<Duration> },
    #[error("it refused with status {0}: the application may lack a permission")]
    Refused(StatusCode),
    #[error("it answered with status {0}")]
    Failed(StatusCode),
    #[error("it did not answer")]
    NoAnswer(#[source] reqwest::Error),
    #[error("there is no token for it")]
    NoToken(#[source] TokenError),
    #[error("the answer is not as Graph answers: {0}")]
    Malformed(&'static str),
    #[error("it told more than {0}")]
    TooMuch(&'static str),
}

/// Graph, and how to get to it.
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

    /// The address of a path, given by segments, and a query.
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
        self.send(self.client.get(self.checked(address)?).bearer_auth(token.secret()))
            .await
    }

    pub(super) async fn post(&self, token: &AccessToken, address: Url, body: &Value) -> Result<Value, GraphError> {
        let request = self.client.post(self.checked(address)?).bearer_auth(token.secret());
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    /// Everything of a list: the first page and those it leads to.
    pub(super) async fn list(&self, token: &AccessToken, first: Value, most: usize) -> Result<Vec<Value>, GraphError> {
        let mut items = Vec::new();
        let mut page = first;
        for _ in 0..MAX_PAGES {
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(values)) => items.extend(values),
                _ => return Err(GraphError::Malformed("a list without `value`")),
            }
            if items.len() > most {
                // Half a list would be taken for the whole.
                return Err(GraphError::TooMuch("a list may hold"));
            }
            let Some(next) = page.get("@odata.nextLink") else {
                return Ok(items);
            };
            let next = next.as_str().and_then(|next| Url::parse(next).ok());
            page = self
                .get(token, next.ok_or(GraphError::Malformed("a next page without address"))?)
                .await?;
        }
        Err(GraphError::TooMuch("200 pages"))
    }

    /// Whatever address somebody gave: the token goes to the configured directory alone.
    fn checked(&self, address: Url) -> Result<Url, GraphError> {
        let base = &self.base_url;
        let is_secure = address.scheme() == "https" || values::is_loopback(&address);
        let is_ours = address.origin() == base.origin()
            && address.username().is_empty()
            && address.password().is_none()
            && address.path().starts_with(base.path());
        if is_secure && is_ours {
            Ok(address)
        } else {
            Err(GraphError::Malformed("a link leads elsewhere"))
        }
    }

    /// Sends a request, again if the directory is busy for a moment.
    async fn send(&self, request: RequestBuilder) -> Result<Value, GraphError> {
        let span = tracing::debug_span!(target: "portico", "directory", otel.kind = "client", outcome = Empty);
        let answer = self.ask(request).instrument(span.clone()).await;
        let outcome = match &answer {
            Ok(_) => "success",
            Err(GraphError::NotThere | GraphError::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        span.record("outcome", outcome);
        answer
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, GraphError> {
        let request = request.header(header::ACCEPT, "application/json");
        let mut tries = 0;
        loop {
            let copy = request.try_clone();
            let copy = copy.ok_or(GraphError::Malformed("a request that cannot be sent"))?;
            match read(copy.send().await.map_err(no_answer)?).await {
                Err(GraphError::Busy {
                    retry_after: Some(pause),
                }) if tries < RETRIES && pause <= SHORT => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            tries += 1;
        }
    }
}

async fn read(mut response: Response) -> Result<Value, GraphError> {
    match response.status() {
        status if status.is_success() => {}
        StatusCode::NOT_FOUND => return Err(GraphError::NotThere),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            return Err(GraphError::Busy {
                retry_after: retry_after(&response),
            });
        }
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => return Err(GraphError::Refused(status)),
        status => return Err(GraphError::Failed(status)),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(GraphError::TooMuch("2 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| GraphError::Malformed("no JSON"))
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3), which is how Graph writes it.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Without the address, which names a person.
fn no_answer(error: reqwest::Error) -> GraphError {
    GraphError::NoAnswer(error.without_url())
}
