//! The state of the providers, and addresses to link to.

use std::sync::Arc;

use oidc::Provider;
use oidc::config::ProviderId;

use super::Bff;
use crate::pages::ProviderLink;
use crate::return_path::ReturnPath;
use crate::sign_in::device::start::is_offered;
use crate::sign_in::start::login_path;

/// Whether a provider can sign people in right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Its short name.
    pub id: ProviderId,
    /// Its name for people.
    pub title: String,
    /// The user flow this is about; `None` for the ordinary sign-in.
    pub user_flow: Option<String>,
    /// Its metadata are known.
    pub ready: bool,
    /// Why not, for an operator.
    pub problem: Option<String>,
}

impl Bff {
    /// State of each provider, in the order of the configuration, each followed by its user flows.
    #[must_use]
    pub fn readiness(&self) -> Vec<ProviderStatus> {
        let status = |p: &Arc<Provider>| {
            let problem = p.problem();
            ProviderStatus {
                id: p.config.id.clone(),
                title: p.config.title.clone(),
                user_flow: p.flow.as_ref().map(|flow| flow.name.clone()),
                ready: problem.is_none(),
                problem,
            }
        };
        self.providers_with_flows().map(status).collect()
    }

    /// The providers to choose from, in the order of the configuration.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderLink> {
        let providers = self.0.services().providers.iter();
        providers.map(|p| ProviderLink::to(p)).collect()
    }

    /// Whether a provider is known to offer making an account (`prompt=create`, or a parameter of its own).
    #[must_use]
    pub fn can_sign_up(&self) -> bool {
        self.0.services().providers.iter().any(|p| p.can_sign_up())
    }

    /// Whether a provider is known to support device sign-ins; then `/auth/device` is worth a link.
    #[must_use]
    pub fn can_sign_in_by_code(&self) -> bool {
        self.0.services().providers.iter().any(|p| is_offered(p))
    }

    /// The address on this site that starts a sign-in with this provider and ends at `return_to`; none where there is no
    /// provider of that short name.
    #[must_use]
    pub fn sign_in_path(&self, provider: &str, return_to: &ReturnPath) -> Option<String> {
        let provider = self.0.services().providers.find(provider)?;
        Some(login_path(Some(provider), return_to))
    }

    /// Origins to which signing out may lead, for `form-action` in a content security policy: browsers apply it to
    /// the redirect that follows the form as well.
    #[must_use]
    pub fn form_targets(&self) -> Vec<String> {
        let providers = self.0.services().providers.iter();
        let mut origins: Vec<_> = providers.filter_map(|p| p.sign_out_origin()).collect();
        origins.sort();
        origins.dedup();
        origins
    }
}
