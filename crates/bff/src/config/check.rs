//! Validation of the configuration. Every mistake is reported, not only the first; no request is sent.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use oidc::address::is_secure_or_loopback;
pub use oidc::config::check::ConfigProblem;

use super::BffConfig;

/// Everything that is wrong with a [`BffConfig`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, p) in self.problems.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", p.key, p.problem)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl BffConfig {
    /// Checks everything that can be known without a request. [`Bff::new`](crate::Bff::new) does so first; by itself
    /// it reports mistakes before anything is opened.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut found = Vec::new();
        let mut report = |key: String, problem: String| found.push(ConfigProblem { key, problem });
        check_site(self, &mut report);
        let mut seen = HashSet::new();
        for provider in &self.providers {
            if !seen.insert(&provider.id) {
                report(
                    format!("providers.{}", provider.id),
                    "is named twice; every provider needs its own id".into(),
                );
            }
            for ConfigProblem { key, problem } in provider.check() {
                report(key, problem);
            }
        }
        if found.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { problems: found })
        }
    }
}

fn check_site(config: &BffConfig, report: &mut impl FnMut(String, String)) {
    let url = &config.public_url;
    if !is_secure_or_loopback(url) {
        report(
            "public_url".into(),
            format!("`{url}` must be https, or http on a loopback host"),
        );
    }
    let extra = url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
    if extra {
        report(
            "public_url".into(),
            format!("`{url}` must be an origin: no path, query, fragment or user"),
        );
    }
    let name = &config.cookie_name;
    if name.is_empty() || name.len() > 32 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        report(
            "cookie_name".into(),
            format!("`{name}` must be 1 to 32 letters, digits, - or _"),
        );
    }
    if config.providers.is_empty() {
        report("providers".into(), "at least one provider is needed to sign in".into());
    }
    if config.session.idle < Duration::from_mins(1) {
        report(
            "session.idle".into(),
            "is under a minute; people would be signed out while they read".into(),
        );
    }
    if config.session.idle > config.session.absolute {
        report(
            "session.absolute".into(),
            "is shorter than session.idle; make it at least as long".into(),
        );
    }
    if config.max_sessions.get() > 1_000 {
        report("max_sessions".into(), "is more than 1,000; make it smaller".into());
    }
    if config.session.absolute > Duration::from_hours(400 * 24) {
        report(
            "session.absolute".into(),
            "is more than 400 days, when browsers forget cookies; make it shorter".into(),
        );
    }
}

#[cfg(test)]
mod tests {
    use oidc::config::ProviderConfig;
    use url::Url;

    use super::*;
    use crate::config::key_ring::KeyRing;

    fn config(public_url: &str) -> BffConfig {
        BffConfig::new(Url::parse(public_url).unwrap(), KeyRing::ephemeral())
            .with_provider(ProviderConfig::new("demo", "http://localhost:4041", "portico").unwrap())
    }

    #[test]
    fn every_mistake_is_listed() {
        let mut wrong = config("http://site.example/path");
        wrong.providers[0].scopes.clear();
        wrong.providers[0].algorithms.push("HS256".into());
        wrong
            .providers
            .push(ProviderConfig::new("demo", "http://idp.example", "").unwrap());
        let keys: Vec<_> = wrong.check().unwrap_err().problems.into_iter().map(|p| p.key).collect();
        let demo = |s: &str| format!("providers.demo{s}");
        let expected = [
            "public_url",
            "public_url",
            &demo(".scopes"),
            &demo(".algorithms"),
            &demo(".algorithms"),
        ];
        assert_eq!(keys[..5], expected);
        assert_eq!(keys[5..], [demo(""), demo(".issuer"), demo(".client_id")]);
    }

    #[test]
    fn ds_3_plain_http_is_for_this_machine_only() {
        for good in [
            "https://a.example/",
            "http://localhost:1/",
            "http://localhost.:1/",
            "http://a.localhost./",
            "http://127.9.0.1/",
            "http://[::1]:3/",
        ] {
            assert!(is_secure_or_loopback(&Url::parse(good).unwrap()), "{good}");
        }
        for bad in [
            "http://a.example/",
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://localhost.example./",
            "http://notlocalhost./",
            "ftp://localhost/",
        ] {
            assert!(!is_secure_or_loopback(&Url::parse(bad).unwrap()), "{bad}");
        }
        assert_eq!(config("http://localhost:4040/").check(), Ok(()));
    }
}
