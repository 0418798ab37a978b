//! The messages API. Text for everybody, for readers, and for administrators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::access::{invalid_proof, presented, scopes};
use crate::provider::Shared;

/// `GET /api/messages/{public,protected,admin}`; refusals as in RFC 6750 §3.
pub(crate) async fn message(State(provider): State<Shared>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let (text, scope) = match name.as_str() {
        "public" => (
            "This message is for everybody: no access token was needed to read it.",
            None,
        ),
        "protected" => (
            "This message is for people who have signed in: your access token opened it.",
            Some("messages:read"),
        ),
        "admin" => (
            "This message is for administrators: your access token carries their permission.",
            Some("messages:admin"),
        ),
        _ => {
            return (
                StatusCode::NOT_FOUND,
                Json(json!({ "message": "there is no such message" })),
            )
                .into_response();
        }
    };
    let Some(scope) = scope else {
        return Json(json!({ "text": text })).into_response();
    };
    let path = format!("/api/messages/{name}");
    let claims = match presented(&provider, &headers, "GET", &path) {
        Ok(claims) => claims,
        Err(refused) => return invalid_proof(refused),
    };
    match permit(&headers, claims.as_ref(), scope) {
        Ok(()) => Json(json!({ "text": text })).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Status, `WWW-Authenticate` and words of a refusal.
struct Refusal(StatusCode, String, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "message": self.2 }));
        (self.0, [(header::WWW_AUTHENTICATE, self.1)], body).into_response()
    }
}

fn permit(headers: &HeaderMap, claims: Option<&Map<String, Value>>, scope: &str) -> Result<(), Refusal> {
    let refusal =
        |status: StatusCode, challenge: &str, message: &str| Refusal(status, challenge.to_owned(), message.to_owned());
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(refusal(StatusCode::UNAUTHORIZED, "Bearer", "an access token is needed"));
    }
    let claims = claims.ok_or_else(|| {
        refusal(
            StatusCode::UNAUTHORIZED,
            "Bearer error=\"invalid_token\"",
            "the access token is not valid",
        )
    })?;
    if scopes(claims).iter().any(|granted| granted == scope) {
        return Ok(());
    }
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    Err(refusal(
        StatusCode::FORBIDDEN,
        &challenge,
        &format!("the access token lacks the permission {scope}"),
    ))
}
