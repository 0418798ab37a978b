//! Pending sign-ins: what has to be remembered between the redirect to the provider and the callback. One sealed cookie per
//! sign-in, named after a hash of its `state`: tabs do not disturb each other, an anonymous request writes nothing to the
//! database, and another browser cannot complete the sign-in.

use std::sync::Arc;

use axum::response::Response;
use http::HeaderMap;
use oidc::Providers;
use oidc::config::clock::Clock;
use oidc::proof::ProofKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::Id;

use super::PENDING_LIFETIME;
use super::start::same_site;
use super::step_up::StepUp;
use crate::cookies::{self, SameSite};
use crate::return_path::ReturnPath;
use crate::session::seal::{SealError, Sealer};
use crate::site::Site;

/// Pending sign-ins of one browser; the oldest is removed for another.
const MAX_PENDING: usize = 5;
const PURPOSE: &str = "pending sign-in";

/// A sign-in between redirect and callback.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PendingSignIn {
    pub(crate) provider: String,
    pub(crate) issuer: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    /// PKCE code verifier (RFC 7636 §4.1).
    pub(crate) verifier: String,
    pub(crate) return_to: ReturnPath,
    /// To the millisecond: a logout may arrive within the same second.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) started: OffsetDateTime,
    /// The id of the session this browser had at the redirect; a form posted by the provider has no such cookie.
    pub(crate) replaces: Option<String>,
    /// The name of the user flow, if it is one.
    #[serde(default)]
    pub(crate) flow: Option<String>,
    /// The issuer the response named (RFC 9207); only known in the callback.
    #[serde(skip)]
    pub(crate) response_of: Option<String>,
    /// The key that code and tokens are bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof_key: Option<ProofKey>,
    /// What the ID token has to confirm beyond the identity.
    #[serde(default)]
    pub(crate) step_up: Option<StepUp>,
}

impl PendingSignIn {
    /// The id of the session that the new one replaces.
    pub(crate) fn replaced_session(&self) -> Option<Id> {
        self.replaces.as_ref()?.parse().ok()
    }

    fn has_expired(&self, now: OffsetDateTime) -> bool {
        let age = now - self.started;
        !(-Duration::MINUTE..PENDING_LIFETIME).contains(&age)
    }
}

/// A sign-in that has just created a session.
#[derive(Clone, Copy)]
pub(crate) struct CompletedSignIn<'a> {
    pub(crate) session: &'a Id,
    pub(crate) state: &'a str,
}

/// A hash of `state`: reveals nothing of it, and has the same length for every input.
pub(crate) fn state_hash(state: &str) -> String {
    use base64::Engine as _;
    let hash = Sha256::digest(state);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..12])
}

/// Reads and writes the cookies of pending sign-ins.
#[derive(Debug, Clone)]
pub(crate) struct PendingCookies {
    pub(crate) site: Arc<Site>,
    pub(crate) sealer: Sealer,
    pub(crate) clock: Clock,
}

impl PendingCookies {
    /// The cookie's name for a `state`.
    fn name(&self, state: &str) -> String {
        format!("{}{}", self.site.cookies.pending_prefix(), state_hash(state))
    }

    fn open(&self, name: &str, value: &str) -> Option<PendingSignIn> {
        let pending: PendingSignIn = self.sealer.open_cookie(PURPOSE, name, value).ok()?;
        (!pending.has_expired(self.clock.now())).then_some(pending)
    }

    /// Sets the cookie of `pending` in `response`, and removes those of `request` that have expired or are too many.
    pub(crate) fn add(
        &self,
        pending: &PendingSignIn,
        same_site: SameSite,
        request: &HeaderMap,
        response: &mut Response,
    ) -> Result<(), SealError> {
        self.set(pending, same_site, response)?;
        for surplus in self.surplus(request) {
            self.site.cookies.remove(&surplus).add_to(response.headers_mut());
        }
        Ok(())
    }

    fn set(&self, pending: &PendingSignIn, same_site: SameSite, response: &mut Response) -> Result<(), SealError> {
        let name = self.name(&pending.state);
        let value = self.sealer.seal_cookie(PURPOSE, &name, pending)?;
        let cookie = self.site.cookies.set(&name, &value, PENDING_LIFETIME, same_site);
        cookie.add_to(response.headers_mut());
        Ok(())
    }

    /// Names of the cookies that have expired or are too many, the oldest first.
    fn surplus(&self, request: &HeaderMap) -> Vec<String> {
        let prefix = self.site.cookies.pending_prefix();
        let ours = cookies::all(request).filter(|(name, _)| name.starts_with(&prefix));
        let mut found: Vec<_> = ours
            .map(|(name, value)| (self.open(name, value).map(|pending| pending.started), name))
            .collect();
        found.sort_unstable();
        let expired = found.iter().take_while(|(started, _)| started.is_none()).count();
        let surplus = expired.max((found.len() + 1).saturating_sub(MAX_PENDING));
        let names = found.into_iter().take(surplus).map(|(_, name)| name.to_owned());
        names.collect()
    }

