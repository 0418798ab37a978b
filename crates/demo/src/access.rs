//! The endpoints for access tokens. Userinfo, introspection, revocation. At the API: [`crate::api`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::client::authenticate;
use crate::faults::Faults;
use crate::params::Params;
use crate::people::Person;
use crate::proof::{InvalidProof, ProvenRequest, proven};
use crate::provider::{Provider, Shared};
use crate::token::TokenError;

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The claims of the access token in the `Authorization` header, the only way to send it: `Bearer` (RFC 6750
/// §2.1), or `DPoP` with a proof by the key it is bound to (RFC 9449 §7.1).
pub(crate) fn presented(
    provider: &Provider,
    headers: &HeaderMap,
    method: &str,
    path: &str,
) -> Result<Option<Map<String, Value>>, InvalidProof> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = header.and_then(|header| header.split_once(' ')) else {
        return Ok(None);
    };
    let claims = live_claims(provider, token.trim());
    let bound_to = claims
        .as_ref()
        .and_then(|claims| claims.get("cnf")?.get("jkt")?.as_str().map(str::to_owned));
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(claims.filter(|_| bound_to.is_none()));
    }
    if !scheme.eq_ignore_ascii_case("dpop") {
        return Ok(None);
    }
    let token = Some(token.trim());
    let jkt = proven(provider, headers, ProvenRequest { method, path, token })?;
    Ok(claims.filter(|_| jkt.is_some() && jkt == bound_to))
}

/// The response to a proof that does not convince (RFC 9449 §7.1, §9).
pub(crate) fn invalid_proof(invalid_proof: InvalidProof) -> Response {
    let challenge = [(
        header::WWW_AUTHENTICATE,
        format!("DPoP error=\"{}\"", invalid_proof.error()),
    )];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
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
pub(crate) async fn userinfo(State(provider): State<Shared>, method: Method, headers: HeaderMap) -> Response {
    let claims = match presented(&provider, &headers, method.as_str(), "/userinfo") {
        Ok(claims) => claims,
        Err(refused) => return invalid_proof(refused),
    };
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
    let mut reported = person.claims(&provider.address, &scopes);
    Faults::apply(&provider.faults().userinfo, &mut reported);
    Json(Value::Object(reported)).into_response()
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
    let kind = if claims.contains_key("cnf") { "DPoP" } else { "Bearer" };
    claims.insert("token_type".into(), kind.into());
    Ok(Json(Value::Object(claims)))
}
