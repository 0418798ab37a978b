//! How is an access token renewed? Once at a time per session, by a task of its own: a request that goes away does not
//! take a half-finished rotation with it. The new refresh token is stored before the new access token is used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tower_sessions::session::Id;

use super::endpoint::{EndpointError, Granted};
use super::{AccessToken, TokenError};
use crate::bff::Inner;
use crate::event::{Outcome as Came, What, event};
use crate::problem::chain;
use crate::provider::Provider;
use crate::provider::discovery::Metadata;
use crate::provider::id_token::{Expected, IdTokenError};
use crate::session::record::Session;
use crate::session::store::Saved;
use crate::sign_out::revocation::revoke;

/// What is suggested when the provider suggests nothing.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// Writes before giving up on a session that others keep writing.
const MAX_WRITES: usize = 5;

type Outcome = Result<AccessToken, TokenError>;
type Flight = Shared<BoxFuture<'static, Outcome>>;

/// The renewals under way in this process.
#[derive(Default)]
pub(crate) struct Refreshes(Mutex<HashMap<Id, Flight>>);

/// Makes room for the next renewal, also when this one ends in a way nobody thought of.
struct Landing<'a> {
    inner: &'a Inner,
    id: Id,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.inner
            .refreshes
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

impl Inner {
    /// A fresh token of the session `id`; whoever asks meanwhile gets the same.
    pub(crate) async fn renewed(self: &Arc<Self>, id: Id) -> Outcome {
        let flight = {
            let mut flights = self.refreshes.0.lock().unwrap_or_else(PoisonError::into_inner);
            flights.entry(id).or_insert_with(|| self.take_off(id)).clone()
        };
        flight.await
    }

    fn take_off(self: &Arc<Self>, id: Id) -> Flight {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _landing = Landing { inner: &inner, id };
            inner.renew(id).await
        });
        task.map(|joined| joined.unwrap_or(Err(unavailable(None))))
            .boxed()
            .shared()
    }

    async fn renew(self: &Arc<Self>, id: Id) -> Outcome {
        let mut tried: Option<String> = None;
        loop {
            let session = self.session_now(id).await?;
            if session.tokens.is_fresh(self.config.clock.now()) {
                return Ok(session.tokens.access_token());
            }
            let Some(refresh_token) = session.tokens.refresh_token.clone() else {
                return self.without_renewal(&session, TokenError::SignInAgain);
            };
            // Refused twice with the same token: nobody has renewed it meanwhile, the grant is over.
            if tried.as_ref() == Some(&refresh_token) {
                told(&session, Came::Refused, "the grant is over, the session ends");
                self.end_session(&session).await;
                return Err(TokenError::SignInAgain);
            }
            match self.renew_at_provider(&session, &refresh_token).await {
                Err(Refused::GrantOver) => tried = Some(refresh_token),
                Err(Refused::Now(error)) => return self.without_renewal(&session, error),
                Err(Refused::Untrusted) => {
                    self.end_session(&session).await;
                    return Err(TokenError::SignInAgain);
                }
                Ok(granted) => return self.store(session, granted).await,
            }
        }
    }

    async fn session_now(&self, id: Id) -> Result<Session, TokenError> {
        match self.sessions.open(&id).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => Err(TokenError::SignInAgain),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a session could not be read");
                Err(unavailable(None))
            }
        }
    }

    /// The old token while it lasts, even if only for seconds.
    fn without_renewal(&self, session: &Session, error: TokenError) -> Outcome {
        let usable = session.tokens.is_usable(self.config.clock.now());
        if usable {
            Ok(session.tokens.access_token())
        } else {
            Err(error)
        }
    }

    async fn renew_at_provider(&self, session: &Session, refresh_token: &str) -> Result<Granted, Refused> {
        let provider = self
            .provider(session.identity.provider.as_str())
            .ok_or(Refused::Now(TokenError::NotGranted))?;
        let metadata = provider
            .discovery
            .ready()
            .await
            .map_err(|_| Refused::Now(unavailable(None)))?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let granted = provider
            .ask_for_tokens(&metadata, &fields)
            .await
            .map_err(|e| refused(session, &e))?;
        check_id_token(provider, &metadata, session, &granted).await?;
        Ok(granted)
    }

    /// Writes the renewed tokens. A session that ended meanwhile stays ended, and the new tokens end with it.
    async fn store(self: &Arc<Self>, mut session: Session, granted: Granted) -> Outcome {
        if granted.scope.is_some() {
            session.tokens.offline = granted.is_offline(&[]);
        }
        session.tokens.access_token = granted.access_token;
        session.tokens.expires_at = granted.expires_at;
        session.tokens.renew_at = granted.renew_at;
        // None in the answer: the old one goes on (RFC 6749 §6).
        session.tokens.refresh_token = granted.refresh_token.or(session.tokens.refresh_token);
        session.tokens.id_token = granted.id_token.unwrap_or(session.tokens.id_token);
        for _ in 0..MAX_WRITES {
            match self.sessions.update(&session).await {
                Ok(Saved::Saved) => {
                    told(&session, Came::Success, "");
                    return Ok(session.tokens.access_token());
                }
                Ok(Saved::Gone) => break,
                Ok(Saved::Changed) => match self.session_now(session.id).await {
                    Ok(stored) => session.version = stored.version,
                    Err(_) => break,
                },
                Err(error) => {
                    tracing::error!(target: "bff", error = chain(&error), "renewed tokens could not be stored");
                    return Err(unavailable(None));
                }
            }
        }
        if let Some(provider) = self.provider(session.identity.provider.as_str()) {
            revoke(provider, &session.tokens);
        }
        Err(TokenError::SignInAgain)
    }

    async fn end_session(&self, session: &Session) {
        if let Err(error) = self.sessions.end(&session.id).await {
            tracing::error!(target: "bff", error = chain(&error), "a session could not be ended");
        }
    }
}

