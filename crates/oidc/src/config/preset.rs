//! Configurations of common providers, written in the settings anybody can write: no code of a flow checks which provider it
//! is. Add a secret, and change what you know better.
//!
//! | provider | constructor |
//! |---|---|
//! | Microsoft Entra ID, one tenant | [`ProviderConfig::entra`] |
//! | Microsoft Entra ID, some tenants | [`ProviderConfig::entra_multi_tenant`] |
//! | Azure AD B2C with its user flows | [`ProviderConfig::b2c`] |
//! | Auth0 | [`ProviderConfig::auth0`] |
//!
//! ```
//! use oidc::config::ProviderConfig;
//! use oidc::config::preset::{B2cFlows, B2cTenant};
//!
//! # fn providers(secret: &str) -> Result<Vec<ProviderConfig>, oidc::config::preset::PresetError> {
//! let mut staff = ProviderConfig::entra("staff", "contoso.com", "c4e7a2b1-5d8f-4c3a-9e2b-6f7d8e9b0c1a")?;
//! staff.client_secret = Some(secret.into());
//!
//! let tenant = B2cTenant { name: "contoso", id: "b7e2c1a3-9f4d-4e2a-8c1b-3a7d2e5f6b8c" };
//! let flows = B2cFlows {
//!     sign_in: "B2C_1_signupsignin1",
//!     edit_profile: Some("B2C_1_profileediting1"),
//!     reset_password: Some("B2C_1_passwordreset1"),
//! };
//! let customers = ProviderConfig::b2c("customers", tenant, flows, "2f6d8e9b-0c1a-4c3a-9e2b-c4e7a2b15d8f")?;
//! # Ok(vec![staff, customers])
//! # }
//! # assert_eq!(providers("hidden").map(|all| all.len()), Ok(2));
//! ```

mod auth0;
mod b2c;
mod entra;

use url::{Host, Url};

pub use self::b2c::{B2cFlows, B2cTenant};
pub use self::entra::EntraAudience;
use super::issuer::is_tenant;
use super::{InvalidProviderId, ProviderConfig};

/// A name that is none, so that there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// The provider's short name.
    #[error(transparent)]
    Id(#[from] InvalidProviderId),
    /// A tenant: neither an identifier nor a domain, or `common` where one tenant is meant.
    #[error("`{0}` is not the identifier or the domain of a tenant")]
    Tenant(String),
    /// A domain: a host name without scheme, port and path.
    #[error("`{0}` is not a host name")]
    Domain(String),
    /// A user flow: letters, digits, `_` and `-`.
    #[error("`{0}` is not the name of a user flow")]
    UserFlow(String),
}

/// What a person typed, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

/// `name` in lower case, if it is a domain.
fn domain(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let is_label = |label: &str| is_tenant(label) && !label.starts_with('-') && !label.ends_with('-');
    let named = name.contains('.') && name.len() <= 253 && name.split('.').all(is_label);
    let url = Url::parse(&format!("https://{name}/")).ok()?;
    (named && matches!(url.host(), Some(Host::Domain(host)) if host == name)).then_some(name)
}

/// `id` in lower case, if it is a GUID.
fn guid(id: &str) -> Option<String> {
    let id = id.to_ascii_lowercase();
    let lengths = id.split('-').map(str::len);
    let is_hex = |b: u8| b.is_ascii_hexdigit() || b == b'-';
    (is_tenant(&id) && id.bytes().all(is_hex) && lengths.eq([8, 4, 4, 4, 12])).then_some(id)
}

/// A client whose ID tokens are signed with RSA alone.
fn with_rsa(id: &str, issuer: &str, client_id: &str) -> Result<ProviderConfig, InvalidProviderId> {
    let mut config = ProviderConfig::new(id, issuer, client_id)?;
    config.algorithms = vec!["RS256".to_owned()];
    Ok(config)
}

fn words(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

#[cfg(test)]
mod tests;
