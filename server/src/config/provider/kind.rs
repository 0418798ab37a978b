//! What a provider starts from: `kind` names a set of settings that `bff` knows; what else is written in the table changes them.

use std::path::Path;

use bff::{B2cFlows, B2cTenant, EntraAudience, PresetError, ProviderConfig, Registration, Secret};

use super::{Issue, ProviderKind, ProviderTable, Section, client::contents};

/// The id while it is not known; the caller sets it.
const UNNAMED: &str = "unnamed";

/// The settings a provider of this kind starts from.
pub(super) fn base(section: &mut Section<'_>, table: &ProviderTable) -> Option<ProviderConfig> {
    let (name, preset) = match table.kind {
        _ if section.has("kind") => return None,
        ProviderKind::Oidc => return plain(section, table),
        ProviderKind::Entra => ("entra", entra(section, table)),
        ProviderKind::B2c => ("b2c", b2c(section, table)),
        ProviderKind::Auth0 => ("auth0", auth0(section, table)),
    };
    if section.is_written("issuer") {
        let issue = issue!("follows from `kind = \"{name}\"` — remove it, or write `kind = \"oidc\"`");
        section.add("issuer", issue);
    }
    match preset? {
        Ok(provider) => Some(provider),
        Err(error) => {
            let key = match error {
                PresetError::Id(_) => "id",
                PresetError::Tenant(_) => "tenant",
                PresetError::Domain(_) => "domain",
                PresetError::UserFlow(_) => "user_flows.sign_in",
            };
            section.add(key, issue!("{error} — see docs/providers.md"));
            None
        }
    }
}

/// Any provider, by its issuer.
fn plain(section: &mut Section<'_>, table: &ProviderTable) -> Option<ProviderConfig> {
    let issuer = section.required("issuer", table.issuer.as_ref());
    let registration = registration(section, table);
    let client_id = if registration.is_none() {
        section.required("client_id", table.client_id.as_deref())
    } else {
        if section.is_written("client_id") {
            section.add("client_id", "stands beside `registration` — keep one of the two");
        }
        Some("")
    };
    let file = table.metadata_file.as_ref();
    let metadata = file.and_then(|path| section.accept("metadata_file", metadata(path)));
    let mut provider = ProviderConfig::new(UNNAMED, issuer?, client_id?).ok()?;
    provider.metadata = metadata;
    provider.registration = registration;
    Some(provider)
}

fn registration(section: &mut Section<'_>, table: &ProviderTable) -> Option<Registration> {
    let file = table.registration_token_file.as_ref();
    let token = file.and_then(|path| section.accept("registration.initial_access_token_file", contents(path)));
    Some(Registration {
        client_name: table.registration_name.clone()?,
        initial_access_token: token.map(Secret::from),
        ..Registration::default()
    })
}

fn metadata<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Issue> {
    serde_json::from_str(&contents(path)?).map_err(|error| {
        let what = format!("`{}` is no JSON object: {error}", path.display());
        issue!("{what} — write what the provider's discovery document would say")
    })
}

type Preset = Result<ProviderConfig, PresetError>;

/// Microsoft Entra ID: one tenant, or several that are listed.
fn entra(section: &mut Section<'_>, table: &ProviderTable) -> Option<Preset> {
    let tenant = section.required("tenant", table.tenant.as_deref());
    let client_id = section.required("client_id", table.client_id.as_deref());
    let (tenant, client_id) = (tenant?, client_id?);
    let audience = match tenant {
        "common" => EntraAudience::Common,
        "organizations" => EntraAudience::Organizations,
        one => return Some(ProviderConfig::entra(UNNAMED, one, client_id)),
    };
    if table.tenants.is_empty() {
        let issue = "is empty — list the tenants whose people may come in, by identifier";
        section.add("tenants", issue);
        return None;
    }
    let tenants: Vec<_> = table.tenants.iter().map(String::as_str).collect();
    let preset = ProviderConfig::entra_multi_tenant(UNNAMED, audience, &tenants, client_id);
    Some(preset)
}

/// Azure AD B2C with its user flows.
fn b2c(section: &mut Section<'_>, table: &ProviderTable) -> Option<Preset> {
    let name = section.required("tenant", table.tenant.as_deref());
    let id = section.required("tenant_id", table.tenant_id.as_deref());
    let sign_in = section.required("user_flows.sign_in", table.sign_in_flow.as_deref());
    let client_id = section.required("client_id", table.client_id.as_deref());
    let (name, id) = (name?, id?);
    let flows = B2cFlows {
        sign_in: sign_in?,
        edit_profile: table.edit_profile_flow.as_deref(),
        reset_password: table.reset_password_flow.as_deref(),
    };
    Some(ProviderConfig::b2c(UNNAMED, B2cTenant { name, id }, flows, client_id?))
}

fn auth0(section: &mut Section<'_>, table: &ProviderTable) -> Option<Preset> {
    let domain = section.required("domain", table.domain.as_deref());
    let client_id = section.required("client_id", table.client_id.as_deref());
    Some(ProviderConfig::auth0(UNNAMED, domain?, client_id?))
}
