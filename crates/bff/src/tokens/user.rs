//! Which access token does a signed-in person have right now? The one of the session, or a renewed one; or one for another
//! API or fewer scopes, which the same refresh token brings (RFC 6749 §6, RFC 8707 §2.2).
//!
//! A refresh token may be good for one use only, so everything that uses it does so under the session's lease
//! ([`super::lease`]). Which tokens are kept is in [`super::kept`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use tower_sessions::session::Id;

use super::access_token::Binding;
use super::endpoint::Granted;
use super::lease::{Turn, Wanted};
use super::refresh::{Outcome, Refused, check_id_token, refused, unavailable};
use super::{AccessToken, TokenError, Tokens};
use crate::config::ProviderId;
use crate::flight::{self, launch};
use crate::provider::proof::ProofKey;
use crate::session::lease::Fence;
use crate::session::record::{SealedTokens, Session};
use crate::session::token_set::{Kept, TokenRequest, TokenSet};

type TokenRequestKey = (Id, TokenRequest);
type Flight = flight::Flight<Outcome>;

/// What is being asked for in this process.
#[derive(Default)]
pub(crate) struct Errands(Mutex<HashMap<TokenRequestKey, Flight>>);

/// Makes room for the next errand, also when this one ends in a way nobody thought of.
struct RemoveOnDrop<'a> {
    tokens: &'a Tokens,
    errand: TokenRequestKey,
}

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        let mut flights = self.tokens.errands.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.remove(&self.errand);
    }
}

/// A token for something else than the sign-in was for.
struct Other<'a> {
    tokens: &'a Tokens,
    request: &'a TokenRequest,
    /// One that an API did not accept, however fresh it looks.
    refused: Option<&'a AccessToken>,
}

impl Other<'_> {
    fn unless_refused(&self, session: &Session, kept: &Kept) -> Option<AccessToken> {
        let token = self.tokens.kept_token(&session.identity.provider, kept);
        (self.refused != Some(&token)).then_some(token)
    }
}

impl Wanted for Other<'_> {
    fn fresh(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let kept = session.tokens.kept.fresh(self.request, now);
        kept.and_then(|kept| self.unless_refused(session, kept))
    }

    fn usable(&self, session: &Session, now: OffsetDateTime) -> Option<AccessToken> {
        let kept = session.tokens.kept.usable(self.request, now);
        kept.and_then(|kept| self.unless_refused(session, kept))
    }

    fn without_refresh_token(&self) -> TokenError {
        TokenError::NotGranted
    }
}

impl Tokens {
    /// The token of `session`, renewed when it is about to expire.
    pub(crate) async fn access_token(self: &Arc<Self>, session: &Session<SealedTokens>) -> Outcome {
        let tokens = self.tokens_of(session)?;
        if tokens.is_fresh(self.clock.now()) {
            return Ok(self.token_of(&session.identity.provider, &tokens));
        }
        self.renewed(session.id).await
    }

    /// The tokens of `session`. Where they cannot be opened, a sign-in brings others.
    fn tokens_of(&self, session: &Session<SealedTokens>) -> Result<TokenSet, TokenError> {
        let opened = session.open_tokens(&self.sessions.sealer);
        opened.map_err(|_| TokenError::SignInAgain)
    }

    /// The access token of a session's `tokens`, to hand out.
    pub(crate) fn token_of(&self, provider: &ProviderId, tokens: &TokenSet) -> AccessToken {
        self.handed_out(provider, &tokens.access_token, tokens.proof_key.as_ref())
    }

    fn kept_token(&self, provider: &ProviderId, kept: &Kept) -> AccessToken {
        self.handed_out(provider, kept.secret(), kept.proof_key())
    }

    fn handed_out(&self, provider: &ProviderId, secret: &str, key: Option<&ProofKey>) -> AccessToken {
        let provider = self.providers.find(provider.as_str());
        let binding = key.cloned().map(|key| Binding {
            key,
            clock: self.clock.clone(),
            nonces: provider
                .map(|provider| Arc::clone(&provider.nonces))
                .unwrap_or_default(),
        });
        AccessToken::new(secret, binding)
    }

    /// A token of `session` for `request`; whoever asks for the same meanwhile gets the same.
    pub(crate) async fn access_token_for(
        self: &Arc<Self>,
        session: &Session<SealedTokens>,
        request: &TokenRequest,
    ) -> Outcome {
        let request = request.normal();
        if request.is_plain() {
            return self.access_token(session).await;
        }
        let tokens = self.tokens_of(session)?;
        if let Some(kept) = tokens.kept.fresh(&request, self.clock.now()) {
            return Ok(self.kept_token(&session.identity.provider, kept));
        }
        self.errand((session.id, request), None).await
    }

    /// A token of the session `id` for `request`, other than `refused`, which an API did not accept although it looks fresh.
    /// However many were refused it at once, the provider is asked once.
    pub(crate) async fn another_token_for(
        self: &Arc<Self>,
        id: Id,
        request: &TokenRequest,
        refused: &AccessToken,
    ) -> Outcome {
        let request = request.normal();
        if request.is_plain() {
            return self.renewed_instead_of(id, refused).await;
        }
        let outcome = self.errand((id, request.clone()), Some(refused)).await;
        // An errand that was under way may have begun without knowing of the refusal.
        if outcome.as_ref() == Ok(refused) {
            return self.errand((id, request), Some(refused)).await;
        }
        outcome
    }

