//! `--demo`: adds a provider, an API and documents to the site, on this machine alone.

use bff::error_chain;
use clap::Args;
use store::Store;

use super::Failure;
use crate::{
    config::{Config, Problems},
    demo_site,
};

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct DemoFlag {
    /// The demo: an identity provider, an API and documents come with it, on this machine alone
    #[arg(long = "demo")]
    is_set: bool,
}

impl DemoFlag {
    pub(super) fn is_set(self) -> bool {
        self.is_set
    }

    /// Adds the demo to the configuration.
    pub(super) fn prepare(self, config: Config) -> Result<Config, Problems> {
        if !self.is_set {
            return Ok(config);
        }
        demo_site::prepare(config).map_err(|refusal| Problems(vec![refusal.into()]))
    }
}

/// Starts the demo provider, with `--demo`.
pub(super) async fn start(config: &Config) -> Result<(), Failure> {
    if config.demo {
        let provider = demo_site::listen(config)
            .await
            .map_err(|error| Failure::Other(error_chain(&error)))?;
        tokio::spawn(provider.run());
    }
    Ok(())
}

/// Imports the documents of the demo, and returns the greeting with its people.
pub(super) async fn seed_and_greet(config: &Config, store: &Store) -> Result<String, Failure> {
    if !config.demo {
        return Ok(String::new());
    }
    demo_site::seed(config, store)
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    Ok(format!("\n{}", demo_site::greeting(config)))
}
