//! The token endpoint. The token endpoint (RFC 6749 §3.2).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::client::authenticate;
use crate::device;
use crate::faults::{Faults, Signing};
use crate::grants::Grant;
use crate::graph::application_scope;
use crate::handle::Kind;
use crate::keys::{challenge, half_hash, random_token};
use crate::params::Params;
use crate::proof::{ProvenRequest, proven};
use crate::provider::{Provider, Shared};

/// Why there is no token: `error` of RFC 6749 §5.2.
pub(crate) struct TokenError(pub(crate) StatusCode, pub(crate) &'static str, pub(crate) &'static str);

impl TokenError {
    fn grant(description: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, "invalid_grant", description)
    }

    pub(crate) fn proof(error: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, error, "the proof does not convince")
    }

    pub(crate) fn request(description: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, "invalid_request", description)
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.1, "error_description": self.2 }));
        if self.0 == StatusCode::UNAUTHORIZED {
            return (self.0, [(header::WWW_AUTHENTICATE, "Basic realm=\"demo\"")], body).into_response();
        }
        (self.0, body).into_response()
    }
}

/// `POST /token`
pub(crate) async fn token(
    State(provider): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, TokenError> {
    let params = Params::parse(&body).ok_or(TokenError::request("a parameter was sent twice"))?;
    authenticate(&provider, &headers, &params)?;
    let jkt = proven(&provider, &headers, ProvenRequest::at("/token"))?;
    let audience = requested_api(&provider, &params)?;
    let reply = match params.value("grant_type") {
        Some("authorization_code") => by_code(&provider, &params, jkt)?,
        Some("urn:ietf:params:oauth:grant-type:device_code") => {
            let mut grant = device::redeem(&provider, &params)?;
            grant.jkt = jkt;
            by_grant(&provider, grant)
        }
        Some("refresh_token") => by_refresh_token(&provider, &params, audience, jkt)?,
        Some("client_credentials") => for_the_client(&provider, &params, jkt.as_deref())?,
        _ => {
            return Err(TokenError(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "not supported here",
            ));
        }
    };
    Ok(Json(Value::Object(reply)))
}

/// The API that a token is requested for: the one of the client, or another that we know (RFC 8707 §2.2).
fn requested_api<'a>(provider: &'a Provider, params: &'a Params) -> Result<&'a str, TokenError> {
    let own = provider.config.audience.as_str();
    // `audience` has a meaning only where there is something to choose.
    let audience = params
        .value("audience")
        .filter(|_| !provider.config.other_apis.is_empty());
    let requested = params.value("resource").or(audience).unwrap_or(own);
    let known = requested == own || provider.config.other_apis.iter().any(|api| api == requested);
    let unknown = TokenError(StatusCode::BAD_REQUEST, "invalid_target", "there is no such API");
    known.then_some(requested).ok_or(unknown)
}

fn by_code(provider: &Provider, params: &Params, jkt: Option<String>) -> Result<Map<String, Value>, TokenError> {
    let code = params.value("code").ok_or(TokenError::request("`code` is missing"))?;
    let verifier = params
        .value("code_verifier")
        .ok_or(TokenError::request("`code_verifier` is missing"))?;
    let mut pending = provider
        .grants()
        .redeem(code, provider.now())
        .ok_or(TokenError::grant("the code is void"))?;
    if params.value("redirect_uri") != Some(&pending.redirect_uri) {
        return Err(TokenError::grant("the redirect URI is another"));
    }
    if verifier.len() < 43 || challenge(verifier) != pending.challenge {
        return Err(TokenError::grant("the verifier does not fit the challenge"));
    }
    if pending.grant.jkt.is_some() && pending.grant.jkt != jkt {
        return Err(TokenError::grant("the code is bound to another key"));
    }
    pending.grant.jkt = jkt;
    Ok(by_grant(provider, pending.grant))
}

/// The first tokens of a grant.
fn by_grant(provider: &Provider, grant: Grant) -> Map<String, Value> {
    let faults = provider.faults();
    let mut reply = tokens(provider, &faults, &grant, false);
    if grant.scopes.iter().any(|scope| scope == "offline_access") {
        add_refresh_token(provider, grant, &mut reply);
    }
    Faults::apply(&faults.token_response, &mut reply);
    reply
}

fn by_refresh_token(
    provider: &Provider,
    params: &Params,
    audience: &str,
    jkt: Option<String>,
) -> Result<Map<String, Value>, TokenError> {
    let token = params
        .value("refresh_token")
        .ok_or(TokenError::request("`refresh_token` is missing"))?;
    let grant = provider.grants().refresh(token, provider.now());
    let mut grant = grant.ok_or(TokenError::grant("the refresh token is void"))?;
    if grant.jkt.is_some() && grant.jkt != jkt {
        return Err(TokenError::grant("the refresh token is bound to another key"));
    }
    grant.jkt = jkt;
    let faults = provider.faults();
    // Fewer scopes for this token; the refresh token retains them all (RFC 6749 §6).
    let requested = params.words("scope");
    if !requested.iter().all(|scope| grant.scopes.contains(scope)) {
        provider.grants().unuse(token);
        let description = "not a scope of this grant";
        return Err(TokenError(StatusCode::BAD_REQUEST, "invalid_scope", description));
    }
    let narrowed = Grant {
        audience: Some(audience.to_owned()),
        scopes: if requested.is_empty() {
            grant.scopes.clone()
        } else {
            requested
        },
        ..grant.clone()
    };
    let mut reply = tokens(provider, &faults, &narrowed, true);
    add_refresh_token(provider, grant, &mut reply);
    Faults::apply(&faults.token_response, &mut reply);
    Faults::apply(&faults.refresh_response, &mut reply);
    if !reply.contains_key("refresh_token") {
        // Without rotation the old one remains valid.
        provider.grants().unuse(token);
    }
    Ok(reply)
}

fn add_refresh_token(provider: &Provider, grant: Grant, reply: &mut Map<String, Value>) {
    let token = provider.grants().refresh_token(grant, provider.now());
    provider.issued(Kind::RefreshToken, &token);
    reply.insert("refresh_token".into(), token.into());
}

/// Access and ID token for a grant.
fn tokens(provider: &Provider, faults: &Faults, grant: &Grant, refreshed: bool) -> Map<String, Value> {
    let scope = grant.scopes.join(" ");
    let access_token = access_token(provider, grant.person.name, Some(grant), &scope, grant.jkt.as_deref());
    let mut reply = granted(provider, &access_token, &scope, grant.jkt.is_some());
    let id_token = id_token(provider, faults, grant, &access_token, refreshed);
    provider.issued(Kind::IdToken, &id_token);
    reply.insert("id_token".into(), id_token.into());
    reply
}

/// For a confidential client alone: of a public one only the name is known (RFC 6749 §4.4).
fn for_the_client(provider: &Provider, params: &Params, jkt: Option<&str>) -> Result<Map<String, Value>, TokenError> {
    if provider.config.client_secret.is_empty() && provider.config.client_keys.is_empty() {
        let description = "a public client has no token of its own";
        return Err(TokenError(StatusCode::BAD_REQUEST, "unauthorized_client", description));
    }
    let scopes: Vec<_> = params
        .words("scope")
        .into_iter()
        .filter(|scope| scope.starts_with("messages:") || *scope == application_scope(provider))
        .collect();
    let scope = scopes.join(" ");
    let access_token = access_token(provider, &provider.config.client_id, None, &scope, jkt);
    Ok(granted(provider, &access_token, &scope, jkt.is_some()))
}

fn granted(provider: &Provider, access_token: &str, scope: &str, is_bound: bool) -> Map<String, Value> {
    let mut reply = Map::new();
    reply.insert("access_token".into(), access_token.into());
    reply.insert("token_type".into(), if is_bound { "DPoP" } else { "Bearer" }.into());
    reply.insert(
        "expires_in".into(),
        provider.config.access_token_lifetime.as_secs().into(),
    );
    reply.insert("scope".into(), scope.into());
    reply
}

/// A JWT access token for the API (RFC 9068), for `sub` and of a grant, bound to a key (RFC 9449 §6.1).
fn access_token(provider: &Provider, sub: &str, grant: Option<&Grant>, scope: &str, jkt: Option<&str>) -> String {
    let audience = grant.and_then(|grant| grant.audience.as_ref());
    let mut claims = lifetime(provider);
    claims.extend(of_issuer(provider));
    claims.insert("sub".into(), sub.into());
    claims.insert(
        "aud".into(),
        audience.unwrap_or(&provider.config.audience).clone().into(),
    );
    claims.insert("client_id".into(), provider.config.client_id.clone().into());
    claims.insert("scope".into(), scope.into());
    claims.insert("jti".into(), random_token().into());
    if let Some(grant) = grant {
        claims.insert("grant".into(), grant.family.clone().into());
    }
    if let Some(jkt) = jkt {
        claims.insert("cnf".into(), json!({ "jkt": jkt }));
    }
    let token = provider.key().sign(&typ("at+jwt"), &claims);
    provider.issued(Kind::AccessToken, &token);
    token
}

/// An ID token (OIDC Core §2). A refreshed one retains `auth_time` and has no `nonce` (§12.2).
fn id_token(provider: &Provider, faults: &Faults, grant: &Grant, access_token: &str, refreshed: bool) -> String {
    let mut claims = lifetime(provider);
    claims.extend(grant.person.claims(&provider.address, &grant.scopes));
    claims.extend(of_issuer(provider));
    claims.insert("aud".into(), provider.config.client_id.clone().into());
    claims.insert("auth_time".into(), grant.signed_in.at.into());
    claims.insert("acr".into(), grant.signed_in.class.into());
    let methods = if grant.signed_in.class == "mfa" {
        json!(["pwd", "otp", "mfa"])
    } else {
        json!(["pwd"])
    };
    claims.insert("amr".into(), methods);
    claims.insert("sid".into(), grant.signed_in.sid.clone().into());
    claims.insert("at_hash".into(), half_hash(access_token).into());
    if let Some(nonce) = grant.nonce.as_ref().filter(|_| !refreshed) {
        claims.insert("nonce".into(), nonce.clone().into());
    }
    let mut header = typ("JWT");
    Faults::apply(&faults.id_token, &mut claims);
    if refreshed {
        Faults::apply(&faults.refreshed_id_token, &mut claims);
    }
    for (name, value) in &faults.id_token_header {
        header.insert(name.clone(), value.clone());
    }
    if faults.signing == Signing::Proper {
        return provider.key().sign(&header, &claims);
    }
    provider
        .key()
        .sign_as(faults.signing, &provider.config.client_secret, &header, &claims)
}

/// `iss`, and `tid` where people belong to a tenant.
fn of_issuer(provider: &Provider) -> Map<String, Value> {
    let mut claims = Map::from_iter([("iss".to_owned(), Value::from(provider.issuer()))]);
    if let Some(tenant) = &provider.faults().tenant {
        claims.insert("tid".to_owned(), tenant.clone().into());
    }
    claims
}

fn typ(typ: &str) -> Map<String, Value> {
    Map::from_iter([("typ".to_owned(), Value::from(typ))])
}

fn lifetime(provider: &Provider) -> Map<String, Value> {
    let seconds = i64::try_from(provider.config.access_token_lifetime.as_secs()).unwrap_or(300);
    Map::from_iter([
        ("iat".to_owned(), Value::from(provider.now())),
        ("exp".to_owned(), Value::from(provider.now() + seconds)),
    ])
}
