//! How does a person come back? What was remembered is forgotten whatever happens, and nothing of the answer is
//! believed before `state` and `iss` are compared, an error no more than a code.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::config::ResponseMode;
use oidc::config::user_flow::{ErrorAction, FlowEnd};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::pending::{Pending, state_hash};
use super::start::{login_path, not_ready, see_other};
use super::user_flow::action_for;
use crate::problem::{Failure, chain, plain};
use crate::return_path::ReturnPath;
use crate::session::request::session_id;
use crate::state::Inner;

/// Seconds that a posted answer may take to come back to us.
const BOUNCE: i64 = 60;
const PURPOSE: &str = "posted answer";

/// A posted answer on its way through the browser.
#[derive(Serialize, Deserialize)]
struct Posted {
    answer: Answer,
    at: i64,
}

/// `GET /auth/callback/{provider}`
pub(crate) async fn by_get(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(provider) = inner.provider(&id) else {
        return unknown(&inner);
    };
    let mut answer = Answer::parse(query.unwrap_or_default().as_bytes());
    if let Some(sealed) = answer.posted.take() {
        answer = unsealed(&inner, provider, &sealed).unwrap_or_default();
    }
    settle(&inner, provider, answer, &headers).await
}

/// `POST /auth/callback/{provider}` (OAuth 2.0 Form Post Response Mode)
///
/// The form is posted by the provider's page, so a `Lax` cookie stays behind. On `https` the pending cookie is
/// `SameSite=None; Secure`. Browsers do not take that on plain http (a loopback site under development); there the
/// answer is sealed into a redirect to ourselves, and with that GET request the cookie comes along.
pub(crate) async fn by_post(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(provider) = inner.provider(&id) else {
        return unknown(&inner);
    };
    let answer = Answer::parse(&body);
    // The session's cookie stays behind as well: whether somebody is signed in is known by the next request alone.
    let is_spent = |state: &String| inner.spent.return_path(state).is_some();
    let posts = provider.config.response_mode == ResponseMode::FormPost
        && (!inner.cookies.is_secure() || answer.state.as_ref().is_some_and(is_spent));
    let left_behind = answer
        .state
        .as_ref()
        .is_some_and(|state| !inner.remembers(&headers, state));
    if posts && left_behind && !answer.is_ambiguous {
        let posted = Posted {
            answer,
            at: inner.config.clock.now().unix_timestamp(),
        };
        return match inner.sealer.seal_cookie(PURPOSE, &id, &posted) {
            Ok(sealed) => see_other(&format!("/auth/callback/{id}?posted={sealed}")),
            Err(error) => inner.show(Failure::ours(&error), Some(&provider.config.id)),
        };
    }
    settle(&inner, provider, answer, &headers).await
}

fn unsealed(inner: &Inner, provider: &Provider, sealed: &str) -> Option<Answer> {
    let posted: Posted = inner
        .sealer
        .open_cookie(PURPOSE, provider.config.id.as_str(), sealed)
        .ok()?;
    let age = inner.config.clock.now().unix_timestamp() - posted.at;
    (0..=BOUNCE).contains(&age).then_some(posted.answer)
}

fn unknown(inner: &Inner) -> Response {
    let message = "There is no such way to sign in here.";
    inner.show(
        Failure::new(
            StatusCode::NOT_FOUND,
            "Unknown provider",
            message,
            "no provider of that id",
        ),
        None,
    )
}

/// What an answer that fits holds.
enum Said {
    Code(String),
    /// An error that asks for something.
    Asked(ErrorAction),
}

/// Finishes the sign-in, or says why not; either way it is over.
async fn settle(inner: &Inner, base: &Arc<Provider>, answer: Answer, headers: &HeaderMap) -> Response {
    let state = answer.state.clone().unwrap_or_default();
    let pending = inner.recall(headers, &state);
    // Before anything is judged: whoever kept the cookie cannot try a second answer after a first that did not fit.
    let now = inner.config.clock.now();
    let fresh = pending
        .as_ref()
        .filter(|p| inner.spent.spend(&p.state, &p.return_to, now));
    if fresh.is_none()
        && let Some(mut response) = lead_on(inner, &state, headers).await
    {
        inner.forget(headers, &state, &mut response);
        return response;
    }
    let is_spent = pending.is_some() && fresh.is_none();
    // The answer to a user flow is judged by that flow's metadata and keys.
    let provider = base
        .at(pending.as_ref().and_then(|p| p.flow.as_deref()))
        .unwrap_or(base);
    let checked = match pending {
        Some(pending) if is_spent => Err(Box::new(answered_before(&pending))),
        pending => checked(provider, pending, answer).await,
    };
    let outcome = match checked {
        Ok((pending, Said::Asked(action))) => inner.follow(base, &pending, &action, headers).await,
        Ok((pending, Said::Code(_))) if provider.end() == Some(FlowEnd::SignIn) => {
            inner.sign_in_after(base, &pending, headers).await
        }
        Ok((pending, Said::Code(code))) => inner.exchange(provider, &pending, &code, headers).await,
        Err(failure) => Err(failure),
    };
    let mut response = match outcome {
        Ok(response) => response,
        Err(failure) => inner.show(*failure, Some(&provider.config.id)),
    };
    inner.forget(headers, &state, &mut response);
    response
}

