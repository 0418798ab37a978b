//! Starts a whole site in a test. With the demo as provider on a real port, and everything else in this process.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::Router;
use bff::{Bff, Clock};
use demo::{Demo, DemoConfig, DemoHandle};
use server::{
    Config, Site,
    config::{DatabaseUrl, Sources},
    demo_site,
    pulls::Pulls,
    search::SearchStatus,
    site_with_clock,
};
use store::Store;
use tempfile::TempDir;
use time::Duration;
use tokio::{net::TcpListener, task::JoinHandle};

mod collector;
mod database;
#[path = "../../../crates/bff/tests/it/support/log.rs"]
mod log;
mod program;
mod remote;
mod repository;
mod visitor;
mod wire;

pub(crate) use collector::{Collector, attribute};
pub(crate) use database::Database;
pub(crate) use log::Log;
pub(crate) use program::{Program, Run, Serving, free_ports};
pub(crate) use remote::RemoteVisitor;
pub(crate) use repository::{TestRepository, git_settings, snapshot};
pub(crate) use visitor::{TestResponse, Visitor};
pub(crate) use wire::Wire;

/// A running site with a provider of its own; gone when it is dropped.
pub(crate) struct TestSite {
    pub(crate) router: Router,
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    pub(crate) search: SearchStatus,
    pub(crate) pulls: Pulls,
    pub(crate) config: Config,
    pub(crate) provider: DemoHandle,
    pub(crate) database: Database,
    serving: Option<JoinHandle<()>>,
    folder: Arc<TempDir>,
    /// Seconds by which the site's clock is ahead.
    ahead: Arc<AtomicI64>,
}

/// The value of `signal`, which has to arrive long before the timeout.
pub(crate) async fn soon<T>(what: &str, signal: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), signal).await;
    waited.unwrap_or_else(|_| panic!("never happened: {what}"))
}

/// What a test sets differently from the default site.
pub(crate) struct SiteOptions {
    /// A file in the site's folder, if nothing is wished.
    database: Option<Database>,
    config: Box<dyn FnOnce(&mut Config) + Send>,
    provider_answers: bool,
    /// After the demo's provider was added.
    provider: Box<dyn FnOnce(&mut Config) + Send>,
}

impl Default for SiteOptions {
    fn default() -> Self {
        Self {
            database: None,
            config: Box::new(|_| {}),
            provider_answers: true,
            provider: Box::new(|_| {}),
        }
    }
}

impl TestSite {
    /// A site as `portico serve --demo` makes it, without documents.
    pub(crate) async fn start() -> Self {
        Self::with(SiteOptions::default()).await
    }

    /// The same on each database, with a key file that others may share.
    pub(crate) async fn both() -> [Self; 2] {
        [
            Self::on(None, |_| {}).await,
            Self::on(Some(Database::postgres().await), |_| {}).await,
        ]
    }

    /// The same on a database (or a file of its own), with other settings of the provider or its directory.
    pub(crate) async fn on(database: Option<Database>, provider: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        Self::with(SiteOptions {
            database,
            config: Box::new(|config| {
                config.session.keys_file = config.site_root.as_ref().map(|root| root.with_file_name("keys"));
            }),
            provider: Box::new(provider),
            ..SiteOptions::default()
        })
        .await
    }

