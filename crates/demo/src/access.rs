//! What is an access token good for at the provider? Userinfo, introspection, revocation. At the API: [`crate::api`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::faults::Faults;
use crate::params::Params;
use crate::people::Person;
use crate::provider::{Provider, Shared};
use crate::token::{TokenError, authenticate};

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1): the only place it may come from.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The claims of an access token that is ours, for the API, neither over nor revoked.
pub(crate) fn live_claims(provider: &Provider, token: &str) -> Option<Map<String, Value>> {
    let claims = provider.read(token, "at+jwt")?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let alive = claims.get("exp")?.as_i64()? > provider.now()
        && text("iss") == Some(&provider.issuer())
        && text("aud") == Some(&provider.config.audience)
        && provider.grants().is_alive(text("jti")?, text("grant"));
    alive.then_some(claims)
}

/// The scopes of an access token.
pub(crate) fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let scope = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    scope.split_ascii_whitespace().map(str::to_owned).collect()
}

/// `GET` or `POST /userinfo` (OIDC Core §5.3)
pub(crate) async fn userinfo(State(provider): State<Shared>, headers: HeaderMap) -> Response {
    let claims = bearer(&headers).and_then(|token| live_claims(&provider, token));
    let person = claims
        .as_ref()
        .and_then(|claims| claims.get("sub")?.as_str())
        .and_then(Person::named);
    let (Some(claims), Some(person)) = (claims, person) else {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    let scopes = scopes(&claims);
    if !scopes.iter().any(|scope| scope == "openid") {
        let challenge = [(
            header::WWW_AUTHENTICATE,
            "Bearer error=\"insufficient_scope\", scope=\"openid\"",
        )];
        return (StatusCode::FORBIDDEN, challenge).into_response();
    }
    let mut told = person.claims(&provider.address, &scopes);
    Faults::apply(&provider.faults().userinfo, &mut told);
    Json(Value::Object(told)).into_response()
}

/// `POST /revoke` (RFC 7009): 200 for a token nobody knows, too.
pub(crate) async fn revoke(
    State(provider): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, TokenError> {
    let params = Params::parse(&body).unwrap_or_default();
    authenticate(&provider, &headers, &params)?;
    let token = params.value("token").unwrap_or_default();
    provider.revoked(token);
    if !provider.grants().revoke(token)
        && let Some(jti) = provider
            .read(token, "at+jwt")
            .as_ref()
            .and_then(|claims| claims.get("jti")?.as_str())
    {
        provider.grants().revoke_access(jti);
    }
    Ok(StatusCode::OK)
}

/// `POST /introspect` (RFC 7662)
pub(crate) async fn introspect(
    State(provider): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, TokenError> {
    let params = Params::parse(&body).unwrap_or_default();
    authenticate(&provider, &headers, &params)?;
    let Some(mut claims) = params.value("token").and_then(|token| live_claims(&provider, token)) else {
        return Ok(Json(json!({ "active": false })));
    };
    claims.insert("active".into(), true.into());
    claims.insert("token_type".into(), "Bearer".into());
    Ok(Json(Value::Object(claims)))
}
