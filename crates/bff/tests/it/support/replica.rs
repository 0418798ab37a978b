//! Another replica of a site, with threads, connections and memory of its own. It shares the database,
//! the key file and the name with the site, and can be killed at any moment as a process is.

use std::net::SocketAddr;

use bff::BffConfig;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::browser::Browser;
use super::harness::Harness;
use super::site::SiteCounts;

/// A replica that runs until it is killed or dropped.
pub(crate) struct Replica {
    runtime: Option<Runtime>,
    pub(crate) address: SocketAddr,
    pub(crate) counts: SiteCounts,
}

impl Replica {
    /// Another replica of `harness`, configured a little differently.
    pub(crate) async fn of(harness: &Harness, change: fn(&mut BffConfig)) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (replica_setup, clock) = (harness.replica_setup(), harness.provider.clone());
        let opening = runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (_, counts) = replica_setup.again().await.open(listener, &clock, change).await;
            (address, counts)
        });
        let (address, counts) = opening.await.unwrap();
        Self {
            runtime: Some(runtime),
            address,
            counts,
        }
    }

    /// A browser of this replica with the cookies of `browser`: the same person behind a load balancer.
    pub(crate) fn browser(&self, harness: &Harness, browser: &Browser) -> Browser {
        harness.browser_at(self.address, browser)
    }

    /// Stops all its work at once.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
