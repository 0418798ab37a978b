//! What does sign-in start from? The settings of [`bff`]; and what it has against them, told where it was written.

use bff::{BffConfig, Clock, KeyRing, SessionLifetime};
use url::Url;

use super::{Config, ProviderSettings, problem::Complaint, reader::Reader};

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
            ..of(&self.public_url, lifetime, &self.providers, keys)
        }
    }
}

/// Notes what `bff` would refuse when the site starts, but for keys of which something was said already.
pub(super) fn check(reader: &mut Reader, public_url: &Url, lifetime: SessionLifetime, providers: &[ProviderSettings]) {
    let refused = of(public_url, lifetime, providers, KeyRing::ephemeral()).check();
    let problems = refused.err().into_iter().flat_map(|error| error.problems);
    let placed = problems.filter_map(|refused| Some((place(reader, &refused.key)?, refused.problem)));
    let news: Vec<_> = placed.filter(|(place, _)| !reader.is_told(place)).collect();
    for (place, problem) in news {
        let parts = problem.split_once("; ");
        let (what, remedy) = parts.unwrap_or((&problem, "see docs/configuration.md"));
        reader.complain(&place, Complaint::new(what, remedy));
    }
}

fn of(public_url: &Url, lifetime: SessionLifetime, providers: &[ProviderSettings], keys: KeyRing) -> BffConfig {
    let mut config = BffConfig::new(public_url.clone(), keys);
    "portico".clone_into(&mut config.cookie_name);
    config.providers = providers.iter().map(|settings| settings.provider.clone()).collect();
    config.session = lifetime;
    config
}

/// The key an operator knows: `providers.acme.client_auth` of `bff` may be `providers[0].client_auth`. None where it is told
/// elsewhere: that there is no provider, by `serve`; that an id is there twice, where the tables are read.
fn place(reader: &Reader, key: &str) -> Option<String> {
    let Some(of_provider) = key.strip_prefix("providers.") else {
        return match key {
            "providers" => None,
            other => Some(other.to_owned()),
        };
    };
    let (id, setting) = of_provider.split_once('.')?;
    let table = (0..reader.tables("providers"))
        .map(|index| format!("providers[{index}]"))
        .find(|table| reader.text(&format!("{table}.id")) == Some(id))?;
    let setting = match setting {
        "metadata" => "metadata_file",
        "issuer_rule" => "tenants",
        other => other,
    };
    Some(format!("{table}.{setting}"))
}
