//! From a code to a session: redeem the code for tokens, verify the ID token and userinfo, create the session under a new id. The
//! first error ends the sign-in.

use std::time::Duration;

use axum::response::Response;
use futures::future::try_join;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::config::user_flow::FlowEnd;
use oidc::error::ErrorCode;
use oidc::id_token::{Expected, IdToken, IdTokenError};
use oidc::profile::{UserinfoError, merged};
use oidc::token_endpoint::{TokenEndpointError, TokenResponse};
use serde_json::{Map, Value};
use tower_sessions::session::Id;

use super::pending::{CompletedSignIn, PendingSignIn, state_hash};
use super::start::{not_ready, see_other};
use super::step_up;
use super::{ReadyProvider, SignIns};
use crate::cookies::SameSite;
use crate::event::measured::signed_in;
use crate::event::{Outcome, What, event};
use crate::problem::Failure;
use crate::session::lifecycle::{NewSession, SessionError};
use crate::session::lifetime::RefreshEnd;
use crate::session::request::session_id;
use crate::session::token_set::{CachedTokens, TokenSet};
use crate::session::{Authentication, Identity};
use crate::sign_out::revocation::revoke;

const FAILED: &str = "Sign-in could not be completed";

/// The tokens of a sign-in, and the claims verified about its person.
struct VerifiedSignIn {
    granted: TokenResponse,
    id_token: IdToken,
    /// The claims of the userinfo endpoint.
    userinfo: Map<String, Value>,
}

