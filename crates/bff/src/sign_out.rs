//! How does a session end? Here first, at the provider as far as it goes.
//!
//! | question | where |
//! |---|---|
//! | The button "Log out" | [`here`] |
//! | The provider's server says so | [`back_channel`] |
//! | A page of the provider says so | [`front_channel`] |
//! | Which sessions does it mean? | [`provider_session`] |
//! | What happens to the tokens? | [`revocation`] |

pub(crate) mod back_channel;
pub(crate) mod front_channel;
pub(crate) mod here;
pub(crate) mod provider_session;
pub(crate) mod revocation;

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
