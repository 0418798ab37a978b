//! Who signs people in? The `[[providers]]` tables. Which provider it is is in `kind`, how Portico proves itself in `client`.

use std::time::Duration;

use bff::{ProviderConfig, ProviderId, ResponseMode, TokenRequest, UserinfoMode};

mod client;
mod kind;

use super::{
    ApiToken, ClaimNames, ClaimPath, DirectoryUse, ProviderSettings, directory, problem::Complaint, reader::Reader,
    values,
};

/// The most leeway that still means "now".
const MAX_LEEWAY: Duration = Duration::from_mins(5);

/// Signatures the sign-in can verify. None is shared-key: a client secret is no signing key here.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// Every provider without a mistake; mistakes are noted in `reader`.
pub(super) fn all(reader: &mut Reader, api_audience: Option<&str>) -> Vec<ProviderSettings> {
    let mut providers: Vec<ProviderSettings> = Vec::new();
    for index in 0..reader.tables("providers") {
        let Some(settings) = one(reader, &format!("providers[{index}]"), api_audience) else {
            continue;
        };
        if providers
            .iter()
            .any(|earlier| earlier.provider.id == settings.provider.id)
        {
            let complaint = Complaint::new("is taken by an earlier provider", "give each provider an id of its own");
            reader.complain(&format!("providers[{index}].id"), complaint);
        }
        providers.push(settings);
    }
    providers
}

fn one(reader: &mut Reader, table: &str, api_audience: Option<&str>) -> Option<ProviderSettings> {
    let at = |key: &str| format!("{table}.{key}");
    let id = reader.need(&at("id"), |text| {
        ProviderId::parse(text)
            .map_err(|_| Complaint::new(format!("`{text}` is no id"), "use 1 to 32 of `a-z`, `0-9` and `-`"))
    });
    let title = reader.take(&at("title"), values::text);
    let kind = reader.take(&at("kind"), |text| values::one_of(text, kind::KINDS));
    // Everything is read before anything is given up, so that every mistake is told.
    let named = id.clone().or_else(|| ProviderId::parse("unnamed").ok())?;
    let base = kind.and_then(|kind| kind::base(reader, table, kind, &named));
    let is_known = id.is_some() && base.is_some();
    let stand_in = || ProviderConfig::new(named.as_str(), "https://unknown.example", "unknown").ok();
    let mut provider = base.or_else(stand_in)?;
    let client = client::apply(reader, table, &mut provider);
    // A kind has scopes and signatures of its own.
    let is_plain = kind == Some("oidc");
    let asks = is_plain || reader.is_written(&at("scopes"));
    let signs = is_plain || reader.is_written(&at("algorithms"));
    let scopes = scopes(reader, &at("scopes"));
    let audience = reader.take(&at("audience"), values::text);
    // Kept as written: providers compare it letter by letter (RFC 8707 §2), and a parsed address gains a slash.
    let resource = reader.take(&at("resource"), |text| values::url(text).map(|_| text.to_owned()));
    let api_scopes = reader.words(&at("api_scopes"));
    let form_post = reader.take(&at("response_mode"), |text| {
        values::one_of(text, &["query", "form_post"])
    });
    let consent = reader.flag(&at("consent"));
    let algorithms = algorithms(reader, &at("algorithms"));
    let extra_audiences = reader.words(&at("extra_audiences"));
    let leeway = reader.take(&at("leeway"), leeway);
    let claims = claim_names(reader, table)?;
    let directory = directory::of_provider(reader, table);
    let habits = habits(reader, table);
    client.filter(|()| is_known)?;
    if let Some(uses) = &directory {
        directory::need_client(reader, table, uses, &provider);
        provider.client_credentials = *uses != DirectoryUse::default();
    }
    provider.title = title.unwrap_or(provider.title);
    provider.scopes = scopes.filter(|_| asks).unwrap_or(provider.scopes);
    // Microsoft's providers name an API by its scopes.
    let takes_audience = is_plain || kind == Some("auth0");
    let for_api = takes_audience || provider.scopes.iter().any(|scope| names_api(scope));
    let api_token = api_token(api_scopes?, for_api, api_audience.is_some());
    let by_default = api_audience.filter(|_| resource.is_none() && takes_audience);
    provider.audience = audience.or_else(|| by_default.map(str::to_owned));
    provider.resource = resource;
    provider.consent = consent?;
    provider.response_mode = if form_post? == "form_post" {
        ResponseMode::FormPost
    } else {
        ResponseMode::Query
    };
    provider.algorithms = algorithms.filter(|_| signs).unwrap_or(provider.algorithms);
    provider.extra_audiences = extra_audiences?;
    provider.leeway = leeway?;
    (provider.userinfo, provider.logout_tokens_without_exp) = habits?;
    provider.wanted_claims = Some(wanted_claims(&claims, directory.as_ref()));
    Some(ProviderSettings {
        provider,
        claims,
        directory: directory?,
        api_token,
    })
}

