//! How does a screen without a keyboard sign in? It shows a code, somebody enters it at the provider on another device,
//! and the screen looks again and again until that is done (RFC 8628). It needs no script: the page reloads itself, and
//! this server asks the provider.
//!
//! | question | where |
//! |---|---|
//! | Who has a code made? | [`begin`] |
//! | How does the provider make it? | [`oidc::device_authorization`] |
//! | What does the screen remember? | [`waiting`] |
//! | How often may the provider be asked? | [`pace`] |
//!
//! The ID token is verified like every other, but for the nonce: there is no request of the browser that could carry one
//! (RFC 8628 §3.1). What binds the answer to this screen is the device code, which never leaves server and cookie.

pub(crate) mod begin;
pub(crate) mod pace;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Provider;
use oidc::metadata::{DEVICE_CODE_GRANT, Metadata};
use oidc::token_endpoint::{EndpointError, Granted};

use self::pace::{Asking, Turn};
use self::waiting::{Waiting, forget};
use super::start::{asked_for, is_navigation, login_path, see_other};
use crate::pages::{DeviceCode, qr};
use crate::problem::{Failure, chain};
use crate::return_path::ReturnPath;
use crate::state::Inner;

/// Where the page looks again.
const WAIT: &str = "/auth/device/wait";

type Outcome = Result<Response, Box<Failure>>;

/// `GET /auth/device/wait?return_to=`: looks whether the code was entered. It never has a new one made, so that a screen
/// nobody looks at any more comes to rest.
pub(crate) async fn wait(State(inner): State<Arc<Inner>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if !is_navigation(&headers) {
        return not_a_tab();
    }
    let (_, return_to) = asked_for(query.as_deref().unwrap_or_default());
    let Some(waiting) = Waiting::of(&inner, &headers).map(|w| w.towards(return_to.clone())) else {
        return nothing_waits(&inner, &headers, return_to).await;
    };
    let Some(provider) = inner.provider(&waiting.pending.provider) else {
        return nothing_waits(&inner, &headers, waiting.pending.return_to).await;
    };
    let turn = inner.device_pace.turn(&waiting.known(), &inner.config.clock);
    let outcome = match turn {
        Turn::Wait => shown(&inner, waiting),
        Turn::Ask(asking) => ask(&inner, provider, waiting, (asking, &headers)).await,
        Turn::Over => {
            let mut response = nothing_waits(&inner, &headers, waiting.pending.return_to).await;
            forget(&inner, &headers, &mut response);
            return response;
        }
    };
    outcome.unwrap_or_else(|failure| {
        let mut response = inner.show(*failure, Some(&provider.config.id));
        forget(&inner, &headers, &mut response);
        response
    })
}

fn not_a_tab() -> Response {
    (StatusCode::FORBIDDEN, "open this address in a tab of its own").into_response()
}

/// The address on this site that has a code made.
fn device_path(provider: Option<&Provider>, return_to: &ReturnPath) -> String {
    login_path(provider, return_to).replacen("/auth/login", "/auth/device", 1)
}

/// The page with the code. It comes back by itself when the provider may be asked again.
fn shown(inner: &Inner, mut waiting: Waiting) -> Outcome {
    let now = inner.config.clock.now();
    let next = inner.device_pace.next(&waiting.known());
    waiting.note(next);
    let (next, ends) = (next.0, waiting.ends_at());
    // When the code is no longer good, the page comes back once more to say so.
    let pause = (next.min(ends) - now).max(time::Duration::SECOND).whole_seconds() + 1;
    let again = format!("{WAIT}?return_to={}", waiting.pending.return_to.as_query_value());
    let address = waiting.verification_uri_complete.as_ref();
    let provider = inner.provider(&waiting.pending.provider);
    let code = DeviceCode {
        provider: provider.map(|p| p.config.title.clone()).unwrap_or_default(),
        qr: qr::svg(address.unwrap_or(&waiting.verification_uri)),
        user_code: waiting.user_code.clone(),
        verification_uri: waiting.verification_uri.clone(),
        verification_uri_complete: waiting.verification_uri_complete.clone(),
        ends_in: Duration::try_from(ends - now).unwrap_or_default(),
        again: again.clone(),
    };
    let mut response = inner.pages.device(&code);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("{pause}; url={again}")) {
        headers.insert(HeaderName::from_static("refresh"), value);
    }
    waiting
        .remember(inner, &mut response)
        .map_err(|e| Box::new(Failure::ours(&e)))?;
    Ok(response)
}

