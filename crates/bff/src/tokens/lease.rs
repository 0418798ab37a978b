//! The lease that lets one replica of many refresh the tokens of a session: the replica that acquires it sends the request, the
//! others poll until it has stored the result, or until the lease expires.
//!
//! A replica that dies holds the lease until it expires. One that was only slow finds its fencing number overtaken: its
//! tokens are not stored, and not revoked either, for they are of the same grant as those of its successor, and revoking
//! one ends the grant (RFC 7009 §2.1). Only when the session has ended meanwhile are they revoked.
//!
//! What a session store promises about leases is in [`crate::session::lease`]; what is done under one, in [`super::refresh`].

use std::iter::successors;
use std::time::Duration;

use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::{AccessToken, TokenError, Tokens};
use crate::problem::error_chain;
use crate::session::index::SessionRef;
use crate::session::lease::Fence;
use crate::session::record::Session;

/// First pause between two polls while another replica holds the lease.
const FIRST_POLL: Duration = Duration::from_millis(10);
/// Longest pause between two polls.
const MAX_POLL: Duration = Duration::from_millis(320);
/// How long a request waits for another replica; then its caller has to try again.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// The `Retry-After` that is suggested then.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// What a lease lasts longer than the timeouts of its holder's requests: writing takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(5);
/// Requests that may be needed under one lease: metadata, tokens, keys.
const MAX_REQUESTS: u32 = 3;

/// Selects the token of a session that a caller waits for.
pub(super) trait TokenSelector: Sync {
    /// The token, if it need not be refreshed at `now`.
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken>;
    /// The token, if it has not expired at `now`.
    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken>;
    /// The error for a session without a refresh token.
    fn without_refresh_token(&self) -> TokenError;
}

/// Selects the session's own access token.
pub(super) struct SessionToken<'a> {
    pub(super) tokens: &'a Tokens,
    /// A token that an API did not accept although it has not expired.
    pub(super) rejected: Option<&'a AccessToken>,
}

impl SessionToken<'_> {
    fn unless_rejected(&self, session: &Session) -> Option<AccessToken> {
        let token = self.tokens.session_token(&session.identity.provider, &session.tokens);
        (self.rejected != Some(&token)).then_some(token)
    }
}

impl TokenSelector for SessionToken<'_> {
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let ends = session.refresh_end.is_some_and(|end| end.needs_renewal(now));
        (session.tokens.is_fresh(now) && !ends).then(|| self.unless_rejected(session))?
    }

    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        session.tokens.is_usable(now).then(|| self.unless_rejected(session))?
    }

    fn without_refresh_token(&self) -> TokenError {
        TokenError::SignInAgain
    }
}

/// A session as it was loaded under the lease, and the fencing number of that lease.
#[derive(Debug, Clone)]
pub(super) struct LeasedSession {
    /// Has a refresh token.
    pub(super) session: Session,
    pub(super) fence: Fence,
}

/// The outcome of an attempt to acquire the lease.
pub(super) enum LeaseOutcome {
    Acquired(Box<LeasedSession>),
    /// The session has a token that is good: nothing is to be requested.
    NotNeeded(AccessToken),
}

impl Tokens {
    /// Waits until session `id` has the selected token or its lease is acquired. What is done under the lease ends with
    /// [`Self::update_under_lease`] or [`Self::release_lease`].
    pub(super) async fn acquire_lease(
        &self,
        id: Id,
        selector: &impl TokenSelector,
    ) -> Result<LeaseOutcome, TokenError> {
        let mut intervals = poll_intervals();
        loop {
            let (session, now) = (self.load_session(id).await?, self.clock.now());
            if let Some(token) = selector.fresh(&session, now) {
                return Ok(LeaseOutcome::NotNeeded(token));
            }
            if session.tokens.refresh_token.is_none() {
                let usable = selector.usable(&session, now).map(LeaseOutcome::NotNeeded);
                return usable.ok_or_else(|| selector.without_refresh_token());
            }
            if let Some(fence) = self.try_lease(id).await? {
                // What was loaded before the lease may be what its last holder has replaced.
                let session = self.load_session(id).await?;
                if selector.fresh(&session, now).is_none() && session.tokens.refresh_token.is_some() {
                    return Ok(LeaseOutcome::Acquired(Box::new(LeasedSession { session, fence })));
                }
                self.release_lease(id, fence).await;
                continue;
            }
            // Another replica is refreshing. No reason to wait while the old token outlasts the longest wait.
            if let Some(token) = selector.usable(&session, now + MAX_WAIT) {
                return Ok(LeaseOutcome::NotNeeded(token));
            }
            let reference = SessionRef::of(&id);
            tracing::debug!(target: "bff", session = %reference, "another replica renews the tokens");
            let Some(interval) = intervals.next() else {
                let (session, usable) = (reference, selector.usable(&session, now).map(LeaseOutcome::NotNeeded));
                tracing::warn!(target: "bff", %session, "another replica takes long to renew a token");
                return usable.ok_or_else(|| TokenError::unavailable(Some(RETRY_AFTER)));
            };
            tokio::time::sleep(interval).await;
        }
    }

    /// Extends the lease to its full length from now; `false` if another replica has it.
    pub(super) async fn extend_lease(&self, id: Id, fence: Fence) -> Result<bool, TokenError> {
        let held = self.sessions.extend_lease(&id, fence, self.lease_end()).await;
        held.map_err(|error| {
            tracing::error!(target: "bff", error = error_chain(&error), "a lease could not be prolonged");
            TokenError::unavailable(None)
        })
    }

    /// Releases the lease for the next replica. If that fails, it expires by itself.
    pub(super) async fn release_lease(&self, id: Id, fence: Fence) {
        if let Err(error) = self.sessions.release_lease(&id, fence).await {
            tracing::warn!(target: "bff", error = error_chain(&error), "a lease could not be given back");
        }
    }

    async fn try_lease(&self, id: Id) -> Result<Option<Fence>, TokenError> {
        let fence = self.sessions.lease(&id, self.lease_end()).await;
        fence.map_err(|error| {
            tracing::error!(target: "bff", error = error_chain(&error), "a lease could not be taken");
            TokenError::unavailable(None)
        })
    }

    fn lease_end(&self) -> OffsetDateTime {
        self.clock.now() + self.request_timeout * MAX_REQUESTS + MARGIN
    }
}

/// The pauses between polls, until [`MAX_WAIT`] is over.
fn poll_intervals() -> impl Iterator<Item = Duration> {
    // Growing by a quarter, the last pause is a fraction of the whole wait: no caller waits much longer than the provider took.
    let growing = successors(Some(FIRST_POLL), |pause| Some((*pause * 5 / 4).min(MAX_POLL)));
    growing.scan(Duration::ZERO, |waited, pause| {
        let continues = *waited < MAX_WAIT;
        *waited += pause;
        continues.then_some(pause)
    })
}

#[cfg(test)]
mod tests;
