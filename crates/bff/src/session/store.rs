//! What must a place for sessions promise? And one that keeps them in memory, for tests and examples.
//!
//! The stores see no secret: the record's `data` holds sealed values and a few plain columns (see
//! [`super::record`]), and they keep it under a hash of the id.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::columns;
use super::index::{Notes, SessionIndex};
use super::lease::{Leases, SessionLeases};
use super::record::SealedSession;

/// What came of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Written; the version is one higher now.
    Saved,
    /// Somebody else wrote since the record was read.
    Changed,
    /// The session has ended. It stays ended.
    Gone,
}

/// A [`SessionStore`] that keeps the promises sessions need:
/// `create` never overwrites, `save` never creates, and a deletion wins over every save in flight. Sessions can be found
/// and ended without their ids ([`SessionIndex`]), and one replica at a time renews their tokens ([`SessionLeases`]).
#[async_trait]
pub trait SessionRecords: SessionStore + SessionIndex + SessionLeases {
    /// As [`SessionStore::load`], in the shape a request needs; every request of a signed-in person asks this once.
    async fn load_sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
        Ok(self.load(id).await?.as_ref().and_then(SealedSession::from_record))
    }
    /// Writes `record` if the stored one still has the version that `record` was read with.
    async fn update(&self, record: &Record) -> Result<Saved>;
    /// Notes that the session was used, without a new version; does nothing when it has ended.
    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()>;
    /// Removes what expired before `now`, notes too, and says how many sessions.
    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64>;
}

/// The row's key: a copy of the table gives nobody an id.
pub(crate) fn row_key(id: &Id) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"bff session row")
        .chain_update(id.0.to_le_bytes())
        .finalize()
        .into()
}

/// The outcome in the words of [`SessionStore::save`].
pub(crate) fn saved_or_error(saved: Saved) -> Result<()> {
    match saved {
        Saved::Saved => Ok(()),
        Saved::Changed => Err(Error::Backend("the session was changed by another request".to_owned())),
        Saved::Gone => Err(Error::Backend("the session has ended".to_owned())),
    }
}

/// Sessions in this process only.
#[derive(Debug, Default)]
pub struct MemorySessions {
    rows: Mutex<HashMap<[u8; 32], Record>>,
    notes: Mutex<Notes>,
    things: Mutex<HashMap<[u8; 32], String>>,
    leases: Mutex<Leases>,
}

