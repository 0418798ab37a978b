//! Tests of the sweep with a store that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::{Mutex, mpsc};

use super::*;
use crate::session::creation::{CreateOptions, Created};
use crate::session::index::{SessionRef, SessionRow, SessionSelector};
use crate::session::key_value::KeyValue;
use crate::session::lease::Fence;
use crate::session::seal::Sealer;
use crate::session::store::{
    SealedData, SealedSession, SessionRecord, SessionStore, SessionStoreError, SessionUpdate, StoreResult, Updated,
};
use crate::{Clock, KeyRing, SessionLifetime};

/// A store whose first sweep fails, whose second panics, and that knows nothing else.
#[derive(Debug, Default)]
struct Broken {
    sweeps: AtomicUsize,
    swept: AtomicUsize,
}

fn away<T>() -> StoreResult<T> {
    Err(SessionStoreError::unavailable("away"))
}

#[async_trait]
impl KeyValue for Broken {
    async fn get(&self, _: [u8; 32]) -> StoreResult<Option<String>> {
        away()
    }

    async fn put_if_absent(&self, _: [u8; 32], _: &str) -> StoreResult<String> {
        away()
    }

    async fn replace_if(&self, _: [u8; 32], _: &str, _: &str) -> StoreResult<()> {
        away()
    }

    async fn delete_if(&self, _: [u8; 32], _: &str) -> StoreResult<()> {
        away()
    }

    async fn put_marker(&self, _: [u8; 32], _: OffsetDateTime, _: OffsetDateTime) -> StoreResult<()> {
        away()
    }

    async fn marker(&self, _: [u8; 32], _: OffsetDateTime) -> StoreResult<Option<OffsetDateTime>> {
        away()
    }
}

#[async_trait]
impl SessionStore for Broken {
    async fn create(&self, _: &SessionRecord, _: CreateOptions<'_>) -> StoreResult<Created> {
        away()
    }

    async fn load(&self, _: SessionRef) -> StoreResult<Option<SealedSession>> {
        away()
    }

    async fn update(&self, _: &SessionUpdate) -> StoreResult<Updated> {
        away()
    }

    async fn touch(&self, _: SessionRef, _: OffsetDateTime, _: OffsetDateTime) -> StoreResult<()> {
        away()
    }

    async fn remove(&self, _: SessionSelector<'_>) -> StoreResult<Vec<SessionRecord>> {
        away()
    }

    async fn find(&self, _: SessionSelector<'_>) -> StoreResult<Vec<SessionRow>> {
        away()
    }

    async fn sweep(&self, _: OffsetDateTime) -> StoreResult<u64> {
        match self.sweeps.fetch_add(1, Ordering::SeqCst) {
            0 => away(),
            1 => panic!("a bug in a store"),
            _ => {
                self.swept.fetch_add(1, Ordering::SeqCst);
                Ok(1)
            }
        }
    }

    async fn lease(&self, _: SessionRef, _: OffsetDateTime, _: OffsetDateTime) -> StoreResult<Option<Fence>> {
        away()
    }

    async fn load_data(&self, _: SessionRef) -> StoreResult<Option<SealedData>> {
        away()
    }

    async fn update_data(&self, _: SessionRef, _: &SealedData) -> StoreResult<Updated> {
        away()
    }

    async fn extend_lease(&self, _: SessionRef, _: Fence, _: OffsetDateTime) -> StoreResult<bool> {
        away()
    }
}

#[tokio::test]
async fn se_1_the_sweep_continues_after_an_error_and_a_panic_and_ends_with_the_site() {
    let store = Arc::new(Broken::default());
    let site = Arc::new(Sessions {
        store: Arc::clone(&store) as Arc<dyn SessionStore>,
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
