//! A backend-for-frontend for axum.
#![warn(missing_docs)]

mod bff;
pub mod config;
mod cookies;
mod guard;
mod pages;
mod problem;
mod provider;
mod return_path;
mod router;
mod session;
mod sign_in;
mod sign_out;
mod tokens;

pub use self::bff::{Bff, ProviderStatus};
pub use self::config::check::{ConfigError, ConfigProblem};
pub use self::config::clock::Clock;
pub use self::config::key_ring::{KeyRing, KeyRingError};
pub use self::config::secret::Secret;
pub use self::config::{
    BffConfig, HttpLimits, InvalidProviderId, ProviderConfig, ProviderId, ResponseMode, SessionLifetime,
};
pub use self::guard::bearer::{Bearer, Caller, RequireBearer};
pub use self::guard::signed_in::SignedIn;
pub use self::pages::{LeaveForm, Pages, PlainPages, Problem, ProviderLink, SignedOut};
pub use self::return_path::ReturnPath;
pub use self::session::Identity;
#[cfg(feature = "sqlite")]
pub use self::session::sqlite::SqliteSessions;
pub use self::session::store::{MemorySessions, Saved, SessionRecords};
pub use self::tokens::{AccessToken, TokenError};
