//! The HTTP clients for the directory, the messages API, traces and a bucket of files: one each, all built here with the same limits and without
//! redirects.
//! `bff` has its own client for providers.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use url::Url;

/// Lifetime of an idle connection: shorter than that of servers, since a request that is sent while they close it is lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// A client for `base` whose requests take at most `timeout`, reading the response included.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes clients for the directory, the messages API and traces"
)]
pub(crate) fn http_client(base: &Url, timeout: Duration) -> Result<Client, reqwest::Error> {
    let client = Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .timeout(timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent("portico");
    if base.scheme() == "http" {
        // Plain http is for this machine alone, so no proxy of the environment may see it.
        return client.no_proxy().build();
    }
    client.build()
}