    /// Stores in the other pending sign-ins of this browser that the new `session` is the one to replace. If the provider posts its
    /// response, the session cookie is not sent with it, and the session would live on beside the next one.
    pub(crate) fn replace_in_others(
        &self,
        providers: &Providers,
        completed: CompletedSignIn<'_>,
        request: &HeaderMap,
        response: &mut Response,
    ) {
        let prefix = self.site.cookies.pending_prefix();
        let ours = cookies::all(request).filter(|(name, _)| name.starts_with(&prefix));
        for mut pending in ours.filter_map(|(name, value)| self.open(name, value)) {
            let Some(provider) = providers.find(&pending.provider) else {
                continue;
            };
            let same_site = same_site(provider);
            if pending.state == completed.state || same_site != SameSite::None {
                continue;
            }
            pending.replaces = Some(completed.session.to_string());
            // If it cannot be sealed, the sign-in of that tab works all the same.
            let _ = self.set(&pending, same_site, response);
        }
    }

    /// Whether the request has the cookie of that `state`.
    pub(crate) fn is_in(&self, request: &HeaderMap, state: &str) -> bool {
        cookies::find(request, &self.name(state)).is_some()
    }

    /// The pending sign-in with that `state`, if its cookie is in the request.
    pub(crate) fn find(&self, request: &HeaderMap, state: &str) -> Option<PendingSignIn> {
        let name = self.name(state);
        let pending = self.open(&name, cookies::find(request, &name)?)?;
        bool::from(pending.state.as_bytes().ct_eq(state.as_bytes())).then_some(pending)
    }

    /// Removes the cookie of that `state`, if it is in the request.
    pub(crate) fn remove(&self, request: &HeaderMap, state: &str, response: &mut Response) {
        if self.is_in(request, state) {
            let cookie = self.site.cookies.remove(&self.name(state));
            cookie.add_to(response.headers_mut());
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::HeaderValue;
    use http::header::{COOKIE, SET_COOKIE};
    use url::Url;

    use super::*;
    use crate::KeyRing;

    fn cookies_at(now: i64, keys: &KeyRing) -> PendingCookies {
        let public_url = Url::parse("https://site.example").unwrap();
        PendingCookies {
            site: Arc::new(Site::new(public_url, "session")),
            sealer: Sealer::new(keys.clone()),
            clock: Clock::fixed(OffsetDateTime::from_unix_timestamp(now).unwrap()),
        }
    }

    fn pending(state: &str, started: i64) -> PendingSignIn {
        PendingSignIn {
            provider: "demo".into(),
            issuer: "https://idp.example".into(),
            state: state.into(),
            nonce: "n".repeat(43),
            verifier: "v".repeat(43),
            return_to: ReturnPath::parse(&format!("/{}", "x".repeat(1000))),
            started: OffsetDateTime::from_unix_timestamp(started).unwrap(),
            replaces: Some(Id::default().to_string()),
            flow: None,
            response_of: None,
            proof_key: Some(ProofKey::fresh().unwrap()),
            step_up: None,
        }
    }

    /// The cookies a browser has after `add`, as its next request carries them.
    fn after(cookies: &PendingCookies, pending: &PendingSignIn, request: &HeaderMap) -> HeaderMap {
        let mut response = ().into_response();
        cookies.add(pending, SameSite::Lax, request, &mut response).unwrap();
        let mut jar: Vec<(String, String)> = cookies::all(request).map(|(n, v)| (n.into(), v.into())).collect();
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.split(';').next().unwrap().len() <= 4096, "ck_4");
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            jar.retain(|(n, _)| n != name);
            if !value.is_empty() {
                jar.push((name.into(), value.into()));
            }
        }
        let line = jar
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect::<Vec<_>>()
            .join("; ");
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).unwrap())])
    }

    #[test]
    fn lg_3_two_tabs_are_remembered_apart() {
        let cookies = cookies_at(1000, &KeyRing::ephemeral());
        let jar = after(&cookies, &pending("one", 1000), &HeaderMap::new());
        let jar = after(&cookies, &pending("two", 1000), &jar);
        assert_eq!(cookies.find(&jar, "one").unwrap().state, "one");
        assert_eq!(cookies.find(&jar, "two").unwrap().state, "two");
        assert!(cookies.find(&jar, "three").is_none());
        assert!(
            cookies.find(&HeaderMap::new(), "one").is_none(),
            "another browser remembers nothing"
        );
    }

    #[test]
    fn lg_7_the_oldest_gives_way_and_the_expired_are_removed() {
        let cookies = cookies_at(1000, &KeyRing::ephemeral());
        let mut jar = HeaderMap::new();
        for number in 0..8 {
            jar = after(&cookies, &pending(&number.to_string(), 990 + number), &jar);
        }
        let found: Vec<_> = (0..8)
            .filter(|n| cookies.find(&jar, &n.to_string()).is_some())
            .collect();
        assert_eq!(found, [3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_pending_sign_in_expires_after_a_quarter_of_an_hour() {
        let keys = KeyRing::ephemeral();
        let jar = after(&cookies_at(1000, &keys), &pending("one", 1000), &HeaderMap::new());
        assert!(cookies_at(1899, &keys).find(&jar, "one").is_some());
        assert!(cookies_at(1900, &keys).find(&jar, "one").is_none());
    }
}