    async fn errand(self: &Arc<Self>, errand: TokenRequestKey, refused: Option<&AccessToken>) -> Outcome {
        let flight = {
            let mut flights = self.errands.0.lock().unwrap_or_else(PoisonError::into_inner);
            let start = || self.send_out(errand.clone(), refused.cloned());
            flights.entry(errand.clone()).or_insert_with(start).clone()
        };
        flight.await
    }

    /// A task of its own: a request that goes away does not take a half-finished rotation with it.
    fn send_out(self: &Arc<Self>, errand: TokenRequestKey, refused: Option<AccessToken>) -> Flight {
        let tokens = Arc::clone(self);
        let running = async move {
            let (id, request) = errand.clone();
            let _remove = RemoveOnDrop {
                tokens: &tokens,
                errand,
            };
            tokens.run_errand(id, &request, refused.as_ref()).await
        };
        launch(&self.tasks, running, || Err(unavailable(None)))
    }

    async fn run_errand(self: &Arc<Self>, id: Id, request: &TokenRequest, refused: Option<&AccessToken>) -> Outcome {
        let wanted = Other {
            tokens: self,
            request,
            refused,
        };
        loop {
            match self.turn(id, &wanted).await? {
                Turn::Done(token) => return Ok(token),
                Turn::Ours(session, fence) => {
                    if let Some(outcome) = self.run_once(*session, &wanted, fence).await {
                        return outcome;
                    }
                }
            }
        }
    }

    /// Asks under the lease `fence`; nothing when the session has to be looked at again.
    async fn run_once(self: &Arc<Self>, session: Session, wanted: &Other<'_>, fence: Fence) -> Option<Outcome> {
        let request = wanted.request;
        let or_kept = |error| wanted.usable(&session, self.clock.now()).ok_or(error);
        let refresh_token = session.tokens.refresh_token.clone().unwrap_or_default();
        let outcome = match self.ask_for(&session, &refresh_token, request).await {
            Ok(granted) => return self.keep(session, request, granted, fence).await,
            Err(Refused::GrantOver) => {
                let newest = self.is_newest(&session, &refresh_token, fence).await;
                self.give_back(session.id, fence).await;
                return match newest {
                    Ok(true) => Some(self.whose_fault(&session).await),
                    Ok(false) => None,
                    Err(error) => Some(Err(error)),
                };
            }
            Err(Refused::Now(error)) => or_kept(error),
            Err(Refused::Unproven(granted)) => {
                self.keep_refresh_token(session.clone(), granted, fence).await?;
                or_kept(unavailable(None))
            }
            Err(Refused::Untrusted) => {
                self.end_session(&session).await;
                Err(TokenError::SignInAgain)
            }
        };
        self.give_back(session.id, fence).await;
        Some(outcome)
    }

    /// Some providers say `invalid_grant` when this one token is not to be had. Only when the session's own cannot be
    /// renewed either, the grant is over. The lease has been given back.
    async fn whose_fault(self: &Arc<Self>, session: &Session) -> Outcome {
        if !session.tokens.is_fresh(self.clock.now()) {
            self.renew(session.id, None).await?;
        }
        Err(TokenError::NotGranted)
    }

    async fn ask_for(
        self: &Arc<Self>,
        session: &Session,
        refresh_token: &str,
        request: &TokenRequest,
    ) -> Result<Granted, Refused> {
        let provider = self
            .providers
            .find(session.identity.provider.as_str())
            .ok_or(Refused::Now(TokenError::NotGranted))?;
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|_| Refused::Now(unavailable(None)))?;
        let asked = request.fields(&provider.config);
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        fields.extend(asked.iter().map(|(name, value)| (*name, value.as_str())));
        let key = session.tokens.proof_key.as_ref();
        let granted = provider.ask_for_tokens_of_any_resource(&metadata, &fields, key).await;
        let granted = granted.map_err(|e| refused(session, &e))?;
        match check_id_token(provider, &metadata, session, &granted).await {
            Ok(()) => Ok(granted),
            Err(Refused::Now(_)) => Err(Refused::Unproven(granted)),
            Err(refused) => Err(refused),
        }
    }

    /// Keeps what came, and hands it out if it is what was asked for.
    async fn keep(
        self: &Arc<Self>,
        session: Session,
        request: &TokenRequest,
        granted: Granted,
        fence: Fence,
    ) -> Option<Outcome> {
        let provider = self.providers.find(session.identity.provider.as_str());
        let is_foreign = provider.is_some_and(|provider| {
            let (kept, token) = (&session.tokens.kept, &granted.access_token);
            kept.is_for_another_api(token, request, &provider.config)
        });
        let fits = request.is_granted(&granted) && !is_foreign;
        if !fits {
            tracing::warn!(
                target: "bff", provider = %session.identity.provider, another_api = is_foreign,
                "the provider grants another access token than was asked for"
            );
        }
        let now = self.clock.now();
        let written = self.write_under_lease(session, fence, |session| {
            session.renew_refresh_token(&granted, now);
            if let Some(id_token) = &granted.id_token {
                session.tokens.id_token.clone_from(id_token);
            }
            if fits {
                session.tokens.kept.put(request, &granted);
            }
        });
        let handed_out = |session: Session| {
            let token = self.handed_out(
                &session.identity.provider,
                &granted.access_token,
                granted.proof_key.as_ref(),
            );
            if fits { Ok(token) } else { Err(TokenError::NotGranted) }
        };
        Some(written.await?.and_then(handed_out))
    }
}
