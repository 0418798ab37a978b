//! Step-up authentication for routes: a layer inside [`Bff::protect`](crate::Bff::protect) that requires a stronger or more recent
//! sign-in. What can be required is in [`crate::sign_in::step_up`].

use std::fmt::{self, Write as _};
use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, REFERER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Providers;
use oidc::config::clock::Clock;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::combined::Combined;
use super::layer::{Allowed, Guard, Guarded};
use super::page_of;
use super::signed_in::SignedIn;
use crate::event::{Outcome, What, event};
use crate::guard::caller::Caller;
use crate::guard::error::AccessError;
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::seal::{SealError, Sealer};
use crate::sign_in::start::{is_navigation, see_other};
use crate::sign_in::step_up::{StepUp, StepUpRequest};
use crate::site::Site;

impl SignedIn {
    /// The authentication context class the provider named in the ID token.
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.session.authentication.acr.as_deref()
    }

    /// The methods of authentication it named (RFC 8176), as it named them.
    #[must_use]
    pub fn amr(&self) -> &[String] {
        &self.session.authentication.amr
    }

    /// When the provider authenticated the person, if the ID token has `auth_time`; signing in here may be later.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.session.authentication.time?).ok()
    }

    /// Whether the sign-in of this session is as strong and as recent as that, now.
    #[must_use]
    pub fn satisfies(&self, step_up: &StepUp) -> bool {
        let done = &self.session.authentication;
        let now = self.services.sessions.clock.now().unix_timestamp();
        step_up.admits(done.acr.as_deref(), done.time, now, self.leeway())
    }

    /// The address on this site that leads to the provider for it and back to `return_to`; for a link where a layer
    /// does not fit. `None` when nothing can be sealed.
    #[must_use]
    pub fn step_up_address(&self, step_up: &StepUp, return_to: &ReturnPath) -> Option<String> {
        let sessions = &self.services.sessions;
        let now = sessions.clock.now().unix_timestamp();
        let request = StepUpRequest::new(step_up, Some(&self.session), now, self.leeway());
        let provider = self.provider().map(|provider| &**provider);
        request.login_path(&sessions.sealer, provider, return_to).ok()
    }

    /// Seconds by which the clock of the provider may differ.
    fn leeway(&self) -> i64 {
        self.provider().map_or(0, |provider| provider.leeway())
    }
}

/// The layer made by [`Bff::require_step_up`](crate::Bff::require_step_up).
#[derive(Clone)]
pub struct RequireStepUp {
    services: Arc<StepUpServices>,
    step_up: Arc<StepUp>,
}

/// What the layer needs of the site.
pub(crate) struct StepUpServices {
    pub(crate) site: Arc<Site>,
    pub(crate) pages: SharedPages,
    pub(crate) providers: Providers,
    pub(crate) sealer: Sealer,
    pub(crate) clock: Clock,
}

impl fmt::Debug for RequireStepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireStepUp").field(&self.step_up).finish()
    }
}

impl RequireStepUp {
    pub(crate) fn new(services: StepUpServices, step_up: StepUp) -> Self {
        Self {
            services: Arc::new(services),
            step_up: Arc::new(step_up),
        }
    }

    /// The response to a request that does not pass; `None` if it passes.
    fn refusal(&self, request: &Request) -> Option<Response> {
        if let Some(caller) = verified_caller(request) {
            return (!self.admits_token(&caller.claims, &caller.issuer)).then(|| self.refuse_token(caller));
        }
        let person = request.extensions().get::<SignedIn>();
        if person.is_some_and(|p| p.satisfies(&self.step_up)) {
            return None;
        }
        let opens_page = is_navigation(request.headers()) && accepts_html(request.headers());
        let return_to = if opens_page && request.method().is_safe() {
            page_of(request.extensions(), request.uri())
        } else {
            self.referring_page(request.headers())
        };
        let Some(address) = self.login_address(person, &return_to) else {
            let failure = Failure::ours(&SealError).about(What::Access);
            return Some(failure.into_response(&*self.services.pages, None));
        };
        Some(match (opens_page, person) {
            (false, _) => self.challenge(Some(&address)),
            (true, Some(_)) if request.method().is_safe() => see_other(&address),
            (true, Some(_)) => self.page(&address, "Confirm that it is you", CONFIRM),
            (true, None) => self.page(&address, "Sign in first", SIGN_IN),
        })
    }

