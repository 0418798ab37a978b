//! How is a site put together? Store, policy, sign-in and pages, from one [`Config`].

use std::{error::Error, fmt::Write as _, sync::Arc};

use app::SiteFacts;
use axum::Router;
use bff::{Bff, Clock, KeyRing, StepUp};
use policy::{Policy, PolicyError};
use store::{Store, StoreError};

use crate::{
    api, build_files,
    config::{Config, DatabaseUrl},
    context::{House, People},
    directory::Directory,
    headers::Headers,
    library::LocalLibrary,
    messages::MessageSource,
    pages::HousePages,
    router, session_store,
};

/// A site ready to be served.
pub struct Site {
    /// Answers every request.
    pub router: Router,
    /// Who signs people in; asked for their readiness.
    pub bff: Bff,
    /// The documents, as they are stored.
    pub store: Store,
    /// What seals sessions and cookies; all clones are the same ring.
    pub keys: KeyRing,
}

/// Why a site cannot be put together. Each is one line and names what to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rules are wrong.
    #[error("the policy cannot be used")]
    Policy(#[source] PolicyError),
    /// The database cannot be opened or written.
    #[error("the database `{url}` cannot be used: {} or change `database_url`", url.remedy())]
    Database {
        /// As configured; printed without its password.
        url: Box<DatabaseUrl>,
        /// Why.
        source: StoreError,
    },
    /// The key file cannot be read or made.
    #[error(
        "the keys in `{path}` cannot be used: make the file readable for Portico alone or change `session.keys_file`"
    )]
    Keys {
        /// As configured.
        path: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No provider gives tokens for an upstream.
    #[error("an API of `[[upstreams]]` cannot be reached: name in `providers` whose tokens are for it")]
    Upstream(#[source] Box<dyn Error + Send + Sync>),
    /// Sign-in cannot be set up.
    #[error("sign-in cannot be set up")]
    SignIn(#[source] Box<dyn Error + Send + Sync>),
}

/// Puts a site together and starts what runs beside it (asking providers who they are, removing old sessions).
///
/// Asks no network by itself: a provider that is down is told by `/readyz` and asked again.
///
/// # Errors
/// See [`StartError`].
pub async fn site(config: &Config) -> Result<Site, StartError> {
    site_by(config, Clock::system()).await
}

/// [`site`], by any clock.
///
/// # Errors
/// See [`StartError`].
pub async fn site_by(config: &Config, clock: Clock) -> Result<Site, StartError> {
    let policy = Policy::load(&config.policies).map_err(StartError::Policy)?;
    put_together(config, policy, clock).await
}

/// [`site_by`], with rules that were read before.
pub(crate) async fn put_together(config: &Config, policy: Policy, clock: Clock) -> Result<Site, StartError> {
    let database = |source| StartError::Database {
        url: Box::new(config.database_url.clone()),
        source,
    };
    let store = Store::open(&config.database_url, markdown::VERSIONS)
        .await
        .map_err(database)?;
    let sessions = session_store::open(&store).await.map_err(database)?;
    let keys = keys(config)?;
    let sign_in = config.sign_in(keys.clone(), clock.clone());
    let options = build_files::leptos_options(config);
    let files = build_files::read(&options);
    let pages = Arc::new(HousePages::new(&files, config));
    let bff = Bff::new(sign_in, sessions, pages).map_err(|error| StartError::SignIn(error.into()))?;
    bff.start();

    let proxies = proxies(config, &bff)?;
    let audience = config.api.audience.as_deref();
    let own_api = api::router(&bff, audience.filter(|_| config.api.base_url.is_none()));
    let messages = MessageSource::new(config, own_api.clone()).map_err(|error| StartError::SignIn(error.into()))?;
    let directory = Directory::new(bff.clone(), store.clone(), &config.directory, clock)
        .map_err(|error| StartError::SignIn(error.into()))?;
    let facts = {
        let (bff, demo) = (bff.clone(), config.demo);
        Arc::new(move || SiteFacts {
            sign_up: bff.can_sign_up(),
            demo,
            device_sign_in: bff.can_sign_in_by_code(),
        })
    };
    let house = Arc::new(House {
        library: Arc::new(LocalLibrary::new(store.clone(), Arc::new(policy))),
        messages,
        bff: bff.clone(),
        people: Arc::new(People::new(
            &config.providers,
            directory,
            store.clone(),
            bff.tasks().clone(),
        )),
        headers: Headers::new(config, bff.clone()),
        facts,
        recent: config.session.recent.map(StepUp::recent),
    });
    let parts = router::Parts {
        house,
        options,
        files,
        bff: bff.clone(),
        store: store.clone(),
        api: own_api,
        proxies,
    };
    Ok(Site {
        router: router::router(parts),
        bff,
        store,
        keys,
    })
}

/// The paths at which pages reach APIs.
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

/// An error and its causes on one line.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors already print their cause.
        if !text.ends_with(&cause_text) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