/// Why a renewal brought nothing.
enum Refused {
    /// `invalid_grant`: used, revoked or expired.
    GrantOver,
    /// The answer is about somebody else.
    Untrusted,
    /// Not now, or not this.
    Now(TokenError),
}

fn unavailable(retry_after: Option<Duration>) -> TokenError {
    TokenError::ProviderUnavailable {
        retry_after: retry_after.unwrap_or(RETRY_AFTER),
    }
}

/// One line about a renewal.
fn told(session: &Session, outcome: Came, reason: &str) {
    let told = event(What::TokenRenewal, outcome)
        .provider(session.identity.provider.as_str())
        .subject(&session.identity.subject)
        .session(session.reference());
    match reason {
        "" => told.record(),
        reason => told.reason(reason).record(),
    }
}

fn refused(session: &Session, error: &EndpointError) -> Refused {
    told(session, Came::Failed, &chain(error));
    match error {
        EndpointError::Refused { error } => match error.as_str() {
            "invalid_grant" => Refused::GrantOver,
            "invalid_scope" | "invalid_target" | "unauthorized_client" | "access_denied" => {
                Refused::Now(TokenError::NotGranted)
            }
            // `invalid_client` and friends are for the operator to mend; the session is not at fault.
            _ => Refused::Now(unavailable(None)),
        },
        EndpointError::Trouble { retry_after, .. } => Refused::Now(unavailable(*retry_after)),
        EndpointError::NoAnswer(_) | EndpointError::Malformed(_) => Refused::Now(unavailable(None)),
    }
}

/// A refreshed ID token is about the same sign-in: `iss`, `aud` and signature as ever, the same `sub`, `nonce` and
/// `auth_time` if it has them (OpenID Connect Core 1.0 §12.2).
async fn check_id_token(
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
                || session.tokens.auth_time.is_none()
                || token.auth_time == session.tokens.auth_time;
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
