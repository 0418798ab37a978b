//! The access token for an upstream: one that was requested with the upstream's own audience, resource and scopes. That is the
//! token of the sign-in if it requested those, and another one if not. A person whose provider grants no such tokens gets no
//! access (RFC 9700 §2.3).

use std::collections::HashMap;

use oidc::Providers;
use oidc::config::{ProviderConfig, ProviderId};
use sha2::{Digest as _, Sha256};
use tower_sessions::session::Id;

use super::upstream::{InvalidUpstream, Upstream};
use crate::cache::ExpiringCache;
use crate::guard::signed_in::SignedIn;
use crate::session::token_set::TokenRequest;
use crate::tokens::{AccessToken, TokenError};

/// Seconds in which a token that replaced a rejected one is not replaced again because the upstream rejects that, too.
const REPLACED: i64 = 60;
/// Sessions whose last replacement is remembered.
const MAX_REMEMBERED: usize = 10_000;

/// A hash of an access token.
type TokenHash = [u8; 32];

/// The tokens of one upstream.
pub(super) struct UpstreamTokens {
    /// What is requested of the providers whose tokens are for it; the default if the sign-in has requested it already.
    requests: HashMap<ProviderId, TokenRequest>,
    /// By session: the token that was requested because the one before was rejected.
    replacements: ExpiringCache<Id, TokenHash>,
}

impl UpstreamTokens {
    /// # Errors
    /// When no provider grants tokens for the upstream, or one that is named is not configured.
    pub(super) fn new(providers: &Providers, upstream: &Upstream) -> Result<Self, InvalidUpstream> {
        let all: Vec<_> = providers.iter().map(|provider| &provider.config).collect();
        let selected = select(&all, upstream)?;
        let request = |provider: &&ProviderConfig| (provider.id.clone(), request(provider, upstream));
        Ok(Self {
            requests: selected.iter().map(request).collect(),
            replacements: ExpiringCache::new(MAX_REMEMBERED),
        })
    }

    /// The person's token for the upstream.
    pub(super) async fn token_for(&self, person: &SignedIn) -> Result<AccessToken, TokenError> {
        person.access_token_for(self.request(person)?).await
    }

    fn request(&self, person: &SignedIn) -> Result<&TokenRequest, TokenError> {
        let request = self.requests.get(&person.identity().provider);
        request.ok_or(TokenError::NotGranted)
    }

    /// Another token instead of one that the upstream rejected; the same if that was itself a replacement a moment ago.
    pub(super) async fn replace(&self, rejected: &AccessToken, person: &SignedIn) -> Result<AccessToken, TokenError> {
        let services = &person.services;
        let (id, now) = (person.session.id, services.sessions.clock.now().unix_timestamp());
        if self.replacements.get(&id, now) == Some(hash(rejected)) {
            return Ok(rejected.clone());
        }
        let request = self.request(person)?;
        let token = services.tokens.replace_rejected_for(id, request, rejected).await?;
        self.replacements.insert(id, hash(&token), now + REPLACED, now);
        Ok(token)
    }
}

fn hash(token: &AccessToken) -> TokenHash {
    Sha256::digest(token.secret().as_bytes()).into()
}

/// The providers whose tokens are for the upstream.
fn select<'a>(all: &[&'a ProviderConfig], upstream: &Upstream) -> Result<Vec<&'a ProviderConfig>, InvalidUpstream> {
    let find = |id: &String| {
        let found = all.iter().find(|provider| provider.id.as_str() == id).copied();
        found.ok_or_else(|| InvalidUpstream::Provider(upstream.mount.clone(), id.chars().take(40).collect()))
    };
    if !upstream.providers.is_empty() {
        return upstream.providers.iter().map(find).collect();
    }
    let granting: Vec<_> = all.iter().copied().filter(|p| grants(p, upstream)).collect();
    if granting.is_empty() {
        return Err(InvalidUpstream::NotGranted(upstream.mount.clone()));
    }
    Ok(granting)
}

/// What is requested of a provider for the upstream.
fn request(provider: &ProviderConfig, upstream: &Upstream) -> TokenRequest {
    if grants(provider, upstream) {
        return TokenRequest::default();
    }
    TokenRequest {
        scopes: upstream.scopes.clone(),
        audience: upstream.audience.clone(),
        resource: upstream.resource.clone(),
    }
}

/// Whether the tokens of this provider's sign-ins are for the upstream: a sign-in requests one audience and one resource.
fn grants(provider: &ProviderConfig, upstream: &Upstream) -> bool {
    provider.audience == upstream.audience
        && provider.resource == upstream.resource
        && upstream.scopes.iter().all(|scope| provider.scopes.contains(scope))
}
