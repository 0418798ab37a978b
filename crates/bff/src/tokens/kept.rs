//! Which tokens does a session hold beside its own? Those for other APIs or fewer scopes, each under exactly what it was
//! asked for, so that none is ever handed out for anything else (RFC 9700 §2.3). How they are asked for is in
//! [`super::user`], how they are stored in [`crate::session::token_set`].

use time::OffsetDateTime;

use super::endpoint::Granted;
use crate::config::ProviderConfig;
use crate::provider::jws::Compact;
use crate::provider::proof::ProofKey;
use crate::session::token_set::{Kept, KeptTokens, TokenRequest};

/// Tokens kept in one session; the one that was asked for longest ago makes room.
const MAX_KEPT: usize = 8;

impl TokenRequest {
    /// The same request however it is written.
    pub(super) fn normal(&self) -> Self {
        let mut normal = self.clone();
        normal.scopes.sort();
        normal.scopes.dedup();
        normal
    }

    /// Whether it asks for nothing in particular.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// What is sent beside the refresh token. Fewer scopes alone are scopes of the API that was named at the sign-in.
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

    /// Whether every scope is among those that were granted; an answer that says nothing grants what was asked for
    /// (RFC 6749 §5.1).
    pub(super) fn is_granted(&self, granted: &Granted) -> bool {
        let Some(scope) = &granted.scope else { return true };
        self.scopes.iter().all(|asked| scope.split(' ').any(|s| s == asked))
    }

    fn apis(&self) -> impl Iterator<Item = &str> {
        [&self.audience, &self.resource]
            .into_iter()
            .filter_map(|api| api.as_deref())
    }
}

impl Kept {
    /// The token itself.
    pub(super) fn secret(&self) -> &str {
        &self.access_token
    }

    pub(super) fn proof_key(&self) -> Option<&ProofKey> {
        self.proof_key.as_ref()
    }
}

impl KeptTokens {
    fn find(&self, request: &TokenRequest) -> Option<&Kept> {
        self.0.iter().find(|kept| kept.request == *request)
    }

    /// A token for exactly `request` that needs no second thought at `now`.
    pub(super) fn fresh(&self, request: &TokenRequest, now: OffsetDateTime) -> Option<&Kept> {
        self.find(request).filter(|kept| now.unix_timestamp() < kept.renew_at)
    }

    /// One that still works at `now`, if only for a moment.
    pub(super) fn usable(&self, request: &TokenRequest, now: OffsetDateTime) -> Option<&Kept> {
        self.find(request)
            .filter(|kept| now.unix_timestamp() + 1 < kept.expires_at)
    }

    /// Keeps what was granted for `request` in the place of what was kept for it before.
    pub(super) fn put(&mut self, request: &TokenRequest, granted: &Granted) {
        self.0.retain(|kept| kept.request != *request);
        if self.0.len() >= MAX_KEPT {
            self.0.remove(0);
        }
        self.0.push(Kept {
            request: request.clone(),
            access_token: granted.access_token.clone(),
            expires_at: granted.expires_at,
            renew_at: granted.renew_at,
            proof_key: granted.proof_key.clone(),
        });
    }

    /// Whether `access_token`, asked for by `request`, says that it is for an API that we know and did not ask for: a
    /// provider that does not understand `audience` or `resource` answers with a token for another. What it says of names
    /// we do not know is its own affair; a provider may call an API by another name (RFC 8707 §2).
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
        let of_sign_in = [&config.audience, &config.resource]
            .into_iter()
            .filter_map(|api| api.as_deref());
        let known = self.0.iter().flat_map(|kept| kept.request.apis()).chain(of_sign_in);
        known.into_iter().any(named)
    }
}

#[cfg(test)]
mod tests;
