//! How does a person do something else at the provider, and what follows? Editing the profile renews the claims of the
//! session; a forgotten password leads through another flow to an ordinary sign-in; what was cancelled ends without a
//! word. Which flows and codes there are is data: [`crate::config::user_flow`].

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::config::user_flow::{EDIT_PROFILE, ErrorAction, FlowEnd};
use oidc::profile::OF_THE_SIGN_IN;
use serde_json::{Map, Value};

use super::pending::Pending;
use super::request::Wish;
use super::start::{asked_for, is_navigation, leave, login_path, not_ready, see_other};
use crate::guard::signed_in::SignedIn;
use crate::problem::{Failure, chain};
use crate::return_path::ReturnPath;
use crate::session::lifecycle::NewSession;
use crate::session::store::Saved;
use crate::sign_out::revocation::revoke;
use crate::state::Inner;

/// Writes before giving up on a session that others keep writing.
const MAX_WRITES: usize = 5;

/// `GET /auth/edit-profile?return_to=`: to the profile page of the provider the person is signed in at.
pub(crate) async fn edit_profile(
    State(inner): State<Arc<Inner>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_navigation(&headers) {
        return (StatusCode::FORBIDDEN, "open this address in a tab of its own").into_response();
    }
    let (_, return_to) = asked_for(query.as_deref().unwrap_or_default());
    let session = match inner.sessions.of_request(&inner.cookies, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return inner.show(signed_out(&return_to), None),
        Err(error) => return inner.show(Failure::ours(&error), None),
    };
    let id = &session.identity.provider;
    let flow = inner.provider(id.as_str()).and_then(|p| p.at(Some(EDIT_PROFILE)));
    let Some(flow) = flow else {
        let message = "Your profile cannot be changed from here.";
        let failure = Failure::new(StatusCode::NOT_FOUND, "Not offered", message, "no such user flow");
        return inner.show(failure.retry(return_to.as_str()), Some(id));
    };
    match inner.depart(flow, return_to, Wish::default(), &headers).await {
        Ok(response) => response,
        Err(failure) => inner.show(*failure, Some(id)),
    }
}

fn signed_out(return_to: &ReturnPath) -> Failure {
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "Sign in first",
        "Only people who are signed in can change their profile.",
        "no session",
    )
    .retry(login_path(None, return_to))
}

impl Inner {
    /// Sends the browser to `provider`, which may be a user flow.
    async fn depart(
        &self,
        provider: &Provider,
        return_to: ReturnPath,
        wish: Wish,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let metadata = provider.discovery.ready().await;
        let metadata = metadata.map_err(|e| Box::new(not_ready(provider, &return_to, &chain(&e))))?;
        leave(self, (provider, &metadata), (return_to, &wish), headers).await
    }

    /// Does what the provider's error code asks for.
    pub(crate) async fn follow(
        &self,
        base: &Arc<Provider>,
        pending: &Pending,
        action: &ErrorAction,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let name = match action {
            ErrorAction::ReturnQuietly => return Ok(see_other(pending.return_to.as_str())),
            ErrorAction::Start(name) => name,
        };
        // Found when the configuration was checked.
        let flow = base.at(Some(name)).unwrap_or(base);
        self.depart(flow, pending.return_to.clone(), replacing(pending), headers)
            .await
    }

    /// Starts the sign-in that follows a user flow.
    pub(crate) async fn sign_in_after(
        &self,
        base: &Arc<Provider>,
        pending: &Pending,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        self.depart(base, pending.return_to.clone(), replacing(pending), headers)
            .await
    }

