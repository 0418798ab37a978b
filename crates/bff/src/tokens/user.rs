//! Which access token does a signed-in person have right now? The one of the session, or a renewed one.

use std::sync::Arc;

use super::{AccessToken, TokenError};
use crate::bff::Inner;
use crate::session::record::Session;

impl Inner {
    /// The token of `session`, renewed when it is about to expire.
    pub(crate) async fn access_token(self: &Arc<Self>, session: &Session) -> Result<AccessToken, TokenError> {
        if session.tokens.is_fresh(self.config.clock.now()) {
            return Ok(session.tokens.access_token());
        }
        self.renewed(session.id).await
    }
}
