//! From a table of `[[upstreams]]` to an API that pages reach through Portico. What passes is decided in [`bff`].

use bff::{InvalidUpstream, ProxyLimits, Upstream};

use super::{
    ProviderSettings,
    problem::Issue,
    reader::{Reader, Section},
    tables::{ProviderTable, UpstreamTable},
    values::is_within,
};

/// The id of the provider that `--demo` adds after this was read.
const DEMO: &str = "demo";

/// Whose people an upstream may name.
pub(super) struct Providers<'a> {
    /// As written.
    pub tables: &'a [ProviderTable],
    /// Those without a mistake.
    pub settings: &'a [ProviderSettings],
    /// Whether `--demo` adds one.
    pub has_demo: bool,
}

impl Providers<'_> {
    fn has(&self, id: &str) -> bool {
        let has_id = |table: &ProviderTable| table.id.as_ref().is_some_and(|written| written.as_str() == id);
        (self.has_demo && id == DEMO) || self.tables.iter().any(has_id)
    }

    /// Whether a sign-in requests what an upstream needs. One that could not be read might, and so might the one of `--demo`.
    fn may_request(&self, upstream: &UpstreamTable) -> bool {
        let requests = |settings: &ProviderSettings| {
            let sign_in = &settings.provider;
            sign_in.audience == upstream.audience
                && sign_in.resource == upstream.resource
                && upstream.scopes.iter().all(|scope| sign_in.scopes.contains(scope))
        };
        self.has_demo || self.settings.len() < self.tables.len() || self.settings.iter().any(requests)
    }
}

/// Every upstream without a mistake.
pub(super) fn read_all(reader: &mut Reader, tables: &[UpstreamTable], providers: &Providers<'_>) -> Vec<Upstream> {
    let mut upstreams = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let mut section = reader.section(format!("upstreams[{index}]"));
        if let Some(other) = overlapping(table, tables.get(..index).unwrap_or_default()) {
            section.add("path", other);
        }
        upstreams.extend(read(&mut section, table, providers));
    }
    upstreams
}

/// What is wrong with a path that lies within an earlier one, or the other way round.
fn overlapping(table: &UpstreamTable, earlier: &[UpstreamTable]) -> Option<Issue> {
    let path = table.path.as_ref()?;
    let mut others = earlier.iter().filter_map(|table| table.path.as_ref());
    let other = others.find(|other| is_within(path, other) || is_within(other, path))?;
    Some(issue!(
        "`{path}` and `{other}` lie within each other — give each upstream a path of its own"
    ))
}

fn read(section: &mut Section<'_>, table: &UpstreamTable, providers: &Providers<'_>) -> Option<Upstream> {
    let path = section.required("path", table.path.as_ref());
    let base_url = section.required("base_url", table.base_url.as_ref());
    if table.methods.is_empty() && !section.has("methods") {
        let issue = "is empty: nothing would pass — name at least one, or remove the line";
        section.add("methods", issue);
    }
    for id in table.providers.iter().filter(|id| !providers.has(id)) {
        section.add("providers", unknown_provider(id));
    }
    if !section.is_written("audience") && !section.is_written("resource") {
        let issue = "is missing, and `resource` too — write what the API is called in access tokens (`aud`)";
        section.add("audience", issue);
        return None;
    }
    if table.providers.is_empty() && !section.has("providers") && !providers.may_request(table) {
        let what = "is missing, and no sign-in asks for this audience, resource and scopes";
        let issue = issue!("{what} — write the `id` of the provider that gives tokens for it");
        section.add("providers", issue);
    }
    let created = Upstream::new(path?, base_url?.as_str()).map_err(|error| {
        let is_path = matches!(error, InvalidUpstream::Mount(_));
        section.add(
            if is_path { "path" } else { "base_url" },
            issue!("{error} — write another one"),
        );
    });
    let mut upstream = created
        .ok()?
        .methods(table.methods.clone())
        .scopes(table.scopes.clone());
    upstream = upstream.providers(table.providers.clone()).limits(ProxyLimits {
        timeout: table.timeout,
        max_request_bytes: table.max_request_size,
        max_response_bytes: table.max_response_size,
    });
    if let Some(audience) = &table.audience {
        upstream = upstream.audience(audience);
    }
    if let Some(resource) = &table.resource {
        upstream = upstream.resource(resource);
    }
    Some(upstream)
}

fn unknown_provider(id: &str) -> Issue {
    let remedy = "write the `id` of one of the `[[providers]]`";
    match id {
        DEMO => issue!("`{DEMO}` is the provider of `--demo`, which is not there — {remedy}, or start with `--demo`"),
        _ => issue!("`{id}` is no provider — {remedy}"),
    }
}
