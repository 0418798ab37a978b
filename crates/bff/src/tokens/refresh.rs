//! How is an access token renewed? Once at a time per session, by a task of its own: a request that goes away does not
//! take a half-finished rotation with it. The new refresh token is stored before the new access token is used, which
//! happens in [`super::rotation`]. Which replica does it is decided in [`super::lease`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_sessions::session::Id;

use super::endpoint::{EndpointError, Granted};
use super::lease::{Own, Turn};
use super::{AccessToken, TokenError, Tokens};
use crate::event::{Outcome as Came, What, event};
use crate::flight::{self, launch};
use crate::problem::chain;
use crate::provider::Provider;
use crate::provider::id_token::{Expected, IdTokenError};
use crate::provider::metadata::Metadata;
use crate::session::lease::Fence;
use crate::session::record::Session;

/// What is suggested when the provider suggests nothing.
const RETRY_AFTER: Duration = Duration::from_secs(10);

pub(super) type Outcome = Result<AccessToken, TokenError>;
type Flight = flight::Flight<Outcome>;

/// The renewals under way in this process.
#[derive(Default)]
pub(crate) struct Refreshes(Mutex<HashMap<Id, Flight>>);

/// Makes room for the next renewal, also when this one ends in a way nobody thought of.
struct RemoveOnDrop<'a> {
    tokens: &'a Tokens,
    id: Id,
}

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.tokens
            .refreshes
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

impl Tokens {
    /// A fresh token of the session `id`; whoever asks meanwhile gets the same.
    pub(crate) async fn renewed(self: &Arc<Self>, id: Id) -> Outcome {
        self.renewal(id, None).await
    }

    /// A token of the session `id` other than `refused`, which an API did not accept although it looks fresh. However many
    /// were refused it at once, the provider is asked once: who comes later finds the new one.
    pub(crate) async fn renewed_instead_of(self: &Arc<Self>, id: Id, refused: &AccessToken) -> Outcome {
        let outcome = self.renewal(id, Some(refused)).await;
        // A renewal that was under way may have begun without knowing of the refusal.
        if outcome.as_ref() == Ok(refused) {
            return self.renewal(id, Some(refused)).await;
        }
        outcome
    }

    /// Renews the tokens of the session `id` while its request goes on, so that a session in use does not end with its
    /// refresh token.
    pub(crate) fn renew_beside(self: &Arc<Self>, id: Id) {
        drop(self.renewal(id, None));
    }

    /// The renewal under way, or a new one. It comes to its end whether somebody waits or not.
    fn renewal(self: &Arc<Self>, id: Id, refused: Option<&AccessToken>) -> Flight {
        let mut flights = self.refreshes.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = || self.take_off(id, refused.cloned());
        flights.entry(id).or_insert_with(start).clone()
    }

    fn take_off(self: &Arc<Self>, id: Id, refused: Option<AccessToken>) -> Flight {
        let tokens = Arc::clone(self);
        let renewing = async move {
            let _remove = RemoveOnDrop { tokens: &tokens, id };
            tokens.renew(id, refused.as_ref()).await
        };
        launch(&self.tasks, renewing, || Err(unavailable(None)))
    }

    pub(super) async fn renew(self: &Arc<Self>, id: Id, refused: Option<&AccessToken>) -> Outcome {
        loop {
            match self.turn(id, &Own { tokens: self, refused }).await? {
                Turn::Done(token) => return Ok(token),
                Turn::Ours(session, fence) => {
                    if let Some(outcome) = self.renew_once(*session, refused, fence).await {
                        return outcome;
                    }
                }
            }
        }
    }

    /// Renews under the lease `fence`; nothing when the session has to be looked at again.
    async fn renew_once(
        self: &Arc<Self>,
        session: Session,
        refused: Option<&AccessToken>,
        fence: Fence,
    ) -> Option<Outcome> {
        let id = session.id;
        let refresh_token = session.tokens.refresh_token.clone().unwrap_or_default();
        let outcome = match self.renew_at_provider(&session, &refresh_token).await {
            Ok(granted) => return self.store(session, granted, fence).await,
            Err(Refused::GrantOver) => self.grant_over(&session, &refresh_token, fence).await?,
            Err(Refused::Now(error)) => self.without_renewal(&session, refused, error),
            Err(Refused::Unproven(granted)) => {
                self.keep_refresh_token(session.clone(), granted, fence).await?;
                self.without_renewal(&session, refused, unavailable(None))
            }
            Err(Refused::Untrusted) => {
                self.end_session(&session).await;
                Err(TokenError::SignInAgain)
            }
        };
        self.give_back(id, fence).await;
        Some(outcome)
    }

    /// Whether `used` is the newest refresh token there is. If another replica has taken our place with the same one, what
    /// that gets counts.
    pub(super) async fn is_newest(&self, session: &Session, used: &str, fence: Fence) -> Result<bool, TokenError> {
        if !self.still_holds(session.id, fence).await? {
            return Ok(false);
        }
        let stored = self.session_now(session.id).await?;
        Ok(stored.tokens.refresh_token.as_deref() == Some(used))
    }

