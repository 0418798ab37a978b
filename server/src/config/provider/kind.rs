//! Which provider is it? `kind` names a whole set of settings that `bff` knows; what else is written in the table changes them.

use bff::{B2cFlows, B2cTenant, EntraAudience, PresetError, ProviderConfig, ProviderId, Registration, Secret};

use super::{Complaint, Reader, client::contents, values};

/// What `kind` may be.
pub(super) const KINDS: &[&str] = &["oidc", "entra", "b2c", "auth0"];

type Made = Result<ProviderConfig, PresetError>;

/// The settings a provider of this kind starts from.
pub(super) fn base(reader: &mut Reader, table: &str, kind: &str, id: &ProviderId) -> Option<ProviderConfig> {
    let at = |key: &str| format!("{table}.{key}");
    if kind == "oidc" {
        return plain(reader, table, id);
    }
    if reader.is_written(&at("issuer")) {
        let complaint = Complaint::new(
            format!("follows from `kind = \"{kind}\"`"),
            "remove it, or write `kind = \"oidc\"`",
        );
        reader.complain(&at("issuer"), complaint);
    }
    let made = match kind {
        "entra" => entra(reader, table, id)?,
        "b2c" => b2c(reader, table, id)?,
        _ => auth0(reader, table, id)?,
    };
    made.map_err(|error| {
        let place = match error {
            PresetError::Id(_) => "id",
            PresetError::Tenant(_) => "tenant",
            PresetError::Domain(_) => "domain",
            PresetError::UserFlow(_) => "user_flows.sign_in",
        };
        reader.complain(&at(place), Complaint::new(error.to_string(), "see docs/providers.md"));
    })
    .ok()
}

/// Any provider, by its issuer.
fn plain(reader: &mut Reader, table: &str, id: &ProviderId) -> Option<ProviderConfig> {
    let at = |key: &str| format!("{table}.{key}");
    let issuer = reader.need(&at("issuer"), values::issuer);
    let registers = reader.take(&at("registration.client_name"), values::text);
    let token = reader.take(&at("registration.initial_access_token_file"), contents);
    let client_id = match &registers {
        Some(_) => {
            if reader.is_written(&at("client_id")) {
                let complaint = Complaint::new("stands beside `registration`", "keep one of the two");
                reader.complain(&at("client_id"), complaint);
            }
            Some(String::new())
        }
        None => reader.need(&at("client_id"), values::text),
    };
    let metadata = reader.take(&at("metadata_file"), |path| {
        let text = contents(path)?;
        serde_json::from_str(&text).map_err(|error| {
            Complaint::new(
                format!("`{path}` is no JSON object: {error}"),
                "write what the provider's discovery document would say",
            )
        })
    });
    let mut provider = ProviderConfig::new(id.as_str(), &issuer?, &client_id?).ok()?;
    provider.metadata = metadata;
    provider.registration = registers.map(|client_name| Registration {
        client_name,
        initial_access_token: token.map(Secret::from),
        ..Registration::default()
    });
    Some(provider)
}

/// Microsoft Entra ID: one tenant, or several that are listed.
fn entra(reader: &mut Reader, table: &str, id: &ProviderId) -> Option<Made> {
    let at = |key: &str| format!("{table}.{key}");
    let tenant = reader.need(&at("tenant"), values::text);
    let tenants = reader.words(&at("tenants"));
    let client_id = reader.need(&at("client_id"), values::text);
    let (tenant, tenants, client_id) = (tenant?, tenants?, client_id?);
    let audience = match tenant.as_str() {
        "common" => EntraAudience::Common,
        "organizations" => EntraAudience::Organizations,
        one => return Some(ProviderConfig::entra(id.as_str(), one, &client_id)),
    };
    if tenants.is_empty() {
        let complaint = Complaint::new("is empty", "list the tenants whose people may come in, by identifier");
        reader.complain(&at("tenants"), complaint);
        return None;
    }
    let tenants: Vec<_> = tenants.iter().map(String::as_str).collect();
    Some(ProviderConfig::entra_multi_tenant(
        id.as_str(),
        audience,
        &tenants,
        &client_id,
    ))
}

/// Azure AD B2C with its user flows.
fn b2c(reader: &mut Reader, table: &str, id: &ProviderId) -> Option<Made> {
    let at = |key: &str| format!("{table}.{key}");
    let name = reader.need(&at("tenant"), values::text);
    let tenant_id = reader.need(&at("tenant_id"), values::text);
    let sign_in = reader.need(&at("user_flows.sign_in"), values::text);
    let edit_profile = reader.take(&at("user_flows.edit_profile"), values::text);
    let reset_password = reader.take(&at("user_flows.reset_password"), values::text);
    let client_id = reader.need(&at("client_id"), values::text)?;
    let tenant = B2cTenant {
        name: &name?,
        id: &tenant_id?,
    };
    let flows = B2cFlows {
        sign_in: &sign_in?,
        edit_profile: edit_profile.as_deref(),
        reset_password: reset_password.as_deref(),
    };
    Some(ProviderConfig::b2c(id.as_str(), tenant, flows, &client_id))
}

fn auth0(reader: &mut Reader, table: &str, id: &ProviderId) -> Option<Made> {
    let domain = reader.need(&format!("{table}.domain"), values::text);
    let client_id = reader.need(&format!("{table}.client_id"), values::text);
    Some(ProviderConfig::auth0(id.as_str(), &domain?, &client_id?))
}
