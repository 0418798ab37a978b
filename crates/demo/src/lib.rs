//! An identity provider for trying Portico without an account anywhere. An OpenID provider and a messages API in one small router.
//!
//! Five people live here ([`PEOPLE`]); whoever opens the sign-in page picks one of them, without a password. That is
//! why the demo serves loopback addresses only and refuses everything else ([`NotLoopback`]).
//!
//! | part | where ||
//! |---|---|
//! | Configuration: address, clients | [`config`] ||
//! | The people who can sign in | [`people`] ||
//! | Discovery document | `discovery` ||
//! | Authorization endpoint, sign-out and their pages | `authorize`, `sign_out`, `page` ||
//! | Device authorization | `device` ||
//! | Token endpoint, grants and signing keys | `token`, `grants`, `keys` ||
//! | Pushed authorization requests | `pushed` ||
//! | Client assertions and DPoP proofs | `assertion`, `proof`, `jwk` ||
//! | The messages API | `api` ||
//! | The directory (Microsoft Graph) | [`graph`] ||
//! | Faults for tests | [`faults`], [`handle`] ||
//! | The documents of the demo | `documents` ||

mod access;
mod api;
mod assertion;
mod authorize;
mod bounded;
mod client;
pub mod config;
mod device;
mod discovery;
mod documents;
#[doc(hidden)]
pub mod faults;
mod grants;
pub mod graph;
#[doc(hidden)]
pub mod handle;
mod jwk;
mod keys;
mod page;
mod params;
pub mod people;
mod pieces;
mod proof;
mod provider;
mod pushed;
mod register;
mod router;
mod sign_out;
mod token;

use std::io;

use axum::Router;
use tokio::net::TcpListener;

pub use config::{DemoConfig, NotLoopback};
pub use documents::DOCUMENTS;
#[doc(hidden)]
pub use faults::{Endpoint, FaultResponse, Faults, GraphFaults, Patch, Pieces, Signing};
pub use graph::{GRAPH_PATH, group_id};
#[doc(hidden)]
pub use handle::{DemoHandle, Issued, Kind};
pub use people::{PEOPLE, Person};

/// The provider and the API, ready to be served.
#[derive(Clone)]
pub struct Demo {
    provider: provider::Shared,
    mounts: Vec<(String, provider::Shared)>,
}

impl Demo {
    /// Makes fresh keys and empty memory.
    ///
    /// # Errors
    /// [`NotLoopback`] if the listener, the issuer or the client could be reached from another machine.
    pub fn new(config: DemoConfig) -> Result<Self, NotLoopback> {
        config.check()?;
        let (provider, mounts) = provider::Provider::shared(config);
        Ok(Self { provider, mounts })
    }

    /// Every address of the demo: `/.well-known/openid-configuration`, `/authorize`, `/token`, `/api/messages/…`.
    pub fn router(&self) -> Router {
        let here = router::router(&self.provider);
        self.mounts.iter().fold(here, |router, (position, provider)| {
            router.nest(&format!("/{position}"), router::router(provider))
        })
    }

    /// What tests hold to make the provider misbehave and to see its requests.
    #[doc(hidden)]
    #[must_use]
    pub fn handle(&self) -> DemoHandle {
        DemoHandle::new(self.provider.clone(), &self.mounts)
    }
}

/// The router of a new [`Demo`].
///
/// # Errors
/// As [`Demo::new`].
pub fn router(config: DemoConfig) -> Result<Router, NotLoopback> {
    Ok(Demo::new(config)?.router())
}

/// Serves a new [`Demo`] until the future is dropped.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if `listener` or anything in `config` is not loopback; else what accepting meets.
pub async fn serve(listener: TcpListener, config: DemoConfig) -> io::Result<()> {
    let bound = listener.local_addr()?;
    let demo = Demo::new(DemoConfig {
        listen: bound,
        ..config
    })
    .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    axum::serve(listener, demo.router()).await
}
