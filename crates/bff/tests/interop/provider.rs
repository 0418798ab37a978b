//! An installed provider of other people for a test: a script sets it up in a new folder and then
//! becomes the server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bff::ProviderConfig;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::browser::wire;
use crate::server::Server;
use crate::site::{Ground, PROVIDER, Site};

pub(crate) const CLIENT: &str = "portal";
pub(crate) const SECRET: &str = "a-secret-that-both-sides-know";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// How long the scripts let access tokens live, less what the test itself may take.
pub(crate) const LIFE: Duration = Duration::from_secs(570);

/// A provider that runs.
pub(crate) struct Installed {
    pub(crate) issuer: String,
    folder: TempDir,
    /// Lives as long as the provider is needed.
    _server: Server,
}

/// Where `make interop` has put the programs.
fn programs() -> PathBuf {
    let named = std::env::var_os("PORTICO_INTEROP");
    let named = named.unwrap_or_else(|| panic!("PORTICO_INTEROP names no folder: run `make interop`"));
    PathBuf::from(named)
}

/// The provider that `tests/interop/{script}` sets up, and a site that is registered there.
pub(crate) async fn open(script: &str, change: fn(&mut ProviderConfig)) -> (Installed, Site) {
    let ground = Ground::find().await;
    let folder = tempfile::tempdir().unwrap();
    let folder_of_scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let mut command = Command::new(folder_of_scripts.join(script));
    command
        .arg(folder.path())
        .env("PORTICO_INTEROP", programs())
        .env("CLIENT", CLIENT)
        .env("SECRET", SECRET)
        .env("PASSWORD", PASSWORD)
        .env("CALLBACK", ground.callback())
        .env("SIGNED_OUT", ground.at("/auth/signed-out"))
        .env(
            "BACK_CHANNEL",
            ground.at(&format!("/auth/backchannel-logout/{PROVIDER}")),
        );
    let server = tokio::task::spawn_blocking(move || Server::start(&mut command))
        .await
        .unwrap();
    let provider = Installed {
        issuer: server.text("issuer"),
        folder,
        _server: server,
    };
    provider.answers().await;
    let mut config = ProviderConfig::new(PROVIDER, &provider.issuer, CLIENT).unwrap();
    config.client_secret = Some(SECRET.into());
    change(&mut config);
    (provider, ground.open(config).await)
}

impl Installed {
    /// Waits for it, a minute at most.
    async fn answers(&self) {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        for _ in 0..600 {
            let requested = wire().get(&address).send().await;
            if requested.is_ok_and(|response| response.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await; // Real time: these programs do not state when they listen.
        }
        panic!("nobody answers at {address}");
    }

    /// A number from the provider's own database.
    pub(crate) async fn count(&self, file: &str, query: &str) -> i64 {
        let file = self.folder.path().join(file);
        let mut database = SqliteConnection::connect(&format!("sqlite:{}", file.display()))
            .await
            .unwrap();
        sqlx::query_scalar(query).fetch_one(&mut database).await.unwrap()
    }
}
