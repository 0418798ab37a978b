//! Sign-out addresses of providers without the standard endpoint. What is standard is in
//! `sign_out::rp_initiated`.

use url::Url;

use super::ProviderConfig;
use crate::address::is_secure_or_loopback;

/// An address that ends the session at a provider without `end_session_endpoint`, and the names of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOutAddress {
    /// The address; `https`, or `http` on a loopback host.
    pub address: String,
    /// The parameter for the address to return to, which has to be registered there as it is:
    /// `<public_url>auth/signed-out`.
    pub return_parameter: String,
    /// The parameter for our client id, where there is one.
    pub client_parameter: Option<String>,
}

impl SignOutAddress {
    /// The address with everything filled in.
    #[must_use]
    pub fn url(&self, landing: &str, client_id: &str) -> Option<Url> {
        let mut url = Url::parse(&self.address).ok()?;
        {
            let mut query = url.query_pairs_mut();
            if let Some(name) = &self.client_parameter {
                query.append_pair(name, client_id);
            }
            query.append_pair(&self.return_parameter, landing);
        }
        Some(url)
    }
}

/// Can somebody be sent there?
pub(super) fn check(provider: &ProviderConfig, report: &mut impl FnMut(String, String)) {
    let key = |setting: &str| format!("providers.{}.{setting}", provider.id);
    if let Some(there) = &provider.sign_out_address {
        let fits = Url::parse(&there.address).is_ok_and(|url| is_secure_or_loopback(&url) && url.fragment().is_none());
        if !fits || there.return_parameter.is_empty() || there.client_parameter.as_deref() == Some("") {
            let problem = "must be https without a fragment, or http on a loopback host, with names for its parameters";
            report(key("sign_out_address"), format!("`{}` {problem}", there.address));
        }
    }
    if provider
        .sign_up_parameter
        .as_ref()
        .is_some_and(|(name, _)| is_ours(name))
    {
        report(
            key("sign_up_parameter"),
            "must not be one of the parameters every sign-in has".into(),
        );
    }
}

/// Parameters whose value decides about safety are not for presets to change.
fn is_ours(name: &str) -> bool {
    const OURS: [&str; 13] = [
        "",
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "audience",
        "resource",
        "prompt",
    ];
    OURS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_4_only_a_whole_and_safe_address_is_taken() {
        let found = |address: &str, return_parameter: &str, sign_up: &str| {
            let mut provider = ProviderConfig::new("a", "https://t.example", "portico").unwrap();
            provider.sign_out_address = Some(SignOutAddress {
                address: address.into(),
                return_parameter: return_parameter.into(),
                client_parameter: None,
            });
            provider.sign_up_parameter = Some((sign_up.into(), "x".into()));
            let mut keys = Vec::new();
            check(&provider, &mut |key, _| keys.push(key));
            keys
        };
        assert!(found("https://t.example/v2/logout", "returnTo", "screen_hint").is_empty());
        for address in [
            "http://t.example/",
            "/v2/logout",
            "javascript:alert(1)",
            "https://t.example/#x",
        ] {
            assert_eq!(
                found(address, "returnTo", "x"),
                ["providers.a.sign_out_address"],
                "{address}"
            );
        }
        assert_eq!(found("https://t.example/", "", "x"), ["providers.a.sign_out_address"]);
        assert_eq!(
            found("https://t.example/", "r", "state"),
            ["providers.a.sign_up_parameter"]
        );
    }
}
