//! What has to be set for the providers many people have? Whole configurations, written in the settings anybody can
//! write: nothing in the flow asks which provider it is. Add a secret, and change what you know better.
//!
//! | provider | where |
//! |---|---|
//! | Microsoft Entra ID, one tenant or some | [`entra`] |
//! | Azure AD B2C with its user flows | [`b2c`] |
//! | Auth0 | [`auth0`] |

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
