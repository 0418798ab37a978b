//! Is the configuration of a provider usable? Every mistake is reported, not only the first, and no network is asked.

use std::time::Duration;

use url::Url;

use super::{ProviderConfig, client_auth};
use crate::address::is_secure_or_loopback;
use crate::metadata::Metadata;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The setting, for example `providers.demo.issuer`.
    pub key: String,
    /// What is wrong with it and what would be right; where both are said, a semicolon stands between them.
    pub problem: String,
}

/// Algorithms that sign with a shared secret; the rest sign with a private key.
const MACS: [&str; 3] = ["HS256", "HS384", "HS512"];
/// Every algorithm whose signature can be verified here.
const KNOWN: [&str; 12] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512",
];

impl ProviderConfig {
    /// Everything that is wrong with it, as far as that can be known without asking anybody.
    #[must_use]
    pub fn check(&self) -> Vec<ConfigProblem> {
        let mut found = Vec::new();
        check_provider(self, &mut |key, problem| found.push(ConfigProblem { key, problem }));
        found
    }
}

fn check_provider(provider: &ProviderConfig, say: &mut impl FnMut(String, String)) {
    let key = |setting: &str| format!("providers.{}.{setting}", provider.id);
    match Url::parse(&provider.issuer) {
        Err(e) => say(key("issuer"), format!("`{}` is not an address: {e}", provider.issuer)),
        Ok(url) if !is_secure_or_loopback(&url) => {
            say(
                key("issuer"),
                format!("`{url}` must be https, or http on a loopback host"),
            );
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            say(key("issuer"), format!("`{url}` must have no query and no fragment"));
        }
        Ok(_) => {}
    }
    if provider.client_id.is_empty() && provider.registration.is_none() {
        say(key("client_id"), "must not be empty".into());
    }
    if provider.registration.is_some() && (!provider.client_id.is_empty() || !provider.user_flows.is_empty()) {
        let problem = "a site that registers itself has no client_id and no user flows";
        say(key("registration"), problem.into());
    }
    if let Some(Err(problem)) = Metadata::written(provider) {
        say(key("metadata"), problem.to_string());
    }
    if !provider.scopes.iter().any(|s| s == "openid") {
        say(key("scopes"), "must contain `openid`".into());
    }
    if provider.leeway > Duration::from_mins(5) {
        say(key("leeway"), "must not exceed 5 minutes".into());
    }
    check_algorithms(provider, &key("algorithms"), say);
    super::issuer::check(provider, say);
    super::user_flow::check(provider, say);
    super::sign_out_address::check(provider, say);
    if let Some(problem) = client_auth::problem(provider) {
        say(key("client_auth"), problem);
    }
}

fn check_algorithms(provider: &ProviderConfig, key: &str, say: &mut impl FnMut(String, String)) {
    let is_mac = |alg: &String| MACS.contains(&alg.as_str());
    for unknown in provider.algorithms.iter().filter(|a| !KNOWN.contains(&a.as_str())) {
        say(key.into(), format!("`{unknown}` is not one of {}", KNOWN.join(", ")));
    }
    if provider.algorithms.is_empty() {
        say(key.into(), "must name at least one algorithm".into());
    }
    let macs = provider.algorithms.iter().filter(|a| is_mac(a)).count();
    if macs > 0 && macs < provider.algorithms.len() {
        say(
            key.into(),
            "HS* and signatures with public keys must not be mixed".into(),
        );
    }
    if macs > 0 && provider.client_secret.is_none() {
        say(key.into(), "HS* needs a client_secret; write it as well".into());
    }
}
