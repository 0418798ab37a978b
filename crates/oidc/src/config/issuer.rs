//! Issuer identifiers of a provider: one, as the specifications require (OpenID Connect Discovery 1.0 §4.3), or as few as a
//! provider with many tenants or policies needs. Nothing here sends a request: what is compared is the
//! configuration, the issuer its metadata name, and a token's claims.

use serde_json::{Map, Value};
use url::Url;

use super::ProviderConfig;
use crate::address::is_secure_or_loopback;

/// What stands in an issuer template for the tenant, as Entra's metadata write it.
pub(crate) const TENANT: &str = "{tenantid}";
/// Longest name of a tenant; a GUID has 36 characters.
const MAX_TENANT: usize = 64;

/// How [`ProviderConfig::issuer`] is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IssuerRule {
    /// As it stands, character by character (Discovery 1.0 §4.3, Core 1.0 §3.1.3.7).
    #[default]
    Exact,
    /// As a template with the segment `{tenantid}`, which the metadata name literally. A token has to be of one of these
    /// tenants by its claim `tid`, and its `iss` has to be the template with that tenant filled in. Never empty: anybody
    /// can open a tenant.
    Tenants(Vec<String>),
    /// As a template whose tenant the metadata fill in: one tenant, known by a name instead of its identifier.
    /// [`ProviderConfig::metadata_url`] names it.
    TenantOfMetadata,
    /// The metadata may name any of these, for endpoints that have issuers of their own; a token has to name the issuer
    /// of the metadata its request used. They are one party to whom a subject is the same person.
    AnyOf(Vec<String>),
}

impl ProviderConfig {
    /// Where the metadata are.
    pub(crate) fn metadata_address(&self) -> String {
        self.metadata_url
            .clone()
            .unwrap_or_else(|| format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/')))
    }

    /// Whether the provider's metadata may call their issuer `issuer`.
    pub(crate) fn may_name(&self, issuer: &str) -> bool {
        match &self.issuer_rule {
            IssuerRule::Exact | IssuerRule::Tenants(_) => issuer == self.issuer,
            IssuerRule::TenantOfMetadata => self.tenant_in(issuer).is_some_and(is_tenant),
            IssuerRule::AnyOf(issuers) => issuers.iter().any(|known| known == issuer),
        }
    }

    /// Whether a token that calls its issuer `issuer` is worth looking at, before the metadata are known.
    #[must_use]
    pub fn could_be(&self, issuer: &str) -> bool {
        match &self.issuer_rule {
            IssuerRule::Tenants(_) => self.is_issuer(issuer, ""),
            _ => self.may_name(issuer),
        }
    }

    /// Every issuer that people of this provider may have, as far as that is known before the metadata are: none where they alone
    /// name it. A person is known by one of these, never by a template.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        match &self.issuer_rule {
            IssuerRule::Exact => vec![self.issuer.clone()],
            IssuerRule::Tenants(tenants) => tenants
                .iter()
                .map(|tenant| self.issuer.replace(TENANT, tenant))
                .collect(),
            IssuerRule::TenantOfMetadata => Vec::new(),
            IssuerRule::AnyOf(issuers) => issuers.clone(),
        }
    }

    /// Whether a message without further claims may call its issuer `issuer`, when the metadata name `named`.
    #[must_use]
    pub fn is_issuer(&self, issuer: &str, named: &str) -> bool {
        match &self.issuer_rule {
            IssuerRule::Exact | IssuerRule::TenantOfMetadata | IssuerRule::AnyOf(_) => issuer == named,
            IssuerRule::Tenants(tenants) => self
                .tenant_in(issuer)
                .is_some_and(|tenant| tenants.iter().any(|known| known == tenant)),
        }
    }

    /// The issuer of a token with these claims, if it is the provider's, when the metadata name `named`.
    pub(crate) fn issuer_of<'t>(&self, claims: &'t Map<String, Value>, named: &str) -> Option<&'t str> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let issuer = text("iss").filter(|issuer| self.is_issuer(issuer, named))?;
        match &self.issuer_rule {
            IssuerRule::Exact | IssuerRule::AnyOf(_) => Some(issuer),
            IssuerRule::Tenants(_) => {
                (text("tid").is_some() && text("tid") == self.tenant_in(issuer)).then_some(issuer)
            }
            IssuerRule::TenantOfMetadata => {
                let agrees = claims
                    .get("tid")
                    .is_none_or(|tid| tid.as_str() == self.tenant_in(issuer));
                agrees.then_some(issuer)
            }
        }
    }

    /// Whether a key that is published for `of` may sign for `issuer`. Metadata for many tenants list keys that belong to
    /// some of them only.
    pub(crate) fn key_may_sign(&self, of: Option<&str>, issuer: &str) -> bool {
        match (&self.issuer_rule, of) {
            (IssuerRule::Tenants(_) | IssuerRule::TenantOfMetadata, Some(of)) => of == issuer || of == self.issuer,
            _ => true,
        }
    }

    /// Whether two issuers of this provider are the same party.
    #[must_use]
    pub fn is_same_party(&self, one: &str, other: &str) -> bool {
        one == other || matches!(self.issuer_rule, IssuerRule::AnyOf(_))
    }

    /// What stands in `issuer` where the template has the tenant.
    fn tenant_in<'s>(&self, issuer: &'s str) -> Option<&'s str> {
        let (before, after) = self.issuer.split_once(TENANT)?;
        issuer.strip_prefix(before)?.strip_suffix(after)
    }
}

