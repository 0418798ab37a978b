//! Refreshing an access token: one refresh at a time per session, as a task of its own, so that a request that ends does
//! not cancel a rotation half-way. The new refresh token is stored before the new access token is used ([`super::rotation`]);
//! which replica refreshes is decided by a lease ([`super::lease`]).

use std::sync::Arc;

use oidc::Provider;
use oidc::error::ErrorCode;
use oidc::id_token::{Expected, IdTokenError};
use oidc::metadata::Metadata;
use oidc::token_endpoint::{TokenEndpointError, TokenResponse};
use tower_sessions::session::Id;

use super::lease::{LeaseOutcome, LeasedSession, SessionToken};
use super::{AccessToken, TokenError, TokenResult, Tokens};
use crate::event::{Outcome, What, event};
use crate::problem::error_chain;
use crate::session::record::Session;
use crate::session::token_set::TokenRequest;
use crate::single_flight::SharedResult;

impl Tokens {
    /// Refreshes the tokens of the session `id`, or waits for the refresh under way.
    pub(crate) async fn refresh(self: &Arc<Self>, id: Id) -> TokenResult {
        self.refresh_rejected(id, None).await
    }

    /// A token of the session `id` other than `rejected`, which an API did not accept although it has not expired. However many
    /// requests had it rejected at once, the provider gets one refresh request: later callers find the new token.
    pub(crate) async fn replace_rejected(self: &Arc<Self>, id: Id, rejected: &AccessToken) -> TokenResult {
        let result = self.refresh_rejected(id, Some(rejected)).await;
        // A refresh that was under way may have started before the rejection was known.
        if result.as_ref() == Ok(rejected) {
            return self.refresh_rejected(id, Some(rejected)).await;
        }
        result
    }

    /// Refreshes the tokens of the session `id` while its request continues, so that a session in use does not end with its
    /// refresh token.
    pub(crate) fn refresh_in_background(self: &Arc<Self>, id: Id) {
        drop(self.start_refresh(id, None));
    }

    async fn refresh_rejected(self: &Arc<Self>, id: Id, rejected: Option<&AccessToken>) -> TokenResult {
        self.start_refresh(id, rejected).await?
    }

    /// Starts a refresh or joins the one under way. It is completed whether anybody waits or not.
    fn start_refresh(self: &Arc<Self>, id: Id, rejected: Option<&AccessToken>) -> SharedResult<TokenResult> {
        let (tokens, rejected) = (Arc::clone(self), rejected.cloned());
        self.refreshes.run(
            id,
            || async move { tokens.refresh_under_lease(id, rejected.as_ref()).await },
        )
    }

    pub(super) async fn refresh_under_lease(self: &Arc<Self>, id: Id, rejected: Option<&AccessToken>) -> TokenResult {
        let selector = SessionToken { tokens: self, rejected };
        loop {
            match self.acquire_lease(id, &selector).await? {
                LeaseOutcome::NotNeeded(token) => return Ok(token),
                LeaseOutcome::Acquired(leased) => {
                    if let Some(result) = self.attempt_refresh(*leased, rejected).await {
                        return result;
                    }
                }
            }
        }
    }

    /// One refresh request under the lease; `None` if the session has to be loaded again because another replica has refreshed it.
    async fn attempt_refresh(
        self: &Arc<Self>,
        leased: LeasedSession,
        rejected: Option<&AccessToken>,
    ) -> Option<TokenResult> {
        let LeasedSession { session, fence } = &leased;
        let refresh_token = session.tokens.refresh_token.clone().unwrap_or_default();
        let plain = TokenRequest::default();
        let result = match self.request_refresh(session, &refresh_token, &plain).await {
            Ok(granted) => return self.store_refreshed(leased, granted).await,
            Err(RefreshError::InvalidGrant) => self.end_revoked_grant(&leased, &refresh_token).await?,
            Err(RefreshError::Failed(error)) => self.usable_token(session, rejected).ok_or(error),
            Err(RefreshError::Unverified(granted)) => {
                self.store_refresh_token(leased.clone(), granted).await?;
                self.usable_token(session, rejected)
                    .ok_or_else(|| TokenError::unavailable(None))
            }
            Err(RefreshError::Untrusted) => {
                self.end_session(session).await;
                Err(TokenError::SignInAgain)
            }
        };
        self.release_lease(session.id, *fence).await;
        Some(result)
    }

    /// Whether `used` is still the stored refresh token and the lease is still held. If another replica has refreshed with the same
    /// token, its result counts.
    pub(super) async fn is_current(&self, leased: &LeasedSession, used: &str) -> Result<bool, TokenError> {
        let id = leased.session.id;
        if !self.extend_lease(id, leased.fence).await? {
            return Ok(false);
        }
        let stored = self.load_session(id).await?;
        Ok(stored.tokens.refresh_token.as_deref() == Some(used))
    }

    /// Ends the session after `invalid_grant` for the refresh token `used`, unless another replica has replaced that token or holds
    /// the lease by now: then `None`.
    pub(super) async fn end_revoked_grant(&self, leased: &LeasedSession, used: &str) -> Option<TokenResult> {
        let LeasedSession { session, fence } = leased;
        match self.is_current(leased, used).await {
            Ok(true) => {}
            Ok(false) => {
                self.release_lease(session.id, *fence).await;
                return None;
            }
            Err(error) => return Some(Err(error)),
        }
        record_refresh(session, Outcome::Refused, Some(&GrantEnded));
        self.end_session(session).await;
        Some(Err(TokenError::SignInAgain))
    }

