//! What becomes of renewed tokens? They are written before anybody uses them, for with many providers the refresh token
//! that brought them is used up (RFC 9700 §4.14.2). How they are asked for is in [`super::refresh`].

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Granted;
use super::refresh::{Outcome, told, unavailable};
use super::{TokenError, Tokens};
use time::OffsetDateTime;

use crate::event::Outcome as Came;
use crate::problem::chain;
use crate::session::index::SessionRef;
use crate::session::lease::{Fence, Leased};
use crate::session::record::Session;
use crate::sign_out::revocation::revoke;

/// Writes before giving up, on a session that others keep writing or a store that fails.
const MAX_WRITES: u32 = 5;
/// Pause before a store that failed is asked again, doubled each time.
const PAUSE: Duration = Duration::from_millis(250);

impl Session {
    /// None in the answer: the old one goes on (RFC 6749 §6).
    pub(super) fn renew_refresh_token(&mut self, granted: &Granted, now: OffsetDateTime) {
        if granted.refresh_token.is_some() {
            self.tokens.refresh_token.clone_from(&granted.refresh_token);
            self.refresh_end = granted.refresh_end;
        } else {
            let unchanged = self.refresh_end.map(|end| end.unchanged(now));
            self.refresh_end = granted.refresh_end.or(unchanged);
        }
    }
}

impl Tokens {
    /// Writes the renewed tokens. Nothing when somebody else has renewed them since.
    pub(super) async fn store(self: &Arc<Self>, session: Session, granted: Granted, fence: Fence) -> Option<Outcome> {
        let now = self.clock.now();
        let written = self.write_under_lease(session, fence, |session| {
            session.renew_refresh_token(&granted, now);
            let tokens = &mut session.tokens;
            if granted.scope.is_some() {
                tokens.offline = granted.is_offline(&[]);
            }
            tokens.access_token.clone_from(&granted.access_token);
            tokens.expires_at = granted.expires_at;
            tokens.renew_at = granted.renew_at;
            tokens.proof_key.clone_from(&granted.proof_key);
            if let Some(id_token) = &granted.id_token {
                tokens.id_token.clone_from(id_token);
            }
        });
        let written = written.await?;
        Some(written.map(|session| self.token_of(&session.identity.provider, &session.tokens)))
    }

    /// Keeps what the next renewal needs of an answer whose ID token cannot be checked for want of keys: the old refresh
    /// token may be used up. The rest is not believed. Nothing when somebody else has renewed the tokens since.
    pub(super) async fn keep_refresh_token(
        self: &Arc<Self>,
        session: Session,
        granted: Granted,
        fence: Fence,
    ) -> Option<()> {
        if granted.refresh_token.is_some() {
            let now = self.clock.now();
            let written = self.write_under_lease(session, fence, |session| session.renew_refresh_token(&granted, now));
            written.await?.ok();
        }
        Some(())
    }

    /// Makes `change` and writes it, whatever else is written to the session meanwhile. A session that ended stays
    /// ended, and the new tokens end with it. Nothing when the lease has been overtaken: then the new tokens are dropped,
    /// see [`super::lease`].
    pub(super) async fn write_under_lease(
        self: &Arc<Self>,
        mut session: Session,
        fence: Fence,
        change: impl Fn(&mut Session),
    ) -> Option<Result<Session, TokenError>> {
        let id = session.id;
        for attempt in 0..MAX_WRITES {
            change(&mut session);
            match self.sessions.update_leased(&session, fence).await {
                Ok(Leased::Saved) => {
                    told(&session, Came::Success, "");
                    return Some(Ok(session));
                }
                Ok(Leased::Gone) => {
                    if let Some(provider) = self.providers.find(session.identity.provider.as_str()) {
                        revoke(&self.tasks, provider, &session.tokens);
                    }
                    return Some(Err(TokenError::SignInAgain));
                }
                Ok(Leased::Overtaken) => {
                    let session = SessionRef::of(&id);
                    tracing::warn!(target: "bff", %session, "renewed tokens came too late to be stored");
                    return None;
                }
                // Read again, so that nothing of what was written is undone. Gone by now: the next write says so.
                Ok(Leased::Changed) => session = self.session_now(id).await.unwrap_or(session),
                Err(error) => {
                    tracing::error!(target: "bff", error = chain(&error), "renewed tokens could not be stored");
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
                }
            }
        }
        Some(Err(unavailable(None)))
    }
}
