//! Who signs people in? The `[[providers]]` tables.

use std::time::Duration;

use bff::{ProviderConfig, ProviderId, ResponseMode, Secret};

use super::{ClaimNames, ProviderSettings, directory, problem::Complaint, read::Reader, values};

/// The most leeway that still means "now".
const MAX_LEEWAY: Duration = Duration::from_mins(5);

/// Signatures the sign-in can verify. None is shared-key: a client secret is no signing key here.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// Every provider without a mistake; mistakes are noted in `reader`.
pub(super) fn all(reader: &mut Reader, api_audience: Option<&str>) -> Vec<ProviderSettings> {
    let mut providers: Vec<ProviderSettings> = Vec::new();
    for index in 0..reader.providers() {
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
    reader.take(&at("kind"), |text| values::one_of(text, &["oidc"]));
    let issuer = reader.need(&at("issuer"), values::issuer);
    let client_id = reader.need(&at("client_id"), values::text);
    let client_secret = secret(reader, table);
    let scopes = scopes(reader, &at("scopes"));
    let audience = reader.take(&at("audience"), values::text);
    // Kept as written: providers compare it letter by letter (RFC 8707 §2), and a parsed address gains a slash.
    let resource = reader.take(&at("resource"), |text| values::url(text).map(|_| text.to_owned()));
    let form_post = reader.take(&at("response_mode"), |text| {
        values::one_of(text, &["query", "form_post"])
    });
    let algorithms = algorithms(reader, &at("algorithms"));
    let extra_audiences = reader.words(&at("extra_audiences"));
    let leeway = reader.take(&at("leeway"), |text| match values::duration(text)? {
        leeway if leeway > MAX_LEEWAY => Err(Complaint::new("is more than `5m`", "set the clocks right instead")),
        leeway => Ok(leeway),
    });
    let claims = ClaimNames {
        groups: reader.take(&at("groups.claim"), values::text)?,
        roles: reader.take(&at("roles.claim"), values::text)?,
        job_title: reader.take(&at("job_title.claim"), values::text)?,
        object_id: reader.take(&at("object_id.claim"), values::text)?,
    };
    let directory = directory::of_provider(reader, table);
    let id = id?;
    let mut provider = ProviderConfig::new(id.as_str(), &issuer?, &client_id?).ok()?;
    provider.title = title.unwrap_or_else(|| id.to_string());
    provider.client_secret = client_secret;
    provider.scopes = scopes?;
    provider.audience = audience.or_else(|| api_audience.filter(|_| resource.is_none()).map(str::to_owned));
    provider.resource = resource;
    provider.response_mode = if form_post? == "form_post" {
        ResponseMode::FormPost
    } else {
        ResponseMode::Query
    };
    provider.algorithms = algorithms?;
    provider.extra_audiences = extra_audiences?;
    provider.leeway = leeway?;
    Some(ProviderSettings {
        provider,
        claims,
        directory: directory?,
    })
}

fn secret(reader: &mut Reader, table: &str) -> Option<Secret> {
    let (direct, file) = (format!("{table}.client_secret"), format!("{table}.client_secret_file"));
    if reader.is_written(&direct) && reader.is_written(&file) {
        reader.complain(
            &file,
            Complaint::new("stands beside `client_secret`", "keep one of the two"),
        );
    }
    let from_file = reader.take(&file, |path| {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Complaint::new(
                format!("`{path}` cannot be read: {error}"),
                "write the secret there, readable by Portico",
            )
        })?;
        match text.trim_end() {
            "" => Err(Complaint::new(format!("`{path}` is empty"), "write the secret there")),
            secret => Ok(Secret::from(secret.to_owned())),
        }
    });
    from_file.or_else(|| reader.take(&direct, |text| values::text(text).map(Secret::from)))
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