impl SignIns {
    /// Redeems `code` and creates a session, or renews the claims of the session there is if `provider` is such a user flow.
    pub(super) async fn exchange_code(
        &self,
        provider: &Provider,
        pending: &PendingSignIn,
        code: &str,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let retry = |failure: Failure| Box::new(failure.retry(self.retry_path(provider, pending)));
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &pending.return_to, &e)))?;
        let ready = ReadyProvider {
            provider,
            metadata: &metadata,
        };
        let granted = redeem_code(ready, pending, code).await.map_err(retry)?;
        let nonce = Some(pending.nonce.as_str());
        let new_session = self.verify_identity(ready, pending, granted, nonce).await;
        let new_session = new_session.map_err(retry)?;
        if provider.end() == Some(FlowEnd::RenewClaims) {
            return self.renew_claims(provider, pending, new_session).await;
        }
        let response = self.create_session(provider, new_session, pending, headers).await;
        response.map_err(retry)
    }

    /// Creates a session that replaces those this browser had, and redirects to the return path of the sign-in.
    pub(super) async fn create_session(
        &self,
        provider: &Provider,
        mut new_session: NewSession,
        pending: &PendingSignIn,
        headers: &HeaderMap,
    ) -> Result<Response, Failure> {
        new_session.authentication.sign_in = Some(state_hash(&pending.state));
        // The sessions this browser had: at the redirect, and now.
        let mut replaces: Vec<Id> = session_id(&self.site.cookies, headers)
            .into_iter()
            .chain(pending.replaced_session())
            .collect();
        replaces.dedup();
        let created = self.sessions.create(new_session, &replaces, self.max_sessions).await;
        let (session, surplus) = created.map_err(|error| self.not_created(provider, &error))?;
        let id = provider.config.id.as_str();
        signed_in(id, pending.started, self.sessions.clock.now());
        event(What::SignIn, Outcome::Success)
            .provider(id)
            .subject(&session.identity.subject)
            .session(session.reference())
            .record();
        self.sessions.after_end(&surplus, &self.providers, &self.tasks);
        let mut response = see_other(pending.return_to.as_str());
        self.set_session_cookie(&session.id, &mut response);
        let completed = CompletedSignIn {
            session: &session.id,
            state: &pending.state,
        };
        self.pending
            .replace_in_others(&self.providers, completed, headers, &mut response);
        Ok(response)
    }

    fn set_session_cookie(&self, id: &Id, response: &mut Response) {
        let cookies = &self.site.cookies;
        let lifetime: Duration = self.sessions.lifetime.absolute;
        let lifetime = lifetime.try_into().unwrap_or(time::Duration::DAY);
        let cookie = cookies.set(cookies.session(), &id.to_string(), lifetime, SameSite::Lax);
        cookie.add_to(response.headers_mut());
    }

    /// Why there is no session. If the provider signed the person out meanwhile, the tokens are revoked.
    fn not_created(&self, provider: &Provider, error: &SessionError) -> Failure {
        let SessionError::EndedMeanwhile(tokens) = error else {
            return Failure::ours(error);
        };
        if let Some(provider) = self.providers.find(provider.config.id.as_str()) {
            revoke(&self.tasks, provider, tokens);
        }
        let message = "The provider signed you out while you were signing in. Please sign in again.";
        Failure::new(StatusCode::BAD_REQUEST, FAILED, message, error)
    }

    /// Verifies who it is by the ID token and userinfo. The ID token has to have `nonce`; if that is `None`, none was sent and the
    /// token must not have one.
    pub(super) async fn verify_identity(
        &self,
        ReadyProvider { provider, metadata }: ReadyProvider<'_>,
        pending: &PendingSignIn,
        mut granted: TokenResponse,
        nonce: Option<&str>,
    ) -> Result<NewSession, Failure> {
        let Some(raw) = &granted.id_token else {
            return Err(unverified_id_token(&IdTokenError::Missing));
        };
        let expected = Expected {
            nonce: nonce.unwrap_or_default(),
            nonce_required: nonce.is_some(),
            access_token: &granted.access_token,
        };
        let id_token = provider.verify_id_token(metadata, raw, expected).await;
        let id_token = id_token.map_err(|error| match error {
            IdTokenError::Keys(_) => unusable_response(&error),
            _ => unverified_id_token(&error),
        })?;
        // RFC 9207 §2.4: the issuer of the response is the issuer of the token.
        if pending.response_of.as_ref().is_some_and(|iss| *iss != id_token.issuer) {
            return Err(unverified_id_token(&IdTokenError::IssuerOfResponse));
        }
        if let Some(step_up) = &pending.step_up {
            step_up::verify(step_up, &id_token, provider)?;
        }
        let userinfo = provider.userinfo_beside(metadata, &mut granted, &id_token).await;
        let userinfo = userinfo.map_err(|error| userinfo_failure(&error))?;
        let verified = VerifiedSignIn {
            granted,
            id_token,
            userinfo,
        };
        Ok(self.new_session(provider, verified, pending))
    }

    fn new_session(&self, provider: &Provider, verified: VerifiedSignIn, pending: &PendingSignIn) -> NewSession {
        let VerifiedSignIn {
            granted,
            id_token,
            userinfo,
        } = verified;
        let now = self.sessions.clock.now();
        let identity = Identity {
            provider: provider.config.id.clone(),
            issuer: id_token.issuer,
            subject: id_token.subject,
            claims: merged(id_token.claims, userinfo),
            signed_in_at: now.replace_nanosecond(0).unwrap_or(now),
        };
        let refresh_expires_in = granted.refresh_expires_in.filter(|_| granted.refresh_token.is_some());
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

/// Redeems `code` at the token endpoint (RFC 6749 §4.1.3). If the keys have to be read as well, both requests run at the same time.
async fn redeem_code(
    ReadyProvider { provider, metadata }: ReadyProvider<'_>,
    pending: &PendingSignIn,
    code: &str,
) -> Result<TokenResponse, Failure> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &provider.redirect_uri),
        ("code_verifier", &pending.verifier),
    ];
    let tokens = provider.request_tokens(metadata, &fields, pending.proof_key.as_ref());
    let keys = async {
        provider.read_keys_ahead(metadata).await;
        Ok(())
    };
    let (granted, ()) = try_join(tokens, keys).await.map_err(|error| token_failure(&error))?;
    Ok(granted)
}

fn unusable_response(error: &dyn ErrorCode) -> Failure {
    let message = "The provider did not answer in a way that can be used. Please try again in a moment.";
    Failure::new(StatusCode::BAD_GATEWAY, FAILED, message, error)
}

fn token_failure(error: &TokenEndpointError) -> Failure {
    match error {
        TokenEndpointError::Refused { error: name } if name == "invalid_grant" => {
            let message =
                "The provider no longer knows this sign-in. It may have taken too long. Please sign in again.";
            Failure::new(StatusCode::BAD_REQUEST, FAILED, message, error)
        }
        _ => unusable_response(error),
    }
}

fn unverified_id_token(error: &dyn ErrorCode) -> Failure {
    let message = "The provider's answer could not be verified, so it was not used. Please sign in again; \
                   if this goes on, tell the people who run this site.";
    Failure::new(StatusCode::BAD_REQUEST, FAILED, message, error)
}

fn userinfo_failure(error: &UserinfoError) -> Failure {
    match error {
        UserinfoError::OtherSubject | UserinfoError::NotBelieved => unverified_id_token(error),
        _ => unusable_response(error),
    }
}
