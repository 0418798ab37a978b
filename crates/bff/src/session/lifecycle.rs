//! How do the routes begin, find, change and end a session? Every expiry is decided here; what a provider has ended
//! before it began, in [`super::tombstone`].

use std::sync::Arc;

use oidc::config::clock::Clock;
use time::OffsetDateTime;
use tower_sessions::session::Id;
use tower_sessions::session_store;

use super::creation::{Created, Creation};
use super::index::SessionRow;
use super::lease::{Fence, Leased};
use super::lifetime::RefreshEnd;
use super::record::{SealedTokens, Session};
use super::seal::{SealError, Sealer};
use super::store::{Saved, SessionRecords};
use super::token_set::TokenSet;
use super::{Authentication, Identity};
use crate::config::SessionLifetime;

/// Sessions could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("the session store failed")]
    Store(#[from] session_store::Error),
    #[error("the session could not be sealed")]
    Seal(#[from] SealError),
    /// Not begun: the provider ended it on the way. With the tokens that are left over.
    #[error("the sign-in was ended by the provider before it was finished")]
    EndedMeanwhile(Box<TokenSet>),
}

/// The sessions of a site.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    pub(crate) records: Arc<dyn SessionRecords>,
    pub(crate) sealer: Sealer,
    pub(crate) lifetime: SessionLifetime,
    pub(crate) clock: Clock,
}

/// What a sign-in brings.
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
    /// A new session under a new id; the ones in `replaces` are gone afterwards, or there is no new one. Beside it come the sessions
    /// that ended because their person had more than `max_sessions`.
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
        let creation = Creation {
            now: self.clock.now(),
            ends: &Self::ends_of(&session, started),
            replaces,
            max_sessions,
        };
        loop {
            let mut record = session.to_record(&self.sealer, self.end_of(&session))?;
            match self.records.create_whole(&mut record, creation).await? {
                Created::Session { surplus } => return Ok((session, surplus)),
                Created::Ended => return Err(SessionError::EndedMeanwhile(Box::new(session.tokens))),
                Created::IdTaken => session.id = Id::default(),
            }
        }
    }

    /// As [`Self::create`], for any number of sessions.
    #[cfg(test)]
    pub(crate) async fn begin(&self, new: NewSession, replaces: &[Id]) -> Result<Session, SessionError> {
        let created = self.create(new, replaces, usize::MAX).await?;
        Ok(created.0)
    }

    /// The living session of that id. A record that cannot be opened any more is no session.
    pub(crate) async fn find(&self, id: &Id) -> Result<Option<Session<SealedTokens>>, SessionError> {
        let Some(stored) = self.records.load_sealed(id).await? else {
            return Ok(None);
        };
        let Ok(session) = Session::open(&self.sealer, stored) else {
            tracing::info!(target: "bff", "a session is sealed with a key that is not in the key ring");
            return Ok(None);
        };
        if self.end_of(&session) <= self.clock.now() {
            self.records.delete(id).await?;
            return Ok(None);
        }
        Ok(Some(session))
    }

    /// As [`Self::find`], with its tokens.
    pub(crate) async fn open(&self, id: &Id) -> Result<Option<Session>, SessionError> {
        let session = self.find(id).await?;
        Ok(session.and_then(|session| session.opened(&self.sealer).ok()))
    }

    /// Notes that `session` is in use; at once if it is sealed with an old key, else about once a minute. Says whether it did.
    pub(crate) async fn touch(&self, session: &mut Session<SealedTokens>) -> Result<bool, SessionError> {
        let now = self.clock.now();
        if session.old_key {
            session.seen = now;
            // Where others wrote meanwhile, they have sealed it as well.
            if self.update(&session.clone().opened(&self.sealer)?).await? == Saved::Saved {
                (session.version, session.old_key) = (session.version + 1, false);
            }
            return Ok(true);
        }
        let wanted = self.lifetime.needs_touch(session.seen, session.refresh_end, now);
        if wanted {
            session.seen = now;
            self.records.touch(&session.id, now, self.end_of(session)).await?;
        }
        Ok(wanted)
    }

    /// Writes changed tokens, unless somebody else wrote or the session has ended.
    pub(crate) async fn update(&self, session: &Session) -> Result<Saved, SessionError> {
        let record = session.to_record(&self.sealer, self.end_of(session))?;
        Ok(self.records.update(&record).await?)
    }

    /// As [`Self::update`], under a lease.
    pub(crate) async fn update_leased(&self, session: &Session, fence: Fence) -> Result<Leased, SessionError> {
        let record = session.to_record(&self.sealer, self.end_of(session))?;
        Ok(self.records.update_leased(&record, fence).await?)
    }

    /// Ends the session of that id, if there is one.
    pub(crate) async fn end(&self, id: &Id) -> Result<(), SessionError> {
        Ok(self.records.delete(id).await?)
    }

    /// Ends the living session of that id and says what it was then: what a renewal brought before is in it.
    pub(crate) async fn remove(&self, id: &Id) -> Result<Option<Session>, SessionError> {
        let Some(stored) = self.records.take(id).await? else {
            return Ok(None);
        };
        let session = Session::open(&self.sealer, stored).ok();
        let living = session.filter(|session| self.end_of(session) > self.clock.now());
        Ok(living.and_then(|session| session.opened(&self.sealer).ok()))
    }

    /// When `session` ends if it is not used again.
    pub(crate) fn end_of<T>(&self, session: &Session<T>) -> OffsetDateTime {
        let end = self.lifetime.end(session.created, session.seen);
        session.refresh_end.map_or(end, |refresh| refresh.cap(end))
    }
}

#[cfg(test)]
mod tests;
