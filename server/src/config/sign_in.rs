//! What sign-in starts from: the settings of [`bff`], and what it finds wrong with them, reported where it was written.

use bff::{BffConfig, Clock, KeyRing, SessionLifetime};
use url::Url;

use super::{Config, ProviderSettings, reader::Reader, tables::ProviderTable};

impl Config {
    /// What sign-in starts from.
    pub(crate) fn sign_in(&self, keys: KeyRing, clock: Clock) -> BffConfig {
        let lifetime = SessionLifetime {
            idle: self.session.idle,
            absolute: self.session.absolute,
        };
        BffConfig {
            max_sessions: self.session.max_per_person,
            clock,
            keys,
            ..settings(&self.public_url, lifetime, &self.providers)
        }
    }
}

/// The settings, with keys that are good for checking alone.
pub(super) fn settings(public_url: &Url, lifetime: SessionLifetime, providers: &[ProviderSettings]) -> BffConfig {
    let mut config = BffConfig::new(public_url.clone(), KeyRing::ephemeral());
    "portico".clone_into(&mut config.cookie_name);
    config.providers = providers.iter().map(|settings| settings.provider.clone()).collect();
    config.session = lifetime;
    config
}

/// Reports what `bff` would refuse when the site starts, but for keys of which something was reported already.
pub(super) fn check(reader: &mut Reader, tables: &[ProviderTable], config: &BffConfig) {
    let refused = config.check().err().into_iter().flat_map(|error| error.problems);
    let located = refused.filter_map(|refused| Some((key_path(tables, &refused.key)?, refused.problem)));
    let news: Vec<_> = located.filter(|(key_path, _)| !reader.has(key_path)).collect();
    for (key_path, problem) in news {
        let (what, remedy) = problem
            .split_once("; ")
            .unwrap_or((&problem, "see docs/configuration.md"));
        reader.add(&key_path, issue!("{what} — {remedy}"));
    }
}

/// The key an operator knows: `providers.acme.client_auth` of `bff` may be `providers[0].client_auth`. `None` where it is reported
/// elsewhere: that there is no provider, by `serve`; that an id is there twice, where the tables are read.
fn key_path(tables: &[ProviderTable], key: &str) -> Option<String> {
    let Some(of_provider) = key.strip_prefix("providers.") else {
        return (key != "providers").then(|| key.to_owned());
    };
    let (id, setting) = of_provider.split_once('.')?;
    let has_id = |table: &ProviderTable| table.id.as_ref().is_some_and(|written| written.as_str() == id);
    let index = tables.iter().position(has_id)?;
    let setting = match setting {
        "metadata" => "metadata_file",
        "issuer_rule" => "tenants",
        other => other,
    };
    Some(format!("providers[{index}].{setting}"))
}
