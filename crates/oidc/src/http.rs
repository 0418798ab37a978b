//! The one HTTP client of this crate: TLS by rustls, no redirects, no cookies, limits on time
//! and size, `https` unless the host is this machine.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::RequestBuilder;
use serde_json::{Map, Value};
use url::Url;

use super::client_auth::ClientAuth;
use super::signing::Unsigned;
use crate::address::is_secure_or_loopback;
use crate::config::HttpLimits;
use crate::config::secret::Secret;
use crate::measured::MeasuredResponse;

/// The header with a proof of possession (RFC 9449 §4.1).
const PROOF: &str = "dpop";

/// Lifetime of an idle connection. Shorter than that of common servers (five seconds in Node.js, the least that is
/// common): what is sent while it hangs up is lost, and a code or a refresh token is not sent twice.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// The one HTTP client.
#[derive(Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    /// For plain `http`, which is this machine: what is not encrypted uses no proxy of the environment.
    here: reqwest::Client,
    max_bytes: usize,
}

/// A provider's whole response.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    /// `Retry-After`, in seconds only (RFC 9110 §10.2.3).
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: HeaderMap,
}

impl MeasuredResponse for HttpResponse {
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// Why there is no response. None of the texts holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address may not be requested: it would not be encrypted.
    #[error("`{0}` is neither https nor on this machine")]
    Insecure(String),
    /// No connection, no response in time, or a broken one.
    #[error("no response")]
    NoResponse(#[source] reqwest::Error),
    /// More than the limit in [`HttpLimits::max_bytes`].
    #[error("the response is larger than {0} bytes")]
    TooLarge(usize),
    /// The client assertion or the proof could not be signed.
    #[error("the request could not be signed")]
    Unsigned(#[from] Unsigned),
}

#[expect(clippy::disallowed_methods, reason = "the one place where clients are made")]
fn builder(limits: HttpLimits, idle_timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(limits.timeout)
        .connect_timeout(limits.timeout.min(Duration::from_secs(5)))
        .pool_idle_timeout(idle_timeout)
        .user_agent(concat!("bff/", env!("CARGO_PKG_VERSION")))
}

impl HttpError {
    /// Whether the request may have reached somebody.
    pub(crate) fn may_have_arrived(&self) -> bool {
        match self {
            Self::NoResponse(error) => !error.is_connect(),
            Self::TooLarge(_) => true,
            Self::Insecure(_) | Self::Unsigned(_) => false,
        }
    }
}

impl HttpClient {
    /// A client with these limits.
    ///
    /// # Errors
    /// Where TLS cannot be set up: the system has no root certificates that can be read.
    pub fn new(limits: HttpLimits) -> Result<Self, reqwest::Error> {
        Self::with_idle_timeout(limits, IDLE_TIMEOUT)
    }

    fn with_idle_timeout(limits: HttpLimits, idle_timeout: Duration) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: builder(limits, idle_timeout).build()?,
            here: builder(limits, idle_timeout).no_proxy().build()?,
            max_bytes: limits.max_bytes,
        })
    }

    /// A request to `url`, unless it would be sent unencrypted over a network.
    fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, HttpError> {
        let client = if url.scheme() == "http" {
            &self.here
        } else {
            &self.client
        };
        let request = client.request(method, checked(url)?);
        Ok(request.header(ACCEPT, "application/json"))
    }

    /// Reads JSON from `url`; `bearer` is put into the header (RFC 6750 §2.1).
    pub(crate) async fn read(&self, url: &Url, bearer: Option<&str>) -> Result<HttpResponse, HttpError> {
        let request = self.request(Method::GET, url)?;
        let request = match bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        self.send(request).await
    }

    /// Reads JSON that may be four times as large as other responses: a key set of 500 keys with their certificates.
    pub(crate) async fn read_large(&self, url: &Url) -> Result<HttpResponse, HttpError> {
        let request = self.request(Method::GET, url)?;
        self.send_within(request, self.max_bytes.saturating_mul(4)).await
    }

    /// Reads JSON from `url` with a token that is bound to a key, and the proof for it (RFC 9449 §7.1).
    pub(crate) async fn read_bound(&self, url: &Url, token: &str, proof: &str) -> Result<HttpResponse, HttpError> {
        let request = self.request(Method::GET, url)?;
        let request = request.header(AUTHORIZATION, secret_header(&format!("DPoP {token}")));
        self.send(request.header(PROOF, secret_header(proof))).await
    }

    /// Posts a form with our credentials.
    pub(crate) async fn post(
        &self,
        url: &Url,
        auth: ClientAuth<'_>,
        fields: &[(&str, &str)],
    ) -> Result<HttpResponse, HttpError> {
        self.post_with(url, auth, fields, None).await
    }

    /// Posts a form with our credentials and a proof of possession (RFC 9449 §5).
    pub(crate) async fn post_with(
        &self,
        url: &Url,
        auth: ClientAuth<'_>,
        fields: &[(&str, &str)],
        proof: Option<&str>,
    ) -> Result<HttpResponse, HttpError> {
        let mut request = self.request(Method::POST, url)?;
        if let Some(credentials) = auth.header() {
            request = request.header(AUTHORIZATION, credentials);
        }
        if let Some(proof) = proof {
            request = request.header(PROOF, secret_header(proof));
        }
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(auth.form(fields)?);
        self.send(request).await
    }

    /// Posts a JSON object.
    pub(crate) async fn post_json(
        &self,
        url: &Url,
        bearer: Option<&Secret>,
        object: &Map<String, Value>,
    ) -> Result<HttpResponse, HttpError> {
        let request = self.request(Method::POST, url)?;
        let request = match bearer {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        let body = Value::Object(object.clone()).to_string();
        self.send(request.header(CONTENT_TYPE, "application/json").body(body))
            .await
    }

    async fn send(&self, request: RequestBuilder) -> Result<HttpResponse, HttpError> {
        self.send_within(request, self.max_bytes).await
    }

    async fn send_within(&self, request: RequestBuilder, max_bytes: usize) -> Result<HttpResponse, HttpError> {
        let no_answer = |e: reqwest::Error| HttpError::NoResponse(e.without_url());
        let mut response = request.send().await.map_err(no_answer)?;
        let (status, retry_after) = (response.status(), retry_after(response.headers()));
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > max_bytes {
                return Err(HttpError::TooLarge(max_bytes));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse {
            status,
            retry_after,
            body,
            headers,
        })
    }
}

/// A value that no log shows; empty, and so refused by whoever gets it, if it is none.
fn secret_header(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn checked(url: &Url) -> Result<Url, HttpError> {
    if is_secure_or_loopback(url) {
        Ok(url.clone())
    } else {
        Err(HttpError::Insecure(url.to_string()))
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_connection_that_was_unused_for_long_is_not_used_again() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        // Each connection sends one response and closes at the second request.
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request).await;
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                        .await;
                    let _ = stream.read(&mut request).await;
                });
            }
        });
        // As if it were unused for long at once.
        let client = HttpClient::with_idle_timeout(HttpLimits::default(), Duration::from_nanos(1)).unwrap();
        assert_eq!(client.read(&url, None).await.unwrap().body, b"{}");
        assert_eq!(client.read(&url, None).await.unwrap().body, b"{}");
    }

    #[tokio::test]
    async fn ds_3_plain_http_to_elsewhere_is_not_even_tried() {
        let client = HttpClient::new(HttpLimits::default()).unwrap();
        let url = Url::parse("http://idp.example/keys").unwrap();
        assert!(matches!(client.read(&url, None).await, Err(HttpError::Insecure(_))));
    }
}
