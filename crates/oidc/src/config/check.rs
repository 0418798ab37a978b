//! Validation of a provider's configuration. Every mistake is reported, not only the first; no request is sent.

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
    /// What is wrong with it and what would be right, separated by a semicolon where there are both.
    pub problem: String,
}

/// Algorithms that sign with a shared secret; the rest sign with a private key.
const MACS: [&str; 3] = ["HS256", "HS384", "HS512"];
/// Every algorithm whose signature can be verified here.
const KNOWN: [&str; 12] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512",
];

impl ProviderConfig {
    /// Everything that is wrong with it, as far as that can be known without a request.
    #[must_use]
    pub fn check(&self) -> Vec<ConfigProblem> {
        let mut found = Vec::new();
        check_provider(self, &mut |key, problem| found.push(ConfigProblem { key, problem }));
        found
    }
}

fn check_provider(provider: &ProviderConfig, report: &mut impl FnMut(String, String)) {
    let key = |setting: &str| format!("providers.{}.{setting}", provider.id);
    match Url::parse(&provider.issuer) {
        Err(e) => report(key("issuer"), format!("`{}` is not an address: {e}", provider.issuer)),
        Ok(url) if !is_secure_or_loopback(&url) => {
            report(
                key("issuer"),
                format!("`{url}` must be https, or http on a loopback host"),
            );
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            report(key("issuer"), format!("`{url}` must have no query and no fragment"));
        }
        Ok(_) => {}
    }
    if provider.client_id.is_empty() && provider.registration.is_none() {
        report(key("client_id"), "must not be empty".into());
    }
    if provider.registration.is_some() && (!provider.client_id.is_empty() || !provider.user_flows.is_empty()) {
        let problem = "a site that registers itself has no client_id and no user flows";
        report(key("registration"), problem.into());
    }
    if let Some(Err(problem)) = Metadata::written(provider) {
        report(key("metadata"), problem.to_string());
    }
    if !provider.scopes.iter().any(|s| s == "openid") {
        report(key("scopes"), "must contain `openid`".into());
    }
    if provider.leeway > Duration::from_mins(5) {
        report(key("leeway"), "must not exceed 5 minutes".into());
    }
    check_algorithms(provider, &key("algorithms"), report);
    super::issuer::check(provider, report);
    super::user_flow::check(provider, report);
    super::sign_out_address::check(provider, report);
    if let Some(problem) = client_auth::problem(provider) {
        report(key("client_auth"), problem);
    }
}

fn check_algorithms(provider: &ProviderConfig, key: &str, report: &mut impl FnMut(String, String)) {
    let is_mac = |alg: &String| MACS.contains(&alg.as_str());
    for unknown in provider.algorithms.iter().filter(|a| !KNOWN.contains(&a.as_str())) {
        report(key.into(), format!("`{unknown}` is not one of {}", KNOWN.join(", ")));
    }
    if provider.algorithms.is_empty() {
        report(key.into(), "must name at least one algorithm".into());
    }
    let macs = provider.algorithms.iter().filter(|a| is_mac(a)).count();
    if macs > 0 && macs < provider.algorithms.len() {
        report(
            key.into(),
            "HS* and signatures with public keys must not be mixed".into(),
        );
    }
    if macs > 0 && provider.client_secret.is_none() {
        report(key.into(), "HS* needs a client_secret; write it as well".into());
    }
}
