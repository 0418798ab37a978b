//! User flows of a provider and reactions to its error codes. Values only; they are run in
//! `sign_in::user_flow`.

use super::ProviderConfig;
use super::issuer::check_metadata_url;

/// Name of the flow behind `/auth/edit-profile`.
pub const EDIT_PROFILE: &str = "edit-profile";

/// Something to do at the provider, with metadata, endpoints and keys of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFlow {
    /// Its name here: 1 to 32 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// Where its metadata are.
    pub metadata_url: String,
    /// What follows its response.
    pub end: FlowEnd,
}

/// What follows the response of a [`UserFlow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowEnd {
    /// The claims of the session are replaced by those of the response. Somebody has to be signed in, and the response has to
    /// be about the same person.
    RenewClaims,
    /// An ordinary sign-in: no other flow begins a session. The response's code is not even redeemed.
    SignIn,
}

/// The reaction to a provider's own error code at the beginning of `error_description`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRule {
    /// The code, for example `AADB2C90118`. Letters and digits.
    pub code: String,
    /// What to do.
    pub action: ErrorAction,
}

/// What to do instead of showing an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorAction {
    /// Return to the page that the person started from, without a message.
    ReturnQuietly,
    /// Start the [`UserFlow`] of that name. A flow that was started so, or by a response, does not start the next one.
    Start(String),
}

impl ProviderConfig {
    /// What is to be done about an error that is described so.
    #[must_use]
    pub fn action_for(&self, description: &str) -> Option<&ErrorAction> {
        let code_of = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .map(str::to_owned)
        };
        let code = code_of(description)?;
        self.error_rules
            .iter()
            .find(|rule| rule.code == code)
            .map(|rule| &rule.action)
    }
}

/// Are the flows named and found, and do the rules lead somewhere?
pub(super) fn check(provider: &ProviderConfig, report: &mut impl FnMut(String, String)) {
    let key = |setting: &str| format!("providers.{}.{setting}", provider.id);
    for (number, flow) in provider.user_flows.iter().enumerate() {
        let (key, name) = (key("user_flows"), &flow.name);
        if super::ProviderId::parse(name).is_err() {
            report(key.clone(), format!("`{name}` must be 1 to 32 of a-z, 0-9 and -"));
        }
        if provider.user_flows[..number].iter().any(|other| other.name == *name) {
            report(key.clone(), format!("`{name}` is there twice"));
        }
        if name == EDIT_PROFILE && flow.end != FlowEnd::RenewClaims {
            report(key.clone(), format!("`{name}` must renew the claims of the session"));
        }
        check_metadata_url(key, &flow.metadata_url, report);
    }
    for rule in &provider.error_rules {
        let code = &rule.code;
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            report(key("error_rules"), format!("code `{code}` must be letters and digits"));
        }
        let ErrorAction::Start(name) = &rule.action else {
            continue;
        };
        let leads_to_sign_in = |flow: &UserFlow| flow.name == *name && flow.end == FlowEnd::SignIn;
        if !provider.user_flows.iter().any(leads_to_sign_in) {
            report(
                key("error_rules"),
                format!("`{name}` must be one of the user flows that a sign-in follows"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(name: &str, end: FlowEnd) -> UserFlow {
        UserFlow {
            name: name.into(),
            metadata_url: format!("https://t.example/{name}"),
            end,
        }
    }

    fn rule(code: &str, action: ErrorAction) -> ErrorRule {
        ErrorRule {
            code: code.into(),
            action,
        }
    }

    fn provider() -> ProviderConfig {
        let mut provider = ProviderConfig::new("b2c", "https://t.example", "portico").unwrap();
        provider.user_flows = vec![flow(EDIT_PROFILE, FlowEnd::RenewClaims), flow("reset", FlowEnd::SignIn)];
        provider.error_rules = vec![
            rule("E118", ErrorAction::Start("reset".into())),
            rule("E91", ErrorAction::ReturnQuietly),
        ];
        provider
    }

    #[test]
    fn si_3_a_code_is_found_at_the_beginning_and_as_a_whole() {
        let provider = provider();
        let start = ErrorAction::Start("reset".into());
        assert_eq!(
            provider.action_for("E118: forgotten\r\nCorrelation ID: 7"),
            Some(&start)
        );
        assert_eq!(provider.action_for("E91"), Some(&ErrorAction::ReturnQuietly));
        for other in ["", "E9", "E911: x", "e91: x", "it is E91", " E91", ":"] {
            assert_eq!(provider.action_for(other), None, "{other}");
        }
    }

    #[test]
    fn si_3_flows_and_rules_that_lead_nowhere_are_refused() {
        let count = |change: fn(&mut ProviderConfig)| {
            let (mut provider, mut found) = (provider(), 0);
            change(&mut provider);
            check(&provider, &mut |_, _| found += 1);
            found
        };
        assert_eq!(count(|_| {}), 0);
        assert_eq!(count(|p| p.user_flows[1].name = "other".into()), 1);
        assert_eq!(count(|p| p.user_flows[1].end = FlowEnd::RenewClaims), 1);
        assert_eq!(count(|p| p.user_flows[0].end = FlowEnd::SignIn), 1);
        assert_eq!(count(|p| p.user_flows[0].metadata_url = "http://t.example/".into()), 1);
        assert_eq!(count(|p| p.user_flows.push(p.user_flows[0].clone())), 1);
        assert_eq!(count(|p| p.error_rules[1].code = "E91: ".into()), 1);
    }
}
