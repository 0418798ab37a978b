//! Does the sweep survive a store that fails?

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::{Mutex, mpsc};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::*;
use crate::session::index::{SessionIndex, SessionRow, SessionSelector};
use crate::session::lease::{Fence, Leased, SessionLeases};
use crate::session::record::SealedSession;
use crate::session::seal::Sealer;
use crate::session::store::{Saved, SessionRecords};
use crate::{Clock, KeyRing, SessionLifetime};

/// A store whose first sweep fails, whose second panics, and that knows nothing else.
#[derive(Debug, Default)]
struct Broken {
    sweeps: AtomicUsize,
    swept: AtomicUsize,
}

fn away<T>() -> Result<T> {
    Err(Error::Backend("away".to_owned()))
}

#[async_trait]
impl SessionStore for Broken {
    async fn save(&self, _: &Record) -> Result<()> {
        away()
    }

    async fn load(&self, _: &Id) -> Result<Option<Record>> {
        away()
    }

    async fn delete(&self, _: &Id) -> Result<()> {
        away()
    }
}

#[async_trait]
impl SessionIndex for Broken {
    async fn find(&self, _: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
        away()
    }

    async fn end(&self, _: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
        away()
    }

    async fn note(&self, _: [u8; 32], _: OffsetDateTime, _: OffsetDateTime) -> Result<()> {
        away()
    }

    async fn keep(&self, _: [u8; 32], _: &str) -> Result<String> {
        away()
    }

    async fn kept(&self, _: [u8; 32]) -> Result<Option<String>> {
        away()
    }

    async fn replace_kept(&self, _: [u8; 32], _: &str, _: &str) -> Result<()> {
        away()
    }

    async fn drop_kept(&self, _: [u8; 32], _: &str) -> Result<()> {
        away()
    }

    async fn noted(&self, _: [u8; 32], _: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
        away()
    }
}

#[async_trait]
impl SessionLeases for Broken {
    async fn lease(&self, _: &Id, _: OffsetDateTime, _: OffsetDateTime) -> Result<Option<Fence>> {
        away()
    }

    async fn hold(&self, _: &Id, _: Fence, _: OffsetDateTime) -> Result<bool> {
        away()
    }

    async fn update_leased(&self, _: &Record, _: Fence) -> Result<Leased> {
        away()
    }
}

#[async_trait]
impl SessionRecords for Broken {
    async fn update(&self, _: &Record) -> Result<Saved> {
        away()
    }

    async fn touch(&self, _: &Id, _: OffsetDateTime, _: OffsetDateTime) -> Result<()> {
        away()
    }

    async fn take(&self, _: &Id) -> Result<Option<SealedSession>> {
        away()
    }

    async fn delete_expired(&self, _: OffsetDateTime) -> Result<u64> {
        match self.sweeps.fetch_add(1, Ordering::SeqCst) {
            0 => away(),
            1 => panic!("a bug in a store"),
            _ => {
                self.swept.fetch_add(1, Ordering::SeqCst);
                Ok(1)
            }
        }
    }
}

#[tokio::test]
async fn se_1_the_sweep_goes_on_after_an_error_and_a_panic_and_ends_with_the_site() {
    let store = Arc::new(Broken::default());
    let site = Arc::new(Sessions {
        records: Arc::clone(&store) as Arc<dyn SessionRecords>,
        sealer: Sealer::new(KeyRing::ephemeral()),
        lifetime: SessionLifetime::default(),
        clock: Clock::system(),
    });

    let (arrived, mut pauses) = mpsc::unbounded_channel();
    let (go, going) = mpsc::unbounded_channel::<()>();
    let going = Arc::new(Mutex::new(going));
    let pause = move || {
        let (arrived, going) = (arrived.clone(), Arc::clone(&going));
        async move {
            arrived.send(()).ok();
            going.lock().await.recv().await.is_some()
        }
    };
    let weak = Arc::downgrade(&site);
    let sessions = move || weak.upgrade().map(|sessions| (*sessions).clone());
    let task = tokio::spawn(in_background(sessions, pause));
    for _ in 0..4 {
        pauses.recv().await.unwrap();
        go.send(()).unwrap();
    }
    pauses.recv().await.unwrap();
    assert_eq!(store.sweeps.load(Ordering::SeqCst), 4);
    assert_eq!(store.swept.load(Ordering::SeqCst), 2);
    drop(site);
    go.send(()).unwrap();
    task.await.unwrap();
}