    /// The address on this site that leads to the provider and back to `return_to`.
    fn login_address(&self, person: Option<&SignedIn>, return_to: &ReturnPath) -> Option<String> {
        if let Some(person) = person {
            return person.step_up_address(&self.step_up, return_to);
        }
        let StepUpServices { sealer, clock, .. } = &*self.services;
        let request = StepUpRequest::new(&self.step_up, None, clock.now().unix_timestamp(), 0);
        request.login_path(sealer, None, return_to).ok()
    }

    fn refuse_token(&self, caller: &Caller) -> Response {
        event(What::Access, Outcome::Refused)
            .subject(&caller.subject)
            .failure(&AccessError::TokenStepUp)
            .record();
        self.challenge(None)
    }

    fn admits_token(&self, claims: &Map<String, Value>, issuer: &str) -> bool {
        let acr = claims.get("acr").and_then(Value::as_str);
        let auth_time = claims.get("auth_time").and_then(Value::as_i64);
        let StepUpServices { providers, clock, .. } = &*self.services;
        let provider = providers.iter().find(|provider| provider.config.could_be(issuer));
        let leeway = provider.map_or(0, |provider| provider.leeway());
        self.step_up
            .admits(acr, auth_time, clock.now().unix_timestamp(), leeway)
    }

    /// The page of a form or a script by its `Referer`, if that is a page of this site.
    fn referring_page(&self, headers: &HeaderMap) -> ReturnPath {
        let referer = headers.get(REFERER).and_then(|v| v.to_str().ok()).unwrap_or_default();
        ReturnPath::from_address(&self.services.site.public_url, referer)
    }

    /// The response for a person; it is no failure, so nothing is logged above debug.
    fn page(&self, address: &str, title: &'static str, message: &str) -> Response {
        let failure = Failure::new(StatusCode::UNAUTHORIZED, title, message, &AccessError::StepUp);
        let mut response = failure.retry(address).into_response(&*self.services.pages, None);
        self.add_challenge(response.headers_mut());
        response
    }

    /// The response for a program.
    fn challenge(&self, sign_in: Option<&str>) -> Response {
        let mut body = json!({ "message": "a stronger or more recent sign-in is needed" });
        if let Some(address) = sign_in {
            body["sign_in"] = address.into();
        }
        let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
        self.add_challenge(response.headers_mut());
        response
    }

    /// Adds the challenge of RFC 9470 §3.
    fn add_challenge(&self, headers: &mut HeaderMap) {
        let mut challenge = "Bearer error=\"insufficient_user_authentication\"".to_owned();
        if let Some(acr) = self.step_up.acr_values() {
            let escaped = acr.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(challenge, ", acr_values=\"{escaped}\"");
        }
        if let Some(seconds) = self.step_up.max_age_seconds() {
            let _ = write!(challenge, ", max_age=\"{seconds}\"");
        }
        let value = HeaderValue::from_str(&challenge);
        let value = value.unwrap_or(HeaderValue::from_static(
            "Bearer error=\"insufficient_user_authentication\"",
        ));
        headers.insert(WWW_AUTHENTICATE, value);
    }
}

const CONFIRM: &str = "This step needs a fresh or stronger confirmation by your provider. Nothing was changed. Confirm first, \
                       then fill in the form again and send it.";
const SIGN_IN: &str = "This page is for people who have just confirmed who they are.";

/// The caller whose token an outer layer has verified.
fn verified_caller(request: &Request) -> Option<&Caller> {
    match request.extensions().get::<Combined>() {
        Some(Combined::Token(caller)) => Some(caller),
        _ => request.extensions().get::<Caller>(),
    }
}

/// Whether the client accepts HTML.
fn accepts_html(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(ACCEPT).iter().filter_map(|v| v.to_str().ok());
    types.any(|types| types.to_ascii_lowercase().contains("text/html"))
}

impl<S> tower::Layer<S> for RequireStepUp {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Guard for RequireStepUp {
    async fn check(self, request: Request) -> Result<Allowed, Response> {
        match self.refusal(&request) {
            Some(refusal) => Err(refusal),
            None => Ok(Allowed::new(request)),
        }
    }
}
