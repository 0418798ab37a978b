//! How is an upstream asked? By a client of its own with the rules of [`oidc::http`]: TLS by rustls, no redirects,
//! no cookies, limits. Its connections are for this upstream alone.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use oidc::http::KEPT_UNUSED;
use reqwest::Response;
use tracing::Instrument as _;
use tracing::field::Empty;
use url::Url;

use super::body::Outgoing;
use super::refusal::Refusal;
use super::upstream::{InvalidUpstream, Upstream};
use crate::problem::chain;
use crate::tokens::AccessToken;

/// The header by which an upstream learns which trace a request belongs to.
const TRACEPARENT: &str = "traceparent";

/// The way to one upstream.
#[derive(Debug)]
pub(super) struct Client {
    client: reqwest::Client,
    /// Says which trace that is.
    traceparent: Option<fn() -> Option<HeaderValue>>,
}

/// What is asked, but for the body and the token.
#[derive(Debug)]
pub(super) struct Asked {
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
            .pool_idle_timeout(KEPT_UNUSED)
            // Bodies pass as they are, whatever features somebody else wants of the client.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(concat!("bff/", env!("CARGO_PKG_VERSION")));
        if upstream.base.scheme() == "http" {
            // This machine: nobody else should see what is not encrypted.
            builder = builder.no_proxy();
        }
        let client = builder.build();
        let client = client.map_err(|error| InvalidUpstream::Client(upstream.mount.clone(), chain(&error)))?;
        Ok(Self {
            client,
            traceparent: upstream.traceparent,
        })
    }

    /// Sends `asked` with the token in the header (RFC 6750 §2.1), and a proof where it is bound to a key. The answer's body has not been read.
    pub(super) async fn send(&self, asked: &Asked, token: &AccessToken, body: Outgoing) -> Result<Response, Refusal> {
        let span = tracing::debug_span!(
            target: "bff", "upstream", otel.kind = "client", http.response.status_code = Empty
        );
        let answer = self.send_once(asked, token, body).instrument(span.clone()).await;
        if let Ok(answer) = &answer {
            span.record("http.response.status_code", i64::from(answer.status().as_u16()));
        }
        answer
    }

    /// What pages may say, and our own trace in the place of theirs.
    fn headers(&self, asked: &Asked) -> HeaderMap {
        let mut headers = asked.headers.clone();
        if let Some(current) = self.traceparent {
            headers.remove(TRACEPARENT);
            headers.extend(current().map(|value| (HeaderName::from_static(TRACEPARENT), value)));
        }
        headers
    }

    async fn send_once(&self, asked: &Asked, token: &AccessToken, body: Outgoing) -> Result<Response, Refusal> {
        let mut request = self
            .client
            .request(asked.method.clone(), asked.url.clone())
            .headers(self.headers(asked))
            .header(AUTHORIZATION, format!("{} {}", token.scheme(), token.secret()));
        match token.proof(&asked.method, &asked.url) {
            Ok(None) => {}
            Ok(Some(proof)) => request = request.header("dpop", proof),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a token cannot be shown");
                return Err(Refusal::no_answer());
            }
        }
        let mut overflow = None;
        match body {
            Outgoing::Whole(bytes) if bytes.is_empty() && asked.method.is_safe() => {}
            Outgoing::Whole(bytes) => request = request.body(bytes),
            Outgoing::Passing(body, length, too_much) => {
                if let Some(length) = length {
                    request = request.header(CONTENT_LENGTH, length);
                }
                request = request.body(*body);
                overflow = Some(too_much);
            }
        }
        request.send().await.map_err(|error| {
            if overflow.is_some_and(|overflow| overflow.happened()) {
                return Refusal::too_large();
            }
            let error = error.without_url();
            tracing::warn!(target: "bff", error = chain(&error), "an upstream does not answer");
            if error.is_timeout() {
                Refusal::late()
            } else {
                Refusal::no_answer()
            }
        })
    }
}
