//! Which tokens does a session hold, and how does a handler get one? Tokens never leave the server except to the
//! provider and the API they are for.
//!
//! | question | where |
//! |---|---|
//! | What does the token endpoint say? | [`endpoint`] |
//! | How is a token shown to an API? | [`access_token`] |
//! | A token for the signed-in person | [`user`] |
//! | A token for the application itself | [`client`] |
//! | Renewing it, once at a time | [`refresh`] |
//! | By one replica of many | [`lease`] |
//! | Keeping what came of it | [`rotation`] |
//! | The ones for other APIs | [`kept`] |
//! | What is kept of them in a session | [`crate::session::token_set`] |

pub(crate) mod access_token;
pub(crate) mod client;
pub(crate) mod endpoint;
pub(crate) mod kept;
pub(crate) mod lease;
pub(crate) mod refresh;
pub(crate) mod rotation;
pub(crate) mod user;

use std::time::Duration;

pub use self::access_token::{AccessToken, ProofError};
use self::client::ClientTokens;
use self::refresh::Refreshes;
use self::user::Errands;
use crate::config::BffConfig;
use crate::config::clock::Clock;
use crate::provider::Providers;
use crate::session::lifecycle::Sessions;
use crate::tasks::BackgroundTasks;

/// Access tokens of a site, for its people and for itself, with the requests for them that are under way. One per site, shared by
/// its tasks.
pub(crate) struct Tokens {
    sessions: Sessions,
    providers: Providers,
    clock: Clock,
    /// How long a provider may take to answer.
    request_timeout: Duration,
    tasks: BackgroundTasks,
    refreshes: Refreshes,
    of_application: ClientTokens,
    errands: Errands,
}

impl Tokens {
    pub(crate) fn new(config: &BffConfig, sessions: Sessions, providers: Providers, tasks: BackgroundTasks) -> Self {
        Self {
            sessions,
            providers,
            clock: config.clock.clone(),
            request_timeout: config.http.timeout,
            tasks,
            refreshes: Refreshes::default(),
            of_application: ClientTokens::default(),
            errands: Errands::default(),
        }
    }
}

/// Why there is no access token. The session goes on except for [`TokenError::SignInAgain`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The provider's grant is over; the person has to sign in again.
    #[error("the sign-in has ended at the provider")]
    SignInAgain,
    /// The provider does not answer or has trouble; try again later.
    #[error("the provider is not available")]
    ProviderUnavailable {
        /// When trying again makes sense.
        retry_after: Duration,
    },
    /// The provider refuses a token for what is asked.
    #[error("the provider grants no such access token")]
    NotGranted,
}
