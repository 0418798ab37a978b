//! Storing refreshed tokens before anybody uses them: many providers rotate refresh tokens, so the one that was sent is used up
//! (RFC 9700 §4.14.2). The requests are in [`super::refresh`] and [`super::other_api`].

use std::sync::Arc;
use std::time::Duration;

use oidc::token_endpoint::TokenResponse;
use time::OffsetDateTime;

use super::lease::LeasedSession;
use super::refresh::record_refresh;
use super::{TokenError, TokenResult, Tokens};
use crate::event::Outcome;
use crate::problem::error_chain;
use crate::session::index::SessionRef;
use crate::session::lifetime::RefreshEnd;
use crate::session::record::Session;
use crate::session::store::Updated;
use crate::sign_out::revocation::revoke;

/// Attempts to write before giving up, while other requests write the session, or a store that fails.
const MAX_WRITES: u32 = 5;
/// Pause before the retry after a store error, doubled each time.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

impl Session {
    /// Takes over the new refresh token; the old one stays if the response has none (RFC 6749 §6).
    pub(super) fn rotate_refresh_token(&mut self, granted: &TokenResponse, now: OffsetDateTime) {
        let granted_end = granted
            .refresh_expires_in
            .map(|seconds| RefreshEnd::granted(now, seconds));
        if granted.refresh_token.is_some() {
            self.tokens.refresh_token.clone_from(&granted.refresh_token);
            self.refresh_end = granted_end;
        } else {
            let unchanged = self.refresh_end.map(|end| end.unchanged(now));
            self.refresh_end = granted_end.or(unchanged);
        }
    }
}

impl Tokens {
    /// Stores the refreshed tokens and returns the access token; `None` if another replica has refreshed them since.
    pub(super) async fn store_refreshed(
        self: &Arc<Self>,
        leased: LeasedSession,
        granted: TokenResponse,
    ) -> Option<TokenResult> {
        let now = self.clock.now();
        let stored = self.update_under_lease(leased, |session| {
            session.rotate_refresh_token(&granted, now);
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
        let stored = stored.await?;
        Some(stored.map(|session| self.session_token(&session.identity.provider, &session.tokens)))
    }

    /// Stores only the refresh token of a response whose ID token could not be verified because keys are missing: the old refresh token may
    /// be used up. `None` if another replica has refreshed the tokens since.
    pub(super) async fn store_refresh_token(
        self: &Arc<Self>,
        leased: LeasedSession,
        granted: TokenResponse,
    ) -> Option<()> {
        if granted.refresh_token.is_some() {
            let now = self.clock.now();
            let stored = self.update_under_lease(leased, |session| session.rotate_refresh_token(&granted, now));
            stored.await?.ok();
        }
        Some(())
    }

    /// Makes `change` and writes it, retrying when the session was written meanwhile. A session that has ended stays ended, and the
    /// new tokens are revoked. `None` when another replica holds the lease by now: then the new tokens are dropped, see
    /// [`super::lease`].
    pub(super) async fn update_under_lease(
        self: &Arc<Self>,
        leased: LeasedSession,
        change: impl Fn(&mut Session),
    ) -> Option<Result<Session, TokenError>> {
        let LeasedSession { mut session, fence } = leased;
        let id = session.id;
        for attempt in 0..MAX_WRITES {
            change(&mut session);
            match self.sessions.update_leased(&session, fence).await {
                Ok(Updated::Written) => {
                    record_refresh(&session, Outcome::Success, None);
                    return Some(Ok(session));
                }
                Ok(Updated::Gone) => {
                    if let Some(provider) = self.providers.find(session.identity.provider.as_str()) {
                        revoke(&self.tasks, provider, &session.tokens);
                    }
                    return Some(Err(TokenError::SignInAgain));
                }
                Ok(Updated::LeaseLost) => {
                    let session = SessionRef::of(&id);
                    tracing::warn!(target: "bff", %session, "renewed tokens came too late to be stored");
                    return None;
                }
                // Loaded again, so that nothing of what was written is undone. If it is gone, the next write fails.
                Ok(Updated::VersionConflict) => session = self.load_session(id).await.unwrap_or(session),
                Err(error) => {
                    tracing::error!(target: "bff", error = error_chain(&error), "renewed tokens could not be stored");
                    tokio::time::sleep(RETRY_PAUSE * 2_u32.pow(attempt)).await;
                }
            }
        }
        Some(Err(TokenError::unavailable(None)))
    }
}
