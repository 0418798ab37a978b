//! The callback: validates the authorization response and completes the sign-in. The pending cookie is removed whatever the
//! result, and nothing of the response is trusted before `state` and `iss` have been compared, an error no more than a code.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::authorization_response::AuthorizationResponse;
use oidc::config::ResponseMode;
use oidc::config::user_flow::{ErrorAction, FlowEnd};
use serde::{Deserialize, Serialize};

use super::SignIns;
use super::error::{CallbackError, StartError};
use super::pending::{PendingSignIn, state_hash};
use super::start::{login_path, not_ready, see_other};
use super::user_flow::action_for;
use crate::problem::{Failure, plain};
use crate::return_path::ReturnPath;
use crate::session::request::session_id;

/// How long the redirect of a posted response to this site may take, in seconds.
const REDIRECT_LIFETIME: i64 = 60;
const PURPOSE: &str = "posted answer";

/// A posted response, sealed into a redirect to this site.
#[derive(Serialize, Deserialize)]
struct PostedResponse {
    #[serde(rename = "answer")]
    response: AuthorizationResponse,
    /// Seconds since 1970.
    at: i64,
}

/// `GET /auth/callback/{provider}`
pub(crate) async fn by_get(
    State(sign_ins): State<SignIns>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(provider) = sign_ins.providers.find(&id) else {
        return sign_ins.unknown_provider();
    };
    let mut response = AuthorizationResponse::parse(query.unwrap_or_default().as_bytes());
    if let Some(sealed) = response.posted.take() {
        response = sign_ins.unseal_posted(provider, &sealed).unwrap_or_default();
    }
    sign_ins.complete(provider, response, &headers).await
}

/// `POST /auth/callback/{provider}` (OAuth 2.0 Form Post Response Mode)
///
/// The form is posted by the provider's page, so a `Lax` cookie is not sent with it. On `https` the pending cookie is
/// `SameSite=None; Secure`. Browsers do not accept that on plain http (a loopback site under development); there the
/// response is sealed into a redirect to this site, and the cookie is sent with that GET request.
pub(crate) async fn by_post(
    State(sign_ins): State<SignIns>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(provider) = sign_ins.providers.find(&id) else {
        return sign_ins.unknown_provider();
    };
    let response = AuthorizationResponse::parse(&body);
    // The session cookie is not sent either: only the next request shows whether somebody is signed in.
    let is_used = |state: &String| sign_ins.used_states.return_path(state).is_some();
    let redirects = provider.config.response_mode == ResponseMode::FormPost
        && (!sign_ins.site.cookies.is_secure() || response.state.as_ref().is_some_and(is_used));
    let lacks_cookie = |state: &String| !sign_ins.pending.is_in(&headers, state);
    if redirects && response.state.as_ref().is_some_and(lacks_cookie) && !response.is_ambiguous {
        return sign_ins.redirect_posted(provider, response);
    }
    sign_ins.complete(provider, response, &headers).await
}

/// The result of a valid authorization response.
enum CallbackResult {
    Code(String),
    /// An error for which the configuration names an action.
    Action(ErrorAction),
}

/// An authorization response that belongs to a pending sign-in of this browser.
struct ValidResponse {
    pending: PendingSignIn,
    result: CallbackResult,
}

impl SignIns {
    fn unknown_provider(&self) -> Response {
        let message = "There is no such way to sign in here.";
        let error = StartError::UnknownProvider;
        let failure = Failure::new(StatusCode::NOT_FOUND, "Unknown provider", message, &error);
        self.failure_page(failure, None)
    }

    fn redirect_posted(&self, provider: &Provider, response: AuthorizationResponse) -> Response {
        let id = &provider.config.id;
        let at = self.sessions.clock.now().unix_timestamp();
        let posted = PostedResponse { response, at };
        match self.sessions.sealer.seal_cookie(PURPOSE, id.as_str(), &posted) {
            Ok(sealed) => see_other(&format!("/auth/callback/{id}?posted={sealed}")),
            Err(error) => self.failure_page(Failure::ours(&error), Some(id)),
        }
    }

    fn unseal_posted(&self, provider: &Provider, sealed: &str) -> Option<AuthorizationResponse> {
        let id = provider.config.id.as_str();
        let posted: PostedResponse = self.sessions.sealer.open_cookie(PURPOSE, id, sealed).ok()?;
        let age = self.sessions.clock.now().unix_timestamp() - posted.at;
        (0..=REDIRECT_LIFETIME).contains(&age).then_some(posted.response)
    }

    /// Completes the sign-in or shows why it failed; either way it is not pending any more.
    async fn complete(&self, base: &Arc<Provider>, response: AuthorizationResponse, headers: &HeaderMap) -> Response {
        let state = response.state.clone().unwrap_or_default();
        let pending = self.pending.find(headers, &state);
        // Before anything is validated: a copy of the cookie gets no second attempt after a response that was invalid.
        let now = self.sessions.clock.now();
        let is_first = pending
            .as_ref()
            .is_some_and(|p| self.used_states.mark_used(&p.state, &p.return_to, now));
        if !is_first && let Some(mut response) = self.redirect_signed_in(&state, headers).await {
            self.pending.remove(headers, &state, &mut response);
            return response;
        }
        // The response of a user flow is validated by the metadata and keys of that flow.
        let provider = base
            .at(pending.as_ref().and_then(|p| p.flow.as_deref()))
            .unwrap_or(base);
        let valid = match pending {
            Some(pending) if !is_first => Err(Box::new(replayed(&pending))),
            pending => validate(provider, pending, response).await,
        };
        let completed = match valid {
            Ok(valid) => self.finish(base, provider, valid, headers).await,
            Err(failure) => Err(failure),
        };
        let mut response = completed.unwrap_or_else(|failure| self.failure_page(*failure, Some(&provider.config.id)));
        self.pending.remove(headers, &state, &mut response);
        response
    }

