//! How is an API at another address asked? By HTTP, within limits, following no redirect: a token goes where the
//! operator said and nowhere else.

use std::time::Duration;

use bff::AccessToken;
use domain::MessageKind;
use http::{Method, header};
use url::Url;

use super::{Answer, MAX_RESPONSE};
use crate::{http_client::http_client, telemetry};

/// Longest wait for a whole answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An API and the client it is asked with.
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

    /// With a proof where the token is bound to a key; once more if the API wants a nonce in it (RFC 9449 §9).
    pub(super) async fn ask(&self, kind: MessageKind, token: Option<&AccessToken>) -> Option<Answer> {
        let base = self.base_url.as_str().trim_end_matches('/');
        let address = Url::parse(&format!("{base}/api/messages/{}", kind.name())).ok()?;
        let answer = self.send_once(&address, token).await?;
        let again = token.filter(|token| token.wants_again(&address, answer.status, &answer.headers));
        match again {
            Some(token) => self.send_once(&address, Some(token)).await,
            None => Some(answer),
        }
    }

    async fn send_once(&self, address: &Url, token: Option<&AccessToken>) -> Option<Answer> {
        let mut request = self
            .client
            .get(address.clone())
            .header(header::ACCEPT, "application/json");
        if let Some(trace) = telemetry::traceparent() {
            request = request.header(telemetry::TRACEPARENT, trace);
        }
        if let Some(token) = token {
            let shown = format!("{} {}", token.scheme(), token.secret());
            request = request.header(header::AUTHORIZATION, shown);
            if let Some(proof) = token.proof(&Method::GET, address).ok()? {
                request = request.header("dpop", proof);
            }
        }
        match read(request).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "the messages API did not answer");
                None
            }
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Option<Answer>, reqwest::Error> {
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE {
            tracing::warn!("the messages API answered with more than {MAX_RESPONSE} bytes");
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(Answer { status, headers, body }))
}
