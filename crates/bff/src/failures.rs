//! Every failure with its code, and what an operator does about it.
#![doc = include_str!("failures.md")]

#[cfg(test)]
mod tests {
    use oidc::device_authorization::DeviceAuthorizationError;
    use oidc::discovery::DiscoveryError;
    use oidc::id_token::IdTokenError;
    use oidc::jwt_access_token::{InvalidAccessToken, Unverifiable};
    use oidc::keys::KeysError;
    use oidc::logout_token::LogoutTokenError;
    use oidc::metadata::{MetadataError, PushedRequestsError};
    use oidc::profile::UserinfoError;
    use oidc::pushed::PushError;
    use oidc::registration::RegistrationError;
    use oidc::signing::Unsigned;
    use oidc::token_endpoint::TokenEndpointError;
    use oidc::token_time::TimeError;

    use crate::guard::error::AccessError;
    use crate::guard::proxy::error::ProxyError;
    use crate::session::lifecycle::SessionError;
    use crate::session::seal::SealError;
    use crate::sign_in::error::{CallbackError, DeviceError, StartError, StepUpError, UserFlowError};
    use crate::sign_out::back_channel::LogoutError;
    use crate::tokens::refresh::GrantEnded;

    const PAGE: &str = include_str!("failures.md");

    /// Name and codes of every enum, in the order of the page.
    const ERRORS: [(&str, &[&str]); 26] = [
        ("StartError", StartError::CODES),
        ("CallbackError", CallbackError::CODES),
        ("StepUpError", StepUpError::CODES),
        ("UserFlowError", UserFlowError::CODES),
        ("DeviceError", DeviceError::CODES),
        ("DeviceAuthorizationError", DeviceAuthorizationError::CODES),
        ("DiscoveryError", DiscoveryError::CODES),
        ("MetadataError", MetadataError::CODES),
        ("KeysError", KeysError::CODES),
        ("RegistrationError", RegistrationError::CODES),
        ("PushedRequestsError", PushedRequestsError::CODES),
        ("PushError", PushError::CODES),
        ("TokenEndpointError", TokenEndpointError::CODES),
        ("GrantEnded", GrantEnded::CODES),
        ("IdTokenError", IdTokenError::CODES),
        ("TimeError", TimeError::CODES),
        ("UserinfoError", UserinfoError::CODES),
        ("LogoutError", LogoutError::CODES),
        ("LogoutTokenError", LogoutTokenError::CODES),
        ("InvalidAccessToken", InvalidAccessToken::CODES),
        ("Unverifiable", Unverifiable::CODES),
        ("AccessError", AccessError::CODES),
        ("ProxyError", ProxyError::CODES),
        ("SessionError", SessionError::CODES),
        ("SealError", SealError::CODES),
        ("Unsigned", Unsigned::CODES),
    ];

    #[test]
    fn se_9_every_failure_is_on_the_page_with_what_to_do_about_it() {
        let mut rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut sections = PAGE.lines().filter_map(|line| line.strip_prefix("# "));
        let mut known = std::collections::BTreeSet::new();
        for (name, codes) in ERRORS {
            let section = sections.next().unwrap();
            assert!(section.ends_with(&format!(": `{name}`")), "{section} instead of {name}");
            for code in codes {
                assert!(known.insert(code), "two failures are called {code}");
                let row = rows.find(|row| !row.starts_with("failure`")).unwrap();
                let cells: Vec<&str> = row.split(" | ").collect();
                assert_eq!((cells[0], cells.len()), (&*format!("{code}`"), 5), "{name}");
                assert!(cells.iter().all(|cell| cell.len() > 1), "{row}");
            }
        }
        assert_eq!((sections.next(), rows.next()), (None, None), "failures that are gone");
    }
}
