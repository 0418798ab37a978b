//! Presets without their provider: the same settings, with the demo's origin in every address.

use bff::{IssuerRule, ProviderConfig};
use demo::{DemoConfig, Patch};
use serde_json::json;
use url::Url;

/// Replaces `known` by `preset`, with `real` replaced by the demo's origin.
pub(crate) fn at_demo(known: &mut ProviderConfig, preset: ProviderConfig, real: &str) {
    let origin = Url::parse(&known.issuer).unwrap().origin().ascii_serialization();
    let moved = |text: &String| text.replace(real, &origin);
    let mut config = preset;
    config.issuer = moved(&config.issuer);
    config.metadata_url = config.metadata_url.as_ref().map(moved);
    for flow in &mut config.user_flows {
        flow.metadata_url = moved(&flow.metadata_url);
    }
    if let IssuerRule::AnyOf(issuers) = &mut config.issuer_rule {
        *issuers = issuers.iter().map(moved).collect();
    }
    if let Some(there) = &mut config.sign_out_address {
        there.address = moved(&there.address);
    }
    // What the demo has of its own: how it signs, the client's secret, one API.
    config.algorithms = vec!["ES256".to_owned()];
    config.client_secret.clone_from(&known.client_secret);
    config.audience.clone_from(&known.audience);
    config.scopes.push("messages:read".to_owned());
    *known = config;
}

/// Removes from metadata and responses what Microsoft's do not have.
pub(crate) fn like_microsoft(demo: &mut DemoConfig) {
    let absent = [
        "authorization_response_iss_parameter_supported",
        "revocation_endpoint",
        "prompt_values_supported",
    ];
    demo.faults
        .metadata
        .extend(absent.map(|name| (name.to_owned(), json!(null))));
    demo.faults.callback = Patch::from_iter([("iss".to_owned(), json!(null))]);
}
