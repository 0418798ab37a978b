//! The sessions of a person, for administrators. For the person themselves: [`SignedIn::sessions`](crate::SignedIn::sessions).

use oidc::config::ProviderId;

use super::Bff;
use crate::session::index::{SessionRef, SessionSelector};
use crate::session::list::{SessionInfo, SessionsUnavailable};

/// For administrators; who may use it is for the site to decide.
impl Bff {
    /// The sessions of a person, the one used last first; at most 1,000.
    ///
    /// # Errors
    /// If the session store does not respond.
    pub async fn sessions_of(&self, issuer: &str, subject: &str) -> Result<Vec<SessionInfo>, SessionsUnavailable> {
        self.0
            .services()
            .sessions
            .list(SessionSelector::Person { issuer, subject })
            .await
    }

    /// Ends one session; `false` when there was none.
    ///
    /// # Errors
    /// If the session store does not respond.
    pub async fn end_session(&self, session: SessionRef) -> Result<bool, SessionsUnavailable> {
        Ok(self.end(SessionSelector::Reference(session)).await? > 0)
    }

    /// Ends every session of a person and returns how many there were.
    ///
    /// # Errors
    /// If the session store does not respond.
    pub async fn end_sessions_of(&self, issuer: &str, subject: &str) -> Result<usize, SessionsUnavailable> {
        self.end(SessionSelector::Person { issuer, subject }).await
    }

    /// Ends the sessions that belong to the provider's session `sid` and returns how many there were.
    ///
    /// # Errors
    /// If the session store does not respond.
    pub async fn end_sessions_by_sid(&self, provider: &ProviderId, sid: &str) -> Result<usize, SessionsUnavailable> {
        let provider = provider.as_str();
        self.end(SessionSelector::ProviderSession { provider, sid }).await
    }

    async fn end(&self, sessions: SessionSelector<'_>) -> Result<usize, SessionsUnavailable> {
        let services = self.0.services();
        let ended = services
            .sessions
            .end_all(sessions, &services.providers, &services.tasks);
        Ok(ended.await?)
    }
}
