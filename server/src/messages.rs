//! Where do the messages come from? An API, asked with the person's own access token, which stays here.

use std::sync::Arc;

use crate::config::Config;
use async_trait::async_trait;
use axum::{Router, body::Body};
use bff::{AccessToken, SignedIn};
use domain::{Message, MessageError, MessageKind, Messages, Visitor};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;
use tracing::{Instrument as _, field::Empty};

mod remote;
mod tokens;

use remote::Remote;
use tokens::ApiTokens;

/// Largest answer read from an API, in bytes.
const MAX_RESPONSE: usize = 64 * 1024;

/// The API that is asked, and how.
#[derive(Clone)]
pub(crate) struct MessageSource {
    api: Api,
    tokens: ApiTokens,
    /// Whether the API is known by a name in access tokens. Without that there is the public message alone.
    has_audience: bool,
}

#[derive(Clone)]
enum Api {
    /// Portico's own, without a detour over the network.
    Own(Router),
    /// One at another address.
    Remote(Arc<Remote>),
}

/// What an API answered, whatever it is.
struct Answer {
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

    async fn fetch(&self, kind: MessageKind, token: Option<&AccessToken>) -> Option<Answer> {
        match &self.api {
            Api::Own(api) => call_own_api(api.clone(), kind, token).await,
            Api::Remote(remote) => remote.ask(kind, token).await,
        }
    }
}

async fn call_own_api(router: Router, kind: MessageKind, token: Option<&AccessToken>) -> Option<Answer> {
    let mut request = Request::get(format!("/api/messages/{}", kind.name()));
    if let Some(token) = token {
        // Nobody can take a token on its way through this process: the one who asks stands in for the proof.
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
    Some(Answer { status, headers, body })
}

/// The messages API for one request: knows whose token to show.
pub(crate) struct VisitorMessages {
    /// Where to ask.
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
        let answer = source.fetch(kind, token.as_ref()).instrument(span.clone()).await;
        let answer = answer.ok_or(MessageError::Unavailable)?;
        span.record("http.response.status_code", i64::from(answer.status.as_u16()));
        parse_message(&answer)
    }
}

fn parse_message(answer: &Answer) -> Result<Message, MessageError> {
    match answer.status {
        StatusCode::OK => serde_json::from_slice(&answer.body).map_err(|_| {
            tracing::warn!("the messages API answered 200 with something that is no message");
            MessageError::Unavailable
        }),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(MessageError::Refused {
            status: status.as_u16(),
            message: refusal_message(&answer.body),
        }),
        status => {
            tracing::warn!(
                status = status.as_u16(),
                "the messages API did not answer with a message"
            );
            Err(MessageError::Unavailable)
        }
    }
}

/// At most 200 characters of the `message` an API gave with its refusal.
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

    fn answer(status: StatusCode, body: &str) -> Answer {
        Answer {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_refusal_keeps_the_words_of_the_api_and_no_more_than_200() {
        let long = format!(r#"{{"message":"{}"}}"#, "ä".repeat(300));
        let refused = parse_message(&answer(StatusCode::FORBIDDEN, &long));
        assert_eq!(
            refused,
            Err(MessageError::Refused {
                status: 403,
                message: "ä".repeat(200)
            })
        );
        let silent = parse_message(&answer(StatusCode::UNAUTHORIZED, "<html>"));
        assert_eq!(
            silent,
            Err(MessageError::Refused {
                status: 401,
                message: String::new()
            })
        );
    }

    #[test]
    fn what_is_no_message_is_no_answer() {
        assert_eq!(
            parse_message(&answer(StatusCode::OK, "{}")),
            Err(MessageError::Unavailable)
        );
        assert_eq!(
            parse_message(&answer(StatusCode::FOUND, "")),
            Err(MessageError::Unavailable)
        );
    }
}
