//! Device sign-in, for a screen without a keyboard (RFC 8628): it shows a code, somebody enters it at the provider on another
//! device, and the screen polls until that is done. It needs no script: the page reloads itself, and this server polls the
//! provider.
//!
//! | part | where ||
//! |---|---|
//! | Requesting a device code | [`start`]; the request itself: [`oidc::device_authorization`] |
//! | The pending device sign-in, in a cookie | [`pending`] |
//! | Rate limit of polling | [`polling`] |
//!
//! The ID token is verified like every other, but for the nonce: there is no request of the browser that could carry one
//! (RFC 8628 §3.1). What binds the response to this screen is the device code, which never leaves server and cookie.

mod pending;
pub(crate) mod polling;
pub(crate) mod start;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Provider;
use oidc::metadata::DEVICE_CODE_GRANT;
use oidc::token_endpoint::{TokenEndpointError, TokenResponse};

use self::pending::{PendingDeviceSignIn, remove_cookie};
use self::polling::{DevicePolling, PollDecision, PollPermit};
use super::error::DeviceError;
use super::start::{LoginQuery, is_navigation, login_path, not_a_navigation, see_other};
use super::{ReadyProvider, SignIns};
use crate::pages::{DeviceCode, qr};
use crate::problem::Failure;
use crate::return_path::ReturnPath;

/// The path that the page reloads itself from.
const WAIT_PATH: &str = "/auth/device/wait";

type PageResult = Result<Response, Box<Failure>>;

/// The state of the device sign-in routes. Cloning is cheap; all clones are the same.
#[derive(Clone)]
pub(crate) struct DeviceSignIns {
    pub(crate) sign_ins: SignIns,
    pub(crate) polling: Arc<DevicePolling>,
}

/// `GET /auth/device/wait?return_to=`: polls whether the code was entered. It never requests a new code, so that the page of a
/// screen nobody looks at stops reloading.
pub(crate) async fn wait(
    State(devices): State<DeviceSignIns>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_navigation(&headers) {
        return not_a_navigation();
    }
    let LoginQuery { return_to, .. } = LoginQuery::parse(&query.unwrap_or_default());
    let sign_ins = &devices.sign_ins;
    let Some(pending) = PendingDeviceSignIn::find(sign_ins, &headers) else {
        return devices.without_code(&headers, &return_to).await;
    };
    let pending = pending.with_return_path(return_to);
    let return_to = pending.pending.return_to.clone();
    let Some(provider) = sign_ins.providers.find(&pending.pending.provider) else {
        return devices.without_code(&headers, &return_to).await;
    };
    let page = match devices.polling.decide(&pending.code_state(), &sign_ins.sessions.clock) {
        PollDecision::Wait => devices.code_page(pending),
        PollDecision::Poll(permit) => devices.poll(provider, pending, permit, &headers).await,
        PollDecision::Ended => {
            let mut response = devices.without_code(&headers, &return_to).await;
            remove_cookie(sign_ins, &headers, &mut response);
            return response;
        }
    };
    page.unwrap_or_else(|failure| {
        let mut response = sign_ins.failure_page(*failure, Some(&provider.config.id));
        remove_cookie(sign_ins, &headers, &mut response);
        response
    })
}

/// The path on this site that requests a device code.
fn device_path(provider: Option<&Provider>, return_to: &ReturnPath) -> String {
    login_path(provider, return_to).replacen("/auth/login", "/auth/device", 1)
}

impl DeviceSignIns {
    /// The page with the code. It reloads itself when the provider may be polled again.
    fn code_page(&self, mut pending: PendingDeviceSignIn) -> PageResult {
        let sign_ins = &self.sign_ins;
        let now = sign_ins.sessions.clock.now();
        let schedule = self.polling.schedule(&pending.code_state());
        pending.set_schedule(schedule);
        let expires = pending.expires();
        // After the code has expired the page is reloaded once more, to show that.
        let pause = (schedule.next.min(expires) - now).max(time::Duration::SECOND);
        let pause = pause.whole_seconds() + 1;
        let again = format!("{WAIT_PATH}?return_to={}", pending.pending.return_to.as_query_value());
        let address = pending.verification_uri_complete.as_ref();
        let provider = sign_ins.providers.find(&pending.pending.provider);
        let code = DeviceCode {
            provider: provider.map(|p| p.config.title.clone()).unwrap_or_default(),
            qr: qr::svg(address.unwrap_or(&pending.verification_uri)),
            user_code: pending.user_code.clone(),
            verification_uri: pending.verification_uri.clone(),
            verification_uri_complete: pending.verification_uri_complete.clone(),
            ends_in: Duration::try_from(expires - now).unwrap_or_default(),
            again: again.clone(),
        };
        let mut response = sign_ins.pages.device(&code);
        if let Ok(value) = HeaderValue::from_str(&format!("{pause}; url={again}")) {
            let refresh = HeaderName::from_static("refresh");
            response.headers_mut().insert(refresh, value);
        }
        let cookie = pending.set_cookie(sign_ins, &mut response);
        cookie.map_err(|error| Box::new(Failure::ours(&error)))?;
        Ok(response)
    }

