//! The sessions here that belong to one session at the provider: those with its `sid`; where a provider serves many
//! tenants, those of the tenant that sent the logout and no others.

use oidc::Provider;
use oidc::config::issuer::IssuerRule;

use super::SignOuts;
use crate::session::index::SessionSelector;
use crate::session::lifecycle::SessionError;

/// The sessions of `provider` with this `sid`; of `issuer` alone where that is named and there are several.
pub(super) async fn sessions_of<'a>(
    sign_outs: &SignOuts,
    provider: &'a Provider,
    sid: &'a str,
    issuer: Option<&str>,
) -> Result<Vec<SessionSelector<'a>>, SessionError> {
    let all = SessionSelector::ProviderSession {
        provider: provider.config.id.as_str(),
        sid,
    };
    let Some(issuer) = issuer.filter(|_| matches!(provider.config.issuer_rule, IssuerRule::Tenants(_))) else {
        return Ok(vec![all]);
    };
    let rows = sign_outs.sessions.select(all).await?;
    let theirs = rows.into_iter().filter(|row| row.issuer == issuer);
    Ok(theirs.map(|row| SessionSelector::Reference(row.reference)).collect())
}

/// Whose sessions have this `sid`, by their `sub`; where a provider speaks for many tenants, those of `issuer` alone.
pub(super) async fn owners_of(
    sign_outs: &SignOuts,
    provider: &Provider,
    sid: &str,
    issuer: &str,
) -> Result<Vec<String>, SessionError> {
    let all = SessionSelector::ProviderSession {
        provider: provider.config.id.as_str(),
        sid,
    };
    let speaks_for_many = matches!(provider.config.issuer_rule, IssuerRule::Tenants(_));
    let rows = sign_outs.sessions.select(all).await?;
    let theirs = rows.into_iter().filter(|row| !speaks_for_many || row.issuer == issuer);
    Ok(theirs.map(|row| row.subject).collect())
}
