//! Step-up authentication: a stronger or more recent sign-in, by `acr` and `max_age` of OpenID Connect Core 1.0 §3.1.2.1. They
//! are requested of the provider and then verified in the ID token, never assumed. The layer that requires it is in
//! [`crate::guard::step_up`].

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::id_token::IdToken;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use super::SignIns;
use super::error::StepUpError;
use super::options::SignInOptions;
use super::pending::PendingSignIn;
use super::start::login_path;
use crate::problem::{Failure, error_chain};
use crate::return_path::ReturnPath;
use crate::session::record::{SealedTokens, Session};
use crate::session::seal::{SealError, Sealer};

/// The parameter of `/auth/login` with the sealed [`StepUpRequest`].
const PARAMETER: &str = "step_up";
const PURPOSE: &str = "step-up";
/// Longest `login_hint`, in bytes.
const MAX_HINT: usize = 255;

/// How strongly and how recently a person has to have been authenticated by the provider.
///
/// ```
/// use std::time::Duration;
/// use bff::StepUp;
///
/// let strong = StepUp::acr("phr phrh").max_age(Duration::from_mins(10));
/// let recent = StepUp::recent(Duration::from_mins(5));
/// # assert_ne!(strong, recent);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    acr: Option<String>,
    /// Seconds.
    max_age: Option<u64>,
}

impl StepUp {
    /// Requires one of these authentication context classes, separated by spaces, the preferred first: what the provider
    /// calls `acr_values`. The ID token's `acr` has to be one of them, character by character; an empty list is never
    /// satisfied.
    #[must_use]
    pub fn acr(values: &str) -> Self {
        Self {
            acr: Some(values.to_owned()),
            max_age: None,
        }
    }

    /// Requires an authentication not longer ago than `age`, by the ID token's `auth_time` and with the provider's
    /// leeway for clocks; exact to a second. A token without `auth_time` is never recent.
    #[must_use]
    pub fn recent(age: Duration) -> Self {
        Self {
            acr: None,
            max_age: Some(age.as_secs()),
        }
    }

    /// The same, and not longer ago than `age`; see [`StepUp::recent`].
    #[must_use]
    pub fn max_age(self, age: Duration) -> Self {
        Self {
            max_age: Some(age.as_secs()),
            ..self
        }
    }

    /// `acr_values` of the authorization request.
    pub(crate) fn acr_values(&self) -> Option<&str> {
        self.acr.as_deref()
    }

    /// `max_age` of the authorization request, in seconds.
    pub(crate) fn max_age_seconds(&self) -> Option<u64> {
        self.max_age
    }

    /// Whether an authentication of that class satisfies this.
    fn admits_class(&self, acr: Option<&str>) -> bool {
        let Some(required) = &self.acr else { return true };
        acr.is_some_and(|acr| required.split_ascii_whitespace().any(|one| one == acr))
    }

    /// Whether an authentication at that time satisfies this; times in seconds since 1970, `leeway` in seconds.
    fn admits_age(&self, auth_time: Option<i64>, now: i64, leeway: i64) -> bool {
        let Some(max_age) = self.max_age else { return true };
        let longest = i64::try_from(max_age).unwrap_or(i64::MAX).saturating_add(leeway);
        auth_time.is_some_and(|at| (leeway.saturating_neg()..=longest).contains(&now.saturating_sub(at)))
    }

    /// Whether an authentication of that class at that time satisfies this; times in seconds since 1970.
    pub(crate) fn admits(&self, acr: Option<&str>, auth_time: Option<i64>, now: i64, leeway: i64) -> bool {
        self.admits_class(acr) && self.admits_age(auth_time, now, leeway)
    }
}

/// Step-up authentication that is requested of the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepUpRequest {
    pub(crate) step_up: StepUp,
    /// The person has to authenticate again even if the provider has a session of theirs: `prompt=login`.
    #[serde(rename = "afresh")]
    pub(crate) force_login: bool,
}

impl StepUpRequest {
    /// The request for whoever has `session`. A class alone needs no new authentication: the provider may have authenticated the
    /// person more strongly since.
    pub(crate) fn new(step_up: &StepUp, session: Option<&Session<SealedTokens>>, now: i64, leeway: i64) -> Self {
        let is_too_old = |session: &Session<_>| !step_up.admits_age(session.authentication.time, now, leeway);
        Self {
            step_up: step_up.clone(),
            force_login: session.is_some_and(is_too_old),
        }
    }

    /// The path on this site that starts such a sign-in. The request is sealed, so that nobody can make one up; removing it gains
    /// nothing, because the guard checks the session again afterwards.
    pub(crate) fn login_path(
        &self,
        sealer: &Sealer,
        provider: Option<&Provider>,
        return_to: &ReturnPath,
    ) -> Result<String, SealError> {
        let value = sealer.seal_cookie(PURPOSE, "", self)?;
        Ok(format!("{}&{PARAMETER}={value}", login_path(provider, return_to)))
    }
}

