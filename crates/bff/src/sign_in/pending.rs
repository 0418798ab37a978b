//! What is remembered between leaving for the provider and coming back? One sealed cookie per sign-in, named after its
//! `state`: tabs do not disturb each other, nothing is written to the database for people nobody knows yet, and
//! another browser cannot finish what this one began.

use axum::response::Response;
use http::HeaderMap;
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
use crate::state::Inner;

/// Sign-ins that may be under way in one browser; the oldest gives way.
const MAX_PENDING: usize = 5;
const PURPOSE: &str = "pending sign-in";

/// A sign-in under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) provider: String,
    pub(crate) issuer: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    /// PKCE code verifier (RFC 7636 §4.1).
    pub(crate) verifier: String,
    pub(crate) return_to: ReturnPath,
    /// To the millisecond: a logout may come within the same second.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) started: OffsetDateTime,
    /// The session this browser had when it left; a form posted by the provider arrives without its cookie.
    pub(crate) replaces: Option<String>,
    /// The user flow it is, if it is one.
    #[serde(default)]
    pub(crate) flow: Option<String>,
    /// How the answer calls its issuer (RFC 9207), known on the way back alone.
    #[serde(skip)]
    pub(crate) answered_by: Option<String>,
    /// The key that code and tokens are bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof_key: Option<ProofKey>,
    /// What the ID token has to say beyond who it is.
    #[serde(default)]
    pub(crate) step_up: Option<StepUp>,
}

impl Pending {
    /// The session to be replaced.
    pub(crate) fn replaced_session(&self) -> Option<Id> {
        self.replaces.as_ref()?.parse().ok()
    }

    fn is_alive(&self, now: OffsetDateTime) -> bool {
        let age = now - self.started;
        (-Duration::MINUTE..PENDING_LIFETIME).contains(&age)
    }
}

/// A hash of `state`: says nothing about it, and is the same length whatever came in.
pub(crate) fn state_hash(state: &str) -> String {
    use base64::Engine as _;
    let hash = Sha256::digest(state);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..12])
}

/// The cookie's name for a `state`.
fn cookie_name(inner: &Inner, state: &str) -> String {
    format!("{}{}", inner.cookies.pending_prefix(), state_hash(state))
}

fn open(inner: &Inner, name: &str, value: &str) -> Option<Pending> {
    let pending: Pending = inner.sealer.open_cookie(PURPOSE, name, value).ok()?;
    pending.is_alive(inner.config.clock.now()).then_some(pending)
}

impl Inner {
    /// Puts `pending` into `response` and makes room for it among those of `request`.
    pub(crate) fn remember(
        &self,
        pending: &Pending,
        same_site: SameSite,
        request: &HeaderMap,
        response: &mut Response,
    ) -> Result<(), crate::session::seal::SealError> {
        self.put(pending, same_site, response)?;
        for stale in self.surplus(request) {
            self.cookies.remove(&stale).add_to(response.headers_mut());
        }
        Ok(())
    }

    fn put(
        &self,
        pending: &Pending,
        same_site: SameSite,
        response: &mut Response,
    ) -> Result<(), crate::session::seal::SealError> {
        let name = cookie_name(self, &pending.state);
        let value = self.sealer.seal_cookie(PURPOSE, &name, pending)?;
        let cookie = self.cookies.set(&name, &value, PENDING_LIFETIME, same_site);
        cookie.add_to(response.headers_mut());
        Ok(())
    }

    /// Names of pending sign-ins that are over, or too many.
    fn surplus(&self, request: &HeaderMap) -> Vec<String> {
        let prefix = self.cookies.pending_prefix();
        let ours = cookies::all(request).filter(|(name, _)| name.starts_with(&prefix));
        let mut found: Vec<_> = ours
            .map(|(name, value)| (open(self, name, value).map(|p| p.started), name))
            .collect();
        found.sort_unstable();
        let dead = found.iter().take_while(|(started, _)| started.is_none()).count();
        let surplus = dead.max((found.len() + 1).saturating_sub(MAX_PENDING));
        found
            .into_iter()
            .take(surplus)
            .map(|(_, name)| name.to_owned())
            .collect()
    }

