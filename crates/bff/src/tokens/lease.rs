//! Which replica asks the provider, when several want to renew the tokens of one session? The one that gets the
//! session's lease; the others wait until it has stored what it got, or until its time is over.
//!
//! A replica that dies keeps the lease until it ends by itself. One that was only slow finds its number overtaken: its
//! tokens are not stored, and not revoked either, for they are of the same grant as those of its successor, and revoking
//! one ends the grant (RFC 7009 §2.1). Only when the session has ended meanwhile are they revoked.
//!
//! What a store promises about leases is in [`crate::session::lease`]; what is done under one, in [`super::refresh`].

use std::iter::successors;
use std::time::Duration;

use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::refresh::unavailable;
use super::{AccessToken, TokenError, Tokens};
use crate::problem::chain;
use crate::session::index::SessionRef;
use crate::session::lease::Fence;
use crate::session::record::Session;

/// Pauses between looks at what another replica does: the first, and the longest.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(320));
/// For how long a request waits for another replica; then its visitor is told to try again.
const WAIT: Duration = Duration::from_secs(10);
/// What is suggested then.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// What a lease lasts longer than its holder's requests may: writing takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(5);
/// Requests that may be needed under one lease: metadata, tokens, keys.
const REQUESTS: u32 = 3;

/// Which token of a session somebody waits for.
pub(super) trait Wanted: Sync {
    /// The token, if it needs no second thought at `now`.
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken>;
    /// The token, if it still works at `now`.
    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken>;
    /// What is said when nothing could bring it.
    fn without_refresh_token(&self) -> TokenError;
}

/// The session's own access token.
pub(super) struct Own<'a> {
    pub(super) tokens: &'a Tokens,
    /// One that an API did not accept, however fresh it looks.
    pub(super) refused: Option<&'a AccessToken>,
}

impl Own<'_> {
    fn of(&self, session: &Session) -> Option<AccessToken> {
        let token = self.tokens.token_of(&session.identity.provider, &session.tokens);
        (self.refused != Some(&token)).then_some(token)
    }
}

impl Wanted for Own<'_> {
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let ends = session.refresh_end.is_some_and(|end| end.needs_renewal(now));
        (session.tokens.is_fresh(now) && !ends).then(|| self.of(session))?
    }

    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        session.tokens.is_usable(now).then(|| self.of(session))?
    }

    fn without_refresh_token(&self) -> TokenError {
        TokenError::SignInAgain
    }
}

/// Whose turn it is.
pub(super) enum Turn {
    /// Ours: the session as it is under the lease. It has a refresh token.
    Ours(Box<Session>, Fence),
    /// Nobody's: this token is good.
    Done(AccessToken),
}

impl Tokens {
    /// Waits until the `wanted` token of session `id` is there or is ours to ask for. What is done then ends with a write
    /// under the lease or with [`Self::give_back`].
    pub(super) async fn turn(&self, id: Id, wanted: &impl Wanted) -> Result<Turn, TokenError> {
        let mut pauses = pauses();
        loop {
            let (session, now) = (self.session_now(id).await?, self.clock.now());
            if let Some(token) = wanted.fresh(&session, now) {
                return Ok(Turn::Done(token));
            }
            if session.tokens.refresh_token.is_none() {
                let usable = wanted.usable(&session, now).map(Turn::Done);
                return usable.ok_or_else(|| wanted.without_refresh_token());
            }
            if let Some(fence) = self.take_lease(id).await? {
                // What was read before the lease may be what its last holder has replaced.
                let session = self.session_now(id).await?;
                if wanted.fresh(&session, now).is_none() && session.tokens.refresh_token.is_some() {
                    return Ok(Turn::Ours(Box::new(session), fence));
                }
                self.give_back(id, fence).await;
                continue;
            }
            // Somebody is at it. No reason to wait while the old one is good for longer than waiting takes.
            if let Some(token) = wanted.usable(&session, now + WAIT) {
                return Ok(Turn::Done(token));
            }
            let reference = SessionRef::of(&id);
            tracing::debug!(target: "bff", session = %reference, "another replica renews the tokens");
            let Some(pause) = pauses.next() else {
                let (session, usable) = (reference, wanted.usable(&session, now).map(Turn::Done));
                tracing::warn!(target: "bff", %session, "another replica takes long to renew a token");
                return usable.ok_or_else(|| unavailable(Some(RETRY_AFTER)));
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether the lease is still ours; if so, for as long as if it had been taken now.
    pub(super) async fn still_holds(&self, id: Id, fence: Fence) -> Result<bool, TokenError> {
        let held = self.sessions.records.hold(&id, fence, self.lease_end()).await;
        held.map_err(|error| {
            tracing::error!(target: "bff", error = chain(&error), "a lease could not be prolonged");
            unavailable(None)
        })
    }

    /// Lets the next one try. Where that fails the lease ends by itself.
    pub(super) async fn give_back(&self, id: Id, fence: Fence) {
        if let Err(error) = self.sessions.records.hold(&id, fence, OffsetDateTime::UNIX_EPOCH).await {
            tracing::warn!(target: "bff", error = chain(&error), "a lease could not be given back");
        }
    }

    async fn take_lease(&self, id: Id) -> Result<Option<Fence>, TokenError> {
        let now = self.clock.now();
        let taken = self.sessions.records.lease(&id, now, self.lease_end()).await;
        taken.map_err(|error| {
            tracing::error!(target: "bff", error = chain(&error), "a lease could not be taken");
            unavailable(None)
        })
    }

    fn lease_end(&self) -> OffsetDateTime {
        self.clock.now() + self.request_timeout * REQUESTS + MARGIN
    }
}

/// What lies between two looks, as long as it makes sense to wait.
fn pauses() -> impl Iterator<Item = Duration> {
    // Growing by a quarter, the last pause is a fraction of the whole wait: nobody waits much longer than the provider took.
    let growing = successors(Some(LOOKS.0), |pause| Some((*pause * 5 / 4).min(LOOKS.1)));
    growing.scan(Duration::ZERO, |waited, pause| {
        let patient = *waited < WAIT;
        *waited += pause;
        patient.then_some(pause)
    })
}

#[cfg(test)]
mod tests;
