//! Builds a site of one [`Config`]: store, policy, sign-in, pages.

use std::{error::Error, sync::Arc};

use app::SiteFacts;
use axum::Router;
use bff::{Bff, Clock, KeyRing, StepUp};
use policy::{Policy, PolicyError};
use store::{Store, StoreError};

use crate::{
    api,
    app_state::AppState,
    build_files,
    config::{Config, DatabaseUrl},
    directory::Directory,
    files::FileLibrary,
    headers::SecurityHeaders,
    library::LocalLibrary,
    messages::MessageSource,
    people::People,
    pulls::Pulls,
    reading::LocalReadingHistory,
    router,
    search::{Follower, LocalSearch, SearchStatus},
    session_store,
    site_pages::SitePages,
};

/// A site ready to be served.
pub struct Site {
    /// Answers every request.
    pub router: Router,
    /// Sign-in and sessions; knows which providers are ready.
    pub bff: Bff,
    /// The database of the documents.
    pub store: Store,
    /// How far the full-text index is.
    pub search: SearchStatus,
    /// The repositories that are pulled.
    pub pulls: Pulls,
    /// The keys that seal sessions and cookies; all clones share one ring.
    pub keys: KeyRing,
}

/// Why a site cannot be built. Each message is one line and names the setting to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rules do not load.
    #[error("the policy cannot be used")]
    Policy(#[source] PolicyError),
    /// The database cannot be opened or written.
    #[error("the database `{url}` cannot be used: {} or change `database_url`", url.remedy())]
    Database {
        /// As configured; displayed without its password.
        url: Box<DatabaseUrl>,
        /// Why.
        source: StoreError,
    },
    /// The key file cannot be read or created.
    #[error(
        "the keys in `{path}` cannot be used: make the file readable for Portico alone or change `session.keys_file`"
    )]
    Keys {
        /// As configured.
        path: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No provider issues tokens for an upstream.
    #[error("an API of `[[upstreams]]` cannot be reached: name in `providers` whose tokens are for it")]
    Upstream(#[source] Box<dyn Error + Send + Sync>),
    /// Where files are stored cannot be used.
    #[error("the store of `[files]` cannot be used")]
    Files(#[source] Box<dyn Error + Send + Sync>),
    /// Sign-in cannot be set up.
    #[error("sign-in cannot be set up")]
    SignIn(#[source] Box<dyn Error + Send + Sync>),
}

/// Builds a site and starts its background tasks (discovery of providers, removal of expired sessions).
///
/// Waits for no provider: `/readyz` reports one that is down, and its discovery is retried.
///
/// # Errors
/// See [`StartError`].
pub async fn site(config: &Config) -> Result<Site, StartError> {
    site_with_clock(config, Clock::system()).await
}

/// [`site`] with another clock.
///
/// # Errors
/// See [`StartError`].
pub async fn site_with_clock(config: &Config, clock: Clock) -> Result<Site, StartError> {
    let policy = Policy::load(&config.policies).map_err(StartError::Policy)?;
    build_site(config, policy, clock).await
}

/// [`site_with_clock`] with a policy that is loaded already.
pub(crate) async fn build_site(config: &Config, policy: Policy, clock: Clock) -> Result<Site, StartError> {
    let database = |source| database_error(config, source);
    let store = Store::open(&config.database_url, markdown::VERSIONS)
        .await
        .map_err(database)?;
    let sessions = session_store::open(&store).await.map_err(database)?;
    let keys = keys(config)?;
    let sign_in = config.sign_in(keys.clone(), clock.clone());
    let options = build_files::leptos_options(config);
    let files = build_files::load(&options);
    let pages = Arc::new(SitePages::new(&files, config));
    let bff = Bff::new(sign_in, sessions, pages).map_err(|error| StartError::SignIn(error.into()))?;
    bff.start();

    let proxies = proxies(config, &bff)?;
    let audience = config.api.audience.as_deref();
    let own_api = api::router(&bff, audience.filter(|_| config.api.base_url.is_none()));
    let messages = MessageSource::new(config, own_api.clone()).map_err(|error| StartError::SignIn(error.into()))?;
    let directory = Directory::new(bff.clone(), store.clone(), &config.directory, clock.clone())
        .map_err(|error| StartError::SignIn(error.into()))?;
    let people = People::new(&config.providers, directory, store.clone(), bff.tasks().clone());
    let policy = Arc::new(policy);
    let search = follow_changes(config, &store, &bff);
    let reading = LocalReadingHistory::new(store.clone(), Arc::clone(&policy), bff.tasks().clone(), clock.clone());
    let finding = LocalSearch::new(store.clone(), Arc::clone(&policy), search.clone(), clock.clone());
    let pulls = pull_sources(config, &store, &bff, &clock);
    let app = AppState {
        sources: Arc::new(pulls.clone()),
        reading: Arc::new(reading),
        library: Arc::new(library(config, &store, &policy, &keys)),
        search: Arc::new(finding),
        clock,
        messages,
        bff: bff.clone(),
        store: store.clone(),
        headers: SecurityHeaders::new(config, bff.clone()),
        facts: site_facts(config, bff.clone()),
        recent_sign_in: config.session.recent.map(StepUp::recent),
    };
    let parts = router::Parts {
        app: Arc::new(app),
        people: Arc::new(people),
        document_files: document_files(config, &store, &policy)?,
        options,
        files,
        bff: bff.clone(),
        store: store.clone(),
        search: search.clone(),
        pulls: pulls.clone(),
        api: own_api,
        proxies,
    };
    Ok(Site {
        router: router::router(parts),
        bff,
        store,
        search,
        pulls,
        keys,
    })
}

fn database_error(config: &Config, source: StoreError) -> StartError {
    StartError::Database {
        url: Box::new(config.database_url.clone()),
        source,
    }
}

/// The files of documents, under the policy.
fn document_files(config: &Config, store: &Store, policy: &Arc<Policy>) -> Result<FileLibrary, StartError> {
    let storage = config.files.storage(store).map_err(StartError::Files)?;
    Ok(FileLibrary::new(store.clone(), Arc::clone(policy), storage))
}

/// The documents, under the policy.
fn library(config: &Config, store: &Store, policy: &Arc<Policy>, keys: &KeyRing) -> LocalLibrary {
    let library = LocalLibrary::new(store.clone(), Arc::clone(policy), keys.clone());
    library.with_images(config.images.clone())
}

/// Starts to keep the full-text index up to date. The site does not wait for it.
fn follow_changes(config: &Config, store: &Store, bff: &Bff) -> SearchStatus {
    let status = SearchStatus::default();
    let follower = Follower {
        store: store.clone(),
        status: status.clone(),
        folder: config.search_folder(),
        settings: search::Settings {
            languages: config.search.languages.clone(),
            memory: config.search.memory,
            ..search::Settings::default()
        },
    };
    follower.start(bff.tasks());
    status
}

/// Starts to pull `[[sources]]`. The site does not wait for them.
fn pull_sources(config: &Config, store: &Store, bff: &Bff, clock: &Clock) -> Pulls {
    let pulls = Pulls::new(config, store.clone(), clock.clone());
    pulls.start(bff.tasks());
    pulls
}

fn site_facts(config: &Config, bff: Bff) -> Box<dyn Fn() -> SiteFacts + Send + Sync> {
    let demo = config.demo;
    Box::new(move || SiteFacts {
        sign_up: bff.can_sign_up(),
        demo,
        device_sign_in: bff.can_sign_in_by_code(),
    })
}

/// The routes of `[[upstreams]]`, at which scripts reach APIs.
fn proxies(config: &Config, bff: &Bff) -> Result<Router, StartError> {
    config.upstreams.iter().try_fold(Router::new(), |router, upstream| {
        let proxy = bff.proxy(upstream.clone().traceparent(crate::telemetry::traceparent));
        let proxy = proxy.map_err(|error| StartError::Upstream(error.into()))?;
        Ok(router.merge(proxy))
    })
}

fn keys(config: &Config) -> Result<KeyRing, StartError> {
    let Some(path) = &config.session.keys_file else {
        return Ok(KeyRing::ephemeral());
    };
    KeyRing::load_or_create(path).map_err(|error| StartError::Keys {
        path: path.display().to_string(),
        source: error.into(),
    })
}
