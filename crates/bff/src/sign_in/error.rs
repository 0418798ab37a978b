//! Why a sign-in fails on this side. Failures of the provider's responses are in [`oidc`]; all of them are listed in
//! [`crate::failures`].

/// A sign-in that cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("no provider of that id")]
    UnknownProvider,
    /// The request of a third party (OpenID Connect Core 1.0 §4).
    #[error("a parameter was sent twice or is too long")]
    InitiateParameters,
    #[error("`iss` is missing or no configured issuer")]
    InitiateIssuer,
}

oidc::error_codes!(StartError {
    Self::UnknownProvider => "unknown_provider",
    Self::InitiateParameters => "initiate_parameters",
    Self::InitiateIssuer => "initiate_issuer",
});

/// An authorization response that is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("a parameter was sent twice")]
    DuplicateParameter,
    #[error("no pending sign-in of this browser has that state")]
    UnknownState,
    #[error("the sign-in was answered before")]
    Replayed,
    #[error("the sign-in was started at another provider")]
    OtherProvider,
    #[error("there is no such user flow any more")]
    NoUserFlow,
    #[error("the answer names another issuer")]
    OtherIssuer,
    #[error("the answer does not name its issuer")]
    IssuerMissing,
    #[error("the answer holds a code and an error")]
    CodeAndError,
    #[error("the answer holds neither a code nor an error")]
    Empty,
    #[error("the provider answered `{0}`")]
    AccessDenied(String),
    /// The person has to do something at the provider.
    #[error("the provider answered `{0}`")]
    InteractionRequired(String),
    /// The provider cannot authenticate the person as requested.
    #[error("the provider answered `{0}`")]
    RequirementsUnmet(String),
    #[error("the provider answered `{0}`")]
    TemporarilyUnavailable(String),
    /// Any other error.
    #[error("the provider answered `{0}`")]
    ProviderError(String),
}

oidc::error_codes!(CallbackError {
    Self::DuplicateParameter => "callback_duplicate_parameter",
    Self::UnknownState => "callback_unknown_state",
    Self::Replayed => "callback_replayed",
    Self::OtherProvider => "callback_other_provider",
    Self::NoUserFlow => "callback_no_user_flow",
    Self::OtherIssuer => "callback_other_issuer",
    Self::IssuerMissing => "callback_issuer_missing",
    Self::CodeAndError => "callback_code_and_error",
    Self::Empty => "callback_empty",
    Self::AccessDenied(_) => "callback_access_denied",
    Self::InteractionRequired(_) => "callback_interaction_required",
    Self::RequirementsUnmet(_) => "callback_requirements_unmet",
    Self::TemporarilyUnavailable(_) => "callback_temporarily_unavailable",
    Self::ProviderError(_) => "callback_provider_error",
});

/// A sign-in that is weaker or older than what was requested.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepUpError {
    #[error("`acr` of the ID token is missing or not what was asked for")]
    AuthenticationClass,
    #[error("`auth_time` of the ID token is missing or too long ago")]
    AuthenticationTime,
}

oidc::error_codes!(StepUpError {
    Self::AuthenticationClass => "step_up_authentication_class",
    Self::AuthenticationTime => "step_up_authentication_time",
});

/// A user flow that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserFlowError {
    #[error("no such user flow")]
    NotOffered,
    #[error("no session")]
    NoSession,
    #[error("the answer of the user flow is about another person")]
    OtherPerson,
    /// Others write the session again and again.
    #[error("the session is written all the time")]
    Contention,
}

oidc::error_codes!(UserFlowError {
    Self::NotOffered => "user_flow_not_offered",
    Self::NoSession => "user_flow_no_session",
    Self::OtherPerson => "user_flow_other_person",
    Self::Contention => "user_flow_contention",
});

/// A device sign-in that cannot continue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeviceError {
    #[error("not configured, or no device authorization endpoint in the metadata")]
    NotOffered,
    #[error("too many codes are waited for in this process")]
    TooMany,
    #[error("no code of this browser is good")]
    Expired,
}

oidc::error_codes!(DeviceError {
    Self::NotOffered => "device_not_offered",
    Self::TooMany => "device_too_many",
    Self::Expired => "device_expired",
});
