//! Pushed authorization requests (RFC 9126): the request is posted to the provider with client authentication, and the browser
//! carries nothing but a reference that works once. Its parameters are made in [`crate::authorization_request`].

use http::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::Provider;
use crate::authorization_request::{AuthorizationRequest, address};
use crate::config::PushedRequests;
use crate::error::plain;
use crate::error_response::ErrorResponse;
use crate::http::{HttpError, HttpResponse};
use crate::measured::{Endpoint, measured};
use crate::metadata::{Metadata, PushedRequestsError};

/// A longer reference would make a URL that browsers and servers cut (RFC 9101 §5.2 advises 512).
const MAX_LEN: usize = 2048;
/// What points elsewhere is not pushed (RFC 9126 §2.1).
const REQUEST_URI: &str = "request_uri";

/// Why a request could not be pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The configuration and the provider do not fit.
    #[error(transparent)]
    Impossible(#[from] PushedRequestsError),
    /// The endpoint does not respond.
    #[error("the pushed authorization request endpoint does not answer")]
    NoResponse(#[from] HttpError),
    /// The provider has trouble, or too many requests.
    #[error("the pushed authorization request endpoint answers {0}")]
    Trouble(StatusCode),
    /// The provider does not take the request; its `error` code.
    #[error("the pushed authorization request is refused: `{0}`")]
    Refused(String),
    /// The response is not JSON, or lacks `request_uri`.
    #[error("the response to the pushed authorization request cannot be used: no `request_uri` in JSON")]
    NoRequestUri,
    /// `request_uri` is not a URI, or too long.
    #[error("the response to the pushed authorization request cannot be used: `request_uri` is not a URI")]
    NotAUri,
    /// The endpoint refused without an `error`.
    #[error("the response to the pushed authorization request cannot be used: neither a `request_uri` nor an error")]
    UnnamedError,
}

crate::error::error_codes!(PushError {
    Self::NoResponse(_) => "pushed_request_no_response",
    Self::Trouble(_) => "pushed_request_status",
    Self::Refused(_) => "pushed_request_refused",
    Self::NoRequestUri => "pushed_request_no_request_uri",
    Self::NotAUri => "pushed_request_not_a_uri",
    Self::UnnamedError => "pushed_request_unnamed_error",
} from {
    Self::Impossible(error) => error,
});

impl PushError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Impossible(_) | Self::NoResponse(_) | Self::Trouble(_))
    }
}

#[derive(Deserialize)]
struct RawPushed {
    request_uri: String,
}

impl Provider {
    /// The address a browser is sent to for `request`: with everything in it, or with the reference to what was pushed now.
    ///
    /// # Errors
    /// Where the request has to be pushed and cannot be.
    pub async fn authorization_url(
        &self,
        metadata: &Metadata,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, PushError> {
        let parameters = self.authorization_parameters(metadata, request);
        let setting = self.config.pushed_requests;
        if let Some(problem) = metadata.pushed_requests_problem(setting) {
            return Err(problem.into());
        }
        let endpoint = metadata.pushed_authorization_request_endpoint.as_ref();
        let Some(endpoint) = endpoint.filter(|_| setting != PushedRequests::Never) else {
            return Ok(address(metadata, &parameters));
        };
        let fields: Vec<_> = parameters
            .iter()
            .filter(|(name, _)| *name != REQUEST_URI)
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = self.http.post(endpoint, self.client_auth(metadata), &fields);
        let response = measured(self.config.id.as_str(), Endpoint::PushedRequest, request).await?;
        let reference = vec![
            ("client_id", self.client().id.to_string()),
            (REQUEST_URI, read(&response)?),
        ];
        Ok(address(metadata, &reference))
    }
}

/// 201 with the reference (RFC 9126 §2.2); some providers answer 200.
fn read(response: &HttpResponse) -> Result<String, PushError> {
    let status = response.status;
    if status == StatusCode::CREATED || status == StatusCode::OK {
        let pushed: RawPushed = serde_json::from_slice(&response.body).map_err(|_| PushError::NoRequestUri)?;
        let uri = pushed.request_uri;
        let is_uri = uri.len() <= MAX_LEN && uri.bytes().all(|b| b.is_ascii_graphic()) && Url::parse(&uri).is_ok();
        return is_uri.then_some(uri).ok_or(PushError::NotAUri);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(PushError::Trouble(status));
    }
    let refused: Result<ErrorResponse, _> = serde_json::from_slice(&response.body);
    Err(refused.map_or(PushError::UnnamedError, |refused| {
        PushError::Refused(plain(refused.error().as_ref(), 64))
    }))
}