/// Lower-case letters, digits and hyphens: nothing that means something in an address.
pub(crate) fn is_tenant(name: &str) -> bool {
    (1..=MAX_TENANT).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Is the rule complete, and does it fit to the issuer?
pub(super) fn check(provider: &ProviderConfig, report: &mut impl FnMut(String, String)) {
    let key = |setting: &str| format!("providers.{}.{setting}", provider.id);
    let rule = &provider.issuer_rule;
    let is_template = matches!(rule, IssuerRule::Tenants(_) | IssuerRule::TenantOfMetadata);
    let tenants = provider.issuer.split('/').filter(|part| *part == TENANT).count();
    if is_template && (tenants != 1 || provider.issuer.matches(['{', '}']).count() != 2) {
        report(
            key("issuer"),
            format!("must have `{TENANT}` once, as a whole segment of its path"),
        );
    } else if !is_template && provider.issuer.contains(['{', '}']) {
        report(
            key("issuer"),
            "is a template; that needs a list of tenants in `issuer_rule`".into(),
        );
    }
    if is_template && provider.metadata_url.is_none() {
        report(key("metadata_url"), "is needed where the issuer is a template".into());
    }
    match rule {
        IssuerRule::Tenants(tenants) if tenants.is_empty() => {
            report(
                key("issuer_rule"),
                "must name at least one tenant; anybody can open one".into(),
            );
        }
        IssuerRule::Tenants(tenants) => {
            for wrong in tenants.iter().filter(|tenant| !is_tenant(tenant)) {
                report(
                    key("issuer_rule"),
                    format!("tenant `{wrong}` must be 1 to {MAX_TENANT} of a-z, 0-9 and -"),
                );
            }
        }
        IssuerRule::AnyOf(issuers) if !issuers.contains(&provider.issuer) => {
            report(key("issuer_rule"), "must list `issuer` itself".into());
        }
        IssuerRule::AnyOf(issuers) => {
            for wrong in issuers.iter().filter(|text| !is_issuer_address(text)) {
                report(
                    key("issuer_rule"),
                    format!("`{wrong}` must be https without query or fragment, or http on a loopback host"),
                );
            }
        }
        IssuerRule::Exact | IssuerRule::TenantOfMetadata => {}
    }
    let metadata = provider.metadata_url.iter().map(|url| (key("metadata_url"), url));
    for (key, url) in metadata {
        check_metadata_url(key, url, report);
    }
}

/// A metadata address may have a query: some providers name a policy there.
pub(super) fn check_metadata_url(key: String, text: &str, report: &mut impl FnMut(String, String)) {
    let fits = Url::parse(text).is_ok_and(|url| is_secure_or_loopback(&url) && url.fragment().is_none());
    if !fits {
        report(
            key,
            format!("`{text}` must be https without a fragment, or http on a loopback host"),
        );
    }
}

fn is_issuer_address(text: &str) -> bool {
    let plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
    Url::parse(text).is_ok_and(|url| is_secure_or_loopback(&url) && plain(&url)) && !text.contains(['{', '}'])
}

#[cfg(test)]
mod tests;
