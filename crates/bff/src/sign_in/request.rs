//! What does a person want beyond being signed in? What of it the provider is asked for is in [`oidc::authorization_request`]; how the
//! browser gets there in [`super::start`].

use oidc::authorization_request::AuthorizationOptions;

use super::step_up::Asked;

/// What the person wants beyond being signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// An account is to be made, where the provider offers that.
    pub(crate) account: bool,
    /// The session that is to be gone, where its cookie may have stayed behind.
    pub(crate) replaces: Option<String>,
    /// More is asked than who it is.
    pub(crate) step_up: Option<Asked>,
    /// Who is likely to sign in.
    pub(crate) login_hint: Option<String>,
}

impl Wish {
    /// What the provider is asked for.
    pub(crate) fn options(&self) -> AuthorizationOptions {
        let asked = self.step_up.as_ref();
        AuthorizationOptions {
            create_account: self.account,
            login_again: asked.is_some_and(|asked| asked.afresh),
            login_hint: self.login_hint.clone(),
            acr_values: asked.and_then(|asked| asked.step_up.acr_values()).map(Into::into),
            max_age: asked.and_then(|asked| asked.step_up.max_age_seconds()),
        }
    }
}
