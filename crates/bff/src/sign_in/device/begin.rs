//! Who has a code made for a screen? Only a person who opens a tab, and only where the site and its provider offer it;
//! anonymous requests write nothing to the database.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::device_authorization::{Authorization, NoCode, endpoint};

use super::waiting::Waiting;
use super::{Outcome, device_path, not_a_tab, shown};
use crate::pages::ProviderLink;
use crate::problem::{Failure, chain};
use crate::return_path::ReturnPath;
use crate::session::request::session_id;
use crate::sign_in::pending::Pending;
use crate::sign_in::start::{asked_for, is_navigation, login_path, not_ready};
use crate::state::{Bff, Inner};

impl Bff {
    /// Whether a provider is known to make codes for screens without a keyboard; then `/auth/device` is worth a link.
    #[must_use]
    pub fn can_sign_in_by_code(&self) -> bool {
        let offers = |p: &Arc<Provider>| p.discovery.current().is_some_and(|m| endpoint(p, &m).is_some());
        self.0.providers.iter().any(offers)
    }
}

/// `GET /auth/device?provider=&return_to=`: goes on with the code of this browser, or has one made.
pub(crate) async fn start(State(inner): State<Arc<Inner>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if !is_navigation(&headers) {
        return not_a_tab();
    }
    let (provider, return_to) = asked_for(query.as_deref().unwrap_or_default());
    let under_way = Waiting::of(&inner, &headers).filter(|w| w.ends_at() > inner.config.clock.now());
    if let Some(waiting) = under_way
        && provider.as_ref().is_none_or(|id| *id == waiting.pending.provider)
    {
        let waiting = waiting.towards(return_to);
        return shown(&inner, waiting).unwrap_or_else(|failure| inner.show(*failure, None));
    }
    let provider = match chosen(&inner, provider.as_deref(), &return_to) {
        Ok(provider) => provider,
        Err(response) => return *response,
    };
    let begun = begin(&inner, provider, return_to, &headers).await;
    begun.unwrap_or_else(|failure| inner.show(*failure, Some(&provider.config.id)))
}

/// The provider that is meant; the only one, where none is named.
fn chosen<'a>(inner: &'a Inner, id: Option<&str>, return_to: &ReturnPath) -> Result<&'a Arc<Provider>, Box<Response>> {
    let ours: Vec<_> = inner.providers.iter().filter(|p| p.config.device_sign_in).collect();
    let found = match (id, &*ours) {
        (Some(id), _) => ours.into_iter().find(|p| p.config.id.as_str() == id),
        (None, [only]) => Some(*only),
        (None, []) => None,
        (None, several) => {
            let links: Vec<_> = several.iter().map(|p| ProviderLink::to(p)).collect();
            return Err(Box::new(inner.pages.device_chooser(&links, return_to)));
        }
    };
    found.ok_or_else(|| Box::new(inner.show(not_offered(return_to), None)))
}

fn not_offered(return_to: &ReturnPath) -> Failure {
    let message = "Signing in with a code is not offered here. You can sign in on this device instead.";
    let failure = Failure::new(
        StatusCode::NOT_FOUND,
        "No sign-in with a code",
        message,
        "not configured, or no device authorization endpoint in the metadata",
    );
    failure.retry(login_path(None, return_to))
}

/// Has a code made and shows it.
async fn begin(inner: &Inner, provider: &Provider, return_to: ReturnPath, headers: &HeaderMap) -> Outcome {
    let retry = device_path(Some(provider), &return_to);
    let metadata = provider.discovery.ready().await;
    let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &return_to, &chain(&e)).retry(&retry)))?;
    let Some(endpoint) = endpoint(provider, &metadata) else {
        return Err(Box::new(not_offered(&return_to)));
    };
    if !inner.device_pace.has_room(inner.config.clock.now()) {
        let reason = "too many codes are waited for in this process";
        return Err(Box::new(busy(reason.to_owned()).retry(retry)));
    }
    let made = provider.device_authorization(&metadata, endpoint).await;
    let made = made.map_err(|e| Box::new(no_code(&e).retry(retry)))?;
    let mut waiting = waiting(inner, provider, return_to, made);
    waiting.pending.replaces = session_id(&inner.cookies, headers).map(|id| id.to_string());
    shown(inner, waiting)
}

fn waiting(inner: &Inner, provider: &Provider, return_to: ReturnPath, made: Authorization) -> Waiting {
    let now = inner.config.clock.now();
    let mut waiting = Waiting {
        pending: Pending {
            provider: provider.config.id.to_string(),
            issuer: provider.config.issuer.clone(),
            state: String::new(),
            nonce: String::new(),
            verifier: String::new(),
            return_to,
            started: now,
            replaces: None,
            step_up: None,
            flow: None,
            answered_by: None,
            proof_key: None,
        },
        device_code: made.device_code,
        user_code: made.user_code,
        verification_uri: made.verification_uri,
        verification_uri_complete: made.verification_uri_complete,
        ends: (now + made.expires_in).unix_timestamp(),
        interval: 0,
        next_ms: 0,
    };
    waiting.note((now + made.interval, made.interval));
    waiting
}

fn busy(reason: String) -> Failure {
    let message = "The provider could not make a code right now. Please try again in a moment.";
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Signing in is not possible right now",
        message,
        reason,
    )
}

fn no_code(error: &NoCode) -> Failure {
    busy(chain(error))
}
