//! Why a request is not let in. All failures are listed in [`crate::failures`].

/// A request that a guard refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    #[error("cross-site request")]
    CrossSite,
    #[error("text/plain body")]
    ContentType,
    #[error("no session")]
    NoSession,
    #[error("signed in elsewhere")]
    OtherProvider,
    #[error("the token does not grant the scopes")]
    Scopes,
    /// The access token's sign-in.
    #[error("the token's sign-in is not strong or recent enough")]
    TokenStepUp,
    /// The session's sign-in.
    #[error("step-up")]
    StepUp,
}

oidc::error_codes!(AccessError {
    Self::CrossSite => "access_cross_site",
    Self::ContentType => "access_content_type",
    Self::NoSession => "access_no_session",
    Self::OtherProvider => "access_other_provider",
    Self::Scopes => "access_scopes",
    Self::TokenStepUp => "access_token_step_up",
    Self::StepUp => "access_step_up",
});