impl SignIns {
    /// The path on this site that starts the sign-in of `pending` again after a failure.
    pub(super) fn retry_path(&self, provider: &Provider, pending: &PendingSignIn) -> String {
        let plain = || login_path(Some(provider), &pending.return_to);
        let Some(step_up) = pending.step_up.clone() else {
            return plain();
        };
        let force_login = step_up.max_age.is_some();
        let request = StepUpRequest { step_up, force_login };
        let path = request.login_path(&self.sessions.sealer, Some(provider), &pending.return_to);
        path.unwrap_or_else(|_| plain())
    }

    /// The options in the query of `/auth/login`; a step-up request that this site has not sealed is ignored.
    pub(super) async fn options_of(&self, query: &str, headers: &HeaderMap) -> SignInOptions {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let sealed = pairs.find(|(name, _)| name == PARAMETER);
        let request = sealed.and_then(|(_, sealed)| self.sessions.sealer.open_cookie(PURPOSE, "", &sealed).ok());
        let Some(request) = request else {
            return SignInOptions::default();
        };
        let session = self.sessions.of_request(&self.site.cookies, headers).await;
        let session = session.unwrap_or_else(|error| {
            tracing::warn!(target: "bff", error = error_chain(&error), "a session could not be read; no hint is given");
            None
        });
        SignInOptions {
            login_hint: session.as_ref().and_then(login_hint),
            step_up: Some(request),
            ..SignInOptions::default()
        }
    }
}

/// The `login_hint` for the person of a session. Not the old ID token as `id_token_hint`: tokens do not reach the browser.
fn login_hint(session: &Session<SealedTokens>) -> Option<String> {
    let claim = |name| session.identity.claims.get(name).and_then(Value::as_str);
    let known = ["login_hint", "preferred_username", "email"]
        .into_iter()
        .find_map(claim)?;
    bounded_hint(known)
}

/// A hint for the authorization request, unless it is empty, too long or has control characters.
pub(super) fn bounded_hint(hint: &str) -> Option<String> {
    let fits = (1..=MAX_HINT).contains(&hint.len()) && !hint.chars().any(char::is_control);
    fits.then(|| hint.to_owned())
}

/// Verifies `acr` and `auth_time` of the ID token (OpenID Connect Core 1.0 §3.1.3.7, steps 12 and 13). If they do not satisfy
/// `step_up`, no session is created and the present one stays. The new tokens are not revoked: at many providers that would
/// end the older grant of the session as well.
pub(super) fn verify(step_up: &StepUp, id_token: &IdToken, provider: &Provider) -> Result<(), Failure> {
    let now = provider.clock.now().unix_timestamp();
    let error = if !step_up.admits_class(id_token.acr.as_deref()) {
        StepUpError::AuthenticationClass
    } else if !step_up.admits_age(id_token.auth_time, now, provider.leeway()) {
        StepUpError::AuthenticationTime
    } else {
        return Ok(());
    };
    let message = "The provider knows you, but did not confirm that in the way, or as lately, as this page asks for. \
                   Nothing was changed: if you were signed in here, you still are.";
    Err(Failure::new(StatusCode::FORBIDDEN, "Not confirmed", message, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_900_000_000;

    #[test]
    fn si_15_a_class_is_one_of_those_required_to_the_letter() {
        let required = StepUp::acr("phr phrh");
        for (acr, good) in [
            (Some("phr"), true),
            (Some("phrh"), true),
            (Some("PHR"), false),
            (Some("phr phrh"), false),
            (Some("ph"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(required.admits(acr, None, NOW, 60), good, "{acr:?}");
        }
        assert!(!StepUp::acr("").admits(Some(""), None, NOW, 60), "nothing named");
        assert!(!StepUp::acr(" ").admits(Some(" "), None, NOW, 60), "nothing named");
    }

    #[test]
    fn si_15_recent_is_between_the_leeway_ahead_and_the_age_with_leeway() {
        let required = StepUp::recent(Duration::from_mins(5));
        for (ago, good) in [
            (0, true),
            (300, true),
            (360, true),
            (361, false),
            (-60, true),
            (-61, false),
        ] {
            assert_eq!(required.admits(None, Some(NOW - ago), NOW, 60), good, "{ago} s ago");
        }
        assert!(!required.admits(None, None, NOW, 60), "a token without `auth_time`");
        for absurd in [i64::MIN, i64::MAX, 0] {
            assert!(!required.admits(None, Some(absurd), NOW, 60), "{absurd}");
        }
    }

    #[test]
    fn si_15_class_and_age_are_both_needed() {
        let required = StepUp::acr("phr").max_age(Duration::from_mins(5));
        assert!(required.admits(Some("phr"), Some(NOW), NOW, 60));
        assert!(!required.admits(Some("phr"), Some(NOW - 900), NOW, 60));
        assert!(!required.admits(None, Some(NOW), NOW, 60));
    }

    #[test]
    fn lg_8_a_hint_is_short_and_on_one_line() {
        assert_eq!(bounded_hint("alice").as_deref(), Some("alice"));
        for bad in ["", "a\nb", &"a".repeat(256)] {
            assert_eq!(bounded_hint(bad), None);
        }
    }
}
