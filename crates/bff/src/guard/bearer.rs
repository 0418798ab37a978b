//! May this program use the API? A layer that verifies access tokens by the providers' keys (RFC 9068, RFC 6750) or by
//! asking a provider (RFC 7662), and an extractor that says who calls.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use oidc::jwt_access_token::AccessTokenError;
use serde_json::json;

use super::caller::Caller;
use super::combined::RequireCombined;
use super::gate::{Admitted, Gate, Guarded};
use crate::event::{Outcome, What, event};
use crate::state::Inner;
use crate::tokens::AccessToken;

/// Verifies access tokens meant for one audience. Cloning is cheap.
#[derive(Clone)]
pub struct Bearer {
    inner: Arc<Inner>,
    audience: Arc<str>,
    /// Who is asked about tokens; by their signature where nobody is.
    introspected_by: Option<Arc<str>>,
}

impl Bearer {
    pub(crate) fn new(inner: Arc<Inner>, audience: &str) -> Self {
        Self {
            inner,
            audience: audience.into(),
            introspected_by: None,
        }
    }

    /// The same, but the provider of that id is asked about each token.
    pub(crate) fn introspected_by(self, provider: &str) -> Self {
        Self {
            introspected_by: Some(provider.into()),
            ..self
        }
    }

    pub(super) fn site(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// A layer like [`Bearer::require`], but a request without an access token is let through when its session says who it
    /// is; handlers take [`Combined`](crate::Combined). A token that is not valid, shown with a proof (`DPoP`), or does not
    /// grant all of `scopes`, is refused whatever the session says. Requests by session that change something have to come
    /// from this site.
    #[must_use]
    pub fn or_session(&self, scopes: &[&str]) -> RequireCombined {
        RequireCombined {
            bearer: self.clone(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    /// A layer that lets requests through whose token grants all of `scopes`, with a [`Caller`] for the handler.
    /// Others get 401 or 403 with `WWW-Authenticate` (RFC 6750 §3) and `{"message": …}`.
    ///
    /// A token that is bound to a key (`cnf`) is no bearer token and refused (RFC 9449 §7.2): proofs are not verified here. A
    /// request that is made in this process may carry the [`AccessToken`] as an extension instead, which nobody outside can.
    #[must_use]
    pub fn require(&self, scopes: &[&str]) -> RequireBearer {
        RequireBearer {
            bearer: self.clone(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    /// Who calls, if the request's token is good and grants all of `scopes`.
    pub(super) async fn admit(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
        scopes: &[String],
    ) -> Result<Caller, Response> {
        let token = token(headers).map_err(|refusal| *refusal)?;
        let verified = match &self.introspected_by {
            Some(provider) => {
                self.inner
                    .introspection
                    .introspect(provider, token, &self.audience)
                    .await
            }
            None => self.inner.providers.verify_access_token(token, &self.audience).await,
        };
        let verified = verified.and_then(|verified| unbound(verified.into(), token, extensions));
        let caller = verified.map_err(|error| match error {
            AccessTokenError::Unavailable(reason) => {
                event(What::Access, Outcome::Failed).reason(&reason).record();
                let mut response = answer(
                    StatusCode::SERVICE_UNAVAILABLE,
                    None,
                    "tokens cannot be verified right now",
                );
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("10"));
                response
            }
            AccessTokenError::Invalid(reason) => {
                event(What::Access, Outcome::Refused).reason(reason).record();
                answer(
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
            .reason("the token does not grant the scopes")
            .record();
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scopes.join(" "));
        Err(answer(
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

/// A token that is bound to a key opens nothing without it (RFC 9449 §7.2, RFC 8705 §3), and proofs are not looked at here. An
/// [`AccessToken`] among the extensions was put there by this process: it holds the key.
fn unbound(caller: Caller, token: &str, extensions: &Extensions) -> Result<Caller, AccessTokenError> {
    let is_holder = |held: &AccessToken| held.scheme() != "Bearer" && held.secret() == token;
    if caller.claims.contains_key("cnf") && !extensions.get().is_some_and(is_holder) {
        return Err(AccessTokenError::Invalid("bound to a key, and shown without it"));
    }
    Ok(caller)
}

/// The token in the header; tokens in a query or a form are not looked for (RFC 6750 §2.2, §2.3 are optional).
fn token(headers: &HeaderMap) -> Result<&str, Box<Response>> {
    let missing = || {
        Box::new(answer(
            StatusCode::UNAUTHORIZED,
            Some("Bearer".into()),
            "a token is needed",
        ))
    };
    let malformed = || {
        let challenge = "Bearer error=\"invalid_request\"".to_owned();
        Box::new(answer(
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

/// Whether the request comes with an access token, or what is left of one: as bearer, or with a proof (RFC 9449 §7.1), which
/// opens nothing here.
pub(super) fn offers_token(headers: &HeaderMap) -> bool {
    let begins = |value: &HeaderValue, scheme: &[u8]| {
        let value = value.as_bytes().get(..scheme.len());
        value.is_some_and(|value| value.eq_ignore_ascii_case(scheme))
    };
    let offered = |value: &HeaderValue| begins(value, b"bearer") || begins(value, b"dpop");
    headers.get_all(AUTHORIZATION).iter().any(offered)
}

pub(super) fn answer(status: StatusCode, challenge: Option<String>, message: &str) -> Response {
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

impl Gate for RequireBearer {
    async fn admit(self, mut request: Request) -> Result<Admitted, Response> {
        let caller = self.bearer.admit(request.headers(), request.extensions(), &self.scopes);
        let caller = caller.await?;
        request.extensions_mut().insert(caller);
        Ok(Admitted::new(request))
    }
}
