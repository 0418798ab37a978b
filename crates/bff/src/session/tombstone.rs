//! What did a provider end before it began here? A sign-in that is under way while the provider signs the person out
//! must not become a session: the end is noted first, then the sessions that exist are ended; a new session looks for
//! such a note when it exists. Whichever comes first, one of the two finds the other.

use oidc::device_authorization::MAX_DEVICE_CODE_LIFETIME;
use time::{Duration, OffsetDateTime};

use super::creation::EndNote;
use super::index::{SessionRow, SessionSelector, note_name};
use super::lifecycle::{SessionError, Sessions};
use super::record::{self, Session};
use crate::sign_in::PENDING_LIFETIME;

const SID: &str = "ended sid";
const SID_OF: &str = "ended sid of a person at";
const PERSON: &str = "ended person";
const JTI: &str = "logout token";

/// The note that all sessions of a person have ended.
pub(super) fn ended_person(issuer: &str, subject: &str) -> [u8; 32] {
    note_name(PERSON, [issuer, subject])
}

/// The note that a session at the provider has ended, if it is one of `subject`.
fn ended_sid_of(provider: &str, sid: &str, subject: &str) -> [u8; 32] {
    note_name(&format!("{SID_OF} {provider}"), [sid, subject])
}

impl Sessions {
    /// Notes that a provider has ended `which`, where a session at the provider is named also whose it is; `until` a token says so,
    /// and as long as a sign-in may take, here or by a code on another screen.
    pub(crate) async fn mark_ended(
        &self,
        which: SessionSelector<'_>,
        subject: Option<&str>,
        until: OffsetDateTime,
    ) -> Result<(), SessionError> {
        let now = self.clock.now();
        let name = match (which, subject) {
            (SessionSelector::ProviderSession { provider, sid }, None) => note_name(SID, [provider, sid]),
            (SessionSelector::ProviderSession { provider, sid }, Some(subject)) => ended_sid_of(provider, sid, subject),
            (SessionSelector::Person { issuer, subject }, _) => ended_person(issuer, subject),
            (SessionSelector::Reference(_), _) => return Ok(()),
        };
        let under_way = (now + PENDING_LIFETIME).max(now + MAX_DEVICE_CODE_LIFETIME);
        let until = until.max(under_way + Duration::MINUTE);
        Ok(self.records.note(name, now, until).await?)
    }

    /// The notes by which a provider may have ended `session` before it began: its own session by name, or all of the person's after
    /// the sign-in was `started`.
    pub(super) fn ends_of(session: &Session, started: OffsetDateTime) -> Vec<EndNote> {
        let identity = &session.identity;
        let by_sid = |sid: &String| {
            let provider = identity.provider.as_str();
            [
                note_name(SID, [provider, sid]),
                ended_sid_of(provider, sid, &identity.subject),
            ]
        };
        let by_sid = session.sid.as_ref().map(by_sid).into_iter().flatten();
        let mut notes: Vec<_> = by_sid.map(|name| EndNote { name, after: None }).collect();
        notes.push(EndNote {
            name: ended_person(&identity.issuer, &identity.subject),
            after: Some(started),
        });
        notes
    }

    /// Whether the logout token `jti` of `issuer` has done its work.
    pub(crate) async fn is_logout_token_used(&self, issuer: &str, jti: &str) -> Result<bool, SessionError> {
        let noted = self.records.noted(note_name(JTI, [issuer, jti]), self.clock.now());
        Ok(noted.await?.is_some())
    }

    /// Notes that the logout token `jti` of `issuer` has done its work; `until` it would not be believed any more.
    pub(crate) async fn mark_logout_token_used(
        &self,
        issuer: &str,
        jti: &str,
        until: OffsetDateTime,
    ) -> Result<(), SessionError> {
        let name = note_name(JTI, [issuer, jti]);
        Ok(self.records.note(name, self.clock.now(), until).await?)
    }

    /// The refresh token that ends with the session of `row`, if it is one that does.
    pub(crate) fn revocable(&self, row: &SessionRow) -> Option<String> {
        record::revocable(&self.sealer, row)
    }
}
