//! What a sign-in is started with beyond provider and return path. What of it the provider gets is in
//! [`oidc::authorization_request`].

use oidc::authorization_request::AuthorizationOptions;

use super::step_up::StepUpRequest;

/// What is requested beyond an ordinary sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SignInOptions {
    /// Creates an account, if the provider supports that.
    pub(crate) create_account: bool,
    /// The id of the session that the new one replaces; needed if its cookie is not sent with the callback.
    pub(crate) replaces: Option<String>,
    /// Step-up authentication.
    pub(crate) step_up: Option<StepUpRequest>,
    /// Who is likely to sign in: `login_hint`.
    pub(crate) login_hint: Option<String>,
}

impl SignInOptions {
    /// The options of the authorization request.
    pub(crate) fn authorization_options(&self) -> AuthorizationOptions {
        let request = self.step_up.as_ref();
        AuthorizationOptions {
            create_account: self.create_account,
            login_again: request.is_some_and(|request| request.force_login),
            login_hint: self.login_hint.clone(),
            acr_values: request.and_then(|request| request.step_up.acr_values()).map(Into::into),
            max_age: request.and_then(|request| request.step_up.max_age_seconds()),
        }
    }
}
