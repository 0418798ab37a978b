//! Why a site is not registered at a provider.

use http::StatusCode;

/// A [`RegistrationStore`](super::RegistrationStore) does not respond; why, for an operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreUnavailable(pub String);

/// Why the site is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The metadata name no endpoint for it.
    #[error("the provider offers no registration")]
    NotOffered,
    /// The endpoint does not respond.
    #[error("registering failed: {reason}")]
    NoResponse {
        /// What failed, causes included.
        reason: String,
        /// Whether the request may have arrived.
        may_have_arrived: bool,
    },
    /// The provider refuses.
    #[error("{}", format!("the provider registers nobody: {status} {error}").trim_end())]
    Refused {
        /// The status of the response.
        status: StatusCode,
        /// The `error` it names; empty if it names none.
        error: String,
    },
    /// The endpoint responds with an unexpected status.
    #[error("the registration response cannot be used: {0}")]
    Status(StatusCode),
    /// The response is no registration.
    #[error("the registration response cannot be read")]
    Unreadable,
    /// The response is about another client.
    #[error("the provider registered somebody else")]
    OtherClient,
    /// The client may not redeem codes.
    #[error("the provider registered the site without `authorization_code`")]
    NoCodes,
    /// The client has to authenticate in another way than configured.
    #[error("the provider registered another client authentication than configured")]
    Authentication,
    /// The client secret ends too soon.
    #[error("the provider gives a client secret that ends within five minutes")]
    SecretEnds,
    /// The registration cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreUnavailable),
    /// What another replica stored cannot be read.
    #[error("the registration of another replica cannot be read")]
    StoredUnreadable,
    /// What another replica stored does not fit to this configuration.
    #[error("a replica with another configuration registered the site")]
    StoredDiffers,
    /// An earlier attempt made a client of no use; the next one has to wait.
    #[error("{cause}; tried again in {minutes} minutes at the earliest")]
    Paused {
        /// The outcome of that attempt.
        cause: Box<Self>,
        /// How long the pause is.
        minutes: u64,
    },
}

crate::error::error_codes!(RegistrationError {
    Self::NotOffered => "registration_not_offered",
    Self::NoResponse { .. } => "registration_no_response",
    Self::Refused { .. } => "registration_refused",
    Self::Status(_) => "registration_status",
    Self::Unreadable => "registration_unreadable",
    Self::OtherClient => "registration_other_client",
    Self::NoCodes => "registration_no_codes",
    Self::Authentication => "registration_authentication",
    Self::SecretEnds => "registration_secret_ends",
    Self::Store(_) => "registration_store",
    Self::StoredUnreadable => "registration_stored_unreadable",
    Self::StoredDiffers => "registration_stored_differs",
} from {
    Self::Paused { cause, .. } => &**cause,
});

impl RegistrationError {
    /// Whether a client may have been made at the provider, and is of no use: each further attempt would make another one.
    pub(super) fn may_have_made_a_client(&self) -> bool {
        !matches!(
            self,
            Self::NotOffered
                | Self::Refused { .. }
                | Self::NoResponse {
                    may_have_arrived: false,
                    ..
                }
        )
    }
}
