//! The tokens for other APIs or fewer scopes that a session caches, each under exactly the request that brought it, so that none
//! is ever used for another API (RFC 9700 §2.3). The requests are in [`super::other_api`], the stored form in
//! [`crate::session::token_set`].

use oidc::config::ProviderConfig;
use oidc::jws::Compact;
use oidc::proof::ProofKey;
use oidc::token_endpoint::TokenResponse;
use time::OffsetDateTime;

use crate::session::token_set::{CachedToken, CachedTokens, TokenRequest};

/// Tokens cached in one session; the one requested longest ago is removed for another.
const MAX_CACHED: usize = 8;

impl TokenRequest {
    /// The same request with its scopes in order, so that equal requests compare equal.
    pub(super) fn normalized(&self) -> Self {
        let mut normalized = self.clone();
        normalized.scopes.sort();
        normalized.scopes.dedup();
        normalized
    }

    /// Whether it requests the token of the sign-in itself.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The parameters beside the refresh token. Fewer scopes alone are scopes of the API that was named at the sign-in.
    pub(super) fn fields(&self, config: &ProviderConfig) -> Vec<(&'static str, String)> {
        let resource = match (&self.resource, &self.audience) {
            (None, None) => config.resource.clone(),
            _ => self.resource.clone(),
        };
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        let fields = [
            ("scope", scope),
            ("audience", self.audience.clone()),
            ("resource", resource),
        ];
        let given = |(name, value): (_, Option<String>)| value.map(|value| (name, value));
        fields.into_iter().filter_map(given).collect()
    }

    /// Whether every requested scope was granted; a response without `scope` grants what was requested (RFC 6749 §5.1).
    pub(super) fn is_granted(&self, granted: &TokenResponse) -> bool {
        let Some(scope) = &granted.scope else { return true };
        self.scopes
            .iter()
            .all(|requested| scope.split(' ').any(|s| s == requested))
    }

    fn apis(&self) -> impl Iterator<Item = &str> {
        [&self.audience, &self.resource]
            .into_iter()
            .filter_map(|api| api.as_deref())
    }
}

impl CachedToken {
    /// The token itself.
    pub(super) fn secret(&self) -> &str {
        &self.access_token
    }

    pub(super) fn proof_key(&self) -> Option<&ProofKey> {
        self.proof_key.as_ref()
    }
}

impl CachedTokens {
    fn find(&self, request: &TokenRequest) -> Option<&CachedToken> {
        self.0.iter().find(|cached| cached.request == *request)
    }

    /// A token for exactly `request` that need not be refreshed at `now`.
    pub(super) fn fresh(&self, request: &TokenRequest, now: OffsetDateTime) -> Option<&CachedToken> {
        self.find(request)
            .filter(|cached| now.unix_timestamp() < cached.renew_at)
    }

    /// A token for exactly `request` that has not expired at `now`.
    pub(super) fn usable(&self, request: &TokenRequest, now: OffsetDateTime) -> Option<&CachedToken> {
        self.find(request)
            .filter(|cached| now.unix_timestamp() + 1 < cached.expires_at)
    }

    /// Caches what was granted for `request`, replacing what was cached for it before.
    pub(super) fn put(&mut self, request: &TokenRequest, granted: &TokenResponse) {
        self.0.retain(|cached| cached.request != *request);
        if self.0.len() >= MAX_CACHED {
            self.0.remove(0);
        }
        self.0.push(CachedToken {
            request: request.clone(),
            access_token: granted.access_token.clone(),
            expires_at: granted.expires_at,
            renew_at: granted.renew_at,
            proof_key: granted.proof_key.clone(),
        });
    }

    /// Whether the audience of `access_token`, requested by `request`, is an API that we know and did not request: a provider
    /// that does not support `audience` or `resource` grants a token for another API. An unknown audience is accepted, because
    /// a provider may have another name for an API (RFC 8707 §2).
    pub(super) fn is_for_another_api(
        &self,
        access_token: &str,
        request: &TokenRequest,
        config: &ProviderConfig,
    ) -> bool {
        let Ok(token) = Compact::parse(access_token) else {
            return false;
        };
        let named = |api: &str| token.audiences().contains(&api);
        if request.apis().next().is_none() || request.apis().any(named) {
            return false;
        }
        let sign_in_apis = [&config.audience, &config.resource]
            .into_iter()
            .filter_map(|api| api.as_deref());
        let known = self
            .0
            .iter()
            .flat_map(|cached| cached.request.apis())
            .chain(sign_in_apis);
        known.into_iter().any(named)
    }
}

#[cfg(test)]
mod tests;