    /// Does what follows a valid response: redeems the code, or takes the action that the configuration names for an error.
    async fn finish(
        &self,
        base: &Arc<Provider>,
        provider: &Provider,
        ValidResponse { pending, result }: ValidResponse,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        match result {
            CallbackResult::Action(action) => self.take_action(base, &pending, &action, headers).await,
            CallbackResult::Code(_) if provider.end() == Some(FlowEnd::SignIn) => {
                self.sign_in_after_flow(base, &pending, headers).await
            }
            CallbackResult::Code(code) => self.exchange_code(provider, &pending, &code, headers).await,
        }
    }

    /// Redirects somebody who is signed in and sends the response of a completed sign-in again: they used the browser's Back button, and
    /// the provider responded once more by itself. Nothing is requested and nothing changes.
    async fn redirect_signed_in(&self, state: &str, headers: &HeaderMap) -> Option<Response> {
        if state.is_empty() || session_id(&self.site.cookies, headers).is_none() {
            return None;
        }
        let remembered = self.used_states.return_path(state);
        let session = match self.sessions.of_request(&self.site.cookies, headers).await {
            Ok(session) => session?,
            Err(error) => return Some(self.failure_page(Failure::ours(&error), None)),
        };
        // Another replica, or this one before a restart, knows the state by the session that the sign-in created.
        let created_session = session.authentication.sign_in.as_ref() == Some(&state_hash(state));
        let path = remembered.or_else(|| created_session.then(ReturnPath::default))?;
        Some(see_other(path.as_str()))
    }
}

fn replayed(pending: &PendingSignIn) -> Failure {
    let retry = login_path(None, &pending.return_to);
    Failure::stray(&CallbackError::Replayed).retry(retry)
}

/// Validates everything that can be compared without a token request: `state`, `iss` (RFC 9207 §2.4), code or error.
async fn validate(
    provider: &Provider,
    pending: Option<PendingSignIn>,
    response: AuthorizationResponse,
) -> Result<ValidResponse, Box<Failure>> {
    let stray = |error: CallbackError| Box::new(Failure::stray(&error).retry("/auth/login"));
    if response.is_ambiguous {
        return Err(stray(CallbackError::DuplicateParameter));
    }
    let mut pending = pending.ok_or_else(|| stray(CallbackError::UnknownState))?;
    let return_to = pending.return_to.clone();
    let stray = |error: CallbackError| Box::new(Failure::stray(&error).retry(login_path(None, &return_to)));
    if pending.provider != provider.config.id.as_str() || pending.issuer != provider.config.issuer {
        return Err(stray(CallbackError::OtherProvider));
    }
    if pending.flow != provider.flow.as_ref().map(|flow| flow.name.clone()) {
        return Err(stray(CallbackError::NoUserFlow));
    }
    if response.iss.as_ref().is_some_and(|iss| !provider.config.could_be(iss)) {
        return Err(stray(CallbackError::OtherIssuer));
    }
    let metadata = provider.discovery.ready().await;
    let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &pending.return_to, &e)))?;
    match &response.iss {
        None if metadata.names_issuer_in_responses() => return Err(stray(CallbackError::IssuerMissing)),
        Some(iss) if !provider.config.is_issuer(iss, &metadata.issuer) => {
            return Err(stray(CallbackError::OtherIssuer));
        }
        _ => pending.response_of = response.iss,
    }
    let result = match (response.code.filter(|code| !code.is_empty()), response.error) {
        (Some(code), None) => CallbackResult::Code(code),
        (None, Some(error)) => {
            let description = response.error_description.unwrap_or_default();
            let action = action_for(provider, &description).cloned();
            CallbackResult::Action(action.ok_or_else(|| {
                let retry = login_path(Some(provider), &pending.return_to);
                Box::new(provider_error(&error, &description).retry(retry))
            })?)
        }
        (Some(_), Some(_)) => return Err(stray(CallbackError::CodeAndError)),
        (None, None) => return Err(stray(CallbackError::Empty)),
    };
    Ok(ValidResponse { pending, result })
}

/// What the provider's error means for a person (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6).
fn provider_error(error: &str, description: &str) -> Failure {
    let (status, title, meaning, failure): (_, _, _, fn(String) -> CallbackError) = match error {
        "access_denied" => (
            StatusCode::FORBIDDEN,
            "Sign-in was cancelled",
            "The sign-in was cancelled, or you were not let in.",
            CallbackError::AccessDenied,
        ),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => (
            StatusCode::FORBIDDEN,
            "Sign-in was not finished",
            "The provider needs you to sign in there yourself.",
            CallbackError::InteractionRequired,
        ),
        // OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
        "unmet_authentication_requirements" => (
            StatusCode::FORBIDDEN,
            "Not confirmed",
            "The provider cannot confirm you in the way this page asks for.",
            CallbackError::RequirementsUnmet,
        ),
        "temporarily_unavailable" => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Signing in is not possible right now",
            "The provider is busy. Please try again in a moment.",
            CallbackError::TemporarilyUnavailable,
        ),
        _ => (
            StatusCode::BAD_GATEWAY,
            "The provider could not sign you in",
            "The provider reported a problem.",
            CallbackError::ProviderError,
        ),
    };
    let (error, description) = (plain(error, 64), plain(description, 300));
    let quoted = if description.is_empty() {
        error.clone()
    } else {
        format!("{error}: {description}")
    };
    let message = format!("{meaning} It said: {quoted}");
    Failure::new(status, title, message, &failure(quoted))
}
