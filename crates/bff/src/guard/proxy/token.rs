//! Which token goes to an upstream? One that was asked for with the upstream's own audience, resource and scopes: the sign-in's
//! own where that asked for them, one beside it where it did not. A person whose provider gives no such tokens gets nowhere
//! (RFC 9700 §2.3).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use oidc::config::{ProviderConfig, ProviderId};
use sha2::{Digest as _, Sha256};
use tower_sessions::session::Id;

use super::upstream::{InvalidUpstream, Upstream};
use crate::guard::signed_in::SignedIn;
use crate::session::token_set::TokenRequest;
use crate::state::Inner;
use crate::tokens::{AccessToken, TokenError};

/// Seconds in which a token that was renewed for an upstream is not renewed again because the upstream refuses that, too.
const PATIENCE: i64 = 60;
/// Sessions whose last renewal is remembered.
const MAX_REMEMBERED: usize = 10_000;

/// The tokens of one upstream.
pub(super) struct Tokens {
    /// Whose tokens are meant for it, and what is asked of them; nothing in particular where the sign-in has asked already.
    requests: HashMap<ProviderId, TokenRequest>,
    renewed: Mutex<HashMap<Id, Renewed>>,
}

/// A token that was asked for because the one before was refused. It is known by its hash.
struct Renewed {
    token: [u8; 32],
    at: i64,
}

impl Tokens {
    /// # Errors
    /// When no provider gives tokens for the upstream, or one that is named is not there.
    pub(super) fn new(inner: &Inner, upstream: &Upstream) -> Result<Self, InvalidUpstream> {
        let all: Vec<_> = inner.providers.iter().map(|provider| &provider.config).collect();
        let meant = meant(&all, upstream)?;
        let request = |provider: &&ProviderConfig| (provider.id.clone(), request(provider, upstream));
        Ok(Self {
            requests: meant.iter().map(request).collect(),
            renewed: Mutex::default(),
        })
    }

    /// The person's token for the upstream.
    pub(super) async fn of(&self, person: &SignedIn) -> Result<AccessToken, TokenError> {
        person.access_token_for(self.request(person)?).await
    }

    fn request(&self, person: &SignedIn) -> Result<&TokenRequest, TokenError> {
        let request = self.requests.get(&person.identity().provider);
        request.ok_or(TokenError::NotGranted)
    }

    /// Another token instead of one that the upstream refused; the same when there is no other.
    pub(super) async fn instead_of(&self, refused: &AccessToken, person: &SignedIn) -> Result<AccessToken, TokenError> {
        let (id, now) = (person.session.id, person.inner.config.clock.now().unix_timestamp());
        if self.was_renewed(id, refused, now) {
            return Ok(refused.clone());
        }
        let request = self.request(person)?;
        let token = person.inner.tokens.replace_rejected_for(id, request, refused).await?;
        self.remember(id, &token, now);
        Ok(token)
    }

    /// Whether `token` is itself what a refusal has brought, a moment ago.
    fn was_renewed(&self, id: Id, token: &AccessToken, now: i64) -> bool {
        let renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let last = renewed.get(&id);
        last.is_some_and(|last| now - last.at < PATIENCE && last.token == hash(token))
    }

    fn remember(&self, id: Id, token: &AccessToken, now: i64) {
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if renewed.len() >= MAX_REMEMBERED {
            renewed.retain(|_, last| now - last.at < PATIENCE);
        }
        if renewed.len() >= MAX_REMEMBERED {
            renewed.clear();
        }
        let token = hash(token);
        renewed.insert(id, Renewed { token, at: now });
    }
}

fn hash(token: &AccessToken) -> [u8; 32] {
    Sha256::digest(token.secret().as_bytes()).into()
}

/// The providers whose tokens go to the upstream.
fn meant<'a>(all: &[&'a ProviderConfig], upstream: &Upstream) -> Result<Vec<&'a ProviderConfig>, InvalidUpstream> {
    let find = |id: &String| {
        let found = all.iter().find(|provider| provider.id.as_str() == id).copied();
        found.ok_or_else(|| InvalidUpstream::Provider(upstream.mount.clone(), id.chars().take(40).collect()))
    };
    if !upstream.providers.is_empty() {
        return upstream.providers.iter().map(find).collect();
    }
    let giving: Vec<_> = all.iter().copied().filter(|p| gives(p, upstream)).collect();
    if giving.is_empty() {
        return Err(InvalidUpstream::NotGranted(upstream.mount.clone()));
    }
    Ok(giving)
}

/// What is asked of a provider for the upstream.
fn request(provider: &ProviderConfig, upstream: &Upstream) -> TokenRequest {
    if gives(provider, upstream) {
        return TokenRequest::default();
    }
    TokenRequest {
        scopes: upstream.scopes.clone(),
        audience: upstream.audience.clone(),
        resource: upstream.resource.clone(),
    }
}

/// Whether the tokens of this provider's sessions are for the upstream: a sign-in asks for one audience and one resource.
fn gives(provider: &ProviderConfig, upstream: &Upstream) -> bool {
    provider.audience == upstream.audience
        && provider.resource == upstream.resource
        && upstream.scopes.iter().all(|scope| provider.scopes.contains(scope))
}
