//! What did a provider end before it began here? A sign-in that is under way while the provider signs the person out
//! must not become a session: the end is noted first, then the sessions that exist are ended; a new session looks for
//! such a note when it exists. Whichever comes first, one of the two finds the other.

use time::{Duration, OffsetDateTime};

use super::index::{SessionRow, Which, note_name};
use super::record::{self, Session};
use super::room::{SessionError, Sessions};
use crate::sign_in::device::authorization;
use crate::sign_in::pending;

const SID: &str = "ended sid";
const PERSON: &str = "ended person";
const JTI: &str = "logout token";

/// The note that all sessions of a person have ended.
pub(super) fn ended_person(issuer: &str, subject: &str) -> [u8; 32] {
    note_name(PERSON, [issuer, subject])
}

impl Sessions {
    /// Notes that a provider has ended `which`; `until` a token says so, and as long as a sign-in may take, here or by a code
    /// on another screen.
    pub(crate) async fn note_end(&self, which: Which<'_>, until: OffsetDateTime) -> Result<(), SessionError> {
        let now = self.clock.now();
        let name = match which {
            Which::ProviderSession { provider, sid } => note_name(SID, [provider, sid]),
            Which::Person { issuer, subject } => ended_person(issuer, subject),
            Which::One(_) => return Ok(()),
        };
        let under_way = (now + pending::LIFETIME).max(now + authorization::LONGEST);
        let until = until.max(under_way + Duration::MINUTE);
        Ok(self.records.note(name, now, until).await?)
    }

    /// Whether the provider ended `session` before it began: its own session by name, or all of the person's after the
    /// sign-in was `started`.
    pub(crate) async fn was_ended(&self, session: &Session, started: OffsetDateTime) -> Result<bool, SessionError> {
        let (identity, now) = (&session.identity, self.clock.now());
        if let Some(sid) = &session.sid {
            let name = note_name(SID, [identity.provider.as_str(), sid]);
            if self.records.noted(name, now).await?.is_some() {
                return Ok(true);
            }
        }
        let name = ended_person(&identity.issuer, &identity.subject);
        let at = self.records.noted(name, now).await?;
        Ok(at.is_some_and(|at| started < at))
    }

    /// Whether the logout token `jti` of `issuer` has done its work.
    pub(crate) async fn is_spent(&self, issuer: &str, jti: &str) -> Result<bool, SessionError> {
        let noted = self.records.noted(note_name(JTI, [issuer, jti]), self.clock.now());
        Ok(noted.await?.is_some())
    }

    /// Notes that the logout token `jti` of `issuer` has done its work; `until` it would not be believed any more.
    pub(crate) async fn spend(&self, issuer: &str, jti: &str, until: OffsetDateTime) -> Result<(), SessionError> {
        let name = note_name(JTI, [issuer, jti]);
        Ok(self.records.note(name, self.clock.now(), until).await?)
    }

    /// The refresh token that ends with the session of `row`, if it is one that does.
    pub(crate) fn revocable(&self, row: &SessionRow) -> Option<String> {
        record::revocable(&self.sealer, row)
    }
}
