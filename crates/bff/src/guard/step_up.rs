//! Was this person authenticated strongly and lately enough for this route? A layer inside
//! [`Bff::protect`](crate::Bff::protect); what can be asked is in [`crate::sign_in::step_up`].

use std::fmt::{self, Write as _};
use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, REFERER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::combined::Combined;
use super::gate::{Admitted, Gate, Guarded};
use super::page_of;
use super::signed_in::SignedIn;
use crate::event::{Outcome, What, event};
use crate::guard::caller::Caller;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::sign_in::start::{is_navigation, see_other};
use crate::sign_in::step_up::{Asked, StepUp};
use crate::state::{Bff, Inner};

impl Bff {
    /// A layer for routes that need more than a session; put it inside [`Bff::protect`], outside of which nobody passes.
    ///
    /// A person who opens a page is sent to the provider and comes back to the same place. A form is not sent on: the
    /// person is told that nothing was changed and confirms first. A script or program gets 401 with the challenge of
    /// RFC 9470 §3, and `{"message": …, "sign_in": …}` with the address that leads to the provider. Behind
    /// [`Bearer::require`](crate::Bearer::require) or [`Bearer::or_session`](crate::Bearer::or_session) the token's own
    /// `acr` and `auth_time` count (RFC 9068 §2.2.1).
    ///
    /// Whoever comes back as somebody else is signed in as that person, under a new session like after every sign-in; of
    /// the old session nothing is left.
    #[must_use]
    pub fn require_step_up(&self, step_up: StepUp) -> RequireStepUp {
        RequireStepUp {
            inner: Arc::clone(&self.0),
            step_up: Arc::new(step_up),
        }
    }
}

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

    /// When the provider authenticated the person, where it says so; signing in here may be later.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.session.authentication.time?).ok()
    }

    /// Whether the sign-in of this session is as strong and as recent as that, now.
    #[must_use]
    pub fn satisfies(&self, step_up: &StepUp) -> bool {
        let done = &self.session.authentication;
        let now = self.inner.config.clock.now().unix_timestamp();
        let provider = self.inner.provider(self.session.identity.provider.as_str());
        let leeway = provider.map_or(0, |p| p.leeway());
        step_up.admits(done.acr.as_deref(), done.time, now, leeway)
    }

    /// The address on this site that asks the provider for it and leads back to `return_to`; for a link where a layer
    /// does not fit. `None` when nothing can be sealed.
    #[must_use]
    pub fn step_up_address(&self, step_up: &StepUp, return_to: &ReturnPath) -> Option<String> {
        address(&self.inner, Some(self), step_up, return_to)
    }
}

/// Seconds by which the clock of an issuer may differ.
fn leeway(inner: &Inner, issuer: &str) -> i64 {
    let provider = inner.providers.iter().find(|p| p.config.could_be(issuer));
    provider.map_or(0, |p| p.leeway())
}

fn address(inner: &Inner, person: Option<&SignedIn>, step_up: &StepUp, return_to: &ReturnPath) -> Option<String> {
    let provider = person.and_then(|p| inner.provider(p.identity().provider.as_str()));
    let now = inner.config.clock.now().unix_timestamp();
    let leeway = provider.map_or(0, |p| p.leeway());
    let asked = Asked::of(step_up, person.map(|p| &*p.session), now, leeway);
    inner.step_up_path(&asked, provider.map(|p| &**p), return_to).ok()
}

/// The layer made by [`Bff::require_step_up`].
#[derive(Clone)]
pub struct RequireStepUp {
    inner: Arc<Inner>,
    step_up: Arc<StepUp>,
}

impl fmt::Debug for RequireStepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireStepUp").field(&self.step_up).finish()
    }
}

impl RequireStepUp {
    /// Why the request does not pass; `None` when it does.
    fn refusal(&self, request: &Request) -> Option<Response> {
        if let Some(caller) = token_holder(request) {
            return (!self.admits_token(&caller.claims, &caller.issuer)).then(|| self.refuse_token(caller));
        }
        let person = request.extensions().get::<SignedIn>();
        if person.is_some_and(|p| p.satisfies(&self.step_up)) {
            return None;
        }
        let opens_page = is_navigation(request.headers()) && wants_page(request.headers());
        let return_to = if opens_page && request.method().is_safe() {
            page_of(request.extensions(), request.uri())
        } else {
            self.page_before(request.headers())
        };
        let Some(address) = address(&self.inner, person, &self.step_up, &return_to) else {
            return Some(self.inner.show(
                Failure::ours(&crate::session::seal::SealError).about(What::Access),
                None,
            ));
        };
        Some(match (opens_page, person) {
            (false, _) => self.challenge(Some(&address)),
            (true, Some(_)) if request.method().is_safe() => see_other(&address),
            (true, Some(_)) => self.page(&address, "Confirm that it is you", CONFIRM),
            (true, None) => self.page(&address, "Sign in first", SIGN_IN),
        })
    }

    fn refuse_token(&self, caller: &Caller) -> Response {
        event(What::Access, Outcome::Refused)
            .subject(&caller.subject)
            .reason("the token's sign-in is not strong or recent enough")
            .record();
        self.challenge(None)
    }

    fn admits_token(&self, claims: &Map<String, Value>, issuer: &str) -> bool {
        let acr = claims.get("acr").and_then(Value::as_str);
        let auth_time = claims.get("auth_time").and_then(Value::as_i64);
        let now = self.inner.config.clock.now().unix_timestamp();
        self.step_up.admits(acr, auth_time, now, leeway(&self.inner, issuer))
    }

    /// The page a form or a script belongs to, where the browser says so and it is ours.
    fn page_before(&self, headers: &HeaderMap) -> ReturnPath {
        let before = headers.get(REFERER).and_then(|v| v.to_str().ok()).unwrap_or_default();
        ReturnPath::at_home(&self.inner.config.public_url, before)
    }

    /// For a person; nothing went wrong, so nothing is logged above debug.
    fn page(&self, address: &str, title: &'static str, message: &str) -> Response {
        let failure = Failure::new(StatusCode::UNAUTHORIZED, title, message, "step-up");
        let mut response = self.inner.show(failure.retry(address), None);
        self.add_challenge(response.headers_mut());
        response
    }

    /// For a program.
    fn challenge(&self, sign_in: Option<&str>) -> Response {
        let mut body = json!({ "message": "a stronger or more recent sign-in is needed" });
        if let Some(address) = sign_in {
            body["sign_in"] = address.into();
        }
        let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
        self.add_challenge(response.headers_mut());
        response
    }

    /// What is asked, in the words of RFC 9470 §3.
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

/// The program that calls, where an outer layer has verified its token.
fn token_holder(request: &Request) -> Option<&Caller> {
    match request.extensions().get::<Combined>() {
        Some(Combined::Token(caller)) => Some(caller),
        _ => request.extensions().get::<Caller>(),
    }
}

/// Whether the answer is for a person to read.
fn wants_page(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(ACCEPT).iter().filter_map(|v| v.to_str().ok());
    kinds.any(|kinds| kinds.to_ascii_lowercase().contains("text/html"))
}

impl<S> tower::Layer<S> for RequireStepUp {
    type Service = Guarded<Self, S>;

    fn layer(&self, next: S) -> Guarded<Self, S> {
        Guarded::new(self, next)
    }
}

impl Gate for RequireStepUp {
    async fn admit(self, request: Request) -> Result<Admitted, Response> {
        match self.refusal(&request) {
            Some(refusal) => Err(refusal),
            None => Ok(Admitted::new(request)),
        }
    }
}