    /// Tells the other sign-ins under way in this browser which session it has from now on. Where the provider posts its answer
    /// the session's own cookie stays behind, and the session would go on beside the next one.
    pub(crate) fn tell_others(&self, session: &Id, state: &str, request: &HeaderMap, response: &mut Response) {
        let prefix = self.cookies.pending_prefix();
        let ours = cookies::all(request).filter(|(name, _)| name.starts_with(&prefix));
        for mut pending in ours.filter_map(|(name, value)| open(self, name, value)) {
            let Some(provider) = self.provider(&pending.provider) else {
                continue;
            };
            let same_site = same_site(provider);
            if pending.state == state || same_site != SameSite::None {
                continue;
            }
            pending.replaces = Some(session.to_string());
            // Without it that tab signs in all the same.
            let _ = self.put(&pending, same_site, response);
        }
    }

    /// Whether this browser brought the cookie of that `state`.
    pub(crate) fn remembers(&self, request: &HeaderMap, state: &str) -> bool {
        cookies::find(request, &cookie_name(self, state)).is_some()
    }

    /// The sign-in that `state` belongs to, in this browser.
    pub(crate) fn recall(&self, request: &HeaderMap, state: &str) -> Option<Pending> {
        let name = cookie_name(self, state);
        let pending = open(self, &name, cookies::find(request, &name)?)?;
        bool::from(pending.state.as_bytes().ct_eq(state.as_bytes())).then_some(pending)
    }

    /// Ends the sign-in of that `state`, whatever came of it.
    pub(crate) fn forget(&self, request: &HeaderMap, state: &str, response: &mut Response) {
        if self.remembers(request, state) {
            self.cookies
                .remove(&cookie_name(self, state))
                .add_to(response.headers_mut());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse as _;
    use http::HeaderValue;
    use http::header::{COOKIE, SET_COOKIE};
    use url::Url;

    use super::*;
    use crate::{Bff, BffConfig, Clock, KeyRing, MemorySessions, PlainPages, ProviderConfig};

    fn inner(now: i64, keys: &KeyRing) -> Arc<Inner> {
        let mut config = BffConfig::new(Url::parse("https://site.example").unwrap(), keys.clone())
            .with_provider(ProviderConfig::new("demo", "https://idp.example", "portico").unwrap());
        config.clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(now).unwrap());
        Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))
            .unwrap()
            .0
    }

    fn pending(state: &str, started: i64) -> Pending {
        Pending {
            provider: "demo".into(),
            issuer: "https://idp.example".into(),
            state: state.into(),
            nonce: "n".repeat(43),
            verifier: "v".repeat(43),
            return_to: ReturnPath::parse(&format!("/{}", "x".repeat(1000))),
            started: OffsetDateTime::from_unix_timestamp(started).unwrap(),
            replaces: Some(Id::default().to_string()),
            flow: None,
            answered_by: None,
            proof_key: Some(ProofKey::fresh().unwrap()),
            step_up: None,
        }
    }

    /// The cookies a browser holds after `remember`, as its next request carries them.
    fn after(inner: &Inner, pending: &Pending, request: &HeaderMap) -> HeaderMap {
        let mut response = ().into_response();
        inner.remember(pending, SameSite::Lax, request, &mut response).unwrap();
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
        let inner = inner(1000, &KeyRing::ephemeral());
        let jar = after(&inner, &pending("one", 1000), &HeaderMap::new());
        let jar = after(&inner, &pending("two", 1000), &jar);
        assert_eq!(inner.recall(&jar, "one").unwrap().state, "one");
        assert_eq!(inner.recall(&jar, "two").unwrap().state, "two");
        assert!(inner.recall(&jar, "three").is_none());
        assert!(
            inner.recall(&HeaderMap::new(), "one").is_none(),
            "another browser remembers nothing"
        );
    }

    #[test]
    fn lg_7_the_oldest_gives_way_and_the_dead_are_removed() {
        let inner = inner(1000, &KeyRing::ephemeral());
        let mut jar = HeaderMap::new();
        for number in 0..8 {
            jar = after(&inner, &pending(&number.to_string(), 990 + number), &jar);
        }
        let alive: Vec<_> = (0..8)
            .filter(|n| inner.recall(&jar, &n.to_string()).is_some())
            .collect();
        assert_eq!(alive, [3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_pending_sign_in_dies_after_a_quarter_of_an_hour() {
        let keys = KeyRing::ephemeral();
        let jar = after(&inner(1000, &keys), &pending("one", 1000), &HeaderMap::new());
        assert!(inner(1899, &keys).recall(&jar, "one").is_some());
        assert!(inner(1900, &keys).recall(&jar, "one").is_none());
    }
}
