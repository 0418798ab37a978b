//! With which token is the API asked? With one that is for it; a person's other tokens are nothing to it.

use std::{collections::HashMap, sync::Arc};

use bff::{AccessToken, SignedIn, TokenError};
use domain::MessageError;

use crate::config::{ApiToken, ProviderSettings};

/// Which token it is, by the provider's id.
#[derive(Debug, Clone)]
pub(super) struct ApiTokens(Arc<HashMap<String, ApiToken>>);

impl ApiTokens {
    pub(super) fn new(providers: &[ProviderSettings]) -> Self {
        let by_provider = providers
            .iter()
            .map(|settings| (settings.provider.id.to_string(), settings.api_token.clone()));
        Self(Arc::new(by_provider.collect()))
    }

    /// # Errors
    /// [`MessageError::NotConfigured`] where the person's provider gives none for the API.
    pub(super) async fn of(&self, signed_in: &SignedIn) -> Result<Option<AccessToken>, MessageError> {
        let provider = signed_in.identity().provider.as_str();
        let token = match self.0.get(provider) {
            Some(ApiToken::OfSignIn) => signed_in.access_token().await,
            Some(ApiToken::Beside(request)) => signed_in.access_token_for(request).await,
            Some(ApiToken::None) | None => return Err(MessageError::NotConfigured),
        };
        match token {
            Ok(token) => Ok(Some(token)),
            // The API says itself that it wants one.
            Err(TokenError::NotGranted) => Ok(None),
            Err(TokenError::SignInAgain) => Err(MessageError::SignInAgain),
            Err(TokenError::ProviderUnavailable { .. }) => Err(MessageError::Unavailable),
        }
    }
}
