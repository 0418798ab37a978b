//! The handle of everything: what a site holds.

use std::sync::Arc;

use axum::Router;

use crate::config::check::{ConfigError, check};
use crate::config::{BffConfig, ProviderId};
use crate::guard::bearer::Bearer;
use crate::pages::{Pages, ProviderLink};
use crate::session::store::SessionRecords;

/// Sign-in for one site. Cloning is cheap.
#[derive(Clone)]
pub struct Bff(Arc<BffConfig>);

/// Whether a provider can sign people in right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Its short name.
    pub id: ProviderId,
    /// Its name for people.
    pub title: String,
    /// Its metadata are known.
    pub ready: bool,
    /// Why not, for an operator.
    pub problem: Option<String>,
}

impl Bff {
    /// Puts the parts together. Asks no network.
    ///
    /// # Errors
    /// Everything that is wrong with `config`.
    pub fn new(
        config: BffConfig,
        sessions: Arc<dyn SessionRecords>,
        pages: Arc<dyn Pages>,
    ) -> Result<Self, ConfigError> {
        check(&config)?;
        drop((sessions, pages));
        Ok(Self(Arc::new(config)))
    }
    /// Starts discovery and the removal of expired sessions in the background.
    pub fn start(&self) {}
    /// Every `/auth/...` route.
    pub fn router(&self) -> Router {
        Router::new()
    }
    /// Wraps a whole site.
    pub fn protect(&self, site: Router) -> Router {
        site
    }
    /// State of each provider.
    #[must_use]
    pub fn readiness(&self) -> Vec<ProviderStatus> {
        Vec::new()
    }
    /// Providers to choose from.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderLink> {
        self.0
            .providers
            .iter()
            .map(|p| ProviderLink {
                id: p.id.clone(),
                title: p.title.clone(),
            })
            .collect()
    }
    /// Whether a provider offers to make an account.
    #[must_use]
    pub fn can_sign_up(&self) -> bool {
        false
    }
    /// Origins a sign-out form may be redirected to.
    #[must_use]
    pub fn form_targets(&self) -> Vec<String> {
        Vec::new()
    }
    /// Verifies JWT access tokens for `audience`.
    #[must_use]
    pub fn bearer(&self, audience: &str) -> Bearer {
        Bearer {
            audience: audience.to_owned(),
        }
    }
}
