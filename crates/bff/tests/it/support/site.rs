//! The site that the tests sign in to: the smallest one with a session, access tokens and a bearer API.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bff::{AccessToken, Bff, Caller, SignedIn, TokenError, TokenRequest};
use serde_json::{Value, json};

use super::Counter;

/// The API's name.
pub(crate) const AUDIENCE: &str = "https://api.portico.example";

/// What the site counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteCounts {
    /// What unsafe requests did.
    pub(crate) writes: Counter,
    /// Requests to `/token` and `/token-for` by signed-in people: each needs a token next.
    pub(crate) token_requests: Counter,
}

pub(crate) fn site(bff: &Bff, counts: SiteCounts) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/token", get(token))
        .route("/token-for", get(token_for))
        .route("/write", post(write))
        .with_state(counts);
    let api = Router::new()
        .route("/api/read", get(caller))
        .layer(bff.bearer(AUDIENCE).require(&["messages:read"]));
    bff.protect(pages.merge(bff.router())).merge(api)
}

async fn home(person: Option<SignedIn>) -> String {
    person.map_or_else(
        || "stranger".to_owned(),
        |person| format!("hello {}", person.identity().subject),
    )
}

async fn me(person: SignedIn) -> Json<Value> {
    let identity = person.identity();
    Json(json!({
        "provider": identity.provider.to_string(),
        "issuer": identity.issuer,
        "subject": identity.subject,
        "claims": identity.claims,
    }))
}

/// Shows whether there is a token, never the token.
async fn token(State(counts): State<SiteCounts>, person: SignedIn) -> Response {
    counts.token_requests.increment();
    shown(person.access_token().await)
}

/// The same for `?scopes=&audience=&resource=`.
async fn token_for(
    State(counts): State<SiteCounts>,
    person: SignedIn,
    Query(requested): Query<HashMap<String, String>>,
) -> Response {
    counts.token_requests.increment();
    let scopes = requested
        .get("scopes")
        .map_or_else(Vec::new, |scopes| scopes.split(' ').map(str::to_owned).collect());
    let request = TokenRequest {
        scopes,
        audience: requested.get("audience").cloned(),
        resource: requested.get("resource").cloned(),
    };
    shown(person.access_token_for(&request).await)
}

fn shown(outcome: Result<AccessToken, TokenError>) -> Response {
    match outcome {
        Ok(token) => {
            let digest = token
                .secret()
                .bytes()
                .fold(5381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
            format!("{digest:x}").into_response()
        }
        Err(TokenError::SignInAgain) => (StatusCode::UNAUTHORIZED, "sign in again").into_response(),
        Err(TokenError::NotGranted) => (StatusCode::FORBIDDEN, "not granted").into_response(),
        Err(TokenError::ProviderUnavailable { retry_after }) => {
            let wait = retry_after.as_secs().max(1).to_string();
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, wait)], "later").into_response()
        }
    }
}

async fn write(State(counts): State<SiteCounts>) -> &'static str {
    counts.writes.increment();
    "written"
}

async fn caller(caller: Caller) -> Json<Value> {
    Json(
        json!({ "issuer": caller.issuer, "subject": caller.subject, "client_id": caller.client_id, "scopes": caller.scopes }),
    )
}
