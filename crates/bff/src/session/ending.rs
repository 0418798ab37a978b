//! Ending sessions and what follows: revocation of their refresh tokens and an event each. Also for sessions beyond the
//! configured number of one person (OWASP ASVS 7.1.2), which [`super::creation`] removes in the transaction that creates the new one.

use oidc::Providers;

use super::index::{SessionRow, SessionSelector};
use super::lifecycle::{SessionError, Sessions};
use crate::event::{Outcome, What, event};
use crate::sign_out::revocation::revoke_refresh_token;
use crate::tasks::BackgroundTasks;

impl Sessions {
    /// Ends the selected sessions and returns how many there were. Refresh tokens that end with their session are revoked in
    /// the background.
    pub(crate) async fn end_all(
        &self,
        sessions: SessionSelector<'_>,
        providers: &Providers,
        tasks: &BackgroundTasks,
    ) -> Result<usize, SessionError> {
        let removed = self.remove_all(sessions).await?;
        self.after_end(removed.iter().map(|record| &record.row), providers, tasks);
        Ok(removed.len())
    }

    /// Does what follows when the sessions in `rows` have ended: refresh tokens that end with their session are revoked in the
    /// background.
    pub(crate) fn after_end<'a>(
        &self,
        rows: impl IntoIterator<Item = &'a SessionRow>,
        providers: &Providers,
        tasks: &BackgroundTasks,
    ) {
        for row in rows {
            let token = self.refresh_token_of(row);
            if let (Some(provider), Some(token)) = (providers.find(&row.provider), token) {
                revoke_refresh_token(tasks, provider, token);
            }
            event(What::SessionEnd, Outcome::Success)
                .provider(&row.provider)
                .subject(&row.subject)
                .session(row.reference)
                .record();
        }
    }
}
