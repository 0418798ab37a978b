//! Starting a device sign-in: requests a device code. Only a person who opens a page gets one, and only if the site and its
//! provider support it; an anonymous request writes nothing to the database.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::device_authorization::{Authorization, endpoint};
use oidc::error::ErrorCode;

use super::pending::PendingDeviceSignIn;
use super::polling::PollSchedule;
use super::{DeviceSignIns, PageResult, device_path};
use crate::pages::ProviderLink;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::request::session_id;
use crate::sign_in::error::DeviceError;
use crate::sign_in::pending::PendingSignIn;
use crate::sign_in::start::{LoginQuery, is_navigation, login_path, not_a_navigation, not_ready};

/// Whether `provider` is known to support device sign-ins.
pub(crate) fn is_offered(provider: &Provider) -> bool {
    let metadata = provider.discovery.current();
    metadata.is_some_and(|metadata| endpoint(provider, &metadata).is_some())
}

/// `GET /auth/device?provider=&return_to=`: shows the code of this browser, or requests one.
pub(crate) async fn start(
    State(devices): State<DeviceSignIns>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_navigation(&headers) {
        return not_a_navigation();
    }
    let LoginQuery { provider, return_to } = LoginQuery::parse(&query.unwrap_or_default());
    let sign_ins = &devices.sign_ins;
    let now = sign_ins.sessions.clock.now();
    let pending = PendingDeviceSignIn::find(sign_ins, &headers).filter(|pending| pending.expires() > now);
    if let Some(pending) = pending
        && provider.as_ref().is_none_or(|id| *id == pending.pending.provider)
    {
        let page = devices.code_page(pending.with_return_path(return_to));
        return page.unwrap_or_else(|failure| sign_ins.failure_page(*failure, None));
    }
    let provider = match devices.choose(provider.as_deref(), &return_to) {
        Ok(provider) => provider,
        Err(response) => return *response,
    };
    let page = devices.request_code(provider, return_to, &headers).await;
    page.unwrap_or_else(|failure| sign_ins.failure_page(*failure, Some(&provider.config.id)))
}

impl DeviceSignIns {
    /// The provider with that id, or the only one; otherwise the page with the providers to choose from.
    fn choose(&self, id: Option<&str>, return_to: &ReturnPath) -> Result<&Arc<Provider>, Box<Response>> {
        let providers = self.sign_ins.providers.iter();
        let able: Vec<_> = providers.filter(|p| p.config.device_sign_in).collect();
        let found = match (id, &*able) {
            (Some(id), _) => able.into_iter().find(|p| p.config.id.as_str() == id),
            (None, [only]) => Some(*only),
            (None, []) => None,
            (None, several) => {
                let links: Vec<_> = several.iter().map(|p| ProviderLink::to(p)).collect();
                return Err(Box::new(self.sign_ins.pages.device_chooser(&links, return_to)));
            }
        };
        found.ok_or_else(|| Box::new(self.sign_ins.failure_page(not_offered(return_to), None)))
    }

    /// Requests a device code and shows it (RFC 8628 §3.1).
    async fn request_code(&self, provider: &Provider, return_to: ReturnPath, headers: &HeaderMap) -> PageResult {
        let retry = device_path(Some(provider), &return_to);
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &return_to, &e).retry(&retry)))?;
        let Some(endpoint) = endpoint(provider, &metadata) else {
            return Err(Box::new(not_offered(&return_to)));
        };
        if !self.polling.has_capacity(self.sign_ins.sessions.clock.now()) {
            return Err(Box::new(busy(&DeviceError::TooMany).retry(retry)));
        }
        let authorization = provider.device_authorization(&metadata, endpoint).await;
        let authorization = authorization.map_err(|e| Box::new(busy(&e).retry(retry)))?;
        let mut pending = self.pending(provider, return_to, authorization);
        let session = session_id(&self.sign_ins.site.cookies, headers);
        pending.pending.replaces = session.map(|id| id.to_string());
        self.code_page(pending)
    }

    fn pending(&self, provider: &Provider, return_to: ReturnPath, authorization: Authorization) -> PendingDeviceSignIn {
        let now = self.sign_ins.sessions.clock.now();
        let mut pending = PendingDeviceSignIn {
            pending: PendingSignIn {
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
                response_of: None,
                proof_key: None,
            },
            device_code: authorization.device_code,
            user_code: authorization.user_code,
            verification_uri: authorization.verification_uri,
            verification_uri_complete: authorization.verification_uri_complete,
            ends: (now + authorization.expires_in).unix_timestamp(),
            interval: 0,
            next_ms: 0,
        };
        pending.set_schedule(PollSchedule {
            next: now + authorization.interval,
            interval: authorization.interval,
        });
        pending
    }
}

fn not_offered(return_to: &ReturnPath) -> Failure {
    let message = "Signing in with a code is not offered here. You can sign in on this device instead.";
    let failure = Failure::new(
        StatusCode::NOT_FOUND,
        "No sign-in with a code",
        message,
        &DeviceError::NotOffered,
    );
    failure.retry(login_path(None, return_to))
}

fn busy(error: &dyn ErrorCode) -> Failure {
    let message = "The provider could not make a code right now. Please try again in a moment.";
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Signing in is not possible right now",
        message,
        error,
    )
}
