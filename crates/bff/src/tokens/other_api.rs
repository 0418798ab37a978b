//! Access tokens of a signed-in person for another API or for fewer scopes: requested with the refresh token of the session
//! (RFC 6749 §6, RFC 8707 §2.2) and cached in it ([`super::cached`]).
//!
//! A refresh token may be good for one use only, so every request that uses it does so under the session's lease
//! ([`super::lease`]).

use std::sync::Arc;

use oidc::config::ProviderId;
use oidc::token_endpoint::TokenResponse;
use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::lease::{LeaseOutcome, LeasedSession, TokenSelector};
use super::refresh::RefreshError;
use super::{AccessToken, TokenError, TokenResult, Tokens};
use crate::session::record::{SealedTokens, Session};
use crate::session::token_set::{CachedToken, TokenRequest};

/// A request that callers share: the same session, and the same API and scopes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenRequestKey {
    session: Id,
    request: TokenRequest,
}

/// Selects the cached token of a session that was requested by `request`.
struct ApiToken<'a> {
    tokens: &'a Tokens,
    request: &'a TokenRequest,
    /// A token that an API did not accept although it has not expired.
    rejected: Option<&'a AccessToken>,
}

impl ApiToken<'_> {
    fn unless_rejected(&self, session: &Session, cached: &CachedToken) -> Option<AccessToken> {
        let token = self.tokens.cached_token(&session.identity.provider, cached);
        (self.rejected != Some(&token)).then_some(token)
    }
}

impl TokenSelector for ApiToken<'_> {
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let cached = session.tokens.cached.fresh(self.request, now);
        cached.and_then(|cached| self.unless_rejected(session, cached))
    }

    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let cached = session.tokens.cached.usable(self.request, now);
        cached.and_then(|cached| self.unless_rejected(session, cached))
    }

    fn without_refresh_token(&self) -> TokenError {
        TokenError::NotGranted
    }
}

impl Tokens {
    /// A token of `session` for `request`; callers of the same request meanwhile get the same token.
    pub(crate) async fn access_token_for(
        self: &Arc<Self>,
        session: &Session<SealedTokens>,
        request: &TokenRequest,
    ) -> TokenResult {
        let request = request.normalized();
        if request.is_default() {
            return self.access_token(session).await;
        }
        let tokens = self.unseal(session)?;
        if let Some(cached) = tokens.cached.fresh(&request, self.clock.now()) {
            return Ok(self.cached_token(&session.identity.provider, cached));
        }
        let session = session.id;
        self.request_token(TokenRequestKey { session, request }, None).await
    }

    /// A token of the session `id` for `request`, other than `rejected`, which an API did not accept although it has not expired.
    /// However many requests had it rejected at once, the provider gets one request.
    pub(crate) async fn replace_rejected_for(
        self: &Arc<Self>,
        id: Id,
        request: &TokenRequest,
        rejected: &AccessToken,
    ) -> TokenResult {
        let request = request.normalized();
        if request.is_default() {
            return self.replace_rejected(id, rejected).await;
        }
        let key = TokenRequestKey { session: id, request };
        let result = self.request_token(key.clone(), Some(rejected)).await;
        // A request that was under way may have started before the rejection was known.
        if result.as_ref() == Ok(rejected) {
            return self.request_token(key, Some(rejected)).await;
        }
        result
    }

    fn cached_token(&self, provider: &ProviderId, cached: &CachedToken) -> AccessToken {
        self.bound_token(provider, cached.secret(), cached.proof_key())
    }

    async fn request_token(self: &Arc<Self>, key: TokenRequestKey, rejected: Option<&AccessToken>) -> TokenResult {
        let (tokens, rejected) = (Arc::clone(self), rejected.cloned());
        let TokenRequestKey { session, request } = key.clone();
        let work = async move {
            let selector = ApiToken {
                tokens: &tokens,
                request: &request,
                rejected: rejected.as_ref(),
            };
            tokens.request_under_lease(session, &selector).await
        };
        self.token_requests.run(key, || work).await?
    }

    async fn request_under_lease(self: &Arc<Self>, id: Id, selector: &ApiToken<'_>) -> TokenResult {
        loop {
            match self.acquire_lease(id, selector).await? {
                LeaseOutcome::NotNeeded(token) => return Ok(token),
                LeaseOutcome::Acquired(leased) => {
                    if let Some(result) = self.attempt_request(*leased, selector).await {
                        return result;
                    }
                }
            }
        }
    }

    /// One token request under the lease; `None` if the session has to be loaded again because another replica has refreshed it.
    async fn attempt_request(self: &Arc<Self>, leased: LeasedSession, selector: &ApiToken<'_>) -> Option<TokenResult> {
        let LeasedSession { session, fence } = &leased;
        let cached_or = |error| selector.usable(session, self.clock.now()).ok_or(error);
        let refresh_token = session.tokens.refresh_token.clone().unwrap_or_default();
        let result = match self.request_refresh(session, &refresh_token, selector.request).await {
            Ok(granted) => return self.store_api_token(leased, selector.request, granted).await,
            Err(RefreshError::InvalidGrant) => {
                let current = self.is_current(&leased, &refresh_token).await;
                self.release_lease(session.id, *fence).await;
                return match current {
                    Ok(true) => Some(self.check_grant(session).await),
                    Ok(false) => None,
                    Err(error) => Some(Err(error)),
                };
            }
            Err(RefreshError::Failed(error)) => cached_or(error),
            Err(RefreshError::Unverified(granted)) => {
                self.store_refresh_token(leased.clone(), granted).await?;
                cached_or(TokenError::unavailable(None))
            }
            Err(RefreshError::Untrusted) => {
                self.end_session(session).await;
                Err(TokenError::SignInAgain)
            }
        };
        self.release_lease(session.id, *fence).await;
        Some(result)
    }

    /// Some providers answer `invalid_grant` when only this one token is not granted. The grant is over only if the session's own
    /// token cannot be refreshed either. The lease has been released.
    async fn check_grant(self: &Arc<Self>, session: &Session) -> TokenResult {
        if !session.tokens.is_fresh(self.clock.now()) {
            self.refresh_under_lease(session.id, None).await?;
        }
        Err(TokenError::NotGranted)
    }

    /// Stores the response, and returns its token if that is what was requested.
    async fn store_api_token(
        self: &Arc<Self>,
        leased: LeasedSession,
        request: &TokenRequest,
        granted: TokenResponse,
    ) -> Option<TokenResult> {
        let session = &leased.session;
        let provider = self.providers.find(session.identity.provider.as_str());
        let for_another_api = provider.is_some_and(|provider| {
            let cached = &session.tokens.cached;
            cached.is_for_another_api(&granted.access_token, request, &provider.config)
        });
        let is_as_requested = request.is_granted(&granted) && !for_another_api;
        if !is_as_requested {
            tracing::warn!(
                target: "bff", provider = %session.identity.provider, another_api = for_another_api,
                "the provider grants another access token than was asked for"
            );
        }
        let now = self.clock.now();
        let stored = self.update_under_lease(leased, |session| {
            session.rotate_refresh_token(&granted, now);
            if let Some(id_token) = &granted.id_token {
                session.tokens.id_token.clone_from(id_token);
            }
            if is_as_requested {
                session.tokens.cached.put(request, &granted);
            }
        });
        let token = |session: Session| {
            let (secret, key) = (&granted.access_token, granted.proof_key.as_ref());
            let token = self.bound_token(&session.identity.provider, secret, key);
            is_as_requested.then_some(token).ok_or(TokenError::NotGranted)
        };
        Some(stored.await?.and_then(token))
    }
}
