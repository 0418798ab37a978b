//! How do the routes begin, find, change and end a session? Every expiry is decided here; what a provider has ended
//! before it began, in [`super::tombstone`].

use std::sync::Arc;

use time::OffsetDateTime;
use tower_sessions::session::Id;
use tower_sessions::session_store;

use super::lease::{Fence, Leased};
use super::lifetime::RefreshEnd;
use super::record::{SealedTokens, Session};
use super::seal::{SealError, Sealer};
use super::store::{Saved, SessionRecords};
use super::{Authentication, Identity};
use crate::config::SessionLifetime;
use crate::config::clock::Clock;
use crate::tokens::TokenSet;

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
pub(crate) struct Beginning {
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
    /// A new session under a new id; the ones in `replaces` are gone afterwards, or there is no new one.
    pub(crate) async fn begin(&self, beginning: Beginning, replaces: &[Id]) -> Result<Session, SessionError> {
        let (now, started) = (beginning.identity.signed_in_at, beginning.started);
        let mut session = Session {
            id: Id::default(),
            version: 0,
            created: now,
            seen: now,
            sid: beginning.sid,
            identity: beginning.identity,
            authentication: beginning.authentication,
            tokens: beginning.tokens,
            refresh_end: beginning.refresh_end,
            old_key: false,
        };
        loop {
            let mut record = session.to_record(&self.sealer, self.end_of(&session))?;
            self.records.create(&mut record).await?;
            if record.id == session.id {
                break;
            }
            // The id was taken: the store chose another, to which the record is not sealed.
            self.records.delete(&record.id).await?;
            session.id = Id::default();
        }
        // Looked for when the session is there: a logout that comes now finds it, one that came before is found.
        if self.was_ended(&session, started).await? {
            self.records.delete(&session.id).await?;
            return Err(SessionError::EndedMeanwhile(Box::new(session.tokens)));
        }
        for id in replaces {
            if let Err(error) = self.records.delete(id).await {
                self.records.delete(&session.id).await?;
                return Err(error.into());
            }
        }
        Ok(session)
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
        let wanted = self.lifetime.wants_touch(session.seen, session.refresh_end, now);
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
    pub(crate) async fn take(&self, id: &Id) -> Result<Option<Session>, SessionError> {
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
        session.refresh_end.map_or(end, |refresh| refresh.bound(end))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::config::ProviderId;
    use crate::config::key_ring::KeyRing;
    use crate::session::store::MemorySessions;

    fn scene() -> (Sessions, Arc<AtomicI64>) {
        let seconds = Arc::new(AtomicI64::new(2_000_000_000));
        let now = Arc::clone(&seconds);
        let sessions = Sessions {
            records: Arc::new(MemorySessions::new()),
            sealer: Sealer::new(KeyRing::ephemeral()),
            lifetime: SessionLifetime::default(),
            clock: Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(now.load(Ordering::SeqCst)).unwrap()),
        };
        (sessions, seconds)
    }

    fn alice(at: OffsetDateTime) -> Beginning {
        let provider = ProviderId::parse("demo").unwrap();
        let (issuer, subject) = ("http://localhost:4041".to_owned(), "alice".to_owned());
        let identity = Identity {
            provider,
            issuer,
            subject,
            claims: serde_json::Map::new(),
            signed_in_at: at,
        };
        Beginning {
            identity,
            authentication: Authentication::default(),
            tokens: TokenSet::of("a", None, "i"),
            refresh_end: None,
            sid: None,
            started: at,
        }
    }

    #[tokio::test]
    async fn cb_10_a_new_session_replaces_the_old_one() {
        let (sessions, _) = scene();
        let old = sessions.begin(alice(sessions.clock.now()), &[]).await.unwrap();
        let new = sessions.begin(alice(sessions.clock.now()), &[old.id]).await.unwrap();
        assert_ne!(old.id, new.id);
        assert!(sessions.open(&old.id).await.unwrap().is_none());
        assert!(sessions.open(&new.id).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn se_1_an_idle_session_ends_and_a_used_one_goes_on_until_the_absolute_limit() {
        let (sessions, seconds) = scene();
        let idle = sessions.begin(alice(sessions.clock.now()), &[]).await.unwrap();
        let used = sessions.begin(alice(sessions.clock.now()), &[]).await.unwrap().id;
        for _ in 0..23 {
            seconds.fetch_add(7 * 3600, Ordering::SeqCst);
            let mut used = sessions.find(&used).await.unwrap().unwrap();
            sessions.touch(&mut used).await.unwrap();
        }
        assert!(sessions.open(&idle.id).await.unwrap().is_none());
        seconds.fetch_add(7 * 3600, Ordering::SeqCst);
        assert!(sessions.open(&used).await.unwrap().is_none(), "seven days are over");
    }

    #[tokio::test]
    async fn se_8_a_session_in_use_moves_to_the_new_key_and_a_retired_one_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let ring = KeyRing::load_or_create(&path).unwrap();
        let old = std::fs::read_to_string(&path).unwrap();
        let (mut sessions, _) = scene();
        sessions.sealer = Sealer::new(ring.clone());
        let at = sessions.clock.now();
        let used = sessions.begin(alice(at), &[]).await.unwrap().id;
        let idle = sessions.begin(alice(at), &[]).await.unwrap().id;

        let new = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
        std::fs::write(&path, format!("{new}\n{old}")).unwrap();
        ring.reload(&path).unwrap();
        let mut session = sessions.find(&used).await.unwrap().unwrap();
        assert!(session.old_key);
        sessions.touch(&mut session).await.unwrap();
        assert!(!session.old_key);
        assert!(!sessions.open(&used).await.unwrap().unwrap().old_key, "sealed anew");
        let again = session.opened(&sessions.sealer).unwrap();
        let again = sessions.update(&again).await.unwrap();
        assert_eq!(again, Saved::Saved, "with the version it has now");

        std::fs::write(&path, new).unwrap();
        ring.reload(&path).unwrap();
        assert!(sessions.open(&used).await.unwrap().is_some());
        assert!(
            sessions.open(&idle).await.unwrap().is_none(),
            "signed out, not an error"
        );
    }

    #[tokio::test]
    async fn bc_8_a_person_ended_within_the_second_of_leaving_does_not_come_back_signed_in() {
        let (sessions, _) = scene();
        let left = sessions.clock.now();
        let (before, after) = (left - time::Duration::MILLISECOND, left + time::Duration::MILLISECOND);
        for (ended, comes_back) in [(before, true), (left, true), (after, false)] {
            let (sessions, _) = scene();
            let name = super::super::tombstone::ended_person("http://localhost:4041", "alice");
            sessions
                .records
                .note(name, ended, left + time::Duration::HOUR)
                .await
                .unwrap();
            assert_eq!(sessions.begin(alice(left), &[]).await.is_ok(), comes_back, "{ended}");
        }
    }

    #[tokio::test]
    async fn rf_8_what_a_session_was_when_it_ended_holds_the_newest_tokens() {
        let (sessions, _) = scene();
        let mut session = sessions.begin(alice(sessions.clock.now()), &[]).await.unwrap();
        session.tokens.refresh_token = Some("newest".to_owned());
        assert_eq!(sessions.update(&session).await.unwrap(), Saved::Saved);
        let taken = sessions.take(&session.id).await.unwrap().unwrap();
        assert_eq!(taken.tokens.refresh_token.as_deref(), Some("newest"));
        assert!(sessions.take(&session.id).await.unwrap().is_none(), "once");
        assert_eq!(sessions.update(&session).await.unwrap(), Saved::Gone);
    }

    #[tokio::test]
    async fn an_ended_session_is_not_brought_back_by_a_late_write() {
        let (sessions, _) = scene();
        let session = sessions.begin(alice(sessions.clock.now()), &[]).await.unwrap();
        sessions.end(&session.id).await.unwrap();
        assert_eq!(sessions.update(&session).await.unwrap(), Saved::Gone);
        assert!(sessions.open(&session.id).await.unwrap().is_none());
    }
}
