//! How does a person get to the provider? One redirect with everything the answer will be measured by.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Provider;
use oidc::authorization_request::AuthorizationRequest;
use oidc::config::ResponseMode;
use oidc::config::user_flow::FlowEnd;
use oidc::metadata::Metadata;
use oidc::pushed::PushError;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
use url::form_urlencoded;

use super::pending::Pending;
use super::request::Wish;
use crate::cookies::SameSite;
use crate::pages::ProviderLink;
use crate::problem::{Failure, chain};
use crate::return_path::ReturnPath;
use crate::session::request::session_id;
use crate::state::Inner;

/// Bytes of chance in `state` and `nonce`.
const CHANCE: u32 = 32;

/// `GET /auth/login?provider=&return_to=&step_up=`; the last is a sealed demand of [`super::step_up`].
pub(crate) async fn sign_in(
    State(inner): State<Arc<Inner>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let wish = inner.wish(query.as_deref(), &headers).await;
    start(&inner, query.as_deref(), &headers, wish).await
}

/// `GET /auth/signup?provider=&return_to=`: the same, but the provider is asked to make an account where it offers to.
pub(crate) async fn sign_up(
    State(inner): State<Arc<Inner>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let wish = Wish {
        account: true,
        ..Wish::default()
    };
    start(&inner, query.as_deref(), &headers, wish).await
}

pub(super) async fn start(inner: &Inner, query: Option<&str>, headers: &HeaderMap, wish: Wish) -> Response {
    if !is_navigation(headers) {
        return (StatusCode::FORBIDDEN, "open this address in a tab of its own").into_response();
    }
    let (provider_id, return_to) = asked_for(query.unwrap_or_default());
    let provider = match (&provider_id, &*inner.providers) {
        (Some(id), _) => inner.provider(id),
        (None, [only]) => Some(only),
        (None, several) => match one_or_choice(inner, several, wish.account, &return_to) {
            Ok(only) => Some(only),
            Err(choice) => return *choice,
        },
    };
    let Some(provider) = provider else {
        let message = "There is no such way to sign in here.";
        let failure = Failure::new(
            StatusCode::NOT_FOUND,
            "Unknown provider",
            message,
            "no provider of that id",
        );
        return inner.show(failure.retry(login_path(None, &return_to)), None);
    };
    let metadata = match provider.discovery.ready().await {
        Ok(metadata) => metadata,
        Err(problem) => {
            return inner.show(
                not_ready(provider, &return_to, &chain(&problem)),
                Some(&provider.config.id),
            );
        }
    };
    match leave(inner, (provider, &metadata), (return_to, &wish), headers).await {
        Ok(response) => response,
        Err(failure) => inner.show(*failure, Some(&provider.config.id)),
    }
}

/// Where there is one place to make an account, nobody has to choose; else the page of those that can do what is wished.
fn one_or_choice<'a>(
    inner: &Inner,
    providers: &'a [Arc<Provider>],
    account: bool,
    return_to: &ReturnPath,
) -> Result<&'a Arc<Provider>, Box<Response>> {
    let able = providers.iter().filter(|p| account && p.can_sign_up());
    match able.collect::<Vec<_>>()[..] {
        [only] => Ok(only),
        [] => {
            let links: Vec<_> = providers.iter().map(|p| ProviderLink::to(p)).collect();
            Err(Box::new(inner.pages.chooser(&links, return_to)))
        }
        ref several => {
            let links: Vec<_> = several.iter().map(|p| ProviderLink::to(p)).collect();
            Err(Box::new(inner.pages.sign_up_chooser(&links, return_to)))
        }
    }
}

/// A person opens a tab; a prefetch, an image or a frame is nobody's wish to sign in.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| text(name).is_some_and(|v| v.to_ascii_lowercase().contains("pre")));
    !is_prefetch && text("sec-fetch-dest").is_none_or(|dest| dest == "document")
}

pub(super) fn asked_for(query: &str) -> (Option<String>, ReturnPath) {
    let (mut provider, mut return_to) = (None, ReturnPath::default());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "provider" if !value.is_empty() => provider = Some(value.into_owned()),
            "return_to" => return_to = ReturnPath::parse(&value),
            _ => {}
        }
    }
    (provider, return_to)
}

