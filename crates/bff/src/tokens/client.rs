//! Access tokens of the application itself, by client credentials (RFC 6749 §4.4): cached until they are about to expire, and
//! requested once for all callers that wait. They stand for the site, not for a person.

use std::sync::Arc;

use oidc::token_endpoint::{TokenEndpointError, TokenResponse};

use super::{AccessToken, TokenError, TokenResult, Tokens};
use crate::cache::ExpiringCache;
use crate::event::{Outcome, What, event};
use crate::single_flight::SingleFlight;
use crate::tasks::BackgroundTasks;

/// Tokens that are cached, each for another request; requests are made by code, not by visitors.
const MAX_CACHED: usize = 1_000;
/// Parameters of the request that only this crate sets.
const RESERVED: [&str; 8] = [
    "grant_type",
    "scope",
    "audience",
    "resource",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// What a token of the application itself is requested for. The default requests what the provider grants by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientTokenRequest {
    /// Scopes, joined by a space into `scope`.
    pub scopes: Vec<String>,
    /// `audience`, if the provider needs it.
    pub audience: Option<String>,
    /// `resource` (RFC 8707 §2.2).
    pub resource: Option<String>,
    /// More parameters; `grant_type`, credentials and those above cannot be changed by them.
    pub extra: Vec<(String, String)>,
}

impl ClientTokenRequest {
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        for (name, value) in [
            ("scope", scope),
            ("audience", self.audience.clone()),
            ("resource", self.resource.clone()),
        ] {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        let extra = self.extra.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
        fields.extend(extra.cloned());
        fields
    }
}

/// A provider's short name, and what is requested of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ClientTokenKey {
    provider: String,
    request: ClientTokenRequest,
}

/// The tokens of the application, and the requests for them under way.
pub(super) struct ClientTokens {
    cache: ExpiringCache<ClientTokenKey, TokenResponse>,
    requests: SingleFlight<ClientTokenKey, Result<TokenResponse, TokenError>>,
}

impl ClientTokens {
    pub(super) fn new(tasks: BackgroundTasks) -> Self {
        Self {
            cache: ExpiringCache::new(MAX_CACHED),
            requests: SingleFlight::new(tasks),
        }
    }
}

impl Tokens {
    /// A token for the application itself from the provider called `provider`.
    pub(crate) async fn client_token(self: &Arc<Self>, provider: &str, request: ClientTokenRequest) -> TokenResult {
        let key = ClientTokenKey {
            provider: provider.to_owned(),
            request,
        };
        let cached = self.cached_client_token(&key);
        let granted = if let Some(granted) = cached {
            granted
        } else {
            let (tokens, requested) = (Arc::clone(self), key.clone());
            let work = || async move { tokens.request_client_token(requested).await };
            self.application.requests.run(key, work).await??
        };
        let binding = self.providers.find(provider).and_then(|p| p.binding(&granted));
        Ok(AccessToken::new(&granted.access_token, binding))
    }

    fn cached_client_token(&self, key: &ClientTokenKey) -> Option<TokenResponse> {
        self.application.cache.get(key, self.clock.now().unix_timestamp())
    }

    /// Requests a token and caches it. Errors are not cached.
    async fn request_client_token(&self, key: ClientTokenKey) -> Result<TokenResponse, TokenError> {
        // Another request may have ended between the look into the cache and this one.
        if let Some(granted) = self.cached_client_token(&key) {
            return Ok(granted);
        }
        let provider = self.providers.find(&key.provider).ok_or(TokenError::NotGranted)?;
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|_| TokenError::unavailable(None))?;
        let fields = key.request.fields();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let granted = provider.request_tokens_for_any_resource(&metadata, &fields, None).await;
        let granted = granted.map_err(|error| {
            event(What::ClientToken, Outcome::Failed)
                .provider(provider.config.id.as_str())
                .failure(&error)
                .record();
            token_error(&error)
        })?;
        let now = self.clock.now().unix_timestamp();
        self.application
            .cache
            .insert(key, granted.clone(), granted.renew_at, now);
        Ok(granted)
    }
}

fn token_error(error: &TokenEndpointError) -> TokenError {
    match error {
        // Wrong credentials or a wrong scope: a retry would not help.
        TokenEndpointError::Refused { .. } => TokenError::NotGranted,
        TokenEndpointError::Trouble { retry_after, .. } => TokenError::unavailable(*retry_after),
        TokenEndpointError::NoResponse(_)
        | TokenEndpointError::UnnamedError
        | TokenEndpointError::NotJson
        | TokenEndpointError::NotBearer
        | TokenEndpointError::NotBound => TokenError::unavailable(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_3_more_parameters_do_not_replace_what_is_ours() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = ClientTokenRequest {
            scopes: vec!["a".into(), "b".into()],
            extra: vec![
                pair("tenant", "x"),
                pair("grant_type", "password"),
                pair("client_id", "y"),
            ],
            ..ClientTokenRequest::default()
        };
        let expected = [
            pair("grant_type", "client_credentials"),
            pair("scope", "a b"),
            pair("tenant", "x"),
        ];
        assert_eq!(request.fields(), expected);
    }
}