/// This browser has no code that is still good. Another of its tabs may have been quicker.
async fn nothing_waits(inner: &Inner, headers: &HeaderMap, return_to: ReturnPath) -> Response {
    match inner.sessions.of_request(&inner.cookies, headers).await {
        Ok(Some(_)) => see_other(return_to.as_str()),
        Ok(None) => inner.show(expired(None, &return_to, "no code of this browser is good"), None),
        Err(error) => inner.show(Failure::ours(&error), None),
    }
}

fn expired(provider: Option<&Provider>, return_to: &ReturnPath, reason: &str) -> Failure {
    let message = "The code on this screen is no longer good. Have a new one made to go on.";
    let failure = Failure::new(StatusCode::GONE, "The code has expired", message, reason);
    failure.retry(device_path(provider, return_to))
}

/// Asks whether the code was entered, and signs the screen in when it was.
async fn ask(inner: &Inner, provider: &Provider, waiting: Waiting, by: (Asking<'_>, &HeaderMap)) -> Outcome {
    let ((asking, headers), pending) = (by, &waiting.pending);
    let again = |failure: Failure| Box::new(failure.retry(device_path(Some(provider), &pending.return_to)));
    let Ok(metadata) = provider.discovery.ready().await else {
        asking.back_off(None);
        return shown(inner, waiting);
    };
    match answer(provider, &metadata, &waiting.device_code).await {
        Ok(granted) => {
            asking.over();
            let known = inner.known(provider, &metadata, (granted, None), pending).await;
            let welcome = inner.welcome(provider, known.map_err(again)?, pending, headers).await;
            let mut response = welcome.map_err(again)?;
            forget(inner, headers, &mut response);
            Ok(response)
        }
        Err(EndpointError::Refused { error }) if error == "authorization_pending" => {
            drop(asking);
            shown(inner, waiting)
        }
        Err(EndpointError::Refused { error }) if error == "slow_down" => {
            asking.slow_down();
            shown(inner, waiting)
        }
        Err(EndpointError::Trouble { retry_after, .. }) => {
            asking.back_off(retry_after);
            shown(inner, waiting)
        }
        Err(EndpointError::NoAnswer(_)) => {
            asking.back_off(None);
            shown(inner, waiting)
        }
        Err(error) => {
            asking.over();
            Err(again(refused(&error)))
        }
    }
}

async fn answer(provider: &Provider, metadata: &Metadata, device_code: &str) -> Result<Granted, EndpointError> {
    let fields = [("grant_type", DEVICE_CODE_GRANT), ("device_code", device_code)];
    provider.ask_for_tokens(metadata, &fields, None).await
}

/// What a final refusal means for a person (RFC 8628 §3.5).
fn refused(error: &EndpointError) -> Failure {
    let (status, title, message) = match error {
        EndpointError::Refused { error } if error == "access_denied" => (
            StatusCode::FORBIDDEN,
            "Sign-in was cancelled",
            "The sign-in was cancelled on the other device, or you were not let in.",
        ),
        EndpointError::Refused { error } if error == "expired_token" => (
            StatusCode::GONE,
            "The code has expired",
            "The code on this screen is no longer good. Have a new one made to go on.",
        ),
        _ => (
            StatusCode::BAD_GATEWAY,
            "Sign-in could not be completed",
            "The provider did not answer in a way that can be used. Please try again in a moment.",
        ),
    };
    Failure::new(status, title, message, chain(error))
}
