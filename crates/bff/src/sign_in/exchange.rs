//! How does a code become a session? Tokens, ID token, userinfo, a new session id; the first thing that is wrong ends it.

use axum::response::Response;
use futures::future::try_join;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::config::user_flow::FlowEnd;
use oidc::id_token::{Expected, IdToken, IdTokenError};
use oidc::metadata::Metadata;
use oidc::profile::{UserinfoError, merged};
use oidc::token_endpoint::{EndpointError, Granted};
use tower_sessions::session::Id;

use super::pending::{Pending, state_hash};
use super::start::{not_ready, see_other};
use super::step_up;
use crate::cookies::SameSite;
use crate::event::measured::signed_in;
use crate::event::{Outcome, What, event};
use crate::problem::{Failure, chain};
use crate::session::lifecycle::{NewSession, SessionError};
use crate::session::lifetime::RefreshEnd;
use crate::session::request::session_id;
use crate::session::token_set::{CachedTokens, TokenSet};
use crate::session::{Authentication, Identity};
use crate::sign_out::revocation::revoke;
use crate::state::Inner;

const FAILED: &str = "Sign-in could not be completed";

impl Inner {
    /// Asks for tokens with `code` and begins a session.
    pub(crate) async fn exchange(
        &self,
        provider: &Provider,
        pending: &Pending,
        code: &str,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let again = |failure: Failure| Box::new(failure.retry(self.again_path(provider, pending)));
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &pending.return_to, &chain(&e))))?;
        let beginning = self.person(provider, &metadata, pending, code).await.map_err(again)?;
        if provider.end() == Some(FlowEnd::RenewClaims) {
            return self.renew_claims(provider, pending, beginning).await;
        }
        self.welcome(provider, beginning, pending, headers).await.map_err(again)
    }

    /// Begins a session in place of the ones this browser had, and sends it where the person wanted to go.
    pub(super) async fn welcome(
        &self,
        provider: &Provider,
        mut beginning: NewSession,
        pending: &Pending,
        headers: &HeaderMap,
    ) -> Result<Response, Failure> {
        beginning.authentication.sign_in = Some(state_hash(&pending.state));
        // The sessions this browser had: the one it left with, and the one it comes with.
        let mut replaces: Vec<Id> = session_id(&self.cookies, headers)
            .into_iter()
            .chain(pending.replaced_session())
            .collect();
        replaces.dedup();
        let max_sessions = self.config.max_sessions.get();
        let created = self.sessions.create(beginning, &replaces, max_sessions).await;
        let (session, surplus) = created.map_err(|e| self.not_begun(provider, &e))?;
        signed_in(provider.config.id.as_str(), pending.started, self.config.clock.now());
        event(What::SignIn, Outcome::Success)
            .provider(provider.config.id.as_str())
            .subject(&session.identity.subject)
            .session(session.reference())
            .record();
        self.sessions.after_end(&surplus, &self.providers, &self.tasks);
        let mut response = see_other(pending.return_to.as_str());
        let lifetime = self.config.session.absolute.try_into().unwrap_or(time::Duration::DAY);
        let cookie = self
            .cookies
            .set(self.cookies.session(), &session.id.to_string(), lifetime, SameSite::Lax);
        cookie.add_to(response.headers_mut());
        self.tell_others(&session.id, &pending.state, headers, &mut response);
        Ok(response)
    }

    /// Why there is no session. The tokens of a sign-in that was ended on the way are of no use to anybody.
    fn not_begun(&self, provider: &Provider, error: &SessionError) -> Failure {
        let SessionError::EndedMeanwhile(tokens) = error else {
            return Failure::ours(error);
        };
        if let Some(provider) = self.provider(provider.config.id.as_str()) {
            revoke(&self.tasks, provider, tokens);
        }
        let message = "The provider signed you out while you were signing in. Please sign in again.";
        Failure::new(StatusCode::BAD_REQUEST, FAILED, message, chain(error))
    }

    async fn person(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        pending: &Pending,
        code: &str,
    ) -> Result<NewSession, Failure> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &provider.redirect_uri),
            ("code_verifier", &pending.verifier),
        ];
        let asking = provider.ask_for_tokens(metadata, &fields, pending.proof_key.as_ref());
        // Where the keys have to be read as well, both answers are waited for at the same time.
        let reading = async {
            provider.read_keys_ahead(metadata).await;
            Ok(())
        };
        let (granted, ()) = try_join(asking, reading).await.map_err(|e| no_tokens(&e))?;
        self.known(provider, metadata, (granted, Some(&pending.nonce)), pending)
            .await
    }

    /// Who it is, by the tokens the provider gave. `nonce` has to be in the ID token; where none was sent, there must be
    /// none.
    pub(super) async fn known(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        (mut granted, nonce): (Granted, Option<&str>),
        pending: &Pending,
    ) -> Result<NewSession, Failure> {
        let Some(raw) = &granted.id_token else {
            return Err(bad_id_token("there is no ID token".to_owned()));
        };
        let expected = Expected {
            nonce: nonce.unwrap_or_default(),
            nonce_required: nonce.is_some(),
            access_token: &granted.access_token,
        };
        let id_token = provider
            .verify_id_token(metadata, raw, expected)
            .await
            .map_err(|e| match e {
                IdTokenError::NoKeys(_) => no_answer(chain(&e)),
                other => bad_id_token(chain(&other)),
            })?;
        // RFC 9207 §2.4: who answered is who issued the token.
        if pending.answered_by.as_ref().is_some_and(|iss| *iss != id_token.issuer) {
            return Err(bad_id_token(
                "the answer and the ID token name different issuers".to_owned(),
            ));
        }
        if let Some(step_up) = &pending.step_up {
            step_up::check(step_up, &id_token, provider)?;
        }
        let info = provider.userinfo_beside(metadata, &mut granted, &id_token).await;
        let info = info.map_err(|e| bad_userinfo(&e))?;
        Ok(self.beginning(provider, granted, (id_token, info), pending))
    }

    fn beginning(
        &self,
        provider: &Provider,
        granted: Granted,
        (id_token, info): (IdToken, serde_json::Map<String, serde_json::Value>),
        pending: &Pending,
    ) -> NewSession {
        let identity = Identity {
            provider: provider.config.id.clone(),
            issuer: id_token.issuer,
            subject: id_token.subject,
            claims: merged(id_token.claims, info),
            signed_in_at: self
                .config
                .clock
                .now()
                .replace_nanosecond(0)
                .unwrap_or_else(|_| self.config.clock.now()),
        };
        let refresh_expires_in = granted.refresh_expires_in.filter(|_| granted.refresh_token.is_some());
        let now = self.config.clock.now();
        let tokens = TokenSet {
            offline: granted.is_offline(&provider.config.scopes),
            access_token: granted.access_token,
            expires_at: granted.expires_at,
            renew_at: granted.renew_at,
            refresh_token: granted.refresh_token,
            id_token: granted.id_token.unwrap_or_default(),
            nonce: pending.nonce.clone(),
            proof_key: granted.proof_key,
            cached: CachedTokens::default(),
        };
        let authentication = Authentication {
            time: id_token.auth_time,
            acr: id_token.acr,
            amr: id_token.amr,
            sign_in: None,
        };
        NewSession {
            identity,
            authentication,
            tokens,
            refresh_end: refresh_expires_in.map(|seconds| RefreshEnd::granted(now, seconds)),
            sid: id_token.sid,
            started: pending.started,
        }
    }
}

fn no_answer(reason: String) -> Failure {
    let message = "The provider did not answer in a way that can be used. Please try again in a moment.";
    Failure::new(StatusCode::BAD_GATEWAY, FAILED, message, reason)
}

fn no_tokens(error: &EndpointError) -> Failure {
    match error {
        EndpointError::Refused { error: name } if name == "invalid_grant" => {
            let message =
                "The provider no longer knows this sign-in. It may have taken too long. Please sign in again.";
            Failure::new(StatusCode::BAD_REQUEST, FAILED, message, chain(error))
        }
        _ => no_answer(chain(error)),
    }
}

fn bad_id_token(reason: String) -> Failure {
    let message = "The provider's answer could not be verified, so it was not used. Please sign in again; \
                   if this goes on, tell the people who run this site.";
    Failure::new(StatusCode::BAD_REQUEST, FAILED, message, reason)
}

fn bad_userinfo(error: &UserinfoError) -> Failure {
    match error {
        UserinfoError::OtherSubject | UserinfoError::NotBelieved => bad_id_token(chain(error)),
        _ => no_answer(chain(error)),
    }
}