/// What the provider does unlike others: userinfo, and logout tokens without an end.
fn habits(reader: &mut Reader, table: &str) -> Option<(UserinfoMode, bool)> {
    let userinfo = reader.take(&format!("{table}.userinfo"), |text| {
        values::one_of(text, &["auto", "always", "never"])
    });
    let without_exp = reader.flag(&format!("{table}.logout_tokens_without_exp"));
    let userinfo = match userinfo? {
        "always" => UserinfoMode::Always,
        "never" => UserinfoMode::Never,
        _ => UserinfoMode::Auto,
    };
    Some((userinfo, without_exp?))
}

/// The claims a person is made of. The one with their id in the directory counts where the directory is asked.
fn wanted_claims(names: &ClaimNames, directory: Option<&DirectoryUse>) -> Vec<String> {
    let mut wanted = ["name", "email", "picture"].map(str::to_owned).to_vec();
    wanted.extend([&names.groups, &names.roles, &names.job_title].map(ToString::to_string));
    if directory.is_some_and(|uses| *uses != DirectoryUse::default()) {
        wanted.extend([&names.object_id].map(ToString::to_string));
    }
    wanted
}

fn claim_names(reader: &mut Reader, table: &str) -> Option<ClaimNames> {
    let mut name = |key: &str| claim_path(reader, &format!("{table}.{key}.claim"));
    Some(ClaimNames {
        groups: name("groups")?,
        roles: name("roles")?,
        job_title: name("job_title")?,
        object_id: name("object_id")?,
    })
}

/// One text, or a list of names.
fn claim_path(reader: &mut Reader, place: &str) -> Option<ClaimPath> {
    let Some(steps) = reader.list(place) else {
        return reader.take(place, ClaimPath::parse);
    };
    let path = ClaimPath::of_steps(steps.to_vec());
    path.map_err(|complaint| reader.complain(place, complaint)).ok()
}

/// Whether a scope of Microsoft's is one of an API that is not their own.
fn names_api(scope: &str) -> bool {
    scope.contains('/') && !scope.starts_with("https://graph.microsoft.com/")
}

/// `of_sign_in` says whether the sign-in brings a token that is for an API.
fn api_token(scopes: Vec<String>, of_sign_in: bool, has_api: bool) -> ApiToken {
    match (has_api, scopes.is_empty(), of_sign_in) {
        (true, false, _) => ApiToken::Beside(TokenRequest {
            scopes,
            ..TokenRequest::default()
        }),
        (true, true, true) => ApiToken::OfSignIn,
        _ => ApiToken::None,
    }
}

fn leeway(text: &str) -> Result<Duration, Complaint> {
    match values::duration(text)? {
        leeway if leeway > MAX_LEEWAY => Err(Complaint::new("is more than `5m`", "set the clocks right instead")),
        leeway => Ok(leeway),
    }
}

fn scopes(reader: &mut Reader, place: &str) -> Option<Vec<String>> {
    let scopes = reader.words(place)?;
    if !scopes.iter().any(|scope| scope == "openid") {
        reader.complain(
            place,
            Complaint::new("has no `openid`", "add it; without it nobody is told who signed in"),
        );
    }
    Some(scopes)
}

fn algorithms(reader: &mut Reader, place: &str) -> Option<Vec<String>> {
    let algorithms = reader.words(place)?;
    for algorithm in algorithms.iter().filter(|name| !ALGORITHMS.contains(&name.as_str())) {
        let remedy = format!("use some of {}", ALGORITHMS.join(", "));
        reader.complain(
            place,
            Complaint::new(format!("`{algorithm}` is not a signature Portico accepts"), remedy),
        );
    }
    if algorithms.is_empty() {
        reader.complain(
            place,
            Complaint::new("is empty", "name at least one, or remove the line"),
        );
    }
    Some(algorithms)
}
