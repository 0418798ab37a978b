//! The demo site: `--demo` adds a provider, an API and documents to a configuration, on this machine alone.

use std::{fmt::Write as _, net::SocketAddr, path::PathBuf};

use ::demo::{Demo, DemoConfig};
use bff::{ProviderConfig, Secret};
use store::Store;
use tokio::net::TcpListener;
use url::Url;

use crate::{
    config::{
        ApiToken, ClaimNames, Config, DatabaseUrl, DirectoryUse, Problem, ProviderSettings,
        problem::{Issue, Origin},
    },
    import::{self, ImportError},
    serve::{self, ListenError},
};

/// The text the terminal shows below the address: the people of the demo, and where data is stored.
#[must_use]
pub fn greeting(config: &Config) -> String {
    let people: String = ::demo::PEOPLE.iter().fold(String::new(), |mut list, person| {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "  {:<7} {}", person.name, person.about);
        list
    });
    let location = config.database_url.to_string();
    let location = location.trim_start_matches("sqlite:");
    format!(
        "Choose \"Sign in\", then be one of\n{people}\nDocuments and sign-ins are kept in {location}. Stop with Ctrl-C.\n"
    )
}

/// The id of the demo provider.
const PROVIDER: &str = "demo";

/// An address that other machines can reach: refused, since the demo signs anybody in as anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: `{value}` can be reached from other machines, and `--demo` lets anybody be anybody — use `{instead}`")]
pub struct NotLoopback {
    key: &'static str,
    value: String,
    instead: &'static str,
}

impl From<NotLoopback> for Problem {
    fn from(refusal: NotLoopback) -> Self {
        let NotLoopback { key, value, instead } = refusal;
        let what = format!("`{value}` can be reached from other machines, and `--demo` lets anybody be anybody");
        Issue::from(format!("{what} — use `{instead}`")).at(&Origin::Nowhere("--demo".to_owned()), key)
    }
}

/// Adds the demo's provider, API and database to a configuration.
///
/// # Errors
/// If anything in it can be reached from another machine.
pub fn prepare(mut config: Config) -> Result<Config, NotLoopback> {
    if !bff::is_loopback(&config.public_url) {
        let value = config.public_url.to_string();
        return Err(NotLoopback {
            key: "public_url",
            value,
            instead: "http://localhost:4040",
        });
    }
    let provider_listen = demo_listen(&config);
    let listeners = [
        ("listen", Some(config.listen)),
        ("demo_listen", Some(provider_listen)),
        ("metrics_listen", config.metrics_listen),
    ];
    for (key, address) in listeners {
        if let Some(address) = address.filter(|address| !address.ip().is_loopback()) {
            return Err(NotLoopback {
                key,
                value: address.to_string(),
                instead: "127.0.0.1 and a port",
            });
        }
    }
    let demo = demo_config(&config);
    config
        .providers
        .retain(|settings| settings.provider.id.as_str() != PROVIDER);
    config.providers.extend(settings(&demo));
    config.directory.base_url = directory(&demo).unwrap_or(config.directory.base_url);
    config.api.audience = Some(demo.audience);
    if config.database_url.to_string() == default_database()
        && let Ok(database) = DatabaseUrl::parse("sqlite:data/demo.db")
    {
        config.database_url = database;
        config.session.keys_file = config.session.keys_file.map(|_| PathBuf::from("data/demo-keys"));
    }
    config.demo_listen = Some(provider_listen);
    config.demo = true;
    Ok(config)
}

/// Where the demo provider listens: as configured, or one port above the site (below, if there is none above).
fn demo_listen(config: &Config) -> SocketAddr {
    let port = config.listen.port();
    let beside = SocketAddr::new(config.listen.ip(), port.checked_add(1).unwrap_or(port - 1));
    config.demo_listen.unwrap_or(beside)
}

fn default_database() -> &'static str {
    crate::config::keys::find("database_url")
        .and_then(|key| key.default)
        .unwrap_or_default()
}

fn demo_config(config: &Config) -> DemoConfig {
    let mut demo = DemoConfig::new(demo_listen(config), config.public_url.clone());
    demo.reveal_tokens = std::env::var("PORTICO_DEMO_REVEAL_TOKENS").is_ok_and(|value| value == "1");
    demo
}

/// The demo's directory, beside its provider.
fn directory(demo: &DemoConfig) -> Option<Url> {
    format!("{}{}", demo.issuer, ::demo::GRAPH_PATH).parse().ok()
}

/// The demo provider as an operator would configure it.
fn settings(demo: &DemoConfig) -> Option<ProviderSettings> {
    let mut provider = ProviderConfig::new(PROVIDER, &demo.issuer, &demo.client_id).ok()?;
    "Demo".clone_into(&mut provider.title);
    provider.client_secret = Some(Secret::from(demo.client_secret.clone()));
    provider.scopes = [
        "openid",
        "profile",
        "email",
        "offline_access",
        "messages:read",
        "messages:admin",
    ]
    .map(str::to_owned)
    .to_vec();
    provider.audience = Some(demo.audience.clone());
    provider.device_sign_in = true;
    let claims = ClaimNames {
        groups: "groups".into(),
        roles: "roles".into(),
        job_title: "job_title".into(),
        object_id: "oid".into(),
    };
    Some(ProviderSettings {
        provider,
        claims,
        directory: DirectoryUse::default(),
        api_token: ApiToken::OfSignIn,
    })
}

/// The demo provider, ready to run.
pub struct Provider {
    listener: TcpListener,
    demo: Demo,
}

/// Binds the demo provider's port.
///
/// # Errors
/// If it is in use.
pub async fn listen(config: &Config) -> Result<Provider, ListenError> {
    let listener = serve::listen(demo_listen(config), "PORTICO_DEMO_LISTEN").await?;
    let demo = Demo::new(demo_config(config)).map_err(|error| ListenError::refused(&error))?;
    Ok(Provider { listener, demo })
}

impl Provider {
    /// Serves until the program stops.
    pub async fn run(self) {
        serve::serve(self.listener, self.demo.router(), std::future::pending()).await;
    }
}

/// Imports the documents of the demo; unchanged ones stay as they are.
///
/// # Errors
/// If the database cannot be written.
pub async fn seed(config: &Config, store: &Store) -> Result<(), ImportError> {
    let config = config.clone();
    let resolve = move |who: &str| config.resolve_person(&format!("{PROVIDER}:{}", who.trim_start_matches("demo:")));
    let report = import::seed_demo(store, ::demo::DOCUMENTS, &resolve).await?;
    for problem in report.problems {
        tracing::warn!(%problem, "a document of the demo was refused");
    }
    Ok(())
}