/// The address on this site that starts a sign-in, or once more what was to be done instead.
pub(crate) fn login_path(provider: Option<&Provider>, return_to: &ReturnPath) -> String {
    if provider.is_some_and(|p| p.end() == Some(FlowEnd::RenewClaims)) {
        return format!("/auth/edit-profile?return_to={}", return_to.as_query_value());
    }
    let provider = provider
        .map(|p| format!("provider={}&", p.config.id))
        .unwrap_or_default();
    format!("/auth/login?{provider}return_to={}", return_to.as_query_value())
}

/// The provider cannot be reached.
pub(crate) fn not_ready(provider: &Provider, return_to: &ReturnPath, reason: &str) -> Failure {
    let message = format!(
        "{} does not answer right now. Please try again in a moment.",
        provider.config.title
    );
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Signing in is not possible right now",
        message,
        reason,
    )
    .retry(login_path(Some(provider), return_to))
}

/// The provider does not take what is asked.
fn not_pushed(provider: &Provider, return_to: &ReturnPath, error: &PushError) -> Failure {
    if error.is_passing() {
        return not_ready(provider, return_to, &chain(error));
    }
    let message = format!(
        "{} did not accept the request to sign you in. If this goes on, tell the people who run this site.",
        provider.config.title
    );
    let title = "Signing in is not possible right now";
    Failure::new(StatusCode::BAD_GATEWAY, title, message, chain(error)).retry(login_path(Some(provider), return_to))
}

/// Remembers the sign-in, or the user flow that `provider` is, and sends the browser there.
pub(super) async fn leave(
    inner: &Inner,
    (provider, metadata): (&Provider, &Metadata),
    (return_to, wish): (ReturnPath, &Wish),
    headers: &HeaderMap,
) -> Result<Response, Box<Failure>> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let pending = Pending {
        provider: provider.config.id.to_string(),
        issuer: provider.config.issuer.clone(),
        state: CsrfToken::new_random_len(CHANCE).into_secret(),
        nonce: Nonce::new_random_len(CHANCE).secret().clone(),
        verifier: verifier.into_secret(),
        return_to,
        started: inner.config.clock.now(),
        replaces: session_id(&inner.cookies, headers)
            .map(|id| id.to_string())
            .or_else(|| wish.replaces.clone()),
        step_up: wish.step_up.as_ref().map(|asked| asked.step_up.clone()),
        flow: provider.flow.as_ref().map(|flow| flow.name.clone()),
        answered_by: None,
        proof_key: provider
            .proof_key(None)
            .map_err(|error| Box::new(Failure::ours(&error)))?,
    };
    let request = AuthorizationRequest {
        state: &pending.state,
        nonce: &pending.nonce,
        code_challenge: challenge.as_str(),
        proof_key: pending.proof_key.as_ref(),
        options: &wish.options(),
    };
    let url = provider
        .authorization_url(metadata, &request)
        .await
        .map_err(|error| Box::new(not_pushed(provider, &pending.return_to, &error)))?;
    let mut response = see_other(url.as_str());
    inner
        .remember(&pending, same_site(provider), headers, &mut response)
        .map_err(|error| Box::new(Failure::ours(&error)))?;
    Ok(response)
}

/// A posted answer comes from the provider's page; the cookie of the sign-in has to come with it.
pub(super) fn same_site(provider: &Provider) -> SameSite {
    if provider.config.response_mode == ResponseMode::FormPost {
        SameSite::None
    } else {
        SameSite::Lax
    }
}

/// 303: whatever the method was, the next is GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Only addresses that a URL parser or `ReturnPath` wrote come here: ASCII.
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lg_6_only_a_person_who_opens_a_tab_starts_a_sign_in() {
        let with = |name: &'static str, value| {
            HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static(value))])
        };
        assert!(is_navigation(&HeaderMap::new()) && is_navigation(&with("sec-fetch-dest", "document")));
        for dest in ["image", "iframe", "empty", "script"] {
            assert!(!is_navigation(&with("sec-fetch-dest", dest)));
        }
        assert!(!is_navigation(&with("sec-purpose", "prefetch;prerender")));
        assert!(!is_navigation(&with("purpose", "prefetch")) && !is_navigation(&with("x-moz", "prefetch")));
    }

    #[test]
    fn what_is_asked_for_is_read_from_the_query() {
        let (provider, return_to) = asked_for("provider=demo&return_to=%2Fdocs%2F7");
        assert_eq!((provider.as_deref(), return_to.as_str()), (Some("demo"), "/docs/7"));
        assert_eq!(asked_for("return_to=//evil.example").1.as_str(), "/");
    }
}