    /// The provider says that `used` is over. That is so unless somebody has replaced it, or is about to.
    pub(super) async fn grant_over(&self, session: &Session, used: &str, fence: Fence) -> Option<Outcome> {
        match self.is_newest(session, used, fence).await {
            Ok(true) => {}
            Ok(false) => {
                self.give_back(session.id, fence).await;
                return None;
            }
            Err(error) => return Some(Err(error)),
        }
        told(session, Came::Refused, "the grant is over, the session ends");
        self.end_session(session).await;
        Some(Err(TokenError::SignInAgain))
    }

    pub(super) async fn session_now(&self, id: Id) -> Result<Session, TokenError> {
        match self.sessions.open(&id).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(TokenError::SignInAgain),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a session could not be read");
                Err(unavailable(None))
            }
        }
    }

    /// The old token while it lasts, even if only for seconds, unless it is known to be refused.
    fn without_renewal(&self, session: &Session, refused: Option<&AccessToken>, error: TokenError) -> Outcome {
        let token = self.token_of(&session.identity.provider, &session.tokens);
        let usable = session.tokens.is_usable(self.clock.now());
        if usable && refused != Some(&token) {
            Ok(token)
        } else {
            Err(error)
        }
    }

    async fn renew_at_provider(&self, session: &Session, refresh_token: &str) -> Result<Granted, Refused> {
        let provider = self
            .providers
            .find(session.identity.provider.as_str())
            .ok_or(Refused::Now(TokenError::NotGranted))?;
        let metadata = provider
            .discovery
            .ready()
            .await
            .map_err(|_| Refused::Now(unavailable(None)))?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let granted = provider
            .ask_for_tokens(&metadata, &fields, session.tokens.proof_key.as_ref())
            .await
            .map_err(|e| refused(session, &e))?;
        match check_id_token(provider, &metadata, session, &granted).await {
            Ok(()) => Ok(granted),
            Err(Refused::Now(_)) => Err(Refused::Unproven(granted)),
            Err(refused) => Err(refused),
        }
    }

    pub(super) async fn end_session(&self, session: &Session) {
        if let Err(error) = self.sessions.end(&session.id).await {
            tracing::error!(target: "bff", error = chain(&error), "a session could not be ended");
        }
    }
}

/// Why a renewal brought nothing.
pub(super) enum Refused {
    /// `invalid_grant`: used, revoked or expired.
    GrantOver,
    /// The answer is about somebody else.
    Untrusted,
    /// Granted, but there are no keys to check the ID token with.
    Unproven(Granted),
    /// Not now, or not this.
    Now(TokenError),
}

pub(super) fn unavailable(retry_after: Option<Duration>) -> TokenError {
    TokenError::ProviderUnavailable {
        retry_after: retry_after.unwrap_or(RETRY_AFTER),
    }
}

/// One line about a renewal.
pub(super) fn told(session: &Session, outcome: Came, reason: &str) {
    let told = event(What::TokenRenewal, outcome)
        .provider(session.identity.provider.as_str())
        .subject(&session.identity.subject)
        .session(session.reference());
    match reason {
        "" => told.record(),
        reason => told.reason(reason).record(),
    }
}

pub(super) fn refused(session: &Session, error: &EndpointError) -> Refused {
    told(session, Came::Failed, &chain(error));
    match error {
        EndpointError::Refused { error } => match error.as_str() {
            "invalid_grant" => Refused::GrantOver,
            "invalid_scope" | "invalid_target" | "invalid_resource" | "unauthorized_client" | "access_denied" => {
                Refused::Now(TokenError::NotGranted)
            }
            // The provider wants to see the person; waiting would not help.
            "interaction_required" | "login_required" | "consent_required" => Refused::Now(TokenError::SignInAgain),
            // `invalid_client` and friends are for the operator to mend; the session is not at fault.
            _ => Refused::Now(unavailable(None)),
        },
        EndpointError::Trouble { retry_after, .. } => Refused::Now(unavailable(*retry_after)),
        EndpointError::NoAnswer(_) | EndpointError::Malformed(_) => Refused::Now(unavailable(None)),
    }
}

/// A refreshed ID token is about the same sign-in: `iss`, `aud` and signature as ever, the same `sub`, `nonce` and
/// `auth_time` if it has them (OpenID Connect Core 1.0 §12.2).
pub(super) async fn check_id_token(
    provider: &Provider,
    metadata: &Metadata,
    session: &Session,
    granted: &Granted,
) -> Result<(), Refused> {
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
                Err(Refused::Untrusted)
            }
        }
        Err(IdTokenError::NoKeys(_)) => Err(Refused::Now(unavailable(None))),
        Err(error) => {
            told(session, Came::Refused, &chain(&error));
            Err(Refused::Untrusted)
        }
    }
}
