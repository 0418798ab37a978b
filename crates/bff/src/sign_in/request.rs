//! What is asked of the provider? The parameters of an authentication request (OpenID Connect Core 1.0 §3.1.2.1). How the
//! browser gets there is in [`super::start`].

use url::Url;

use super::pending::Pending;
use super::step_up::Asked;
use crate::config::{ProviderConfig, ResponseMode};
use crate::provider::Provider;
use crate::provider::metadata::Metadata;

/// Name and value, each name once.
pub(crate) type Parameters<'a> = Vec<(&'a str, String)>;

/// What the person wants beyond being signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// An account is to be made, where the provider offers that.
    pub(crate) account: bool,
    /// The session that is to be gone, where its cookie may have stayed behind.
    pub(crate) replaces: Option<String>,
    /// More is asked than who it is.
    pub(crate) step_up: Option<Asked>,
    /// Who is likely to sign in.
    pub(crate) login_hint: Option<String>,
}

/// Everything the provider has to know; `challenge` is the one of the PKCE verifier in `pending`.
pub(crate) fn parameters<'a>(
    provider: &'a Provider,
    metadata: &Metadata,
    pending: &Pending,
    (challenge, wish): (&str, &Wish),
) -> Parameters<'a> {
    let config = &provider.config;
    let mut asked = vec![
        ("response_type", "code".to_owned()),
        ("client_id", provider.client().id.to_string()),
        ("redirect_uri", provider.redirect_uri.clone()),
        ("scope", config.scopes.join(" ")),
        ("state", pending.state.clone()),
        ("nonce", pending.nonce.clone()),
        ("code_challenge", challenge.to_owned()),
        ("code_challenge_method", "S256".to_owned()),
    ];
    if config.response_mode == ResponseMode::FormPost {
        asked.push(("response_mode", "form_post".to_owned()));
    }
    asked.extend(config.audience.clone().map(|audience| ("audience", audience)));
    asked.extend(config.resource.clone().map(|resource| ("resource", resource)));
    // The code is of no use to anybody with another key, as a challenge of PKCE is for the verifier.
    asked.extend(pending.proof_key.as_ref().map(|key| ("dpop_jkt", key.thumbprint())));
    match &config.sign_up_parameter {
        Some((name, value)) if wish.account => asked.push((name, value.clone())),
        _ => {}
    }
    asked.extend(prompt(config, metadata, wish).map(|prompt| ("prompt", prompt.to_owned())));
    asked.extend(wish.login_hint.clone().map(|hint| ("login_hint", hint)));
    if let Some(Asked { step_up, .. }) = &wish.step_up {
        asked.extend(step_up.acr_values().map(|acr| ("acr_values", acr.to_owned())));
        asked.extend(step_up.max_age_seconds().map(|age| ("max_age", age.to_string())));
    }
    asked
}

/// What the provider's pages ask for, however well it knows the person. Where an account is made, consent is part of it.
fn prompt(config: &ProviderConfig, metadata: &Metadata, wish: &Wish) -> Option<&'static str> {
    let afresh = wish.step_up.as_ref().is_some_and(|asked| asked.afresh);
    match (afresh, config.consent) {
        _ if wish.account && config.sign_up_parameter.is_none() && metadata.can_sign_up() => Some("create"),
        (true, true) => Some("login consent"),
        (true, false) => Some("login"),
        (false, true) => Some("consent"),
        (false, false) => None,
    }
}

/// The address a browser is sent to.
pub(crate) fn address(metadata: &Metadata, asked: &Parameters<'_>) -> Url {
    let mut url = metadata.authorization_endpoint.clone();
    url.query_pairs_mut().extend_pairs(asked);
    url
}