    pub(super) async fn load_session(&self, id: Id) -> Result<Session, TokenError> {
        match self.sessions.open(&id).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(TokenError::SignInAgain),
            Err(error) => {
                tracing::error!(target: "bff", error = error_chain(&error), "a session could not be read");
                Err(TokenError::unavailable(None))
            }
        }
    }

    /// The old token if it has not expired, even if only for seconds, and was not rejected.
    fn usable_token(&self, session: &Session, rejected: Option<&AccessToken>) -> Option<AccessToken> {
        let token = self.session_token(&session.identity.provider, &session.tokens);
        let is_usable = session.tokens.is_usable(self.clock.now()) && rejected != Some(&token);
        is_usable.then_some(token)
    }

    /// Sends a refresh request for what `request` names (RFC 6749 §6, RFC 8707 §2.2) and verifies the ID token that may be sent with
    /// the response.
    pub(super) async fn request_refresh(
        &self,
        session: &Session,
        refresh_token: &str,
        request: &TokenRequest,
    ) -> Result<TokenResponse, RefreshError> {
        let provider = self.providers.find(session.identity.provider.as_str());
        let provider = provider.ok_or(RefreshError::Failed(TokenError::NotGranted))?;
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|_| RefreshError::unavailable())?;
        let parameters = request.fields(&provider.config);
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        fields.extend(parameters.iter().map(|(name, value)| (*name, value.as_str())));
        let key = session.tokens.proof_key.as_ref();
        let granted = provider.request_tokens_for_any_resource(&metadata, &fields, key).await;
        let granted = granted.map_err(|error| refresh_error(session, &error))?;
        match verify_refreshed_id_token(provider, &metadata, session, &granted).await {
            Ok(()) => Ok(granted),
            Err(RefreshError::Failed(_)) => Err(RefreshError::Unverified(granted)),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn end_session(&self, session: &Session) {
        if let Err(error) = self.sessions.remove(&session.id).await {
            tracing::error!(target: "bff", error = error_chain(&error), "a session could not be ended");
        }
    }
}

/// The provider refuses the refresh token for good (RFC 6749 §5.2, `invalid_grant`).
#[derive(Debug, thiserror::Error)]
#[error("the grant is over, the session ends")]
pub(crate) struct GrantEnded;

oidc::error_codes!(GrantEnded { Self => "grant_ended", });

/// Why a refresh brought no token.
pub(super) enum RefreshError {
    /// `invalid_grant`: the refresh token was used, revoked or has expired.
    InvalidGrant,
    /// The ID token of the response is not valid for this person.
    Untrusted,
    /// Granted, but the ID token could not be verified because keys are missing.
    Unverified(TokenResponse),
    /// Not now, or not for this request.
    Failed(TokenError),
}

impl RefreshError {
    fn unavailable() -> Self {
        Self::Failed(TokenError::unavailable(None))
    }
}

/// Logs and counts a refresh.
pub(super) fn record_refresh(session: &Session, outcome: Outcome, failure: Option<&dyn ErrorCode>) {
    let record = event(What::TokenRenewal, outcome)
        .provider(session.identity.provider.as_str())
        .subject(&session.identity.subject)
        .session(session.reference());
    match failure {
        Some(failure) => record.failure(failure).record(),
        None => record.record(),
    }
}

/// What an error of the token endpoint means for the session (RFC 6749 §5.2).
fn refresh_error(session: &Session, error: &TokenEndpointError) -> RefreshError {
    record_refresh(session, Outcome::Failed, Some(error));
    match error {
        TokenEndpointError::Refused { error } => match error.as_str() {
            "invalid_grant" => RefreshError::InvalidGrant,
            "invalid_scope" | "invalid_target" | "invalid_resource" | "unauthorized_client" | "access_denied" => {
                RefreshError::Failed(TokenError::NotGranted)
            }
            // The provider has to interact with the person; a retry would not help.
            "interaction_required" | "login_required" | "consent_required" => {
                RefreshError::Failed(TokenError::SignInAgain)
            }
            // `invalid_client` and the like are for the operator to fix; the session is not at fault.
            _ => RefreshError::unavailable(),
        },
        TokenEndpointError::Trouble { retry_after, .. } => RefreshError::Failed(TokenError::unavailable(*retry_after)),
        TokenEndpointError::NoResponse(_)
        | TokenEndpointError::UnnamedError
        | TokenEndpointError::NotJson
        | TokenEndpointError::NotBearer
        | TokenEndpointError::NotBound => RefreshError::unavailable(),
    }
}

/// A refreshed ID token has to be about the same sign-in: `iss`, `aud` and signature as ever, the same `sub`, and the same `nonce`
/// and `auth_time` if it has them (OpenID Connect Core 1.0 §12.2).
async fn verify_refreshed_id_token(
    provider: &Provider,
    metadata: &Metadata,
    session: &Session,
    granted: &TokenResponse,
) -> Result<(), RefreshError> {
    let Some(raw) = &granted.id_token else { return Ok(()) };
    let expected = Expected {
        nonce: &session.tokens.nonce,
        nonce_required: false,
        access_token: &granted.access_token,
    };
    match provider.verify_id_token(metadata, raw, expected).await {
        Ok(token) => {
            let same_time = token.auth_time.is_none()
                || session.authentication.time.is_none()
                || token.auth_time == session.authentication.time;
            let same_person = token.issuer == session.identity.issuer && token.subject == session.identity.subject;
            if same_person && same_time {
                Ok(())
            } else {
                Err(RefreshError::Untrusted)
            }
        }
        Err(IdTokenError::Keys(_)) => Err(RefreshError::unavailable()),
        Err(error) => {
            record_refresh(session, Outcome::Refused, Some(&error));
            Err(RefreshError::Untrusted)
        }
    }
}
