//! What stands in a test? A site and one or two providers on real loopback ports, a database, and one clock for all.

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
use super::place::Place;
use super::site::{AUDIENCE, SiteCounts, site};
use super::soon;

/// How a house is built. The default is one provider, `http`, and a provider that signs everybody in.
pub(crate) struct Plan {
    /// `https` with a proxy in front, or plain `http`.
    pub(crate) https: bool,
    /// A second provider, `other`.
    pub(crate) second: bool,
    /// Changes what the first provider is told.
    pub(crate) demo: fn(&mut DemoConfig),
    /// Changes how the site knows the first provider.
    pub(crate) provider: fn(&mut ProviderConfig),
    /// Changes the rest of the site's configuration.
    pub(crate) config: fn(&mut BffConfig),
    /// Sessions in PostgreSQL instead of SQLite; `PORTICO_TEST_SESSIONS=postgres` makes that the default.
    pub(crate) postgres: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            https: false,
            second: false,
            demo: |_| {},
            provider: |_| {},
            config: |_| {},
            postgres: std::env::var("PORTICO_TEST_SESSIONS").is_ok_and(|place| place == "postgres"),
        }
    }
}

/// A site that runs, and its surroundings.
pub(crate) struct House {
    pub(crate) provider: DemoHandle,
    /// The second provider, if the plan has one.
    pub(crate) other: Option<DemoHandle>,
    pub(crate) issuer: String,
    pub(crate) site: Url,
    pub(crate) bff: Bff,
    pub(crate) counts: SiteCounts,
    wire: reqwest::Client,
    address: SocketAddr,
    pub(crate) place: Place,
    providers: Vec<ProviderConfig>,
    folder: TempDir,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::build(Plan::default()).await
    }

    pub(crate) async fn build(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if plan.https { "https" } else { "http" };
        let site: Url = format!("{scheme}://127.0.0.1:{}/", address.port()).parse().unwrap();
        let (provider, mut config) = start_provider("demo", &site, plan.demo).await;
        (plan.provider)(&mut config);
        let (issuer, mut providers) = (config.issuer.clone(), vec![config]);
        let mut other = None;
        if plan.second {
            let (handle, config) = start_provider("other", &site, |_| {}).await;
            other = Some(handle);
            providers.push(config);
        }
        let folder = tempfile::tempdir().unwrap();
        let place = if plan.postgres {
            Place::postgres().await
        } else {
            Place::sqlite(&folder.path().join("sessions.db")).await
        };
        let house = Blueprint {
            url: site.clone(),
            providers: providers.clone(),
            place: place.clone(),
            keys: folder.path().join("keys"),
        };
        let (bff, counts) = house.open(listener, &provider, plan.config).await;
        Self {
            provider,
            other,
            issuer,
            site,
            bff,
            counts,
            wire: wire(),
            address,
            place,
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
        self.blueprint().open(listener, &self.provider, config).await;
        self.browser_at(address, browser)
    }

    /// A browser with the same cookies that reaches the site at `address`.
    pub(crate) fn browser_at(&self, address: SocketAddr, browser: &Browser) -> Browser {
        let mut there = Browser::new(self.wire.clone(), self.site.clone(), address);
        there.cookies.clone_from(&browser.cookies);
        there
    }

    /// Another browser of the same person, at the house.
    pub(crate) fn like(&self, browser: &Browser) -> Browser {
        self.browser_at(self.address, browser)
    }

    /// What another replica needs.
    pub(crate) fn blueprint(&self) -> Blueprint {
        Blueprint {
            url: self.site.clone(),
            providers: self.providers.clone(),
            place: self.place.clone(),
            keys: self.keys(),
        }
    }

    /// The key file.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Moves the one clock.
    pub(crate) fn advance(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap();
        self.provider.advance(seconds);
        if let Some(other) = &self.other {
            other.advance(seconds);
        }
    }

    /// Waits until the provider has seen `reached`.
    pub(crate) async fn until(&self, what: &str, reached: impl Fn(&DemoHandle) -> bool) {
        soon(what, self.provider.wait_for(reached)).await;
    }

    /// Waits until nothing goes on in the background any more.
    pub(crate) async fn until_idle(&self) {
        soon("the site is idle", self.bff.tasks().idle()).await;
    }

    /// How many rows there are in all tables of the database.
    pub(crate) async fn rows(&self) -> i64 {
        self.place.rows().await
    }

    /// Every byte of the database's files, or of its dump.
    pub(crate) async fn database_bytes(&self) -> Vec<u8> {
        if let Place::Postgres(database, _) = &self.place {
            return database.dump().await.into_bytes();
        }
        let files = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|file| file.unwrap().path());
        let files = files.filter(|path| path.to_string_lossy().contains("sessions.db"));
        files.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }

    /// How often something was written through `/write`.
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

/// What a site needs to open.
pub(crate) struct Blueprint {
    url: Url,
    providers: Vec<ProviderConfig>,
    place: Place,
    keys: PathBuf,
}

impl Blueprint {
    /// The same, with connections of its own.
    pub(crate) async fn again(mut self) -> Self {
        self.place = self.place.again().await;
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
        let sessions = self.place.sessions().await;
        let bff = Bff::new(config, sessions, Arc::new(PlainPages)).unwrap();
        let counts = SiteCounts::default();
        let router = site(&bff, counts.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (bff, counts)
    }
}
