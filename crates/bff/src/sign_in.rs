//! Signing in: authorization code flow with PKCE, `state`, `nonce` and `iss` (RFC 9700 §2.1, RFC 9207).
//!
//! | part | where ||
//! |---|---|
//! | The login routes and the redirect to the provider | [`start`] |
//! | Options beyond an ordinary sign-in | [`options`]; the request itself: [`oidc::authorization_request`] ||
//! | The pending sign-in, in a cookie | [`pending`] |
//! | The parameters of the authorization response | [`oidc::authorization_response`] |
//! | The callback: validating the response | [`callback`] |
//! | From a code to tokens, an identity and a session | [`exchange`] |
//! | Replay protection for `state` | [`replay`] |
//! | Step-up authentication (`acr`, `max_age`) | [`step_up`] |
//! | User flows: editing the profile, resetting a password | [`user_flow`] |
//! | A sign-in started by a third party | [`initiate`] |
//! | Device sign-in (RFC 8628) | [`device`] |

pub(crate) mod callback;
pub(crate) mod device;
pub(crate) mod error;
pub(crate) mod exchange;
pub(crate) mod initiate;
pub(crate) mod options;
pub(crate) mod pending;
pub(crate) mod replay;
pub(crate) mod start;
pub(crate) mod step_up;
pub(crate) mod user_flow;

use std::sync::Arc;

use axum::response::Response;
use oidc::config::ProviderId;
use oidc::metadata::Metadata;
use oidc::{Provider, Providers};

use self::pending::PendingCookies;
use self::replay::UsedStates;
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::session::lifecycle::Sessions;
use crate::site::Site;
use crate::tasks::BackgroundTasks;

/// How long a sign-in may take, from the redirect to the provider to the callback.
pub(crate) const PENDING_LIFETIME: time::Duration = time::Duration::minutes(15);

/// The state of the sign-in routes. Cloning is cheap; all clones are the same.
#[derive(Clone)]
pub(crate) struct SignIns {
    pub(crate) site: Arc<Site>,
    pub(crate) sessions: Sessions,
    pub(crate) providers: Providers,
    pub(crate) pages: SharedPages,
    pub(crate) pending: PendingCookies,
    pub(crate) used_states: Arc<UsedStates>,
    pub(crate) tasks: BackgroundTasks,
    /// How many sessions one person may have.
    pub(crate) max_sessions: usize,
}

/// A provider with its metadata, which discovery has read.
#[derive(Clone, Copy)]
struct ReadyProvider<'a> {
    provider: &'a Provider,
    metadata: &'a Metadata,
}

impl SignIns {
    /// Logs `failure` and returns its page.
    fn failure_page(&self, failure: Failure, provider: Option<&ProviderId>) -> Response {
        failure.into_response(&*self.pages, provider)
    }
}
