//! What does `--demo` change? A provider, an API and documents come with the site, on this machine alone.

use clap::Args;
use store::Store;

use super::Failure;
use bff::error_chain;

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

    /// The configuration with what the demo adds.
    pub(super) fn prepare(self, config: Config) -> Result<Config, Problems> {
        if !self.is_set {
            return Ok(config);
        }
        demo_site::prepare(config).map_err(|refusal| Problems(vec![refusal.into()]))
    }
}

/// Starts the provider, where it is part of the site.
pub(super) async fn start(config: &Config) -> Result<(), Failure> {
    if config.demo {
        let provider = demo_site::listen(config)
            .await
            .map_err(|error| Failure::Other(error_chain(&error)))?;
        tokio::spawn(provider.run());
    }
    Ok(())
}

/// Brings the documents in, where there are some, and says who to be.
pub(super) async fn welcome(config: &Config, store: &Store) -> Result<String, Failure> {
    if !config.demo {
        return Ok(String::new());
    }
    demo_site::seed(config, store)
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    Ok(format!("\n{}", demo_site::greeting(config)))
}
