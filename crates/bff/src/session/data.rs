//! Data that an application stores in a person's session, by the extractor [`tower_sessions::Session`]: sealed like the session, in a
//! column of its own of the session's row, so that it ends with the session. A handler reaches nothing else of the session by it: the id
//! it sees is another one, and deleting clears the data alone.
//!
//! The data is read when a handler first uses it, and written after the handler if it has changed. Requests at the same time do not
//! undo each other's changes: each writes the keys it has changed over what is stored then.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

use super::encoding::{decode, encode};
use super::index::SessionRef;
use super::lifecycle::{SessionError, Sessions};
use super::record::{open_part, seal_part};
use super::store::{SealedData, Updated};
use crate::problem::error_chain;

/// Largest data of a session, in bytes of its stored form.
const MAX_DATA: usize = 64 * 1024;
/// Attempts to write before giving up, while other requests write as well.
const MAX_WRITES: usize = 10;
/// The purpose of the sealed column.
const DATA: &str = "session data";

mod anonymous;
mod changes;

use anonymous::NoSession;
use changes::{Data, changes, merge};

/// The data of a session as it is stored.
struct StoredData {
    data: Data,
    version: i64,
    /// Sealed with a key that no longer seals.
    old_key: bool,
}

impl Sessions {
    /// The data of the session `id`; `None` when it has ended. What cannot be opened is no data.
    async fn load_data(&self, id: &Id) -> std::result::Result<Option<StoredData>, SessionError> {
        let Some(stored) = self.store.load_data(SessionRef::of(id)).await? else {
            return Ok(None);
        };
        let open = |sealed: Vec<u8>| {
            let (plain, current_key) = open_part(&self.sealer, id, DATA, &sealed)?;
            Ok::<_, super::seal::SealError>((decode(&plain)?, !current_key))
        };
        let (data, old_key) = stored
            .sealed
            .map_or_else(|| Ok(Default::default()), open)
            .unwrap_or_else(|_| {
                tracing::info!(target: "bff", "the data of a session cannot be opened and is dropped");
                Default::default()
            });
        let version = stored.version;
        Ok(Some(StoredData { data, version, old_key }))
    }

    async fn write_data(&self, id: &Id, version: i64, data: &Data) -> std::result::Result<Updated, SessionError> {
        let seal = |data| seal_part(&self.sealer, id, DATA, &encode(data)?);
        let sealed = (!data.is_empty()).then(|| seal(data)).transpose()?;
        let data = SealedData { version, sealed };
        Ok(self.store.update_data(SessionRef::of(id), &data).await?)
    }

    /// Seals the data of the session `id` with the newest key of the ring. Whoever writes meanwhile does the same.
    pub(super) async fn reseal_data(&self, id: &Id) -> std::result::Result<(), SessionError> {
        if let Some(stored) = self.load_data(id).await?.filter(|stored| stored.old_key) {
            self.write_data(id, stored.version, &stored.data).await?;
        }
        Ok(())
    }
}

/// The data of the session of a request. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct RequestData {
    session: tower_sessions::Session,
    store: Option<Arc<DataStore>>,
}

impl RequestData {
    /// The data of the session `id`, which ends at `ends`.
    pub(crate) fn of(sessions: &Sessions, id: Id, ends: OffsetDateTime) -> Self {
        let store = Arc::new(DataStore {
            name: name_of(&id),
            id,
            ends,
            sessions: sessions.clone(),
            seen: Mutex::default(),
            has_ended: AtomicBool::new(false),
        });
        Self {
            session: tower_sessions::Session::new(Some(store.name), Arc::clone(&store), None),
            store: Some(store),
        }
    }

    /// For a request without a session: nothing is there, and nothing is stored.
    pub(crate) fn of_nobody() -> Self {
        Self {
            session: tower_sessions::Session::new(None, Arc::new(NoSession), None),
            store: None,
        }
    }

    /// What the handler's extractor finds.
    pub(crate) fn put_into(&self, extensions: &mut http::Extensions) {
        extensions.insert(self.session.clone());
    }

