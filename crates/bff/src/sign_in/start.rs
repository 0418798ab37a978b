//! Starting a sign-in: the login and sign-up routes, and the redirect to the provider with everything its response is
//! validated against.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Provider;
use oidc::authorization_request::AuthorizationRequest;
use oidc::config::ResponseMode;
use oidc::config::user_flow::FlowEnd;
use oidc::error::ErrorCode;
use oidc::pushed::PushError;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
use url::form_urlencoded;

use super::SignIns;
use super::error::StartError;
use super::options::SignInOptions;
use super::pending::PendingSignIn;
use crate::cookies::SameSite;
use crate::pages::ProviderLink;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::request::session_id;

/// Random bytes in `state` and `nonce`.
const RANDOM_BYTES: u32 = 32;

/// `GET /auth/login?provider=&return_to=&step_up=`; the last is sealed by [`super::step_up`].
pub(crate) async fn sign_in(
    State(sign_ins): State<SignIns>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let options = sign_ins.options_of(&query, &headers).await;
    sign_ins.start(LoginQuery::parse(&query), options, &headers).await
}

/// `GET /auth/signup?provider=&return_to=`: the same, to create an account.
pub(crate) async fn sign_up(
    State(sign_ins): State<SignIns>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let options = SignInOptions {
        create_account: true,
        ..SignInOptions::default()
    };
    let query = LoginQuery::parse(&query.unwrap_or_default());
    sign_ins.start(query, options, &headers).await
}

/// The query of the login routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LoginQuery {
    /// A provider's short name.
    pub(super) provider: Option<String>,
    pub(super) return_to: ReturnPath,
}

impl LoginQuery {
    pub(super) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "provider" if !value.is_empty() => parsed.provider = Some(value.into_owned()),
                "return_to" => parsed.return_to = ReturnPath::parse(&value),
                _ => {}
            }
        }
        parsed
    }
}

impl SignIns {
    /// Redirects to the provider of `query`, or shows the page with the providers to choose from.
    pub(super) async fn start(&self, query: LoginQuery, options: SignInOptions, headers: &HeaderMap) -> Response {
        if !is_navigation(headers) {
            return not_a_navigation();
        }
        let LoginQuery { provider, return_to } = query;
        let provider = match (&provider, &*self.providers) {
            (Some(id), _) => self.providers.find(id),
            (None, [only]) => Some(only),
            (None, several) => match self.choose(several, options.create_account, &return_to) {
                Ok(only) => Some(only),
                Err(chooser) => return *chooser,
            },
        };
        let Some(provider) = provider else {
            let message = "There is no such way to sign in here.";
            let error = StartError::UnknownProvider;
            let failure = Failure::new(StatusCode::NOT_FOUND, "Unknown provider", message, &error);
            return self.failure_page(failure.retry(login_path(None, &return_to)), None);
        };
        match self.redirect_to_provider(provider, return_to, &options, headers).await {
            Ok(response) => response,
            Err(failure) => self.failure_page(*failure, Some(&provider.config.id)),
        }
    }

