//! User flows of a provider beside sign-in. Each is the provider once more: the same
//! client at other metadata, with keys of its own.

use std::sync::Arc;

use super::Provider;
use super::http::HttpClient;
use crate::config::ProviderConfig;
use crate::config::clock::Clock;
use crate::config::user_flow::{FlowEnd, UserFlow};

/// Tokens of a flow are used once, on the way back.
const OFFLINE: &str = "offline_access";

impl Provider {
    /// The provider as its user flow called `name`, or as itself.
    pub fn at<'p>(self: &'p Arc<Self>, name: Option<&str>) -> Option<&'p Arc<Self>> {
        let Some(name) = name else { return Some(self) };
        self.flows
            .iter()
            .find(|at| at.flow.as_ref().is_some_and(|flow| flow.name == name))
    }

    /// What follows the response of this user flow; `None` for an ordinary sign-in.
    pub fn end(&self) -> Option<FlowEnd> {
        self.flow.as_ref().map(|flow| flow.end)
    }
}

/// The flows of `config`, each as a provider.
pub(crate) fn all(
    config: &ProviderConfig,
    redirect_uri: &str,
    clock: &Clock,
    http: &Arc<HttpClient>,
) -> Vec<Arc<Provider>> {
    let at = |flow: &UserFlow| {
        let config = elsewhere(config, flow);
        let provider = Provider::new(config, redirect_uri.to_owned(), clock.clone(), Arc::clone(http));
        Arc::new(Provider {
            flow: Some(flow.clone()),
            ..provider
        })
    };
    config.user_flows.iter().map(at).collect()
}

/// The same registration at the flow's metadata.
fn elsewhere(config: &ProviderConfig, flow: &UserFlow) -> ProviderConfig {
    let mut at = config.clone();
    at.metadata_url = Some(flow.metadata_url.clone());
    at.scopes.retain(|scope| scope != OFFLINE);
    at.user_flows.clear();
    at
}
