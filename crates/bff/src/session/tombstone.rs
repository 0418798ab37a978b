//! What a provider ended before it was created. A sign-in that is under way while the provider signs the person out must not
//! become a session: first a marker is written, then the sessions that exist are removed; a new session looks for such a marker
//! in the transaction that creates it. Whichever is first, one of the two finds the other.

use oidc::device_authorization::MAX_DEVICE_CODE_LIFETIME;
use time::{Duration, OffsetDateTime};

use super::creation::EndMarker;
use super::index::{SessionRow, SessionSelector};
use super::key_value::entry_key;
use super::lifecycle::{SessionError, Sessions};
use super::record::{self, Session};
use crate::sign_in::PENDING_LIFETIME;

const SID: &str = "ended sid";
const SID_OF: &str = "ended sid of a person at";
const PERSON: &str = "ended person";
const JTI: &str = "logout token";

/// The marker that all sessions of a person have ended.
pub(super) fn ended_person(issuer: &str, subject: &str) -> [u8; 32] {
    entry_key(PERSON, [issuer, subject])
}

/// The marker that a session at the provider has ended, if it is one of `subject`.
fn ended_sid_of(provider: &str, sid: &str, subject: &str) -> [u8; 32] {
    entry_key(&format!("{SID_OF} {provider}"), [sid, subject])
}

impl Sessions {
    /// Writes a marker that a provider has ended the selected sessions; where a session at the provider is named and `subject` is
    /// given, only those of that person. It lasts `until` the logout token expires, and as long as a sign-in may take, here or by a
    /// code on another screen.
    pub(crate) async fn mark_ended(
        &self,
        selector: SessionSelector<'_>,
        subject: Option<&str>,
        until: OffsetDateTime,
    ) -> Result<(), SessionError> {
        let now = self.clock.now();
        let key = match (selector, subject) {
            (SessionSelector::ProviderSession { provider, sid }, None) => entry_key(SID, [provider, sid]),
            (SessionSelector::ProviderSession { provider, sid }, Some(subject)) => ended_sid_of(provider, sid, subject),
            (SessionSelector::Person { issuer, subject }, _) => ended_person(issuer, subject),
            (SessionSelector::Reference(_), _) => return Ok(()),
        };
        let under_way = (now + PENDING_LIFETIME).max(now + MAX_DEVICE_CODE_LIFETIME);
        let until = until.max(under_way + Duration::MINUTE);
        Ok(self.store.put_marker(key, now, until).await?)
    }

    /// The markers by which a provider may have ended `session` before it was created: its own session by name, or all of the
    /// person's after the sign-in was `started`.
    pub(super) fn end_markers(session: &Session, started: OffsetDateTime) -> Vec<EndMarker> {
        let identity = &session.identity;
        let by_sid = |sid: &String| {
            let provider = identity.provider.as_str();
            [
                entry_key(SID, [provider, sid]),
                ended_sid_of(provider, sid, &identity.subject),
            ]
        };
        let by_sid = session.sid.as_ref().map(by_sid).into_iter().flatten();
        let mut markers: Vec<_> = by_sid.map(|key| EndMarker { key, after: None }).collect();
        markers.push(EndMarker {
            key: ended_person(&identity.issuer, &identity.subject),
            after: Some(started),
        });
        markers
    }

    /// Whether the logout token `jti` of `issuer` was used before.
    pub(crate) async fn is_logout_token_used(&self, issuer: &str, jti: &str) -> Result<bool, SessionError> {
        let marker = self.store.marker(entry_key(JTI, [issuer, jti]), self.clock.now());
        Ok(marker.await?.is_some())
    }

    /// Writes down that the logout token `jti` of `issuer` was used, `until` it expires.
    pub(crate) async fn mark_logout_token_used(
        &self,
        issuer: &str,
        jti: &str,
        until: OffsetDateTime,
    ) -> Result<(), SessionError> {
        let key = entry_key(JTI, [issuer, jti]);
        Ok(self.store.put_marker(key, self.clock.now(), until).await?)
    }

    /// The refresh token that ends with the session of `row`, if there is one.
    pub(crate) fn refresh_token_of(&self, row: &SessionRow) -> Option<String> {
        record::refresh_token_of(&self.sealer, row)
    }
}
