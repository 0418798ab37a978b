//! The session of a request: the one its cookie names.

use http::HeaderMap;
use tower_sessions::session::Id;

use super::lifecycle::{SessionError, Sessions};
use super::record::{SealedTokens, Session};
use crate::cookies::{self, Cookies};

impl Sessions {
    /// The living session that a request's cookie names.
    pub(crate) async fn of_request(
        &self,
        cookies: &Cookies,
        headers: &HeaderMap,
    ) -> Result<Option<Session<SealedTokens>>, SessionError> {
        match session_id(cookies, headers) {
            Some(id) => self.find(&id).await,
            None => Ok(None),
        }
    }
}

/// The id in a request's cookie; whether there is such a session is not known.
pub(crate) fn session_id(cookies: &Cookies, headers: &HeaderMap) -> Option<Id> {
    cookies::find(headers, cookies.session())?.parse().ok()
}
