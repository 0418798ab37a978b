//! How a session is created, found, changed and removed. Every expiry is decided here; what a provider has ended before it was
//! created, in [`super::tombstone`].

use std::sync::Arc;

use oidc::config::clock::Clock;
use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::creation::{CreateOptions, Created};
use super::index::{SessionRef, SessionRow, SessionSelector};
use super::lease::Fence;
use super::lifetime::RefreshEnd;
use super::record::{SealedTokens, Session};
use super::seal::{SealError, Sealer};
use super::store::{SessionRecord, SessionStore, SessionStoreError, Updated};
use super::token_set::TokenSet;
use super::{Authentication, Identity};
use crate::config::SessionLifetime;

/// Sessions could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error(transparent)]
    Store(#[from] SessionStoreError),
    #[error("the session could not be sealed")]
    Seal(#[from] SealError),
    /// Not created: the provider ended the sign-in meanwhile. With the tokens, which have to be revoked.
    #[error("the sign-in was ended by the provider before it was finished")]
    EndedMeanwhile(Box<TokenSet>),
    /// What a handler put into the session was not stored.
    #[error("the data of the session could not be saved")]
    Data(#[from] tower_sessions::session::Error),
}

oidc::error_codes!(SessionError {
    Self::Store(_) => "session_store",
    Self::EndedMeanwhile(_) => "session_ended_meanwhile",
    Self::Data(_) => "session_data",
} from {
    Self::Seal(error) => error,
});

/// The sessions of a site.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) sealer: Sealer,
    pub(crate) lifetime: SessionLifetime,
    pub(crate) clock: Clock,
}

/// What a sign-in results in.
pub(crate) struct NewSession {
    pub(crate) identity: Identity,
    pub(crate) authentication: Authentication,
    pub(crate) tokens: TokenSet,
    /// Until when the refresh token among them can be used.
    pub(crate) refresh_end: Option<RefreshEnd>,
    pub(crate) sid: Option<String>,
    /// When the person left for the provider.
    pub(crate) started: OffsetDateTime,
}

impl Sessions {
    /// A new session under a new id; the ones in `replaces` are removed, or there is no new one. Returns as well which
    /// sessions were removed because their person had more than `max_sessions`.
    pub(crate) async fn create(
        &self,
        new: NewSession,
        replaces: &[Id],
        max_sessions: usize,
    ) -> Result<(Session, Vec<SessionRow>), SessionError> {
        let (now, started) = (new.identity.signed_in_at, new.started);
        let mut session = Session {
            id: Id::default(),
            version: 0,
            created: now,
            seen: now,
            sid: new.sid,
            identity: new.identity,
            authentication: new.authentication,
            tokens: new.tokens,
            refresh_end: new.refresh_end,
            old_key: false,
        };
        let replaces: Vec<_> = replaces.iter().map(SessionRef::of).collect();
        let options = CreateOptions {
            now: self.clock.now(),
            end_markers: &Self::end_markers(&session, started),
            replaces: &replaces,
            max_sessions,
        };
        loop {
            let record = session.to_record(&self.sealer, self.end_of(&session))?;
            match self.store.create(&record, options).await? {
                Created::Session { surplus } => return Ok((session, surplus)),
                Created::Ended => return Err(SessionError::EndedMeanwhile(Box::new(session.tokens))),
                Created::IdTaken => session.id = Id::default(),
            }
        }
    }

    /// As [`Self::create`], for any number of sessions.
    #[cfg(test)]
    pub(crate) async fn create_one(&self, new: NewSession, replaces: &[Id]) -> Result<Session, SessionError> {
        let created = self.create(new, replaces, usize::MAX).await?;
        Ok(created.0)
    }

    /// The living session of that id. A record that cannot be opened any more is no session.
    pub(crate) async fn find(&self, id: &Id) -> Result<Option<Session<SealedTokens>>, SessionError> {
        let Some(stored) = self.store.load(SessionRef::of(id)).await? else {
            return Ok(None);
        };
        let Ok(session) = Session::open(&self.sealer, *id, stored) else {
            tracing::info!(target: "bff", "a session cannot be opened: its key is not in the key ring, or its format is newer");
            return Ok(None);
        };
        if self.end_of(&session) <= self.clock.now() {
            self.store
                .remove(SessionSelector::Reference(session.reference()))
                .await?;
            return Ok(None);
        }
        Ok(Some(session))
    }

    /// As [`Self::find`], with its tokens.
    pub(crate) async fn open(&self, id: &Id) -> Result<Option<Session>, SessionError> {
        let session = self.find(id).await?;
        Ok(session.and_then(|session| session.opened(&self.sealer).ok()))
    }

    /// Writes down that `session` is in use: at once if it is sealed with an old key, else about once a minute. Answers whether it
    /// did.
    pub(crate) async fn touch(&self, session: &mut Session<SealedTokens>) -> Result<bool, SessionError> {
        let now = self.clock.now();
        if session.old_key {
            session.seen = now;
            // Where others wrote meanwhile, they have sealed it as well.
            if self.update(&session.clone().opened(&self.sealer)?).await? == Updated::Written {
                (session.version, session.old_key) = (session.version + 1, false);
            }
            self.reseal_data(&session.id).await?;
            return Ok(true);
        }
        let is_due = self.lifetime.needs_touch(session.seen, session.refresh_end, now);
        if is_due {
            session.seen = now;
            let expires = self.end_of(session);
            self.store.touch(session.reference(), now, expires).await?;
        }
        Ok(is_due)
    }

    /// Writes what was changed, unless somebody else wrote meanwhile or the session has ended.
    pub(crate) async fn update(&self, session: &Session) -> Result<Updated, SessionError> {
        let update = session.to_update(&self.sealer, self.end_of(session), None)?;
        Ok(self.store.update(&update).await?)
    }

    /// As [`Self::update`], under a lease.
    pub(crate) async fn update_leased(&self, session: &Session, fence: Fence) -> Result<Updated, SessionError> {
        let update = session.to_update(&self.sealer, self.end_of(session), Some(fence))?;
        Ok(self.store.update(&update).await?)
    }

    /// Removes the session of that id and answers what it was, if it was still living: with the newest tokens.
    pub(crate) async fn remove(&self, id: &Id) -> Result<Option<Session>, SessionError> {
        let removed = self.remove_all(SessionSelector::Reference(SessionRef::of(id))).await?;
        let Some(record) = removed.into_iter().next() else {
            return Ok(None);
        };
        let session = Session::open(&self.sealer, *id, record.sealed()).ok();
        let living = session.filter(|session| self.end_of(session) > self.clock.now());
        Ok(living.and_then(|session| session.opened(&self.sealer).ok()))
    }

    /// Removes the selected sessions and answers what they were.
    pub(crate) async fn remove_all(&self, selector: SessionSelector<'_>) -> Result<Vec<SessionRecord>, SessionError> {
        Ok(self.store.remove(selector).await?)
    }

    /// The rows of the selected sessions, expired ones among them.
    pub(crate) async fn select(&self, selector: SessionSelector<'_>) -> Result<Vec<SessionRow>, SessionError> {
        Ok(self.store.find(selector).await?)
    }

    /// Takes the lease of the session `id` until `until`, if nobody holds it.
    pub(crate) async fn lease(&self, id: &Id, until: OffsetDateTime) -> Result<Option<Fence>, SessionError> {
        let now = self.clock.now();
        Ok(self.store.lease(SessionRef::of(id), now, until).await?)
    }

    /// Moves the end of the lease to `until`; `false` when it is somebody else's by now.
    pub(crate) async fn extend_lease(
        &self,
        id: &Id,
        fence: Fence,
        until: OffsetDateTime,
    ) -> Result<bool, SessionError> {
        Ok(self.store.extend_lease(SessionRef::of(id), fence, until).await?)
    }

    /// Gives the lease back.
    pub(crate) async fn release_lease(&self, id: &Id, fence: Fence) -> Result<(), SessionError> {
        self.extend_lease(id, fence, OffsetDateTime::UNIX_EPOCH).await.map(drop)
    }

    /// When `session` ends if it is not used again.
    pub(crate) fn end_of<T>(&self, session: &Session<T>) -> OffsetDateTime {
        let end = self.lifetime.end(session.created, session.seen);
        session.refresh_end.map_or(end, |refresh| refresh.cap(end))
    }
}

#[cfg(test)]
mod tests;