/// Where somebody goes on who is signed in and whose answer is that of a sign-in that is over: they went back in the browser, and
/// the provider answered by itself once more. Nothing is asked and nothing changes.
async fn lead_on(inner: &Inner, state: &str, headers: &HeaderMap) -> Option<Response> {
    if state.is_empty() || session_id(&inner.cookies, headers).is_none() {
        return None;
    }
    let known = inner.spent.return_path(state);
    let session = match inner.sessions.of_request(&inner.cookies, headers).await {
        Ok(session) => session?,
        Err(error) => return Some(inner.show(Failure::ours(&error), None)),
    };
    // Another replica, or this one before a restart, knows it by the session that came of it.
    let is_own = session.authentication.sign_in.as_ref() == Some(&state_hash(state));
    let path = known.or_else(|| is_own.then(ReturnPath::default))?;
    Some(see_other(path.as_str()))
}

fn answered_before(pending: &Pending) -> Failure {
    let again = login_path(None, &pending.return_to);
    Failure::stray("the sign-in was answered before").retry(again)
}

/// Everything that can be compared without asking for tokens.
async fn checked(
    provider: &Provider,
    pending: Option<Pending>,
    answer: Answer,
) -> Result<(Pending, Said), Box<Failure>> {
    let stray = |reason: &str| Box::new(Failure::stray(reason).retry("/auth/login"));
    if answer.is_ambiguous {
        return Err(stray("a parameter was sent twice"));
    }
    let mut pending = pending.ok_or_else(|| stray("no pending sign-in of this browser has that state"))?;
    let return_to = pending.return_to.clone();
    let stray = |reason: &str| Box::new(Failure::stray(reason).retry(login_path(None, &return_to)));
    if pending.provider != provider.config.id.as_str() || pending.issuer != provider.config.issuer {
        return Err(stray("the sign-in was started at another provider"));
    }
    if pending.flow != provider.flow.as_ref().map(|flow| flow.name.clone()) {
        return Err(stray("there is no such user flow any more"));
    }
    if answer.iss.as_ref().is_some_and(|iss| !provider.config.could_be(iss)) {
        return Err(stray("the answer names another issuer"));
    }
    let metadata = provider.discovery.ready().await;
    let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &pending.return_to, &chain(&e))))?;
    match &answer.iss {
        None if metadata.names_issuer_in_answers() => return Err(stray("the answer does not name its issuer")),
        Some(iss) if !provider.config.is_issuer(iss, &metadata.issuer) => {
            return Err(stray("the answer names another issuer"));
        }
        _ => pending.answered_by = answer.iss,
    }
    let code = match (answer.code.filter(|c| !c.is_empty()), answer.error) {
        (Some(code), None) => code,
        (None, Some(error)) => {
            let said = answer.error_description.unwrap_or_default();
            if let Some(action) = action_for(provider, &said) {
                return Ok((pending, Said::Asked(action.clone())));
            }
            return Err(Box::new(
                refused(&error, &said).retry(login_path(Some(provider), &pending.return_to)),
            ));
        }
        (Some(_), Some(_)) => return Err(stray("the answer holds a code and an error")),
        (None, None) => return Err(stray("the answer holds neither a code nor an error")),
    };
    Ok((pending, Said::Code(code)))
}

/// What the provider's error means for a person (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6).
fn refused(error: &str, description: &str) -> Failure {
    let (status, title, meaning) = match error {
        "access_denied" => (
            StatusCode::FORBIDDEN,
            "Sign-in was cancelled",
            "The sign-in was cancelled, or you were not let in.",
        ),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => (
            StatusCode::FORBIDDEN,
            "Sign-in was not finished",
            "The provider needs you to sign in there yourself.",
        ),
        // OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
        "unmet_authentication_requirements" => (
            StatusCode::FORBIDDEN,
            "Not confirmed",
            "The provider cannot confirm you in the way this page asks for.",
        ),
        "temporarily_unavailable" => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Signing in is not possible right now",
            "The provider is busy. Please try again in a moment.",
        ),
        _ => (
            StatusCode::BAD_GATEWAY,
            "The provider could not sign you in",
            "The provider reported a problem.",
        ),
    };
    let (error, description) = (plain(error, 64), plain(description, 300));
    let said = if description.is_empty() {
        error.clone()
    } else {
        format!("{error}: {description}")
    };
    Failure::new(
        status,
        title,
        format!("{meaning} It said: {said}"),
        format!("the provider answered `{said}`"),
    )
}
