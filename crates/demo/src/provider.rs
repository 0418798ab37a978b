//! The state of the provider. Keys, grants, the clock, and counters for tests.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::config::DemoConfig;
use crate::device::Devices;
use crate::faults::{Endpoint, Faults};
use crate::grants::Grants;
use crate::handle::{Issued, Kind};
use crate::keys::Key;

/// How many tokens are remembered for tests.
const REMEMBERED: usize = 5_000;

/// The provider, as every handler has it.
pub(crate) type Shared = Arc<Provider>;

/// Everything behind one lock each; no lock is held across an `.await`.
pub(crate) struct Provider {
    pub(crate) config: DemoConfig,
    /// Where its endpoints are, without a slash at the end.
    pub(crate) address: String,
    faults: watch::Sender<Arc<Faults>>,
    /// How many requests wait for a fault to be lifted.
    held: AtomicUsize,
    /// Changes whenever something was recorded or held.
    progress: watch::Sender<()>,
    /// The newest key signs and is published; older ones only read what they signed.
    keys: Mutex<Vec<Arc<Key>>>,
    grants: Mutex<Grants>,
    record: Mutex<Record>,
    /// Seconds by which the provider's clock is ahead.
    ahead: Arc<AtomicI64>,
    devices: Mutex<Devices>,
    /// When the clock was stopped; 0 while it runs.
    stopped: AtomicI64,
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) requests: HashMap<Endpoint, usize>,
    pub(crate) issued: VecDeque<Issued>,
    pub(crate) revoked: VecDeque<String>,
    pub(crate) bodies: VecDeque<(Endpoint, String)>,
    pub(crate) proofs: VecDeque<(Endpoint, String)>,
}

impl Provider {
    /// The provider, and once more at each of its mounts; they have one clock.
    pub(crate) fn shared(config: DemoConfig) -> (Shared, Vec<(String, Shared)>) {
        let (origin, ahead) = (config.origin(), Arc::new(AtomicI64::new(0)));
        let at = |position: &String| {
            let provider = Self::at(config.clone(), format!("{origin}/{position}"), Arc::clone(&ahead));
            (position.clone(), provider)
        };
        let mounts = config.mounts.iter().map(at).collect();
        (Self::at(config, origin.clone(), Arc::clone(&ahead)), mounts)
    }

    fn at(config: DemoConfig, address: String, ahead: Arc<AtomicI64>) -> Shared {
        Arc::new(Self {
            address,
            faults: watch::Sender::new(Arc::new(config.faults.clone())),
            held: AtomicUsize::new(0),
            progress: watch::Sender::default(),
            keys: Mutex::new(vec![Arc::new(Key::fresh())]),
            grants: Mutex::new(Grants::new()),
            record: Mutex::default(),
            ahead,
            devices: Mutex::new(Devices::new()),
            stopped: AtomicI64::new(0),
            config,
        })
    }

    /// Seconds since 1970 by the provider's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the demo's clock; tests move it")]
    pub(crate) fn now(&self) -> i64 {
        let base = match self.stopped.load(Ordering::Relaxed) {
            0 => OffsetDateTime::now_utc().unix_timestamp(),
            stopped => stopped,
        };
        base + self.ahead.load(Ordering::Relaxed)
    }

    /// Stops the clock; only [`Self::advance`] moves it from now on.
    pub(crate) fn stop_clock(&self) {
        let now = self.now() - self.ahead.load(Ordering::Relaxed);
        self.stopped.store(now, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// What tokens call their issuer.
    pub(crate) fn issuer(&self) -> String {
        match &self.faults().tenant {
            Some(tenant) => self.config.issuer.replace("{tenantid}", tenant),
            None => self.config.issuer.clone(),
        }
    }

    pub(crate) fn faults(&self) -> Arc<Faults> {
        self.faults.borrow().clone()
    }

    pub(crate) fn change_faults(&self, change: impl FnOnce(&mut Faults)) {
        self.faults.send_modify(|faults| change(Arc::make_mut(faults)));
    }

    /// Waits until a fault is lifted. Until then the request counts as held, unless its client disconnects.
    pub(crate) async fn hold_while(&self, is_held: impl Fn(&Faults) -> bool) {
        let mut faults = self.faults.subscribe();
        let _held = Held::begin(self);
        // The sender lives as long as the provider.
        let _ = faults.wait_for(|faults| !is_held(faults)).await;
    }

    /// How many requests wait for a fault to be lifted.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Wakes whoever waits in [`crate::DemoHandle::wait_for`].
    pub(crate) fn notify(&self) {
        self.progress.send_replace(());
    }

    pub(crate) fn watch_progress(&self) -> watch::Receiver<()> {
        self.progress.subscribe()
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn devices(&self) -> MutexGuard<'_, Devices> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Vec<Arc<Key>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that signs.
    pub(crate) fn key(&self) -> Arc<Key> {
        self.keys().last().cloned().unwrap_or_else(|| Arc::new(Key::fresh()))
    }

    /// Signs with a new key from now on, and publishes only that one.
    pub(crate) fn rotate_key(&self) {
        let mut keys = self.keys();
        if keys.len() > 2 {
            keys.remove(0);
        }
        keys.push(Arc::new(Key::fresh()));
    }

    /// The claims of one of our own tokens, whenever it was issued.
    pub(crate) fn read(&self, token: &str, typ: &str) -> Option<Map<String, Value>> {
        let keys = self.keys().clone();
        keys.iter().find_map(|key| key.read(token, typ))
    }

    /// Records an issued token.
    pub(crate) fn issued(&self, kind: Kind, value: &str) {
        let issued = &mut self.record().issued;
        if issued.len() >= REMEMBERED {
            issued.pop_front();
        }
        issued.push_back(Issued {
            kind,
            value: value.to_owned(),
        });
        self.notify();
    }

    /// Records that a client revoked a token.
    pub(crate) fn revoked(&self, token: &str) {
        let revoked = &mut self.record().revoked;
        if revoked.len() >= REMEMBERED {
            revoked.pop_front();
        }
        revoked.push_back(token.to_owned());
        self.notify();
    }
}

/// A request that is held back; counted until it is dropped.
struct Held<'a>(&'a Provider);

impl<'a> Held<'a> {
    fn begin(provider: &'a Provider) -> Self {
        provider.held.fetch_add(1, Ordering::Relaxed);
        provider.notify();
        Self(provider)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.fetch_sub(1, Ordering::Relaxed);
        self.0.notify();
    }
}