impl MemorySessions {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, HashMap<[u8; 32], Record>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept besides sessions.
    pub(crate) fn things(&self) -> MutexGuard<'_, HashMap<[u8; 32], String>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locked after [`Self::rows`], where both are.
    pub(crate) fn leases(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut rows = self.rows();
        while rows.contains_key(&row_key(&record.id)) {
            record.id = Id::default();
        }
        rows.insert(row_key(&record.id), record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        saved_or_error(self.update(record).await?)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        Ok(self.rows().get(&row_key(id)).cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.rows().remove(&row_key(id));
        Ok(())
    }
}

#[async_trait]
impl SessionRecords for MemorySessions {
    async fn update(&self, record: &Record) -> Result<Saved> {
        let mut rows = self.rows();
        let Some(stored) = rows.get_mut(&row_key(&record.id)) else {
            return Ok(Saved::Gone);
        };
        let written = columns::overwrite(stored, record);
        Ok(if written { Saved::Saved } else { Saved::Changed })
    }

    async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()> {
        if let Some(stored) = self.rows().get_mut(&row_key(id)) {
            columns::set_seen(stored, seen);
            stored.expiry_date = expires;
        }
        Ok(())
    }

    async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
        self.notes().retain(|_, (_, until)| *until > now);
        let mut rows = self.rows();
        let before = rows.len();
        rows.retain(|_, record| record.expiry_date > now);
        Ok((before - rows.len()) as u64)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use time::macros::datetime;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use rand::RngCore as _;

    use super::*;
    use crate::config::ProviderId;
    use crate::config::key_ring::KeyRing;
    use crate::session::index::{SessionRef, Which};
    use crate::session::record::Session;
    use crate::session::seal::Sealer;
    use crate::session::{Authentication, Identity};
    use crate::tokens::TokenSet;

    /// A record that nobody can open.
    pub(crate) fn sealed(id: Id, created: OffsetDateTime, expires: OffsetDateTime) -> Record {
        let mut record = columns::record(id, created, expires);
        for name in [columns::IDENTITY, columns::TOKENS, columns::REVOCABLE] {
            columns::set_bytes(&mut record, name, name.as_bytes());
        }
        record
    }

    /// A JWT as providers make them: claims of some 370 bytes, signed with RS256.
    fn token(claims: &serde_json::Value) -> String {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut signature = [0; 256];
        rand::rng().fill_bytes(&mut signature);
        let header = br#"{"typ":"JWT","alg":"RS256","kid":"2030-01-01"}"#;
        [
            encoded(header),
            encoded(claims.to_string().as_bytes()),
            encoded(&signature),
        ]
        .join(".")
    }

    /// Stores `count` sessions of different people and answers how many bytes of tokens each has.
    pub(crate) async fn fill(store: &dyn SessionRecords, count: i64) -> i64 {
        let (sealer, at) = (Sealer::new(KeyRing::ephemeral()), datetime!(2030-01-01 00:00 UTC));
        let mut tokens = 0;
        for number in 0..count {
            let claims = serde_json::json!({
                "iss": "https://login.example.com/tenant/v2.0", "sub": format!("person-{number}"), "aud": "portico",
                "exp": 1_893_456_000 + number, "iat": 1_893_452_400 + number, "name": format!("Person {number}"),
                "email": format!("person-{number}@example.com"), "preferred_username": format!("person-{number}"),
                "picture": format!("https://login.example.com/people/{number}.png"), "email_verified": true,
                "groups": ["Engineering", "Portal readers"], "roles": ["Reader"], "locale": "en",
            });
            let mut set = TokenSet::of(&token(&claims), Some(&Id::default().to_string()), &token(&claims));
            set.offline = false;
            set.nonce = Id::default().to_string();
            let held = [&set.access_token, &set.id_token]
                .map(String::len)
                .iter()
                .sum::<usize>()
                + 22;
            tokens += i64::try_from(held).unwrap();
            let session = Session {
                id: Id::default(),
                version: 0,
                created: at,
                seen: at,
                sid: Some(Id::default().to_string()),
                identity: Identity {
                    provider: ProviderId::parse("demo").unwrap(),
                    issuer: "https://login.example.com/tenant/v2.0".into(),
                    subject: format!("person-{number}"),
                    claims: claims.as_object().cloned().unwrap_or_default(),
                    signed_in_at: at,
                },
                authentication: Authentication::default(),
                tokens: set,
                old_key: false,
            };
            let mut record = session.to_record(&sealer, at + time::Duration::HOUR).unwrap();
            store.create(&mut record).await.unwrap();
        }
        tokens / count
    }

    /// What every store must do; called by the tests of each.
    pub(crate) async fn keeps_its_promises(store: &dyn SessionRecords) {
        let at = datetime!(2030-01-01 00:00 UTC);
        let mut record = sealed(Id(7), at, at);
        store.create(&mut record).await.unwrap();
        assert_eq!(record.id, Id(7));

        let mut second = record.clone();
        store.create(&mut second).await.unwrap();
        assert_ne!(second.id, Id(7), "a taken id is never overwritten");

        let mut read = store.load(&Id(7)).await.unwrap().unwrap();
        for name in [columns::IDENTITY, columns::TOKENS] {
            assert_eq!(columns::bytes(&read, name).as_deref(), Some(name.as_bytes()));
        }
        columns::set_bytes(&mut read, columns::IDENTITY, b"other");
        columns::set_bytes(&mut read, columns::TOKENS, b"newer");
        read.data.remove(columns::REVOCABLE);
        assert_eq!(store.update(&read).await.unwrap(), Saved::Saved);
        assert_eq!(
            store.update(&read).await.unwrap(),
            Saved::Changed,
            "an old version does not overwrite"
        );
        assert!(store.save(&read).await.is_err());

        let row = store.find(Which::One(SessionRef::of(&Id(7)))).await.unwrap().remove(0);
        assert_eq!(row.sealed_revocable, None, "what is not there any more is written, too");
        let written = store.load(&Id(7)).await.unwrap().unwrap();
        let written = [columns::IDENTITY, columns::TOKENS].map(|name| columns::bytes(&written, name));
        assert_eq!(written, [Some(b"other".to_vec()), Some(b"newer".to_vec())]);
        let sealed = store.load_sealed(&Id(7)).await.unwrap().unwrap();
        assert_eq!((sealed.id, sealed.version, sealed.seen), (Id(7), 1, at));
        assert_eq!((sealed.identity, sealed.tokens), (b"other".to_vec(), b"newer".to_vec()));
        assert!(store.load_sealed(&Id(8)).await.unwrap().is_none());

        let later = at + time::Duration::minutes(5);
        store.touch(&Id(7), later, later).await.unwrap();
        let touched = store.load(&Id(7)).await.unwrap().unwrap();
        assert_eq!((columns::seen(&touched), touched.expiry_date), (later, later));
        assert_eq!(
            columns::version(&touched),
            columns::version(&read) + 1,
            "use is no new version"
        );

        store.delete(&Id(7)).await.unwrap();
        assert_eq!(
            store.update(&touched).await.unwrap(),
            Saved::Gone,
            "a session that ended stays ended"
        );
        assert!(store.save(&touched).await.is_err());
        store.touch(&Id(7), later, later).await.unwrap();
        assert!(store.load(&Id(7)).await.unwrap().is_none());

        assert_eq!(store.delete_expired(at).await.unwrap(), 1);
        assert!(store.load(&second.id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn memory_keeps_the_promises_of_a_store() {
        keeps_its_promises(&MemorySessions::new()).await;
    }
}
