//! `portico serve`: runs the site until it is stopped.

use std::{process::ExitCode, time::Duration};

use bff::{Clock, error_chain};
use clap::Args;
use policy::Policy;

use super::{ConfigFile, Failure, demo, print};
use crate::{
    config::Config,
    key_reload, metrics,
    serve::{listen, serve, shutdown_signal},
    site::{Site, StartError, build_site},
    telemetry::{self, Traces},
};

/// Longest wait for background tasks at shutdown: as long as a request to a provider may take.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(12);

/// Longest wait for the database to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) async fn run(arguments: ServeArgs) -> Result<ExitCode, Failure> {
    let config = arguments.config.read_to_serve()?;
    let traces = start_telemetry(&config)?;
    let policy = policy(&config)?;
    let listener = listen(config.listen, "PORTICO_LISTEN")
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    serve_metrics(&config).await?;
    demo::start(&config).await?;
    let site = build_site(&config, policy, Clock::system())
        .await
        .map_err(|error| start_failure(&error))?;
    key_reload::reload_on_sighup(site.keys.clone(), config.session.keys_file.clone());
    let greeting = demo::seed_and_greet(&config, &site.store).await?;
    let stop = shutdown_signal();
    print(&format!("Portico is at {}\n{greeting}", site_address(&config)));
    serve(listener, site.router.clone(), stop).await;
    release(site, traces).await;
    Ok(ExitCode::SUCCESS)
}

/// Loads the rules before a port is opened; an error in them is one of the configuration.
fn policy(config: &Config) -> Result<Policy, Failure> {
    Policy::load(&config.policies).map_err(|error| start_failure(&StartError::Policy(error)))
}

/// Installs the metrics recorder and serves `/metrics`, if configured.
async fn serve_metrics(config: &Config) -> Result<(), Failure> {
    let Some(address) = config.metrics_listen else {
        return Ok(());
    };
    let handle = metrics::start().map_err(|error| Failure::Other(error_chain(&error)))?;
    let listener = listen(address, "PORTICO_METRICS_LISTEN")
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    // Not shut down gracefully: an interrupted scrape does no harm.
    tokio::spawn(serve(listener, metrics::router(handle), std::future::pending()));
    Ok(())
}

/// Starts logging, and tracing if configured.
fn start_telemetry(config: &Config) -> Result<Option<Traces>, Failure> {
    let traces = Traces::start(&config.telemetry).map_err(|error| Failure::Other(error_chain(&error)))?;
    telemetry::start(&config.log, traces.as_ref());
    Ok(traces)
}

/// Ends what a site has running beside requests, and closes what it has open.
async fn release(site: Site, traces: Option<Traces>) {
    // A running refresh has used up a refresh token: its result has to be stored before the store closes.
    let unfinished = site.bff.tasks().stop(BACKGROUND_TIMEOUT).await;
    if unfinished > 0 {
        tracing::warn!(unfinished, "background tasks did not end in time");
    }
    if let Some(traces) = traces {
        traces.stop().await;
    }
    // Merges SQLite's log into its file; bounded, since a background task may hold a connection.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, site.store.close()).await;
}

fn site_address(config: &Config) -> &str {
    config.public_url.as_str().trim_end_matches('/')
}

fn start_failure(error: &StartError) -> Failure {
    let text = error_chain(error);
    match error {
        StartError::Policy(_) | StartError::SignIn(_) | StartError::Upstream(_) | StartError::Files(_) => {
            Failure::Configuration(text)
        }
        StartError::Database { .. } | StartError::Keys { .. } => Failure::Other(text),
    }
}
