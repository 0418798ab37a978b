//! Bearer tokens of programs: a layer that verifies access tokens by the providers' keys (RFC 9068, RFC 6750) or by
//! introspection (RFC 7662). The extractor for handlers behind it is [`super::caller`].

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use oidc::Providers;
use oidc::jwt_access_token::{AccessTokenError, InvalidAccessToken};
use serde_json::json;

use super::caller::Caller;
use super::combined::RequireCombined;
use super::introspection::Introspection;
use super::layer::{Allowed, Guard, Guarded};
use super::session_lookup::SessionLookup;
use crate::event::{Outcome, What, event};
use crate::guard::error::AccessError;
use crate::tokens::AccessToken;

/// How access tokens are verified.
#[derive(Clone)]
pub(crate) enum TokenVerifier {
    /// JWT by the keys of their issuers (RFC 9068).
    Signature(Providers),
    /// By introspection at one provider (RFC 7662).
    Introspection {
        service: Arc<Introspection>,
        /// Its short name.
        provider: Arc<str>,
    },
}

/// Verifies access tokens for one audience. Cloning is cheap.
#[derive(Clone)]
pub struct Bearer {
    verifier: TokenVerifier,
    audience: Arc<str>,
    lookup: SessionLookup,
}

impl Bearer {
    pub(crate) fn new(verifier: TokenVerifier, audience: &str, lookup: SessionLookup) -> Self {
        Self {
            verifier,
            audience: audience.into(),
            lookup,
        }
    }

    /// For requests without a token.
    pub(super) fn session_lookup(&self) -> &SessionLookup {
        &self.lookup
    }

    /// A layer like [`Bearer::require`], but a request without an access token passes if it has a session; handlers take
    /// [`Combined`](crate::Combined). A token that is not valid, is sent with a proof (`DPoP`), or does not grant all of
    /// `scopes`, is refused even if there is a session. Requests by session that change something have to be from this site.
    #[must_use]
    pub fn or_session(&self, scopes: &[&str]) -> RequireCombined {
        RequireCombined {
            bearer: self.clone(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    /// A layer that passes requests whose token grants all of `scopes`, with a [`Caller`] for the handler.
    /// Others get 401 or 403 with `WWW-Authenticate` (RFC 6750 §3) and `{"message": …}`.
    ///
    /// A token that is bound to a key (`cnf`) is no bearer token and refused (RFC 9449 §7.2): proofs are not verified here. A
    /// request made inside this process may have the [`AccessToken`] as an extension instead, which no request from outside can.
    #[must_use]
    pub fn require(&self, scopes: &[&str]) -> RequireBearer {
        RequireBearer {
            bearer: self.clone(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    /// Who calls, if the request's token is valid and grants all of `scopes`.
    pub(super) async fn verify(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
        scopes: &[String],
    ) -> Result<Caller, Response> {
        let token = token(headers).map_err(|refusal| *refusal)?;
        let verified = match &self.verifier {
            TokenVerifier::Introspection { service, provider } => {
                service.introspect(provider, token, &self.audience).await
            }
            TokenVerifier::Signature(providers) => providers.verify_access_token(token, &self.audience).await,
        };
        let verified = verified.and_then(|verified| refuse_bound(verified.into(), token, extensions));
        let caller = verified.map_err(|error| match error {
            AccessTokenError::Unavailable(error) => {
                event(What::Access, Outcome::Failed).failure(&error).record();
                let mut response = api_response(
                    StatusCode::SERVICE_UNAVAILABLE,
                    None,
                    "tokens cannot be verified right now",
                );
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("10"));
                response
            }
            AccessTokenError::Invalid(error) => {
                event(What::Access, Outcome::Refused).failure(&error).record();
                api_response(
                    StatusCode::UNAUTHORIZED,
                    Some("Bearer error=\"invalid_token\"".into()),
                    "the token is not valid",
                )
            }
        })?;
        if scopes.iter().all(|s| caller.scopes.contains(s)) {
            return Ok(caller);
        }
        event(What::Access, Outcome::Refused)
            .subject(&caller.subject)
            .failure(&AccessError::Scopes)
            .record();
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scopes.join(" "));
        Err(api_response(
            StatusCode::FORBIDDEN,
            Some(challenge),
            "the token does not grant this",
        ))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// Refuses a token that is bound to a key (RFC 9449 §7.2, RFC 8705 §3), because proofs are not verified here. An [`AccessToken`]
/// among the extensions was put there by this process, which has the key.
fn refuse_bound(caller: Caller, token: &str, extensions: &Extensions) -> Result<Caller, AccessTokenError> {
    let is_holder = |held: &AccessToken| held.scheme() != "Bearer" && held.secret() == token;
    if caller.claims.contains_key("cnf") && !extensions.get().is_some_and(is_holder) {
        return Err(AccessTokenError::Invalid(InvalidAccessToken::MissingProof));
    }
    Ok(caller)
}

/// The token in the header; tokens in a query or a form are not supported (RFC 6750 §2.2, §2.3 are optional).
fn token(headers: &HeaderMap) -> Result<&str, Box<Response>> {
    let missing = || {
        Box::new(api_response(
            StatusCode::UNAUTHORIZED,
            Some("Bearer".into()),
            "a token is needed",
        ))
    };
    let malformed = || {
        let challenge = "Bearer error=\"invalid_request\"".to_owned();
        Box::new(api_response(
            StatusCode::BAD_REQUEST,
            Some(challenge),
            "the Authorization header cannot be read",
        ))
    };
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(missing)?;
    if values.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) = value
        .to_str()
        .map_err(|_| malformed())?
        .split_once(' ')
        .ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    Ok(token.trim())
}

/// Whether the request has an access token, even a malformed one: as bearer, or with a proof (RFC 9449 §7.1), which is refused.
pub(super) fn has_token(headers: &HeaderMap) -> bool {
    let has_scheme = |value: &HeaderValue, scheme: &[u8]| {
        let value = value.as_bytes().get(..scheme.len());
        value.is_some_and(|value| value.eq_ignore_ascii_case(scheme))
    };
    let is_token = |value: &HeaderValue| has_scheme(value, b"bearer") || has_scheme(value, b"dpop");
    headers.get_all(AUTHORIZATION).iter().any(is_token)
}

pub(super) fn api_response(status: StatusCode, challenge: Option<String>, message: &str) -> Response {
    let mut response = (status, Json(json!({ "message": message }))).into_response();
    if let Some(value) = challenge.and_then(|c| HeaderValue::from_str(&c).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

/// The layer made by [`Bearer::require`].
#[derive(Debug, Clone)]
pub struct RequireBearer {
    bearer: Bearer,
    scopes: Arc<[String]>,
}

impl<S> tower::Layer<S> for RequireBearer {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Guard for RequireBearer {
    async fn check(self, mut request: Request) -> Result<Allowed, Response> {
        let caller = self
            .bearer
            .verify(request.headers(), request.extensions(), &self.scopes);
        let caller = caller.await?;
        request.extensions_mut().insert(caller);
        Ok(Allowed::new(request))
    }
}