    /// Puts the claims of `beginning` into the session the person left with; no new session begins, and the tokens of
    /// the flow are not kept.
    pub(crate) async fn renew_claims(
        &self,
        flow: &Provider,
        pending: &Pending,
        beginning: NewSession,
    ) -> Result<Response, Box<Failure>> {
        let ours = |error: &dyn std::error::Error| Box::new(Failure::ours(error));
        let gone = || Box::new(signed_out(&pending.return_to));
        let id = pending.replaced_session().ok_or_else(gone)?;
        if let Some(flow) = self
            .provider(flow.config.id.as_str())
            .and_then(|p| p.at(pending.flow.as_deref()))
        {
            revoke(&self.tasks, flow, &beginning.tokens);
        }
        let told = beginning.identity;
        for _ in 0..MAX_WRITES {
            let session = self.sessions.open(&id).await.map_err(|e| ours(&e))?;
            let mut session = session.ok_or_else(gone)?;
            let known = &mut session.identity;
            let is_same = known.provider == told.provider
                && known.subject == told.subject
                && flow.config.is_same_party(&known.issuer, &told.issuer);
            if !is_same {
                return Err(Box::new(somebody_else(flow, &pending.return_to)));
            }
            known.claims = renewed(&known.claims, told.claims.clone());
            match self.sessions.update(&session).await.map_err(|e| ours(&e))? {
                Saved::Saved => {
                    tracing::info!(target: "bff", provider = %flow.config.id, subject = told.subject, "claims were renewed");
                    return Ok(see_other(pending.return_to.as_str()));
                }
                Saved::Changed => {}
                Saved::Gone => return Err(gone()),
            }
        }
        let message = "Your profile was changed, but this page does not show it yet. It will when you sign in again.";
        let reason = "the session is written all the time";
        let failure = Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available right now",
            message,
            reason,
        );
        Err(Box::new(failure.retry(login_path(Some(flow), &pending.return_to))))
    }
}

/// The profile at the provider.
impl SignedIn {
    /// The address on this site that leads to the page where this person's profile is edited, and back to `return_to`;
    /// none where the provider has no [`UserFlow`](crate::UserFlow) for it. Link to it with `rel="external"`.
    #[must_use]
    pub fn edit_profile_path(&self, return_to: &ReturnPath) -> Option<String> {
        let base = self.inner.provider(self.identity().provider.as_str())?;
        let flow = base.at(Some(EDIT_PROFILE))?;
        Some(login_path(Some(flow), return_to))
    }
}

/// The session this browser had goes when the next one begins, also where its cookie stayed behind with a posted answer.
fn replacing(pending: &Pending) -> Wish {
    Wish {
        replaces: pending.replaces.clone(),
        ..Wish::default()
    }
}

fn somebody_else(flow: &Provider, return_to: &ReturnPath) -> Failure {
    let message = "The provider knows you as somebody else than the person who is signed in here. Nothing was changed.";
    let reason = "the answer of the user flow is about another person";
    Failure::new(StatusCode::FORBIDDEN, "Not your profile", message, reason).retry(login_path(Some(flow), return_to))
}

/// The new claims, with those of the sign-in that are not the flow's to change.
fn renewed(old: &Map<String, Value>, mut new: Map<String, Value>) -> Map<String, Value> {
    new.retain(|name, _| !OF_THE_SIGN_IN.contains(&name.as_str()));
    let kept = old.iter().filter(|(name, _)| OF_THE_SIGN_IN.contains(&name.as_str()));
    new.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    new
}

/// What is to be done with an error of `provider` that is described so. One flow does not lead into the next, or a
/// confused provider would send people round for ever; the profile is where a person may notice that they forgot.
pub(crate) fn action_for<'p>(provider: &'p Provider, description: &str) -> Option<&'p ErrorAction> {
    let action = provider.config.action_for(description)?;
    let may_start = provider.end() != Some(FlowEnd::SignIn);
    (may_start || *action == ErrorAction::ReturnQuietly).then_some(action)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn si_3_a_flow_changes_the_profile_and_not_how_somebody_signed_in() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let old = map(json!({ "sub": "a", "acr": "mfa", "auth_time": 1, "name": "Old", "jobTitle": "CEO" }));
        let new = map(json!({ "sub": "a", "acr": "profile", "auth_time": 9, "amr": ["pwd"], "name": "New" }));
        let expected = map(json!({ "sub": "a", "acr": "mfa", "auth_time": 1, "name": "New" }));
        assert_eq!(renewed(&old, new), expected);
    }
}
