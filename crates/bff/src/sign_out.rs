//! Signing out: the session ends here first, then at the provider as far as it offers that.
//!
//! | part | where |
//! |---|---|
//! | The button "Log out": RP-initiated logout | [`rp_initiated`] |
//! | Back-channel logout, from the provider's server | [`back_channel`] |
//! | Front-channel logout, from a page of the provider | [`front_channel`] |
//! | The sessions that a logout of the provider ends | [`provider_session`] |
//! | Revocation of the tokens | [`revocation`] ||

pub(crate) mod back_channel;
pub(crate) mod front_channel;
pub(crate) mod provider_session;
pub(crate) mod revocation;
pub(crate) mod rp_initiated;

use std::sync::Arc;

use axum::response::Response;
use oidc::Providers;
use oidc::config::ProviderId;

use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::session::index::SessionSelector;
use crate::session::lifecycle::{SessionError, Sessions};
use crate::site::Site;
use crate::tasks::BackgroundTasks;

/// The state of the sign-out routes. Cloning is cheap; all clones are the same.
#[derive(Clone)]
pub(crate) struct SignOuts {
    pub(crate) site: Arc<Site>,
    pub(crate) sessions: Sessions,
    pub(crate) providers: Providers,
    pub(crate) pages: SharedPages,
    pub(crate) tasks: BackgroundTasks,
}

impl SignOuts {
    /// Ends the selected sessions and returns how many there were.
    async fn end_all(&self, sessions: SessionSelector<'_>) -> Result<usize, SessionError> {
        self.sessions.end_all(sessions, &self.providers, &self.tasks).await
    }

    /// Logs `failure` and returns its page.
    fn failure_page(&self, failure: Failure, provider: Option<&ProviderId>) -> Response {
        failure.into_response(&*self.pages, provider)
    }
}
