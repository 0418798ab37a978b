//! The parameters of an authentication request (OpenID Connect Core 1.0 §3.1.2.1). How they reach the provider is in [`crate::pushed`].

use url::Url;

use crate::Provider;
use crate::config::{ProviderConfig, ResponseMode};
use crate::metadata::Metadata;
use crate::proof::ProofKey;

/// Name and value, each name once.
pub type Parameters<'a> = Vec<(&'a str, String)>;

/// One authentication request.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// Binds the response to this browser (RFC 6749 §10.12).
    pub state: &'a str,
    /// Binds the ID token to this request (Core 1.0 §3.1.2.1).
    pub nonce: &'a str,
    /// The S256 challenge of the PKCE verifier (RFC 7636 §4.2).
    pub code_challenge: &'a str,
    /// The key that the code and the tokens are bound to (RFC 9449 §10).
    pub proof_key: Option<&'a ProofKey>,
    /// Options beyond an ordinary sign-in.
    pub options: &'a AuthorizationOptions,
}

/// Options of a request beyond an ordinary sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizationOptions {
    /// An account is to be made, where the provider offers that.
    pub create_account: bool,
    /// The person has to prove anew who they are, however well the provider knows them.
    pub login_again: bool,
    /// Who is likely to sign in.
    pub login_hint: Option<String>,
    /// Authentication contexts, in the order of preference, separated by spaces.
    pub acr_values: Option<String>,
    /// How long ago the person may have been authenticated, in seconds.
    pub max_age: Option<u64>,
}

impl Provider {
    /// Everything the provider has to know of `request`.
    #[must_use]
    pub fn authorization_parameters(&self, metadata: &Metadata, request: &AuthorizationRequest<'_>) -> Parameters<'_> {
        let (config, options) = (&self.config, request.options);
        let mut parameters = vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.client().id.to_string()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("scope", config.scopes.join(" ")),
            ("state", request.state.to_owned()),
            ("nonce", request.nonce.to_owned()),
            ("code_challenge", request.code_challenge.to_owned()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        if config.response_mode == ResponseMode::FormPost {
            parameters.push(("response_mode", "form_post".to_owned()));
        }
        parameters.extend(config.audience.clone().map(|audience| ("audience", audience)));
        parameters.extend(config.resource.clone().map(|resource| ("resource", resource)));
        // The code is of no use to anybody with another key, as a challenge of PKCE is for the verifier.
        parameters.extend(request.proof_key.map(|key| ("dpop_jkt", key.thumbprint())));
        match &config.sign_up_parameter {
            Some((name, value)) if options.create_account => parameters.push((name, value.clone())),
            _ => {}
        }
        parameters.extend(prompt(config, metadata, options).map(|prompt| ("prompt", prompt.to_owned())));
        parameters.extend(options.login_hint.clone().map(|hint| ("login_hint", hint)));
        parameters.extend(options.acr_values.clone().map(|acr| ("acr_values", acr)));
        parameters.extend(options.max_age.map(|age| ("max_age", age.to_string())));
        parameters
    }
}

/// The `prompt` of the request. Where an account is made, consent is part of it.
fn prompt(config: &ProviderConfig, metadata: &Metadata, options: &AuthorizationOptions) -> Option<&'static str> {
    match (options.login_again, config.consent) {
        _ if options.create_account && config.sign_up_parameter.is_none() && metadata.can_sign_up() => Some("create"),
        (true, true) => Some("login consent"),
        (true, false) => Some("login"),
        (false, true) => Some("consent"),
        (false, false) => None,
    }
}

/// The address of the authorization endpoint with `parameters`.
pub(crate) fn address(metadata: &Metadata, parameters: &Parameters<'_>) -> Url {
    let mut url = metadata.authorization_endpoint.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}
