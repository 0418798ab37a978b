//! The HTTP client of an upstream, with the rules of [`oidc::http`]: TLS by rustls, no redirects, no cookies, limits. Its connections are for this upstream alone.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use oidc::http::IDLE_TIMEOUT;
use reqwest::Response;
use tracing::Instrument as _;
use tracing::field::Empty;
use url::Url;

use super::body::RequestBody;
use super::refusal::Refusal;
use super::upstream::{InvalidUpstream, Upstream};
use crate::problem::error_chain;
use crate::tokens::AccessToken;

/// The header of the trace that a request belongs to (W3C Trace Context §3.2).
const TRACEPARENT: &str = "traceparent";

/// The client of one upstream.
#[derive(Debug)]
pub(super) struct Client {
    client: reqwest::Client,
    /// The current value of that header.
    traceparent: Option<fn() -> Option<HeaderValue>>,
}

/// A request to the upstream, without body and token.
#[derive(Debug)]
pub(super) struct UpstreamRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
}

impl Client {
    pub(super) fn new(upstream: &Upstream) -> Result<Self, InvalidUpstream> {
        let timeout = upstream.limits.timeout;
        #[expect(
            clippy::disallowed_methods,
            reason = "one client for each upstream, with the rules of the one for providers"
        )]
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .connect_timeout(timeout.min(Duration::from_secs(5)))
            .pool_idle_timeout(IDLE_TIMEOUT)
            // Bodies are passed on as they are, whatever features of the client other crates enable.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(concat!("bff/", env!("CARGO_PKG_VERSION")));
        if upstream.base.scheme() == "http" {
            // A loopback address: requests without TLS must not leave this machine.
            builder = builder.no_proxy();
        }
        let client = builder.build();
        let client = client.map_err(|error| InvalidUpstream::Client(upstream.mount.clone(), error_chain(&error)))?;
        Ok(Self {
            client,
            traceparent: upstream.traceparent,
        })
    }

    /// Sends `request` with the token in the header (RFC 6750 §2.1), and a proof if it is bound to a key (RFC 9449). The body of the
    /// response has not been read.
    pub(super) async fn send(
        &self,
        request: &UpstreamRequest,
        token: &AccessToken,
        body: RequestBody,
    ) -> Result<Response, Refusal> {
        let span = tracing::debug_span!(
            target: "bff", "upstream", otel.kind = "client", http.response.status_code = Empty
        );
        let response = self.send_once(request, token, body).instrument(span.clone()).await;
        if let Ok(response) = &response {
            span.record("http.response.status_code", i64::from(response.status().as_u16()));
        }
        response
    }

    /// The headers of the page, with the trace of this server instead of the page's.
    fn headers(&self, request: &UpstreamRequest) -> HeaderMap {
        let mut headers = request.headers.clone();
        if let Some(current) = self.traceparent {
            headers.remove(TRACEPARENT);
            headers.extend(current().map(|value| (HeaderName::from_static(TRACEPARENT), value)));
        }
        headers
    }

    async fn send_once(
        &self,
        request: &UpstreamRequest,
        token: &AccessToken,
        body: RequestBody,
    ) -> Result<Response, Refusal> {
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(self.headers(request))
            .header(AUTHORIZATION, format!("{} {}", token.scheme(), token.secret()));
        match token.proof(&request.method, &request.url) {
            Ok(None) => {}
            Ok(Some(proof)) => builder = builder.header("dpop", proof),
            Err(error) => {
                tracing::error!(target: "bff", error = error_chain(&error), "a token cannot be shown");
                return Err(Refusal::no_response());
            }
        }
        let mut overflow = None;
        match body {
            RequestBody::Buffered(bytes) if bytes.is_empty() && request.method.is_safe() => {}
            RequestBody::Buffered(bytes) => builder = builder.body(bytes),
            RequestBody::Streamed(streamed) => {
                if let Some(length) = streamed.length {
                    builder = builder.header(CONTENT_LENGTH, length);
                }
                builder = builder.body(*streamed.body);
                overflow = Some(streamed.overflow);
            }
        }
        builder.send().await.map_err(|error| {
            if overflow.is_some_and(|overflow| overflow.happened()) {
                return Refusal::too_large();
            }
            let error = error.without_url();
            tracing::warn!(target: "bff", error = error_chain(&error), "an upstream does not answer");
            if error.is_timeout() {
                Refusal::late()
            } else {
                Refusal::no_response()
            }
        })
    }
}
