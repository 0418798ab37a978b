//! What does sign-in start from? The settings of [`bff`]; and what it has against them, told where it was written.

use bff::{BffConfig, Clock, KeyRing, SessionLifetime};
use url::Url;

use super::{Config, ProviderSettings, SessionSettings, problem::Complaint, read::Reader};

impl Config {
    /// What sign-in starts from.
    pub(crate) fn sign_in(&self, keys: KeyRing, clock: Clock) -> BffConfig {
        let config = of(&self.public_url, Some(&self.session), &self.providers, keys);
        BffConfig { clock, ..config }
    }
}

/// Notes what `bff` would refuse when the site starts; a mistake that was told already has kept its provider away from here.
pub(super) fn check(
    reader: &mut Reader,
    public_url: &Url,
    session: Option<&SessionSettings>,
    providers: &[ProviderSettings],
) {
    let refused = of(public_url, session, providers, KeyRing::ephemeral()).check();
    for refused in refused.err().into_iter().flat_map(|error| error.problems) {
        if let Some(place) = place(reader, &refused.key)
            && !reader.is_told(&place)
        {
            let (what, remedy) = refused
                .problem
                .split_once("; ")
                .unwrap_or((&refused.problem, "see docs/configuration.md"));
            reader.complain(&place, Complaint::new(what, remedy));
        }
    }
}

fn of(public_url: &Url, session: Option<&SessionSettings>, providers: &[ProviderSettings], keys: KeyRing) -> BffConfig {
    let mut config = BffConfig::new(public_url.clone(), keys);
    "portico".clone_into(&mut config.cookie_name);
    config.providers = providers.iter().map(|settings| settings.provider.clone()).collect();
    if let Some(session) = session {
        config.session = SessionLifetime {
            idle: session.idle,
            absolute: session.absolute,
        };
        config.max_sessions = session.max_per_person;
    }
    config
}

/// The key an operator knows: `providers.acme.client_auth` of `bff` may be `providers[0].client_auth`. None where it is told
/// elsewhere: that there is no provider, by `serve`; that an id is there twice, where the tables are read.
fn place(reader: &Reader, key: &str) -> Option<String> {
    let Some(of_provider) = key.strip_prefix("providers.") else {
        return match key {
            "providers" => None,
            "max_sessions" => Some("session.max_per_person".to_owned()),
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
