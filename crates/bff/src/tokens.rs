//! Access tokens: refreshing, requesting and caching them. Tokens never leave the server except to the provider and the API
//! they are for.
//!
//! | part | where ||
//! |---|---|
//! | Token endpoint: request and response | [`oidc::token_endpoint`] |
//! | An access token, and how an API gets it | [`oidc::access_token`] |
//! | A token for the signed-in person | [`user`] |
//! | One for another API or fewer scopes | [`other_api`] |
//! | A token for the application itself (client credentials) | [`client`] |
//! | Refreshing the tokens of a session | [`refresh`] |
//! | The lease that lets one replica refresh | [`lease`] |
//! | Storing refreshed tokens (rotation) | [`rotation`] |
//! | Tokens for other APIs that a session caches | [`cached`] |
//! | Tokens as they are stored in a session | [`crate::session::token_set`] |

pub(crate) mod cached;
pub(crate) mod client;
pub(crate) mod lease;
pub(crate) mod other_api;
pub(crate) mod refresh;
pub(crate) mod rotation;
pub(crate) mod user;

use std::time::Duration;

use oidc::Providers;
pub(crate) use oidc::access_token::AccessToken;
use oidc::config::clock::Clock;
use tower_sessions::session::Id;

use self::client::ClientTokens;
use self::other_api::TokenRequestKey;
use crate::config::BffConfig;
use crate::session::lifecycle::Sessions;
use crate::single_flight::{Interrupted, SingleFlight};
use crate::tasks::BackgroundTasks;

/// What is suggested as `Retry-After` when the provider suggests nothing.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// A token, or why there is none.
pub(crate) type TokenResult = Result<AccessToken, TokenError>;

/// Access tokens of a site, for its people and for itself, with the requests for them that are under way. One per site, shared by
/// its tasks.
pub(crate) struct Tokens {
    sessions: Sessions,
    providers: Providers,
    clock: Clock,
    /// How long a provider may take to answer.
    request_timeout: Duration,
    tasks: BackgroundTasks,
    /// Refreshes under way, by session.
    refreshes: SingleFlight<Id, TokenResult>,
    /// Requests for tokens for other APIs under way.
    token_requests: SingleFlight<TokenRequestKey, TokenResult>,
    application: ClientTokens,
}

impl Tokens {
    pub(crate) fn new(config: &BffConfig, sessions: Sessions, providers: Providers, tasks: BackgroundTasks) -> Self {
        Self {
            sessions,
            providers,
            clock: config.clock.clone(),
            request_timeout: config.http.timeout,
            refreshes: SingleFlight::new(tasks.clone()),
            token_requests: SingleFlight::new(tasks.clone()),
            application: ClientTokens::new(tasks.clone()),
            tasks,
        }
    }
}

/// Why there is no access token. The session continues except for [`TokenError::SignInAgain`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The provider's grant is over; the person has to sign in again.
    #[error("the sign-in has ended at the provider")]
    SignInAgain,
    /// The provider does not respond or has trouble; try again later.
    #[error("the provider is not available")]
    ProviderUnavailable {
        /// When trying again makes sense.
        retry_after: Duration,
    },
    /// The provider refuses a token for this request.
    #[error("the provider grants no such access token")]
    NotGranted,
}

impl TokenError {
    /// The provider has trouble; `retry_after` is what it suggests.
    pub(crate) fn unavailable(retry_after: Option<Duration>) -> Self {
        Self::ProviderUnavailable {
            retry_after: retry_after.unwrap_or(RETRY_AFTER),
        }
    }
}

impl From<Interrupted> for TokenError {
    fn from(_: Interrupted) -> Self {
        Self::unavailable(None)
    }
}
