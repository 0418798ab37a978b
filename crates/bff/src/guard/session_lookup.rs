//! Finding the session of a request, for the middleware of a protected site and for guards that work without it.

use std::sync::Arc;

use http::HeaderMap;
use http::request::Parts;
use oidc::Providers;

use super::signed_in::SignedIn;
use crate::session::data::RequestData;
use crate::session::lifecycle::{SessionError, Sessions};
use crate::site::Site;
use crate::tasks::BackgroundTasks;
use crate::tokens::Tokens;

/// What the methods of [`SignedIn`] need beside the session. One per site.
pub(crate) struct SessionServices {
    pub(crate) sessions: Sessions,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) providers: Providers,
    pub(crate) tasks: BackgroundTasks,
}

/// Finds the session that the cookie of a request names. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct SessionLookup {
    pub(crate) site: Arc<Site>,
    pub(crate) services: Arc<SessionServices>,
}

impl SessionLookup {
    /// Who is signed in: found by the middleware already, or now.
    pub(super) async fn of_request(&self, request: &Parts) -> Result<Option<SignedIn>, SessionError> {
        if let Some(person) = request.extensions.get::<SignedIn>() {
            return Ok(Some(person.clone()));
        }
        self.find(&request.headers).await
    }

    /// The application's data of the person's session; the one of nobody where there is none.
    pub(super) fn data_of(&self, person: Option<&SignedIn>) -> RequestData {
        person.map_or_else(RequestData::of_nobody, |person| {
            RequestData::of(&self.services.sessions, person.session.id, person.ends_at())
        })
    }

    /// Who is signed in by the session cookie in `headers`. The session is extended, and its tokens are refreshed in the
    /// background if the refresh token would end it.
    pub(super) async fn find(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, SessionError> {
        let SessionServices { sessions, tokens, .. } = &*self.services;
        let Some(mut session) = sessions.of_request(&self.site.cookies, headers).await? else {
            return Ok(None);
        };
        let touched = sessions.touch(&mut session).await?;
        let now = sessions.clock.now();
        if touched && session.refresh_end.is_some_and(|end| end.needs_renewal(now)) {
            tokens.refresh_in_background(session.id);
        }
        Ok(Some(SignedIn::new(Arc::clone(&self.services), session)))
    }
}
