//! The test harness: a site and one or two providers on loopback ports, a database, and one clock for all.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bff::{Bff, BffConfig, Clock, KeyRing, PlainPages, ProviderConfig};
use demo::{Demo, DemoConfig, DemoHandle};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use url::Url;

use super::browser::{Browser, wire};
use super::session_database::SessionDatabase;
use super::site::{AUDIENCE, SiteCounts, site};
use super::within_deadline;

/// The setup of a harness. The default is `http` and one provider, which signs everybody in.
pub(crate) struct Setup {
    /// `https` with a proxy in front, or plain `http`.
    pub(crate) https: bool,
    /// A second provider, `other`.
    pub(crate) second: bool,
    /// Changes the configuration of the first provider.
    pub(crate) demo: fn(&mut DemoConfig),
    /// Changes the site's configuration of the first provider.
    pub(crate) provider: fn(&mut ProviderConfig),
    /// Changes the rest of the site's configuration.
    pub(crate) config: fn(&mut BffConfig),
    /// Sessions in PostgreSQL instead of SQLite; `PORTICO_TEST_SESSIONS=postgres` makes that the default.
    pub(crate) postgres: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            https: false,
            second: false,
            demo: |_| {},
            provider: |_| {},
            config: |_| {},
            postgres: std::env::var("PORTICO_TEST_SESSIONS").is_ok_and(|database| database == "postgres"),
        }
    }
}

/// A running site with its providers and database.
pub(crate) struct Harness {
    pub(crate) provider: DemoHandle,
    /// The second provider, if the setup has one.
    pub(crate) other: Option<DemoHandle>,
    pub(crate) issuer: String,
    pub(crate) site: Url,
    pub(crate) bff: Bff,
    pub(crate) counts: SiteCounts,
    wire: reqwest::Client,
    address: SocketAddr,
    pub(crate) database: SessionDatabase,
    providers: Vec<ProviderConfig>,
    folder: TempDir,
}

impl Harness {
    pub(crate) async fn new() -> Self {
        Self::build(Setup::default()).await
    }

    pub(crate) async fn build(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if setup.https { "https" } else { "http" };
        let site: Url = format!("{scheme}://127.0.0.1:{}/", address.port()).parse().unwrap();
        let (provider, mut config) = start_provider("demo", &site, setup.demo).await;
        (setup.provider)(&mut config);
        let (issuer, mut providers) = (config.issuer.clone(), vec![config]);
        let mut other = None;
        if setup.second {
            let (handle, config) = start_provider("other", &site, |_| {}).await;
            other = Some(handle);
            providers.push(config);
        }
        let folder = tempfile::tempdir().unwrap();
        let database = if setup.postgres {
            SessionDatabase::postgres().await
        } else {
            SessionDatabase::sqlite(&folder.path().join("sessions.db")).await
        };
        let harness = ReplicaSetup {
            url: site.clone(),
            providers: providers.clone(),
            database: database.clone(),
            keys: folder.path().join("keys"),
        };
        let (bff, counts) = harness.open(listener, &provider, setup.config).await;
        Self {
            provider,
            other,
            issuer,
            site,
            bff,
            counts,
            wire: wire(),
            address,
            database,
            providers,
            folder,
        }
    }

    /// A new browser without any cookie.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.wire.clone(), self.site.clone(), self.address)
    }

    /// A browser with the same cookies, at a second replica of the site: same database, same keys, same name.
    pub(crate) async fn at_replica(&self, browser: &Browser, config: fn(&mut BffConfig)) -> Browser {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        self.replica_setup().open(listener, &self.provider, config).await;
        self.browser_at(address, browser)
    }

    /// A browser with the same cookies that reaches the site at `address`.
    pub(crate) fn browser_at(&self, address: SocketAddr, browser: &Browser) -> Browser {
        let mut there = Browser::new(self.wire.clone(), self.site.clone(), address);
        there.cookies.clone_from(&browser.cookies);
        there
    }

    /// Another browser with the same cookies, at the site.
    pub(crate) fn clone_of(&self, browser: &Browser) -> Browser {
        self.browser_at(self.address, browser)
    }

    /// What another replica needs.
    pub(crate) fn replica_setup(&self) -> ReplicaSetup {
        ReplicaSetup {
            url: self.site.clone(),
            providers: self.providers.clone(),
            database: self.database.clone(),
            keys: self.keys(),
        }
    }

    /// The key file.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Advances the clock.
    pub(crate) fn advance(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap();
        self.provider.advance(seconds);
        if let Some(other) = &self.other {
            other.advance(seconds);
        }
    }

    /// Waits until the provider has seen `reached`.
    pub(crate) async fn until(&self, what: &str, reached: impl Fn(&DemoHandle) -> bool) {
        within_deadline(what, self.provider.wait_for(reached)).await;
    }

    /// Waits until all background tasks have ended or pause.
    pub(crate) async fn until_idle(&self) {
        within_deadline("the site is idle", self.bff.tasks().idle()).await;
    }

    /// The number of rows in all tables of the database.
    pub(crate) async fn rows(&self) -> i64 {
        self.database.rows().await
    }

    /// Every byte of the database's files, or of its dump.
    pub(crate) async fn database_bytes(&self) -> Vec<u8> {
        if let SessionDatabase::Postgres(database, _) = &self.database {
            return database.dump().await.into_bytes();
        }
        let files = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|file| file.unwrap().path());
        let files = files.filter(|path| path.to_string_lossy().contains("sessions.db"));
        files.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }

    /// The number of requests to `/write` that passed.
    pub(crate) fn written(&self) -> usize {
        self.counts.writes.value()
    }
}

async fn start_provider(id: &str, site: &Url, change: fn(&mut DemoConfig)) -> (DemoHandle, ProviderConfig) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut config = DemoConfig::new(address, site.clone());
    config.redirect_uris = vec![site.join(&format!("auth/callback/{id}")).unwrap().to_string()];
    config.faults.auto = Some("alice".to_owned());
    change(&mut config);
    let mut provider = ProviderConfig::new(id, &config.issuer, &config.client_id).unwrap();
    provider.client_secret = Some(config.client_secret.clone().into());
    provider.audience = Some(AUDIENCE.to_owned());
    provider.scopes = ["openid", "profile", "email", "offline_access", "messages:read"]
        .map(str::to_owned)
        .to_vec();
    let demo = Demo::new(config).unwrap();
    let (router, handle) = (demo.router(), demo.handle());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (handle, provider)
}

/// What another replica of a site needs.
pub(crate) struct ReplicaSetup {
    url: Url,
    providers: Vec<ProviderConfig>,
    database: SessionDatabase,
    keys: PathBuf,
}

impl ReplicaSetup {
    /// The same, with connections of its own.
    pub(crate) async fn again(mut self) -> Self {
        self.database = self.database.again().await;
        self
    }

    pub(crate) async fn open(
        &self,
        listener: TcpListener,
        clock: &DemoHandle,
        change: fn(&mut BffConfig),
    ) -> (Bff, SiteCounts) {
        let clock = clock.clone();
        let keys = KeyRing::load_or_create(&self.keys).unwrap();
        let mut config = BffConfig::new(self.url.clone(), keys);
        "portico".clone_into(&mut config.cookie_name);
        config.providers = self.providers.clone();
        config.clock = Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(clock.now()).unwrap());
        change(&mut config);
        let sessions = self.database.sessions().await;
        let bff = Bff::new(config, sessions, Arc::new(PlainPages)).unwrap();
        let counts = SiteCounts::default();
        let router = site(&bff, counts.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (bff, counts)
    }
}
