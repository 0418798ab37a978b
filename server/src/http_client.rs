//! With what does the documents' side ask others over HTTP? With a client of each asker's own, all made here and alike: they share
//! no connections, and none follows a redirect. `bff` has its own for providers.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use url::Url;

/// How long an unused connection is kept: less than others keep it, as what is sent while they hang up is lost.
const KEPT_UNUSED: Duration = Duration::from_secs(4);

/// A client for what is at `base`, whose requests take at most `timeout`, reading the answer included.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes clients for the directory, the messages API and traces"
)]
pub(crate) fn http_client(base: &Url, timeout: Duration) -> Result<Client, reqwest::Error> {
    let client = Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .timeout(timeout)
        .pool_idle_timeout(KEPT_UNUSED)
        .user_agent("portico");
    if base.scheme() == "http" {
        // This machine: what is not encrypted goes past no proxy of the environment.
        return client.no_proxy().build();
    }
    client.build()
}