    /// The same with another configuration.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        Self::with(SiteOptions {
            config: Box::new(change),
            ..SiteOptions::default()
        })
        .await
    }

    /// The same with other settings of the provider or its directory.
    pub(crate) async fn with_provider(change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        Self::with(SiteOptions {
            provider: Box::new(change),
            ..SiteOptions::default()
        })
        .await
    }

    /// The same while nothing listens at the provider's port.
    pub(crate) async fn without_provider() -> Self {
        Self::with(SiteOptions {
            provider_answers: false,
            ..SiteOptions::default()
        })
        .await
    }

    async fn with(wishes: SiteOptions) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = config(&folder, listener.local_addr().unwrap().port());
        let database = wishes.database.unwrap_or_else(|| Database::sqlite(folder.path()));
        config.database_url = database.url();
        (wishes.config)(&mut config);
        let mut config = demo_site::prepare(config).unwrap();
        (wishes.provider)(&mut config);
        let mut demo = DemoConfig::new(config.demo_listen.unwrap(), config.public_url.clone());
        // As the site knows it.
        demo.dpop = config.providers.iter().any(|settings| settings.provider.dpop);
        if config
            .providers
            .iter()
            .all(|settings| settings.provider.client_secret.is_none())
        {
            demo.client_secret.clear();
        }
        let demo = Demo::new(demo).unwrap();
        let provider = demo.handle();
        let serving = if wishes.provider_answers {
            Some(response(listener, &demo))
        } else {
            drop(listener);
            None
        };
        let ahead = Arc::new(AtomicI64::new(0));
        let Site {
            router,
            bff,
            store,
            search,
            pulls,
            ..
        } = site_with_clock(&config, clock(&ahead)).await.unwrap();
        let site = Self {
            router,
            bff,
            store,
            search,
            pulls,
            config,
            provider,
            database,
            serving,
            folder,
            ahead,
        };
        if site.serving.is_some() {
            site.until_ready().await;
        }
        site
    }

    /// Another replica of this site: its database, keys, clock and provider; nothing else in common.
    pub(crate) async fn replica(&self) -> Self {
        self.replica_at(self.database.url()).await
    }

    /// The same, where the database has this address.
    pub(crate) async fn replica_at(&self, database_url: DatabaseUrl) -> Self {
        let mut config = Config {
            database_url,
            ..self.config.clone()
        };
        config.search.folder = Some(search_folder(&self.folder));
        let Site {
            router,
            bff,
            store,
            search,
            pulls,
            ..
        } = site_with_clock(&config, clock(&self.ahead)).await.unwrap();
        let site = Self {
            router,
            bff,
            store,
            search,
            pulls,
            config,
            provider: self.provider.clone(),
            database: self.database.clone(),
            serving: None,
            folder: Arc::clone(&self.folder),
            ahead: Arc::clone(&self.ahead),
        };
        site.until_ready().await;
        site
    }

    /// Starts the provider of [`Self::without_provider`].
    pub(crate) async fn start_provider(&mut self) {
        let address = self.config.demo_listen.unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let demo = Demo::new(DemoConfig::new(address, self.config.public_url.clone())).unwrap();
        self.provider = demo.handle();
        self.serving = Some(response(listener, &demo));
    }

    /// Waits until every provider responded once; its first try runs beside the start.
    async fn until_ready(&self) {
        self.until_idle().await;
        let providers = self.bff.readiness();
        assert!(providers.iter().all(|provider| provider.ready), "{providers:?}");
    }

    /// Waits until nothing runs in the background any more: the names of those who signed in are stored there.
    pub(crate) async fn until_idle(&self) {
        soon("the site is idle", self.bff.tasks().idle()).await;
    }

    /// Waits until every document is found as it is now.
    pub(crate) async fn until_found(&self) {
        let last = self.store.last_change().await.unwrap();
        soon("the index has followed", self.search.follows(last)).await;
    }

    /// The response of `/readyz` when the database has just been written to, and not up to two seconds ago.
    pub(crate) async fn ready(&self) -> TestResponse {
        let _ = self.store.ready(std::time::Duration::ZERO).await;
        self.visitor().get("/readyz").await
    }

    /// The time of the site, in seconds since 1970 (UTC).
    pub(crate) fn now(&self) -> i64 {
        clock(&self.ahead).now().unix_timestamp()
    }

    /// Moves the clocks of site and provider.
    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
        self.provider.advance(seconds);
    }

    /// Somebody with a fresh browser.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.router.clone(), &self.config.public_url)
    }

    /// The browser of somebody, here: what a balancer does, or another tab.
    pub(crate) fn visitor_like(&self, other: &Visitor) -> Visitor {
        let mut visitor = self.visitor();
        visitor.cookies.clone_from(&other.cookies);
        visitor
    }

    /// Somebody who walked through the sign-in as one of the demo's people.
    pub(crate) async fn sign_in(&self, who: &str) -> Visitor {
        let mut visitor = self.visitor();
        let arrived = visitor.sign_in(who, "/profile").await;
        assert_eq!(
            arrived.location(),
            Some("/profile"),
            "sign-in of {who}: {} {}",
            arrived.status,
            arrived.body
        );
        visitor
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let ahead = Arc::clone(ahead);
    Clock::from_fn(move || Clock::system().now() + Duration::seconds(ahead.load(Ordering::Relaxed)))
}

fn response(listener: TcpListener, demo: &Demo) -> JoinHandle<()> {
    tokio::spawn(server::serve::serve(listener, demo.router(), std::future::pending()))
}

/// The configuration of a test: defaults, everything in `folder`, the provider at `port`.
pub(crate) fn config(folder: &TempDir, provider_port: u16) -> Config {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut config = Config::read(&Sources::default()).unwrap();
    config.public_url = "http://127.0.0.1:4040".parse().unwrap();
    // Instead of a file in the folder of whoever calls `cargo test`.
    let file = folder.path().join("portico.db");
    config.database_url = DatabaseUrl::parse(&format!("sqlite:{}", file.display())).unwrap();
    config.session.keys_file = None;
    config.policies = root.join("policies");
    config.site_root = Some(folder.path().join("site"));
    config.search.folder = Some(search_folder(folder));
    config.git.folder = folder.path().join("git");
    config.demo_listen = Some(([127, 0, 0, 1], provider_port).into());
    config
}

/// A folder of its own for the index of each process.
fn search_folder(folder: &TempDir) -> PathBuf {
    static NEXT: AtomicI64 = AtomicI64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    folder.path().join(format!("search-{number}"))
}

/// Two documents: `Secret plan`, private to Engineering, and `Notice`, for everybody.
pub(crate) async fn documents(site: &TestSite) -> [domain::DocumentId; 2] {
    let texts = [
        (
            "plan.md",
            "---\ntitle: Secret plan\nowner: demo:dave\ngroups: [Engineering]\nprivate: true\nid: 101\n---\nthe plan is simple\n",
        ),
        (
            "notice.md",
            "---\ntitle: Notice\nowner: demo:dave\nprivate: false\nid: 102\n---\nfor everybody\n",
        ),
    ];
    let config = site.config.clone();
    let report = server::import::seed_demo(&site.store, &texts, &move |who| config.resolve_person(who))
        .await
        .unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    [101, 102].map(|number| domain::DocumentId::new(number).unwrap())
}
