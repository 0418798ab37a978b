//! The endpoint for pushed authorization requests. Pushed authorization requests (RFC 9126).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::client::authenticate;
use crate::keys::random_token;
use crate::params::Params;
use crate::provider::{Provider, Shared};
use crate::token::TokenError;

/// Lifetime of a pushed request, in seconds.
const LIFETIME: i64 = 60;

/// A request that was pushed.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    pub(crate) params: Params,
    pub(crate) expires_at: i64,
}

/// `POST /par`
pub(crate) async fn push(
    State(provider): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), TokenError> {
    let params = Params::parse(&body).ok_or(TokenError::request("a parameter was sent twice"))?;
    authenticate(&provider, &headers, &params)?;
    if params.value("client_id") != Some(&provider.config.client_id) {
        return Err(TokenError::request("`client_id` is missing or another's"));
    }
    if params.value("request_uri").is_some() {
        return Err(TokenError::request("`request_uri` is not pushed"));
    }
    let secrets = ["client_secret", "client_assertion", "client_assertion_type"];
    let params = secrets.iter().fold(params, |params, name| params.without(name));
    let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", random_token());
    let expires_at = provider.now() + LIFETIME;
    provider
        .grants()
        .push(request_uri.clone(), Pushed { params, expires_at });
    let response = json!({ "request_uri": request_uri, "expires_in": LIFETIME });
    Ok((StatusCode::CREATED, Json(response)))
}

/// The authorization request: `params` themselves, or what was pushed under their `request_uri`. `None` if nothing was, or it
/// was used already.
pub(crate) fn authorization_request(provider: &Provider, params: &Params) -> Option<Params> {
    let Some(request_uri) = params.value("request_uri") else {
        let needed =
            provider.faults().metadata.get("require_pushed_authorization_requests") == Some(&Value::Bool(true));
        return (!needed).then(|| params.clone());
    };
    let pushed = provider.grants().pushed(request_uri, provider.now())?;
    (pushed.value("client_id") == params.value("client_id")).then_some(pushed)
}
