//! The client of the messages API, called with the person's own access token, which never leaves the server.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, body::Body};
use bff::{AccessToken, SignedIn};
use domain::{Message, MessageError, MessageKind, Messages, Visitor};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;
use tracing::{Instrument as _, field::Empty};

use crate::config::Config;

mod remote;
mod tokens;

use remote::Remote;
use tokens::ApiTokens;

/// Largest response of an API, in bytes.
const MAX_RESPONSE: usize = 64 * 1024;

/// The API, and the tokens for it.
#[derive(Clone)]
pub(crate) struct MessageSource {
    api: Api,
    tokens: ApiTokens,
    /// Whether the API has an audience for access tokens. Without one, only the public message is available.
    has_audience: bool,
}

#[derive(Clone)]
enum Api {
    /// Portico's own, called without the network.
    Own(Router),
    /// One at another address.
    Remote(Arc<Remote>),
}

/// The response of an API.
struct ApiResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl MessageSource {
    /// The API at the configured address, or `own`.
    ///
    /// # Errors
    /// If the HTTP client cannot be made.
    pub(crate) fn new(config: &Config, own: Router) -> Result<Self, reqwest::Error> {
        let api = match &config.api.base_url {
            Some(base_url) => Api::Remote(Arc::new(Remote::new(base_url.clone())?)),
            None => Api::Own(own),
        };
        Ok(Self {
            api,
            tokens: ApiTokens::new(&config.providers),
            has_audience: config.api.audience.is_some(),
        })
    }

    async fn fetch(&self, kind: MessageKind, token: Option<&AccessToken>) -> Option<ApiResponse> {
        match &self.api {
            Api::Own(api) => call_own_api(api.clone(), kind, token).await,
            Api::Remote(remote) => remote.fetch(kind, token).await,
        }
    }
}

async fn call_own_api(router: Router, kind: MessageKind, token: Option<&AccessToken>) -> Option<ApiResponse> {
    let mut request = Request::get(format!("/api/messages/{}", kind.name()));
    if let Some(token) = token {
        // Within the process the token itself replaces the proof of possession.
        request = request
            .header(header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .extension(token.clone());
    }
    let response = router.oneshot(request.body(Body::empty()).ok()?).await.ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = axum::body::to_bytes(response.into_body(), MAX_RESPONSE)
        .await
        .ok()?
        .to_vec();
    Some(ApiResponse { status, headers, body })
}

/// The messages port of one request.
pub(crate) struct VisitorMessages {
    /// The API.
    pub(crate) source: MessageSource,
    /// The session of the visitor, if there is one.
    pub(crate) signed_in: Option<SignedIn>,
}

#[async_trait]
impl Messages for VisitorMessages {
    async fn message(&self, visitor: &Visitor, kind: MessageKind) -> Result<Message, MessageError> {
        let source = &self.source;
        let token = match (kind, &self.signed_in, visitor.person()) {
            (MessageKind::Public, ..) => None,
            (_, Some(_), Some(_)) if !source.has_audience => return Err(MessageError::NotConfigured),
            (_, Some(signed_in), Some(_)) => source.tokens.of(signed_in).await?,
            _ => return Err(MessageError::SignInFirst),
        };
        let span = tracing::debug_span!(
            target: "portico", "messages", otel.kind = "client", message = kind.name(), http.response.status_code = Empty
        );
        let response = source.fetch(kind, token.as_ref()).instrument(span.clone()).await;
        let response = response.ok_or(MessageError::Unavailable)?;
        span.record("http.response.status_code", i64::from(response.status.as_u16()));
        parse_message(&response)
    }
}

fn parse_message(response: &ApiResponse) -> Result<Message, MessageError> {
    match response.status {
        StatusCode::OK => serde_json::from_slice(&response.body).map_err(|_| {
            tracing::warn!("the messages API responded with 200 and an invalid message");
            MessageError::Unavailable
        }),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(MessageError::Refused {
            status: status.as_u16(),
            message: refusal_message(&response.body),
        }),
        status => {
            tracing::warn!(status = status.as_u16(), "the messages API responded with an error");
            Err(MessageError::Unavailable)
        }
    }
}

/// The `message` of a refusal, cut to 200 characters.
fn refusal_message(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let words = body
        .get("message")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    words.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: StatusCode, body: &str) -> ApiResponse {
        ApiResponse {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_refusal_has_at_most_200_characters_of_the_apis_message() {
        let long = format!(r#"{{"message":"{}"}}"#, "ä".repeat(300));
        let refused = parse_message(&response(StatusCode::FORBIDDEN, &long));
        assert_eq!(
            refused,
            Err(MessageError::Refused {
                status: 403,
                message: "ä".repeat(200)
            })
        );
        let silent = parse_message(&response(StatusCode::UNAUTHORIZED, "<html>"));
        assert_eq!(
            silent,
            Err(MessageError::Refused {
                status: 401,
                message: String::new()
            })
        );
    }

    #[test]
    fn a_response_without_a_message_is_an_outage() {
        assert_eq!(
            parse_message(&response(StatusCode::OK, "{}")),
            Err(MessageError::Unavailable)
        );
        assert_eq!(
            parse_message(&response(StatusCode::FOUND, "")),
            Err(MessageError::Unavailable)
        );
    }
}
