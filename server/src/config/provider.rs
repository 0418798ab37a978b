//! From a table of `[[providers]]` to the settings of a provider. What a `kind` starts from is in `kind`, how Portico proves who it is in
//! `client`.

use bff::{ProviderConfig, TokenRequest};

mod client;
mod kind;

use super::{
    ApiToken, ClaimNames, DirectoryUse, ProfileToken, ProviderSettings,
    problem::Issue,
    reader::{Reader, Section},
    tables::ProviderTable,
    values::ProviderKind,
};

/// Every provider without a mistake.
pub(super) fn read_all(
    reader: &mut Reader,
    tables: &[ProviderTable],
    api_audience: Option<&str>,
) -> Vec<ProviderSettings> {
    let mut providers: Vec<ProviderSettings> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let mut section = reader.section(format!("providers[{index}]"));
        let Some(settings) = read(&mut section, table, api_audience) else {
            continue;
        };
        let id = &settings.provider.id;
        if providers.iter().any(|earlier| earlier.provider.id == *id) {
            let issue = "is taken by an earlier provider — give each provider an id of its own";
            section.add("id", issue);
        }
        providers.push(settings);
    }
    providers
}

/// Everything is checked before anything is given up, so that every mistake is reported.
fn read(section: &mut Section<'_>, table: &ProviderTable, api_audience: Option<&str>) -> Option<ProviderSettings> {
    let id = section.required("id", table.id.clone());
    let base = kind::base(section, table);
    let credentials = client::read(section, table);
    check_lists(section, table);
    let (mut provider, credentials) = (base?, credentials?);
    provider.id = id?;
    provider.client_secret = credentials.secret;
    provider.client_auth = credentials.method;
    let directory = DirectoryUse {
        groups: table.groups_graph,
        group_match: table.group_match,
        profile: table.profile_graph,
        manager: table.manager_graph,
    };
    check_credentials(section, directory, &provider);
    provider.client_credentials = directory != DirectoryUse::default();
    if let Some(title) = &table.title {
        provider.title.clone_from(title);
    }
    // A kind has scopes and signatures of its own.
    let is_plain = table.kind == ProviderKind::Oidc;
    if is_plain || section.is_written("scopes") {
        provider.scopes.clone_from(&table.scopes);
    }
    if is_plain || section.is_written("algorithms") {
        provider.algorithms.clone_from(&table.algorithms);
    }
    // Microsoft's providers name an API by its scopes.
    let takes_audience = is_plain || table.kind == ProviderKind::Auth0;
    let is_for_api = takes_audience || provider.scopes.iter().any(|scope| names_api(scope));
    let api_token = api_token(&table.api_scopes, is_for_api, api_audience.is_some());
    let by_default = api_audience.filter(|_| table.resource.is_none() && takes_audience);
    provider.audience = table.audience.clone().or_else(|| by_default.map(str::to_owned));
    provider.resource.clone_from(&table.resource);
    provider.consent = table.consent;
    provider.pushed_requests = table.pushed_requests;
    provider.dpop = table.dpop;
    provider.device_sign_in = table.device_sign_in;
    provider.response_mode = table.response_mode;
    provider.extra_audiences.clone_from(&table.extra_audiences);
    provider.leeway = table.leeway;
    provider.userinfo = table.userinfo;
    provider.logout_tokens_without_exp = table.logout_tokens_without_exp;
    let claims = ClaimNames {
        groups: table.groups_claim.clone(),
        roles: table.roles_claim.clone(),
        job_title: table.job_title_claim.clone(),
        object_id: table.object_id_claim.clone(),
    };
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
        let issue = "has no `openid` — add it; without it the provider does not say who signed in";
        section.add("scopes", issue);
    }
    if table.algorithms.is_empty() && !section.has("algorithms") {
        section.add("algorithms", "is empty — name at least one, or remove the line");
    }
}

/// Only a confidential client gets a token of its own for the directory (RFC 6749 §4.4).
fn check_credentials(section: &mut Section<'_>, directory: DirectoryUse, provider: &ProviderConfig) {
    let needs_application = [
        ("groups.graph", directory.groups),
        ("profile.graph", directory.profile == ProfileToken::Application),
        ("manager.graph", directory.manager),
    ];
    for (key, is_needed) in needs_application {
        if is_needed && !client::is_confidential(provider) {
            let what = "asks the directory with a token of the application, which has no credentials";
            let issue = issue!("{what} — write `client_secret_file` or `private_key_file` as well");
            section.add(key, issue);
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
