//! Introspection (RFC 7662): verification of access tokens that only their issuer can read.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::Provider;
use crate::error::error_chain;
use crate::identifier::{holds_control, is_subject};
use crate::jws::{audiences_of, seconds_of};
use crate::jwt_access_token::{AccessTokenError, InvalidAccessToken, Unverifiable, VerifiedAccessToken, scopes_of};
use crate::measured::{Endpoint, measured};

/// The introspection response of a token that is active.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveToken {
    /// The verified token.
    pub token: VerifiedAccessToken,
    /// When it ends, in seconds since 1970; `None` if the provider sent no `exp`.
    pub expires_at: Option<i64>,
}

/// What the provider responds, and the issuer that its metadata name.
struct IntrospectionResponse {
    claims: Map<String, Value>,
    metadata_issuer: String,
}

impl Provider {
    /// Sends `raw` to the provider; the token has to be meant for `audience` and good at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// [`AccessTokenError::Invalid`] if the token is not good, [`AccessTokenError::Unavailable`] if the provider cannot state it.
    pub async fn introspect(&self, raw: &str, audience: &str, now: i64) -> Result<ActiveToken, AccessTokenError> {
        let response = fetch(self, raw).await?;
        Ok(validate(self, response, audience, now)?)
    }
}

/// Requests introspection of `raw` (RFC 7662 §2).
async fn fetch(provider: &Provider, raw: &str) -> Result<IntrospectionResponse, AccessTokenError> {
    let metadata = provider.discovery.ready().await;
    let metadata = metadata.map_err(Unverifiable::from)?;
    let Some(address) = &metadata.introspection_endpoint else {
        return Err(Unverifiable::NotOffered.into());
    };
    let fields = [("token", raw), ("token_type_hint", "access_token")];
    let request = provider.http.post(address, provider.client_auth(&metadata), &fields);
    let sent = measured(provider.config.id.as_str(), Endpoint::Introspection, request).await;
    let response = sent.map_err(|error| Unverifiable::NoResponse(error_chain(&error)))?;
    if response.status == StatusCode::BAD_REQUEST && names_another_kind(&response.body) {
        return Err(InvalidAccessToken::Unsupported.into());
    }
    if response.status != StatusCode::OK {
        return Err(Unverifiable::Status(response.status).into());
    }
    let claims = serde_json::from_slice(&response.body);
    let claims = claims.map_err(|_| Unverifiable::NotJson)?;
    Ok(IntrospectionResponse {
        claims,
        metadata_issuer: metadata.issuer.clone(),
    })
}

/// `active: false` is the response for such a token (§2.2); some providers use the error of revocation (RFC 7009 §2.2.1), for example for
/// JWT that anybody can verify. The caller brought the token: the trouble is theirs.
fn names_another_kind(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|error| error["error"] == "unsupported_token_type")
}

/// Validates the claims of an introspection response.
fn validate(
    provider: &Provider,
    response: IntrospectionResponse,
    audience: &str,
    now: i64,
) -> Result<ActiveToken, InvalidAccessToken> {
    let IntrospectionResponse {
        claims,
        metadata_issuer: named,
    } = response;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if claims.get("active") != Some(&Value::Bool(true)) {
        return Err(InvalidAccessToken::Inactive);
    }
    // `iss` is optional (§2.2); where it may be one of several it has to be there.
    let issuer = match text("iss") {
        None if provider.config.is_issuer(&named, &named) => named.as_str(),
        _ => provider
            .config
            .issuer_of(&claims, &named)
            .ok_or(InvalidAccessToken::OtherIssuer)?,
    };
    let issuer = issuer.to_owned();
    let kind = text("token_type").unwrap_or("bearer").to_ascii_lowercase();
    if (kind != "bearer" && kind != "access_token") || claims.contains_key("cnf") {
        return Err(InvalidAccessToken::NotBearer);
    }
    if !audiences_of(&claims).is_some_and(|all| all.contains(&audience)) {
        return Err(InvalidAccessToken::Audience);
    }
    let leeway = provider.leeway();
    let exp = seconds_of(&claims, "exp").map_err(|_| InvalidAccessToken::Time("exp"))?;
    if exp.is_some_and(|exp| exp <= now) {
        return Err(InvalidAccessToken::Expired);
    }
    let begins = seconds_of(&claims, "nbf").map_err(|_| InvalidAccessToken::Time("nbf"))?;
    if begins.is_some_and(|nbf| nbf > now.saturating_add(leeway)) {
        return Err(InvalidAccessToken::NotYetValid);
    }
    let client_id = text("client_id").or_else(|| text("azp")).map(str::to_owned);
    let subject = text("sub").filter(|sub| !sub.is_empty()).map(str::to_owned);
    if client_id.as_deref().is_some_and(holds_control) || subject.as_deref().is_some_and(|sub| !is_subject(sub)) {
        return Err(InvalidAccessToken::Name);
    }
    let token = VerifiedAccessToken {
        issuer,
        // A token of the application itself may name nobody else (RFC 7662 §2.2: `sub` is optional).
        subject: subject
            .or_else(|| client_id.clone())
            .ok_or(InvalidAccessToken::NoSubject)?,
        client_id,
        scopes: scopes_of(&claims),
        claims,
    };
    Ok(ActiveToken { token, expires_at: exp })
}
