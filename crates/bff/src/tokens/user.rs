//! The access token of a signed-in person: the one in the session, or a refreshed one. Tokens for another API or fewer scopes
//! are in [`super::other_api`].

use std::sync::Arc;

use oidc::access_token::Binding;
use oidc::config::ProviderId;
use oidc::proof::ProofKey;

use super::{AccessToken, TokenError, TokenResult, Tokens};
use crate::session::record::{SealedTokens, Session};
use crate::session::token_set::TokenSet;

impl Tokens {
    /// The access token of `session`, refreshed when it is about to expire.
    pub(crate) async fn access_token(self: &Arc<Self>, session: &Session<SealedTokens>) -> TokenResult {
        let tokens = self.unseal(session)?;
        if tokens.is_fresh(self.clock.now()) {
            return Ok(self.session_token(&session.identity.provider, &tokens));
        }
        self.refresh(session.id).await
    }

    /// The tokens of `session`. If they cannot be unsealed, only a new sign-in brings others.
    pub(super) fn unseal(&self, session: &Session<SealedTokens>) -> Result<TokenSet, TokenError> {
        let opened = session.open_tokens(&self.sessions.sealer);
        opened.map_err(|_| TokenError::SignInAgain)
    }

    /// The access token in a session's `tokens`, for the caller.
    pub(super) fn session_token(&self, provider: &ProviderId, tokens: &TokenSet) -> AccessToken {
        self.bound_token(provider, &tokens.access_token, tokens.proof_key.as_ref())
    }

    /// An access token with what is needed for proofs of possession if it is bound to `key` (RFC 9449).
    pub(super) fn bound_token(&self, provider: &ProviderId, secret: &str, key: Option<&ProofKey>) -> AccessToken {
        let provider = self.providers.find(provider.as_str());
        let binding = key.cloned().map(|key| Binding {
            key,
            clock: self.clock.clone(),
            nonces: provider
                .map(|provider| Arc::clone(&provider.nonces))
                .unwrap_or_default(),
        });
        AccessToken::new(secret, binding)
    }
}