    /// The only provider that can create accounts, if an account is requested; otherwise the page of those that can.
    fn choose<'a>(
        &self,
        providers: &'a [Arc<Provider>],
        create_account: bool,
        return_to: &ReturnPath,
    ) -> Result<&'a Arc<Provider>, Box<Response>> {
        let able = providers.iter().filter(|p| create_account && p.can_sign_up());
        match able.collect::<Vec<_>>()[..] {
            [only] => Ok(only),
            [] => {
                let links: Vec<_> = providers.iter().map(|p| ProviderLink::to(p)).collect();
                Err(Box::new(self.pages.chooser(&links, return_to)))
            }
            ref several => {
                let links: Vec<_> = several.iter().map(|p| ProviderLink::to(p)).collect();
                Err(Box::new(self.pages.sign_up_chooser(&links, return_to)))
            }
        }
    }

    /// Redirects the browser to `provider`, which may be a user flow, and sets the cookie of the pending sign-in.
    pub(super) async fn redirect_to_provider(
        &self,
        provider: &Provider,
        return_to: ReturnPath,
        options: &SignInOptions,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let ours = |error: &dyn ErrorCode| Box::new(Failure::ours(error));
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &return_to, &e)))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let pending = PendingSignIn {
            provider: provider.config.id.to_string(),
            issuer: provider.config.issuer.clone(),
            state: CsrfToken::new_random_len(RANDOM_BYTES).into_secret(),
            nonce: Nonce::new_random_len(RANDOM_BYTES).secret().clone(),
            verifier: verifier.into_secret(),
            return_to,
            started: self.sessions.clock.now(),
            replaces: session_id(&self.site.cookies, headers)
                .map(|id| id.to_string())
                .or_else(|| options.replaces.clone()),
            step_up: options.step_up.as_ref().map(|request| request.step_up.clone()),
            flow: provider.flow.as_ref().map(|flow| flow.name.clone()),
            response_of: None,
            proof_key: provider.proof_key(None).map_err(|e| ours(&e))?,
        };
        let request = AuthorizationRequest {
            state: &pending.state,
            nonce: &pending.nonce,
            code_challenge: challenge.as_str(),
            proof_key: pending.proof_key.as_ref(),
            options: &options.authorization_options(),
        };
        let url = provider.authorization_url(&metadata, &request).await;
        let url = url.map_err(|error| Box::new(not_pushed(provider, &pending.return_to, &error)))?;
        let mut response = see_other(url.as_str());
        let added = self.pending.add(&pending, same_site(provider), headers, &mut response);
        added.map_err(|e| ours(&e))?;
        Ok(response)
    }
}

/// Whether a person opens a page, and not a prefetch, an image, a frame or a script (Fetch Metadata).
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| text(name).is_some_and(|v| v.to_ascii_lowercase().contains("pre")));
    !is_prefetch && text("sec-fetch-dest").is_none_or(|dest| dest == "document")
}

/// The response to a prefetch, an image, a frame or a script that requests a page for people.
pub(super) fn not_a_navigation() -> Response {
    (StatusCode::FORBIDDEN, "open this address in a tab of its own").into_response()
}

/// The path on this site that starts a sign-in, or the user flow again if `provider` is one.
pub(crate) fn login_path(provider: Option<&Provider>, return_to: &ReturnPath) -> String {
    if provider.is_some_and(|p| p.end() == Some(FlowEnd::RenewClaims)) {
        return format!("/auth/edit-profile?return_to={}", return_to.as_query_value());
    }
    let provider = provider
        .map(|p| format!("provider={}&", p.config.id))
        .unwrap_or_default();
    format!("/auth/login?{provider}return_to={}", return_to.as_query_value())
}

/// The provider does not respond.
pub(crate) fn not_ready(provider: &Provider, return_to: &ReturnPath, error: &dyn ErrorCode) -> Failure {
    let message = format!(
        "{} does not answer right now. Please try again in a moment.",
        provider.config.title
    );
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Signing in is not possible right now",
        message,
        error,
    )
    .retry(login_path(Some(provider), return_to))
}

/// The provider does not accept the pushed authorization request.
fn not_pushed(provider: &Provider, return_to: &ReturnPath, error: &PushError) -> Failure {
    if error.is_passing() {
        return not_ready(provider, return_to, error);
    }
    let message = format!(
        "{} did not accept the request to sign you in. If this goes on, tell the people who run this site.",
        provider.config.title
    );
    let title = "Signing in is not possible right now";
    Failure::new(StatusCode::BAD_GATEWAY, title, message, error).retry(login_path(Some(provider), return_to))
}

/// `SameSite` of the pending cookie: a form-post response is sent by the provider's page, and the cookie has to be sent with it.
pub(super) fn same_site(provider: &Provider) -> SameSite {
    if provider.config.response_mode == ResponseMode::FormPost {
        SameSite::None
    } else {
        SameSite::Lax
    }
}

/// A redirect by 303: whatever the method was, the next is GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Every `location` was written by a URL parser or `ReturnPath`: ASCII.
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
    fn provider_and_return_path_are_read_from_the_query() {
        let query = LoginQuery::parse("provider=demo&return_to=%2Fdocs%2F7");
        assert_eq!(
            (query.provider.as_deref(), query.return_to.as_str()),
            (Some("demo"), "/docs/7")
        );
        assert_eq!(LoginQuery::parse("return_to=//evil.example").return_to.as_str(), "/");
    }
}
