//! Listing and ending the sessions of a person, for the person ([`SignedIn`]) and for administrators
//! ([`Bff`](crate::Bff)); the logout channels end sessions the same way.

use time::OffsetDateTime;

use super::index::{SessionRef, SessionRow, SessionSelector};
use super::lifecycle::{SessionError, Sessions};
use crate::guard::signed_in::SignedIn;
use crate::problem::error_chain;

/// A session as its person or an administrator may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its name, to end it by. Opens nothing.
    pub reference: SessionRef,
    /// Short name of the provider that signed the person in.
    pub provider: String,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
    /// The provider's name for its own session, where it has one.
    pub sid: Option<String>,
    /// When the person signed in.
    pub signed_in_at: OffsetDateTime,
    /// When the session was last used; exact to a minute.
    pub last_seen_at: OffsetDateTime,
    /// When it ends if it is not used again.
    pub ends_at: OffsetDateTime,
}

/// The session store is unavailable; the cause is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session store is not available")]
pub struct SessionsUnavailable;

impl From<SessionError> for SessionsUnavailable {
    fn from(error: SessionError) -> Self {
        tracing::error!(target: "bff", error = error_chain(&error), "sessions could not be listed or ended");
        Self
    }
}

impl Sessions {
    /// The selected sessions that have not expired.
    pub(crate) async fn list(&self, which: SessionSelector<'_>) -> Result<Vec<SessionInfo>, SessionsUnavailable> {
        let rows = self.select(which).await?;
        let now = self.clock.now();
        let info = |row: SessionRow| SessionInfo {
            ends_at: self.lifetime.end(row.created, row.seen).min(row.expires),
            reference: row.reference,
            provider: row.provider,
            issuer: row.issuer,
            subject: row.subject,
            sid: row.sid,
            signed_in_at: row.created,
            last_seen_at: row.seen,
        };
        Ok(rows.into_iter().map(info).filter(|s| s.ends_at > now).collect())
    }
}

/// "My sessions".
impl SignedIn {
    /// This session's name in lists.
    #[must_use]
    pub fn reference(&self) -> SessionRef {
        self.session.reference()
    }

    /// Where this person is signed in, this session among them.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn sessions(&self) -> Result<Vec<SessionInfo>, SessionsUnavailable> {
        self.services.sessions.list(self.person()).await
    }

    /// Ends one of this person's sessions; `false` when it is not among them.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn end_session(&self, session: SessionRef) -> Result<bool, SessionsUnavailable> {
        let own = self.sessions().await?.iter().any(|known| known.reference == session);
        Ok(own && self.end(SessionSelector::Reference(session)).await? > 0)
    }

    /// Ends every session of this person, this one too, and returns how many there were.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn end_all_sessions(&self) -> Result<usize, SessionsUnavailable> {
        self.end(self.person()).await
    }

    async fn end(&self, sessions: SessionSelector<'_>) -> Result<usize, SessionsUnavailable> {
        let services = &self.services;
        let ended = services
            .sessions
            .end_all(sessions, &services.providers, &services.tasks);
        Ok(ended.await?)
    }

    fn person(&self) -> SessionSelector<'_> {
        let identity = self.identity();
        SessionSelector::Person {
            issuer: &identity.issuer,
            subject: &identity.subject,
        }
    }
}
