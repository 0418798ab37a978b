//! The preset for Azure AD B2C (Microsoft, "Web sign-in with OpenID Connect in Azure Active Directory B2C"; not sold to new
//! customers since May 2025, but in use)

use super::{PresetError, guid, shown, with_rsa};
use crate::config::ProviderConfig;
use crate::config::issuer::{IssuerRule, is_tenant};
use crate::config::user_flow::{EDIT_PROFILE, ErrorAction, ErrorRule, FlowEnd, UserFlow};

const RESET_PASSWORD: &str = "reset-password";
/// "The user has forgotten their password."
const FORGOTTEN: &str = "AADB2C90118";
/// "The user has cancelled entering self-asserted information."
const CANCELLED: &str = "AADB2C90091";

/// A tenant of Azure AD B2C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct B2cTenant<'a> {
    /// Its name: `contoso` of `contoso.onmicrosoft.com` and `contoso.b2clogin.com`.
    pub name: &'a str,
    /// Its identifier, a GUID: part of the issuer.
    pub id: &'a str,
}

/// The user flows by name, for example `B2C_1_signupsignin1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct B2cFlows<'a> {
    /// Sign-up and sign-in.
    pub sign_in: &'a str,
    /// Profile editing, at `/auth/edit-profile`.
    pub edit_profile: Option<&'a str>,
    /// Password reset, started when the sign-in flow reports a forgotten password.
    pub reset_password: Option<&'a str>,
}

impl ProviderConfig {
    /// A tenant of Azure AD B2C with up to three user flows.
    ///
    /// | setting | value | why |
    /// |---|---|---|
    /// | `metadata_url` | `https://<name>.b2clogin.com/<name>.onmicrosoft.com/<flow>/v2.0/.well-known/openid-configuration` | every flow has metadata, endpoints and keys of its own |
    /// | `issuer` | `https://<name>.b2clogin.com/<id>/v2.0/` | with a slash at the end and without the flow |
    /// | `issuer_rule` | that, or `…/tfp/<id>/<flow>/v2.0/` of a flow here | a tenant may be set to the second form; sessions always begin in the sign-in flow, so a person stays the same |
    /// | `user_flows` | `edit-profile`, `reset-password` | give both the application claims of the sign-in flow |
    /// | `error_rules` | `AADB2C90118` starts `reset-password`, `AADB2C90091` returns quietly | "forgot password" and "cancel" are sent as errors |
    /// | `scopes` | `openid offline_access <client id>` | without its own name among the scopes a client gets no access token |
    /// | `algorithms` | `RS256` | the only one in use |
    /// | `front_channel_without_issuer` | yes | as Entra |
    ///
    /// There is no userinfo: the claims `oid name given_name family_name emails jobTitle` are in the ID token, as far as
    /// the flow lists them. Neither back-channel logout nor revocation is offered.
    ///
    /// # Errors
    /// When `id`, the tenant or a flow's name is none.
    pub fn b2c(id: &str, tenant: B2cTenant<'_>, flows: B2cFlows<'_>, client_id: &str) -> Result<Self, PresetError> {
        let name = tenant.name.to_ascii_lowercase();
        if !is_tenant(&name) || name.contains('-') {
            return Err(PresetError::Tenant(shown(tenant.name)));
        }
        let guid = guid(tenant.id).ok_or_else(|| PresetError::Tenant(shown(tenant.id)))?;
        let host = format!("https://{name}.b2clogin.com");
        let metadata_of =
            |policy: &str| format!("{host}/{name}.onmicrosoft.com/{policy}/v2.0/.well-known/openid-configuration");
        let sign_in = policy(flows.sign_in)?;
        let issuer = format!("{host}/{guid}/v2.0/");
        let mut issuers = vec![issuer.clone(), format!("{host}/tfp/{guid}/{sign_in}/v2.0/")];

        let mut config = with_rsa(id, &issuer, client_id)?;
        name.clone_into(&mut config.title);
        config.metadata_url = Some(metadata_of(&sign_in));
        let further = [
            (EDIT_PROFILE, flows.edit_profile, FlowEnd::RenewClaims),
            (RESET_PASSWORD, flows.reset_password, FlowEnd::SignIn),
        ];
        for (flow, named, end) in further {
            let Some(named) = named else { continue };
            let policy = policy(named)?;
            issuers.push(format!("{host}/tfp/{guid}/{policy}/v2.0/"));
            config.user_flows.push(UserFlow {
                name: flow.to_owned(),
                metadata_url: metadata_of(&policy),
                end,
            });
        }
        config.issuer_rule = IssuerRule::AnyOf(issuers);
        config.error_rules = error_rules(flows.reset_password.is_some());
        config.scopes = vec!["openid".to_owned(), "offline_access".to_owned(), client_id.to_owned()];
        config.front_channel_without_issuer = true;
        Ok(config)
    }
}

fn error_rules(resets: bool) -> Vec<ErrorRule> {
    let rule = |code: &str, action| ErrorRule {
        code: code.to_owned(),
        action,
    };
    let mut rules = vec![rule(CANCELLED, ErrorAction::ReturnQuietly)];
    if resets {
        rules.push(rule(FORGOTTEN, ErrorAction::Start(RESET_PASSWORD.to_owned())));
    }
    rules
}

/// A flow's name as its issuer has it: in lower case.
fn policy(name: &str) -> Result<String, PresetError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(PresetError::UserFlow(shown(name)))
    }
}
