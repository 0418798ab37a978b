//! Dynamic client registration. It registers itself (RFC 7591 §3). There is only one client; whoever registers becomes it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use crate::faults::Faults;
use crate::provider::Shared;

/// `POST /register`
pub(crate) async fn register(State(provider): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let required = provider.config.registers.clone().unwrap_or_default();
    let reported = headers
        .get(header::AUTHORIZATION)
        .map_or(&[][..], |value| value.as_bytes());
    let is_allowed: bool = reported.ct_eq(format!("Bearer {required}").as_bytes()).into();
    if !is_allowed {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_token" }))).into_response();
    }
    let Ok(requested) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return refused("invalid_client_metadata");
    };
    let uris = requested.get("redirect_uris").and_then(Value::as_array);
    let known = |uri: &Value| {
        uri.as_str()
            .is_some_and(|uri| provider.config.redirect_uris.iter().any(|u| u == uri))
    };
    if !uris.is_some_and(|uris| !uris.is_empty() && uris.iter().all(known)) {
        return refused("invalid_redirect_uri");
    }
    let mut reply = requested;
    reply.insert("client_id".into(), provider.config.client_id.clone().into());
    reply.insert("client_secret".into(), provider.config.client_secret.clone().into());
    reply.insert("client_secret_expires_at".into(), 0.into());
    Faults::apply(&provider.faults().registration, &mut reply);
    (StatusCode::CREATED, Json(Value::Object(reply))).into_response()
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}
