//! User flows: editing the profile renews the claims of the session; resetting a forgotten password leads through another flow to
//! an ordinary sign-in; a cancelled flow returns without an error page. Which flows and error codes there are is configuration:
//! [`oidc::config::user_flow`].

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::config::user_flow::{EDIT_PROFILE, ErrorAction, FlowEnd};
use oidc::error::ErrorCode;
use oidc::profile::OF_THE_SIGN_IN;
use serde_json::{Map, Value};

use super::SignIns;
use super::error::UserFlowError;
use super::options::SignInOptions;
use super::pending::PendingSignIn;
use super::start::{LoginQuery, is_navigation, login_path, not_a_navigation, see_other};
use crate::guard::signed_in::SignedIn;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::lifecycle::NewSession;
use crate::session::store::Updated;
use crate::sign_out::revocation::revoke;

/// Attempts to write before giving up, while other requests write the session as well.
const MAX_WRITES: usize = 5;

/// `GET /auth/edit-profile?return_to=`: redirects to the profile page of the provider the person is signed in at.
pub(crate) async fn edit_profile(
    State(sign_ins): State<SignIns>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_navigation(&headers) {
        return not_a_navigation();
    }
    let LoginQuery { return_to, .. } = LoginQuery::parse(&query.unwrap_or_default());
    let session = match sign_ins.sessions.of_request(&sign_ins.site.cookies, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return sign_ins.failure_page(signed_out(&return_to), None),
        Err(error) => return sign_ins.failure_page(Failure::ours(&error), None),
    };
    let id = &session.identity.provider;
    let provider = sign_ins.providers.find(id.as_str());
    let Some(flow) = provider.and_then(|provider| provider.at(Some(EDIT_PROFILE))) else {
        let message = "Your profile cannot be changed from here.";
        let failure = Failure::new(
            StatusCode::NOT_FOUND,
            "Not offered",
            message,
            &UserFlowError::NotOffered,
        );
        return sign_ins.failure_page(failure.retry(return_to.as_str()), Some(id));
    };
    let options = SignInOptions::default();
    match sign_ins.redirect_to_provider(flow, return_to, &options, &headers).await {
        Ok(response) => response,
        Err(failure) => sign_ins.failure_page(*failure, Some(id)),
    }
}

fn signed_out(return_to: &ReturnPath) -> Failure {
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "Sign in first",
        "Only people who are signed in can change their profile.",
        &UserFlowError::NoSession,
    )
    .retry(login_path(None, return_to))
}

impl SignIns {
    /// Takes the action that the configuration names for the provider's error code.
    pub(super) async fn take_action(
        &self,
        base: &Arc<Provider>,
        pending: &PendingSignIn,
        action: &ErrorAction,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        let name = match action {
            ErrorAction::ReturnQuietly => return Ok(see_other(pending.return_to.as_str())),
            ErrorAction::Start(name) => name,
        };
        // The configuration check has found it.
        let flow = base.at(Some(name)).unwrap_or(base);
        self.redirect_to_provider(flow, pending.return_to.clone(), &replacing(pending), headers)
            .await
    }

    /// Starts the sign-in that follows a user flow.
    pub(super) async fn sign_in_after_flow(
        &self,
        base: &Arc<Provider>,
        pending: &PendingSignIn,
        headers: &HeaderMap,
    ) -> Result<Response, Box<Failure>> {
        self.redirect_to_provider(base, pending.return_to.clone(), &replacing(pending), headers)
            .await
    }

    /// Puts the claims of the flow `renewed` into the session the person had at the redirect. No session is created, and the tokens
    /// of the flow are revoked.
    pub(super) async fn renew_claims(
        &self,
        flow: &Provider,
        pending: &PendingSignIn,
        renewed: NewSession,
    ) -> Result<Response, Box<Failure>> {
        let ours = |error: &dyn ErrorCode| Box::new(Failure::ours(error));
        let ended = || Box::new(signed_out(&pending.return_to));
        let id = pending.replaced_session().ok_or_else(ended)?;
        let provider = self.providers.find(flow.config.id.as_str());
        if let Some(flow) = provider.and_then(|provider| provider.at(pending.flow.as_deref())) {
            revoke(&self.tasks, flow, &renewed.tokens);
        }
        let new = renewed.identity;
        for _ in 0..MAX_WRITES {
            let session = self.sessions.open(&id).await.map_err(|e| ours(&e))?;
            let mut session = session.ok_or_else(ended)?;
            let old = &mut session.identity;
            let is_same_person = old.provider == new.provider
                && old.subject == new.subject
                && flow.config.is_same_party(&old.issuer, &new.issuer);
            if !is_same_person {
                return Err(Box::new(another_person(flow, &pending.return_to)));
            }
            old.claims = merge_claims(&old.claims, new.claims.clone());
            match self.sessions.update(&session).await.map_err(|e| ours(&e))? {
                Updated::Written => {
                    tracing::info!(target: "bff", provider = %flow.config.id, subject = new.subject, "claims were renewed");
                    return Ok(see_other(pending.return_to.as_str()));
                }
                Updated::VersionConflict | Updated::LeaseLost => {}
                Updated::Gone => return Err(ended()),
            }
        }
        Err(Box::new(not_written(flow, &pending.return_to)))
    }
}

/// The profile at the provider.
impl SignedIn {
    /// The path on this site that leads to the page where this person's profile is edited, and back to `return_to`;
    /// `None` if the provider has no [`UserFlow`](crate::UserFlow) for it. Link to it with `rel="external"`.
    #[must_use]
    pub fn edit_profile_path(&self, return_to: &ReturnPath) -> Option<String> {
        let base = self.provider()?;
        let flow = base.at(Some(EDIT_PROFILE))?;
        Some(login_path(Some(flow), return_to))
    }
}

/// Options with the session of `pending` as the one to replace: its cookie may not have been sent with a form-post response.
fn replacing(pending: &PendingSignIn) -> SignInOptions {
    SignInOptions {
        replaces: pending.replaces.clone(),
        ..SignInOptions::default()
    }
}

fn not_written(flow: &Provider, return_to: &ReturnPath) -> Failure {
    let (title, error) = ("Not available right now", UserFlowError::Contention);
    let message = "Your profile was changed, but this page does not show it yet. It will when you sign in again.";
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, title, message, &error).retry(login_path(Some(flow), return_to))
}

fn another_person(flow: &Provider, return_to: &ReturnPath) -> Failure {
    let message = "The provider knows you as somebody else than the person who is signed in here. Nothing was changed.";
    let error = UserFlowError::OtherPerson;
    Failure::new(StatusCode::FORBIDDEN, "Not your profile", message, &error).retry(login_path(Some(flow), return_to))
}

/// The new claims, but with those of the old ones that are about the sign-in: a flow does not change them.
fn merge_claims(old: &Map<String, Value>, mut new: Map<String, Value>) -> Map<String, Value> {
    new.retain(|name, _| !OF_THE_SIGN_IN.contains(&name.as_str()));
    let retained = old.iter().filter(|(name, _)| OF_THE_SIGN_IN.contains(&name.as_str()));
    new.extend(retained.map(|(name, value)| (name.clone(), value.clone())));
    new
}

/// The configured action for an error of `provider` with that description. A flow that ends in a sign-in starts no other flow, or
/// a confused provider would redirect people for ever; the profile flow may, because there people notice a forgotten password.
pub(super) fn action_for<'p>(provider: &'p Provider, description: &str) -> Option<&'p ErrorAction> {
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
        assert_eq!(merge_claims(&old, new), expected);
    }
}
