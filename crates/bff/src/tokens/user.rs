//! Which access token does a signed-in person have right now? The one of the session, or a renewed one.

use std::sync::Arc;

use super::access_token::Binding;
use super::{AccessToken, TokenError};
use crate::bff::Inner;
use crate::session::record::Session;

impl Inner {
    /// The token of `session`, renewed when it is about to expire.
    pub(crate) async fn access_token(self: &Arc<Self>, session: &Session) -> Result<AccessToken, TokenError> {
        if session.tokens.is_fresh(self.config.clock.now()) {
            return Ok(self.token_of(session));
        }
        self.renewed(session.id).await
    }

    /// The token that `session` holds, to hand out.
    pub(crate) fn token_of(&self, session: &Session) -> AccessToken {
        let provider = self.provider(session.identity.provider.as_str());
        let binding = session.tokens.proof_key.clone().map(|key| Binding {
            key,
            clock: self.config.clock.clone(),
            nonces: provider
                .map(|provider| Arc::clone(&provider.nonces))
                .unwrap_or_default(),
        });
        AccessToken::new(&session.tokens.access_token, binding)
    }
}