    /// The response to a browser without a valid code. Another of its tabs may have completed the sign-in.
    async fn without_code(&self, headers: &HeaderMap, return_to: &ReturnPath) -> Response {
        let sign_ins = &self.sign_ins;
        match sign_ins.sessions.of_request(&sign_ins.site.cookies, headers).await {
            Ok(Some(_)) => see_other(return_to.as_str()),
            Ok(None) => sign_ins.failure_page(expired(return_to), None),
            Err(error) => sign_ins.failure_page(Failure::ours(&error), None),
        }
    }

    /// Polls whether the code was entered (RFC 8628 §3.4), and signs the screen in if it was.
    async fn poll(
        &self,
        provider: &Provider,
        device: PendingDeviceSignIn,
        permit: PollPermit<'_>,
        headers: &HeaderMap,
    ) -> PageResult {
        let Ok(metadata) = provider.discovery.ready().await else {
            permit.back_off(None);
            return self.code_page(device);
        };
        let ready = ReadyProvider {
            provider,
            metadata: &metadata,
        };
        let error = match request_tokens(ready, &device.device_code).await {
            Ok(granted) => {
                permit.complete();
                return self.sign_in(ready, &device, granted, headers).await;
            }
            Err(error) => error,
        };
        match &error {
            TokenEndpointError::Refused { error } if error == "authorization_pending" => drop(permit),
            TokenEndpointError::Refused { error } if error == "slow_down" => permit.slow_down(),
            TokenEndpointError::Trouble { retry_after, .. } => permit.back_off(*retry_after),
            TokenEndpointError::NoResponse(_) => permit.back_off(None),
            _ => {
                permit.complete();
                let retry = device_path(Some(provider), &device.pending.return_to);
                return Err(Box::new(final_error(&error).retry(retry)));
            }
        }
        self.code_page(device)
    }

    /// Verifies who it is and creates the session.
    async fn sign_in(
        &self,
        ready: ReadyProvider<'_>,
        device: &PendingDeviceSignIn,
        granted: TokenResponse,
        headers: &HeaderMap,
    ) -> PageResult {
        let (sign_ins, pending) = (&self.sign_ins, &device.pending);
        let provider = ready.provider;
        let retry = |failure: Failure| Box::new(failure.retry(device_path(Some(provider), &pending.return_to)));
        let verified = sign_ins.verify_identity(ready, pending, granted, None).await;
        let response = sign_ins
            .create_session(provider, verified.map_err(retry)?, pending, headers)
            .await;
        let mut response = response.map_err(retry)?;
        remove_cookie(sign_ins, headers, &mut response);
        Ok(response)
    }
}

fn expired(return_to: &ReturnPath) -> Failure {
    let message = "The code on this screen is no longer good. Have a new one made to go on.";
    let failure = Failure::new(StatusCode::GONE, "The code has expired", message, &DeviceError::Expired);
    failure.retry(device_path(None, return_to))
}

async fn request_tokens(
    ReadyProvider { provider, metadata }: ReadyProvider<'_>,
    device_code: &str,
) -> Result<TokenResponse, TokenEndpointError> {
    let fields = [("grant_type", DEVICE_CODE_GRANT), ("device_code", device_code)];
    provider.request_tokens(metadata, &fields, None).await
}

/// What a final error of the token endpoint means for a person (RFC 8628 §3.5).
fn final_error(error: &TokenEndpointError) -> Failure {
    let (status, title, message) = match error {
        TokenEndpointError::Refused { error } if error == "access_denied" => (
            StatusCode::FORBIDDEN,
            "Sign-in was cancelled",
            "The sign-in was cancelled on the other device, or you were not let in.",
        ),
        TokenEndpointError::Refused { error } if error == "expired_token" => (
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
    Failure::new(status, title, message, error)
}
