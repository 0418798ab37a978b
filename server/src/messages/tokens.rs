//! Which access token is sent to the API: one of the API's audience, never another token of the person.

use std::{collections::HashMap, sync::Arc};

use bff::{AccessToken, SignedIn, TokenError};
use domain::MessageError;

use crate::config::{ApiToken, ProviderSettings};

/// How to obtain the token, by the provider's id.
#[derive(Debug, Clone)]
pub(super) struct ApiTokens(Arc<HashMap<String, ApiToken>>);

impl ApiTokens {
    pub(super) fn new(providers: &[ProviderSettings]) -> Self {
        let by_provider = providers
            .iter()
            .map(|settings| (settings.provider.id.to_string(), settings.api_token.clone()));
        Self(Arc::new(by_provider.collect()))
    }

    /// The token for the API; `None` if the provider granted none.
    ///
    /// # Errors
    /// [`MessageError::NotConfigured`] if the person's provider issues none for the API.
    pub(super) async fn of(&self, signed_in: &SignedIn) -> Result<Option<AccessToken>, MessageError> {
        let provider = signed_in.identity().provider.as_str();
        let token = match self.0.get(provider) {
            Some(ApiToken::OfSignIn) => signed_in.access_token().await,
            Some(ApiToken::Beside(request)) => signed_in.access_token_for(request).await,
            Some(ApiToken::None) | None => return Err(MessageError::NotConfigured),
        };
        match token {
            Ok(token) => Ok(Some(token)),
            // Called without a token, the API refuses with its own words.
            Err(TokenError::NotGranted) => Ok(None),
            Err(TokenError::SignInAgain) => Err(MessageError::SignInAgain),
            Err(TokenError::ProviderUnavailable { .. }) => Err(MessageError::Unavailable),
        }
    }
}
