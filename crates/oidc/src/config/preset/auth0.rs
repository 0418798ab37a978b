//! The preset for Auth0 (Auth0 documentation, "Authentication API" and "OIDC Back-Channel Logout")

use super::{PresetError, domain, shown, with_rsa, words};
use crate::config::ProviderConfig;
use crate::config::sign_out_address::SignOutAddress;

impl ProviderConfig {
    /// A tenant of Auth0, by its domain (`acme.eu.auth0.com`) or a custom one.
    ///
    /// | setting | value | why |
    /// |---|---|---|
    /// | `issuer` | `https://<domain>/` | with a slash at the end |
    /// | `scopes` | `openid profile email` | add `offline_access` where the API allows it, for refresh tokens |
    /// | `sign_up_parameter` | `screen_hint=signup` | opens the page for a new account, whatever the metadata state |
    /// | `sign_out_address` | `https://<domain>/v2/logout?client_id=&returnTo=` | where `end_session_endpoint` is not advertised, as in tenants from before November 2023 |
    /// | `algorithms` | `RS256`, `PS256` | what an application can be set to beside a shared secret |
    /// | `typed_logout_tokens` | yes | back-channel logout tokens are of type `logout+jwt` |
    ///
    /// Set [`ProviderConfig::audience`] to the identifier of your API, or access tokens are good for userinfo alone. Both
    /// `<public_url>auth/callback/<id>` and `<public_url>auth/signed-out` have to be registered there.
    ///
    /// # Errors
    /// When `id` or `domain` is none.
    pub fn auth0(id: &str, domain_name: &str, client_id: &str) -> Result<Self, PresetError> {
        let host = domain(domain_name).ok_or_else(|| PresetError::Domain(shown(domain_name)))?;
        let mut config = with_rsa(id, &format!("https://{host}/"), client_id)?;
        config.algorithms.push("PS256".to_owned());
        "Auth0".clone_into(&mut config.title);
        config.scopes = words(&["openid", "profile", "email"]);
        config.typed_logout_tokens = true;
        config.sign_up_parameter = Some(("screen_hint".to_owned(), "signup".to_owned()));
        config.sign_out_address = Some(SignOutAddress {
            address: format!("https://{host}/v2/logout"),
            return_parameter: "returnTo".to_owned(),
            client_parameter: Some("client_id".to_owned()),
        });
        Ok(config)
    }
}
