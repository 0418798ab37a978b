//! From a table of `[[providers]]` to the settings of a provider. What a `kind` starts from is in `kind`, how Portico proves who it is in
//! `client`.

use bff::{ProviderConfig, TokenRequest};

mod client;
mod kind;

use super::{
    ApiToken, ClaimNames, DirectoryUse, ProfileToken, ProviderSettings,
    problem::Issue,
    report::{Report, Section},
    tables::ProviderTable,
    values::ProviderKind,
};

/// Every provider without a mistake.
pub(super) fn read_all(
    report: &mut Report,
    tables: &[ProviderTable],
    api_audience: Option<&str>,
) -> Vec<ProviderSettings> {
    let mut providers: Vec<ProviderSettings> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let mut section = report.section(format!("providers[{index}]"));
        let Some(settings) = read(&mut section, table, api_audience) else {
            continue;
        };
        let is_taken = providers
            .iter()
            .any(|earlier| earlier.provider.id == settings.provider.id);
        if is_taken {
            let what = "is taken by an earlier provider";
            section.add("id", Issue::new(what, "give each provider an id of its own"));
        }
        providers.push(settings);
    }
    providers
}

/// Everything is checked before anything is given up, so that every mistake is reported.
fn read(section: &mut Section<'_>, table: &ProviderTable, api_audience: Option<&str>) -> Option<ProviderSettings> {
    let id = section.required("id", table.id.as_ref());
    let base = kind::base(section, table);
    let credentials = client::read(section, table);
    check_lists(section, table);
    let (mut provider, credentials) = (base?, credentials?);
    provider.id = id?.0.clone();
    provider.client_secret = credentials.secret;
    provider.client_auth = credentials.method;
    let directory = directory_use(table);
    check_credentials(section, directory, &provider);
    provider.client_credentials = directory != DirectoryUse::default();
    if let Some(title) = &table.title {
        provider.title.clone_from(&title.0);
    }
    // A kind has scopes and signatures of its own.
    let is_plain = table.kind == ProviderKind::Oidc;
    if is_plain || section.is_written("scopes") {
        provider.scopes.clone_from(&table.scopes);
    }
    if is_plain || section.is_written("algorithms") {
        provider.algorithms = table.algorithms.iter().map(|algorithm| algorithm.0.clone()).collect();
    }
    // Microsoft's providers name an API by its scopes.
    let takes_audience = is_plain || table.kind == ProviderKind::Auth0;
    let is_for_api = takes_audience || provider.scopes.iter().any(|scope| names_api(scope));
    let api_token = api_token(&table.api_scopes, is_for_api, api_audience.is_some());
    provider.resource = table.resource.as_ref().map(|resource| resource.0.clone());
    let by_default = api_audience.filter(|_| provider.resource.is_none() && takes_audience);
    provider.audience = table
        .audience
        .as_ref()
        .map(|audience| audience.0.as_str())
        .or(by_default)
        .map(str::to_owned);
    provider.consent = table.consent;
    provider.pushed_requests = table.pushed_requests;
    provider.dpop = table.dpop;
    provider.device_sign_in = table.device_sign_in;
    provider.response_mode = table.response_mode;
    provider.extra_audiences.clone_from(&table.extra_audiences);
    provider.leeway = table.leeway.0;
    provider.userinfo = table.userinfo;
    provider.logout_tokens_without_exp = table.logout_tokens_without_exp;
    let claims = claim_names(table);
    provider.required_claims = Some(required_claims(&claims, directory));
    Some(ProviderSettings {
        provider,
        claims,
        directory,
        api_token,
    })
}

fn check_lists(section: &mut Section<'_>, table: &ProviderTable) {
    if !table.scopes.iter().any(|scope| scope == "openid") && !section.has("scopes") {
        let what = "has no `openid`";
        section.add(
            "scopes",
            Issue::new(what, "add it; without it nobody is told who signed in"),
        );
    }
    if table.algorithms.is_empty() && !section.has("algorithms") {
        section.add(
            "algorithms",
            Issue::new("is empty", "name at least one, or remove the line"),
        );
    }
}

fn directory_use(table: &ProviderTable) -> DirectoryUse {
    DirectoryUse {
        groups: table.groups.graph,
        group_match: table.groups.r#match,
        profile: table.profile.graph,
        manager: table.manager.graph,
    }
}

/// Only a confidential client gets a token of its own for the directory (RFC 6749 §4.4).
fn check_credentials(section: &mut Section<'_>, directory: DirectoryUse, provider: &ProviderConfig) {
    if client::is_confidential(provider) {
        return;
    }
    for (key, is_used) in [
        ("groups.graph", directory.groups),
        ("profile.graph", directory.profile == ProfileToken::Application),
        ("manager.graph", directory.manager),
    ] {
        if is_used {
            let what = "asks the directory with a token of the application, which has no credentials";
            section.add(
                key,
                Issue::new(what, "write `client_secret_file` or `private_key_file` as well"),
            );
        }
    }
}

/// The claims a person is made of. The one with their id in the directory counts where the directory is used.
fn required_claims(names: &ClaimNames, directory: DirectoryUse) -> Vec<String> {
    let mut expected = ["name", "email", "picture"].map(str::to_owned).to_vec();
    expected.extend([&names.groups, &names.roles, &names.job_title].map(ToString::to_string));
    if directory != DirectoryUse::default() {
        expected.push(names.object_id.to_string());
    }
    expected
}

fn claim_names(table: &ProviderTable) -> ClaimNames {
    ClaimNames {
        groups: table.groups.claim.clone(),
        roles: table.roles.claim.clone(),
        job_title: table.job_title.claim.clone(),
        object_id: table.object_id.claim.clone(),
    }
}

/// Whether a scope of Microsoft's is one of an API that is not their own.
fn names_api(scope: &str) -> bool {
    scope.contains('/') && !scope.starts_with("https://graph.microsoft.com/")
}

/// `is_for_api`: whether the token of the sign-in is for an API.
fn api_token(scopes: &[String], is_for_api: bool, has_api: bool) -> ApiToken {
    match (has_api, scopes.is_empty(), is_for_api) {
        (true, false, _) => ApiToken::Beside(TokenRequest {
            scopes: scopes.to_vec(),
            ..TokenRequest::default()
        }),
        (true, true, true) => ApiToken::OfSignIn,
        _ => ApiToken::None,
    }
}
