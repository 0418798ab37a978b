//! The preset for Microsoft Entra ID (Microsoft identity platform, "OpenID Connect on the Microsoft identity platform")

use super::{PresetError, domain, guid, shown, with_rsa, words};
use crate::config::ProviderConfig;
use crate::config::issuer::{IssuerRule, TENANT};

/// Where all tenants sign in.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// Whose accounts may sign in when tenants share one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntraAudience {
    /// Work, school and personal accounts: `common`. Personal ones are in a tenant of their own
    /// (`9188040d-6c67-4c5b-b112-36a304b66dad`) that has to be in the list like any other.
    Common,
    /// Work and school accounts: `organizations`.
    Organizations,
}

impl ProviderConfig {
    /// One tenant of Microsoft Entra ID, by its identifier (a GUID) or one of its domains.
    ///
    /// | setting | value | why |
    /// |---|---|---|
    /// | `issuer` | `https://login.microsoftonline.com/<tenant>/v2.0` | a domain's metadata name the identifier, so that is taken from them ([`IssuerRule::TenantOfMetadata`]) |
    /// | `scopes` | `openid profile email offline_access User.Read` | with `User.Read` the access token is for Microsoft Graph, which is also where userinfo is |
    /// | `algorithms` | `RS256` | the only one in use |
    /// | `front_channel_without_issuer` | yes | the sign-out page loads the address with `sid` alone; the optional claim `sid` has to be switched on |
    ///
    /// There is neither back-channel logout nor revocation of a single token. Roles are in the claim `roles`, groups, by
    /// their identifiers, in `groups`; people in more than 200 groups have none there, which takes a request to Graph.
    ///
    /// # Errors
    /// When `id` or `tenant` is none; `common`, `organizations` and `consumers` are no tenants.
    pub fn entra(id: &str, tenant: &str, client_id: &str) -> Result<Self, PresetError> {
        if let Some(tenant) = guid(tenant) {
            return settings(id, &format!("{AUTHORITY}/{tenant}/v2.0"), client_id);
        }
        let tenant = domain(tenant).ok_or_else(|| PresetError::Tenant(shown(tenant)))?;
        let mut config = settings(id, &format!("{AUTHORITY}/{TENANT}/v2.0"), client_id)?;
        config.issuer_rule = IssuerRule::TenantOfMetadata;
        config.metadata_url = Some(metadata_of(&tenant));
        Ok(config)
    }

    /// Some tenants of Microsoft Entra ID, by their identifiers, through one registration. As [`ProviderConfig::entra`],
    /// but the metadata are those of all tenants and name the issuer `https://login.microsoftonline.com/{tenantid}/v2.0`
    /// literally; tokens are of a tenant in `tenants` ([`IssuerRule::Tenants`]) or refused. Without any tenant the
    /// configuration is refused by [`ProviderConfig::check`].
    ///
    /// # Errors
    /// When `id` or one of the tenants is none.
    pub fn entra_multi_tenant(
        id: &str,
        audience: EntraAudience,
        tenants: &[&str],
        client_id: &str,
    ) -> Result<Self, PresetError> {
        let known = |tenant: &&str| guid(tenant).ok_or_else(|| PresetError::Tenant(shown(tenant)));
        let tenants = tenants.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let mut config = settings(id, &format!("{AUTHORITY}/{TENANT}/v2.0"), client_id)?;
        config.issuer_rule = IssuerRule::Tenants(tenants);
        config.metadata_url = Some(metadata_of(match audience {
            EntraAudience::Common => "common",
            EntraAudience::Organizations => "organizations",
        }));
        Ok(config)
    }
}

fn metadata_of(tenant: &str) -> String {
    format!("{AUTHORITY}/{tenant}/v2.0/.well-known/openid-configuration")
}

fn settings(id: &str, issuer: &str, client_id: &str) -> Result<ProviderConfig, PresetError> {
    let mut config = with_rsa(id, issuer, client_id)?;
    "Microsoft".clone_into(&mut config.title);
    config.scopes = words(&["openid", "profile", "email", "offline_access", "User.Read"]);
    config.front_channel_without_issuer = true;
    Ok(config)
}
