//! What is another replica of a house? A site with threads, connections and memory of its own. It shares the database,
//! the key file and the name with the house, and can be killed at any moment as a process is.

use std::net::SocketAddr;

use bff::BffConfig;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::browser::Browser;
use super::house::House;
use super::site::SiteCounts;

/// A replica that runs until it is killed or dropped.
pub(crate) struct Replica {
    runtime: Option<Runtime>,
    pub(crate) address: SocketAddr,
    pub(crate) counts: SiteCounts,
}

impl Replica {
    /// Another replica of `house`, configured a little differently.
    pub(crate) async fn of(house: &House, change: fn(&mut BffConfig)) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (blueprint, clock) = (house.blueprint(), house.provider.clone());
        let opening = runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (_, counts) = blueprint.again().await.open(listener, &clock, change).await;
            (address, counts)
        });
        let (address, counts) = opening.await.unwrap();
        Self {
            runtime: Some(runtime),
            address,
            counts,
        }
    }

    /// A browser here, with the cookies of `browser`: the same person behind a balancer.
    pub(crate) fn browser(&self, house: &House, browser: &Browser) -> Browser {
        house.browser_at(self.address, browser)
    }

    /// Everything it was doing stops where it is.
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