    /// Writes what the handler has changed. Data of a session that has ended meanwhile ends with it.
    pub(crate) async fn save(&self) -> std::result::Result<(), SessionError> {
        let Some(store) = self.store.as_ref().filter(|_| self.session.is_modified()) else {
            return Ok(());
        };
        match self.session.save().await {
            Err(_) if store.has_ended.load(Ordering::Relaxed) => Ok(()),
            saved => Ok(saved?),
        }
    }
}

/// The id that a handler sees: it opens nothing, and is not the one in the cookie.
fn name_of(id: &Id) -> Id {
    let hash = SessionRef::of(id);
    let (mut name, half) = ([0; 16], &hash.row_key()[..16]);
    name.copy_from_slice(half);
    Id(i128::from_le_bytes(name))
}

/// The data of one session, as a store of `tower-sessions`.
struct DataStore {
    name: Id,
    id: Id,
    ends: OffsetDateTime,
    sessions: Sessions,
    seen: Mutex<Option<Seen>>,
    has_ended: AtomicBool,
}

/// What this request has seen of the data.
struct Seen {
    /// As the handler read or wrote it last; its changes are counted from here.
    by_handler: Data,
    /// As it was stored last.
    stored: Data,
    version: i64,
}

impl DataStore {
    fn gone(&self) -> Error {
        self.has_ended.store(true, Ordering::Relaxed);
        Error::Backend("the session has ended".to_owned())
    }

    async fn read(&self) -> Result<Option<StoredData>> {
        let read = self.sessions.load_data(&self.id).await;
        read.map_err(|error| Error::Backend(error_chain(&error)))
    }

    /// Stores what differs between `data` and what the handler saw last.
    async fn write(&self, data: &Data) -> Result<()> {
        let mut seen = self.seen.lock().await;
        let mut known = match seen.take() {
            Some(known) => known,
            None => Seen::new(self.read().await?.ok_or_else(|| self.gone())?),
        };
        let changes = changes(&known.by_handler, data);
        if changes.is_empty() {
            *seen = Some(known);
            return Ok(());
        }
        for _ in 0..MAX_WRITES {
            let merged = merge(&known.stored, &changes);
            if encode(&merged).map_or(usize::MAX, |encoded| encoded.len()) > MAX_DATA {
                *seen = Some(known);
                let problem = format!("the data of a session takes more than {MAX_DATA} bytes");
                return Err(Error::Encode(problem));
            }
            let written = self.sessions.write_data(&self.id, known.version, &merged).await;
            match written.map_err(|error| Error::Backend(error_chain(&error)))? {
                Updated::Written => {
                    *seen = Some(Seen {
                        by_handler: data.clone(),
                        stored: merged,
                        version: known.version + 1,
                    });
                    return Ok(());
                }
                Updated::VersionConflict | Updated::LeaseLost => {
                    let stored = self.read().await?.ok_or_else(|| self.gone())?;
                    (known.stored, known.version) = (stored.data, stored.version);
                }
                Updated::Gone => return Err(self.gone()),
            }
        }
        Err(Error::Backend(
            "other requests keep writing the data of the session".to_owned(),
        ))
    }
}

impl Seen {
    fn new(stored: StoredData) -> Self {
        Self {
            by_handler: stored.data.clone(),
            stored: stored.data,
            version: stored.version,
        }
    }
}

#[async_trait]
impl SessionStore for DataStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = self.name;
        self.write(&record.data).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(&record.data).await
    }

    async fn load(&self, _: &Id) -> Result<Option<Record>> {
        let Some(stored) = self.read().await? else {
            self.gone();
            return Ok(None);
        };
        let data = stored.data.clone();
        *self.seen.lock().await = Some(Seen::new(stored));
        Ok(Some(Record {
            id: self.name,
            data,
            expiry_date: self.ends,
        }))
    }

    /// Clears the data; the person stays signed in.
    async fn delete(&self, _: &Id) -> Result<()> {
        let data = self.load(&self.name).await?;
        if data.is_some() {
            self.write(&Data::new()).await
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for DataStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataStore")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
