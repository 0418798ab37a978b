//! What do all requests of a site share? Made once by [`Bff::new`], whose methods are in [`crate::bff`]: nothing here knows a
//! route, a guard or a page of them, so that whoever needs the state does not need the site.

use std::sync::Arc;

use axum::response::Response;
use oidc::config::ProviderId;
use oidc::{Provider, Providers};

use crate::config::BffConfig;
use crate::cookies::Cookies;
use crate::guard::introspection::Introspection;
use crate::pages::Pages;
use crate::problem::Failure;
use crate::session::index::SessionSelector;
use crate::session::lifecycle::{SessionError, Sessions};
use crate::session::seal::Sealer;
use crate::sign_in::device::pace::Pace;
use crate::sign_in::spent::Spent;
use crate::tasks::BackgroundTasks;
use crate::tokens::Tokens;

/// Sign-in for one site. Cloning is cheap; all clones are the same site.
#[derive(Clone)]
pub struct Bff(pub(crate) Arc<Inner>);

/// What all requests share.
pub(crate) struct Inner {
    pub(crate) config: BffConfig,
    pub(crate) cookies: Cookies,
    pub(crate) sealer: Sealer,
    pub(crate) sessions: Sessions,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) providers: Providers,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) introspection: Arc<Introspection>,
    pub(crate) spent: Spent,
    pub(crate) device_pace: Pace,
    pub(crate) tasks: BackgroundTasks,
}

impl Inner {
    /// The provider called `id`.
    pub(crate) fn provider(&self, id: &str) -> Option<&Arc<Provider>> {
        self.providers.find(id)
    }

    /// Ends the sessions meant and says how many there were. Refresh tokens that end with their session are revoked in
    /// the background.
    pub(crate) async fn end_all(&self, which: SessionSelector<'_>) -> Result<usize, SessionError> {
        let ended = self.sessions.records.end(which).await?;
        self.sessions.after_end(&ended, &self.providers, &self.tasks);
        Ok(ended.len())
    }

    /// Logs `failure` and answers with its page.
    pub(crate) fn show(&self, failure: Failure, provider: Option<&ProviderId>) -> Response {
        failure.into_response(&*self.pages, provider)
    }
}
