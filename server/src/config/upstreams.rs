//! Which APIs do pages reach through Portico? The `[[upstreams]]` tables. What passes is decided in `bff`.

use std::time::Duration;

use bff::{InvalidUpstream, ProxyLimits, Upstream};
use http::Method;

use super::{ProviderSettings, problem::Complaint, reader::Reader, values};

/// Methods that may be written; `CONNECT` and `TRACE` never pass.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// What is served below `/api/` already.
const TAKEN: [&str; 2] = ["/api/fn", "/api/messages"];
/// Shortest and longest time a request may take.
const TIMES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(24));
/// The id of the provider that `--demo` adds after this was read.
const DEMO: &str = "demo";

/// Audience, resource and scopes of an upstream.
type Wanted<'a> = (&'a Option<String>, &'a Option<String>, &'a [String]);

/// Every upstream without a mistake; mistakes are noted in `reader`.
pub(super) fn all(reader: &mut Reader, providers: &[ProviderSettings]) -> Vec<Upstream> {
    let mut paths: Vec<String> = Vec::new();
    let mut upstreams = Vec::new();
    for index in 0..reader.tables("upstreams") {
        let table = format!("upstreams[{index}]");
        let path = reader.need(&format!("{table}.path"), |text| path(text, &paths));
        paths.extend(path.clone());
        upstreams.extend(one(reader, &table, path, providers));
    }
    upstreams
}

fn one(reader: &mut Reader, table: &str, path: Option<String>, providers: &[ProviderSettings]) -> Option<Upstream> {
    let at = |key: &str| format!("{table}.{key}");
    let base_url = reader.need(&at("base_url"), |text| values::endpoint(text).map(|_| text.to_owned()));
    let methods = methods(reader, &at("methods"));
    let audience = reader.take(&at("audience"), values::text);
    // Kept as written: providers compare it letter by letter (RFC 8707 §2).
    let resource = reader.take(&at("resource"), |text| values::url(text).map(|_| text.to_owned()));
    let scopes = reader.words(&at("scopes"));
    let whose = whose(reader, &at("providers"), providers);
    let limits = limits(reader, table);
    if !reader.is_written(&at("audience")) && !reader.is_written(&at("resource")) {
        let complaint = Complaint::new(
            "is missing, and `resource` too",
            "write what the API is called in access tokens (`aud`)",
        );
        reader.complain(&at("audience"), complaint);
        return None;
    }
    let made = Upstream::new(&path?, &base_url?);
    let mut upstream = made
        .map_err(|error| {
            let key = match error {
                InvalidUpstream::Mount(_) => "path",
                _ => "base_url",
            };
            reader.complain(&at(key), Complaint::new(error.to_string(), "write another one"));
        })
        .ok()?;
    let (scopes, whose) = (scopes?, whose?);
    if whose.is_empty() {
        need_giver(reader, &at("providers"), providers, (&audience, &resource, &scopes));
    }
    upstream = upstream
        .methods(methods?)
        .scopes(scopes)
        .providers(whose)
        .limits(limits?);
    if let Some(audience) = audience {
        upstream = upstream.audience(audience);
    }
    if let Some(resource) = resource {
        upstream = upstream.resource(resource);
    }
    Some(upstream)
}

fn limits(reader: &mut Reader, table: &str) -> Option<ProxyLimits> {
    let timeout = reader.take(&format!("{table}.timeout"), |text| match values::duration(text)? {
        time if time < TIMES.0 || time > TIMES.1 => Err(Complaint::new(
            format!("`{text}` is less than a second or more than a day"),
            "write a time between `1s` and `1d`",
        )),
        time => Ok(time),
    });
    let request = reader.take(&format!("{table}.max_request_size"), values::size);
    let response = reader.take(&format!("{table}.max_response_size"), values::size);
    Some(ProxyLimits {
        timeout: timeout?,
        max_request_bytes: request?,
        max_response_bytes: response?,
    })
}

/// Complains unless a sign-in asks for just that; the one that `--demo` adds may.
fn need_giver(reader: &mut Reader, place: &str, providers: &[ProviderSettings], wanted: Wanted<'_>) {
    let (audience, resource, scopes) = wanted;
    let asks = |settings: &ProviderSettings| {
        let sign_in = &settings.provider;
        (&sign_in.audience, &sign_in.resource) == (audience, resource)
            && scopes.iter().all(|scope| sign_in.scopes.contains(scope))
    };
    if !reader.has_demo() && !providers.iter().any(asks) {
        let complaint = Complaint::new(
            "is missing, and no sign-in asks for this audience, resource and scopes",
            "write the `id` of the provider that gives tokens for it",
        );
        reader.complain(place, complaint);
    }
}

/// A path below `/api/` that nothing else answers.
fn path(text: &str, earlier: &[String]) -> Result<String, Complaint> {
    let is_within = |outer: &str| text == outer || text.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    if !text.starts_with("/api/") {
        return Err(Complaint::new(
            format!("`{text}` is not below `/api/`"),
            "write a path such as `/api/orders`",
        ));
    }
    if TAKEN.into_iter().any(is_within) {
        return Err(Complaint::new(
            format!("`{text}` is Portico's own"),
            "write another path below `/api/`",
        ));
    }
    let contains = |other: &String| other.strip_prefix(text).is_some_and(|rest| rest.starts_with('/'));
    match earlier.iter().find(|other| is_within(other) || contains(other)) {
        Some(other) => Err(Complaint::new(
            format!("`{text}` and `{other}` lie within each other"),
            "give each upstream a path of its own",
        )),
        None => Ok(text.to_owned()),
    }
}

fn methods(reader: &mut Reader, place: &str) -> Option<Vec<Method>> {
    let words = reader.words(place)?;
    if words.is_empty() {
        let complaint = Complaint::new("is empty: nothing would pass", "name at least one, or remove the line");
        reader.complain(place, complaint);
    }
    for word in words.iter().filter(|word| !METHODS.contains(&word.as_str())) {
        let remedy = format!("use some of {}", METHODS.join(", "));
        reader.complain(
            place,
            Complaint::new(format!("`{word}` is no method that passes"), remedy),
        );
    }
    words.iter().map(|word| word.parse().ok()).collect()
}

/// The providers whose people get through.
fn whose(reader: &mut Reader, place: &str, providers: &[ProviderSettings]) -> Option<Vec<String>> {
    let ids = reader.words(place)?;
    let has_demo = reader.has_demo();
    let is_known =
        |id: &str| (has_demo && id == DEMO) || providers.iter().any(|settings| settings.provider.id.as_str() == id);
    for id in ids.iter().filter(|id| !is_known(id)) {
        let complaint = if id == DEMO {
            Complaint::new(
                "`demo` is the provider of `--demo`, which is not there",
                "write the `id` of one of the `[[providers]]`, or start with `--demo`",
            )
        } else {
            Complaint::new(
                format!("`{id}` is no provider"),
                "write the `id` of one of the `[[providers]]`",
            )
        };
        reader.complain(place, complaint);
    }
    Some(ids)
}
