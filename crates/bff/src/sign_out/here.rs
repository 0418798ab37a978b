//! What does "Log out" do? The session ends first, whatever the provider says; then the person goes to the provider to
//! sign out there (RP-Initiated Logout 1.0), and comes back to a page that says what was done.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use oidc::Provider;
use openidconnect::CsrfToken;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use time::Duration;
use url::{Url, form_urlencoded};

use super::SignOuts;
use super::revocation::revoke;
use crate::cookies::{self, SameSite};
use crate::event::{Outcome, What, event};
use crate::pages::{ProviderLogoutForm, SignedOut};
use crate::problem::Failure;
use crate::session::record::Session;
use crate::session::request::session_id;
use crate::sign_in::start::see_other;

/// Longest time a person may take at the provider.
const LIFETIME: Duration = Duration::minutes(10);
/// A longer address does not pass every server; then it is a form (§2 allows both).
const MAX_URL: usize = 4096;
/// A longer ID token is no hint: servers refuse forms of some 56 kB and more, and the person would not be signed out there.
const MAX_HINT: usize = 48 * 1024;
const PURPOSE: &str = "sign-out";
/// Where people come back to.
const LANDING: &str = "auth/signed-out";

/// What is remembered until the landing page.
#[derive(Serialize, Deserialize)]
struct Leaving {
    /// What the provider has to bring back; none when the provider was not visited.
    state: Option<String>,
    provider_session_alive: bool,
}

/// `POST /auth/logout`
pub(crate) async fn sign_out(State(sign_outs): State<SignOuts>, headers: HeaderMap) -> Response {
    let id = session_id(&sign_outs.site.cookies, &headers);
    let session = match id {
        Some(id) => sign_outs.sessions.remove(&id).await,
        None => Ok(None),
    };
    let mut response = match session {
        Ok(Some(session)) => depart(&sign_outs, &session).await,
        // The session is not over: saying so would be a lie.
        Err(error) => return sign_outs.failure_page(Failure::ours(&error).about(What::SignOut), None),
        Ok(None) => see_other(&format!("/{LANDING}")),
    };
    let out = response.headers_mut();
    if cookies::find(&headers, sign_outs.site.cookies.session()).is_some() {
        sign_outs
            .site
            .cookies
            .remove(sign_outs.site.cookies.session())
            .add_to(out);
    }
    // Not "cookies": sign-ins under way in other tabs are nobody's business here.
    out.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

/// Tells the provider, as far as it wants to know.
async fn depart(sign_outs: &SignOuts, session: &Session) -> Response {
    let id = &session.identity.provider;
    event(What::SignOut, Outcome::Success)
        .provider(id.as_str())
        .subject(&session.identity.subject)
        .session(session.reference())
        .record();
    let Some(provider) = sign_outs.providers.find(id.as_str()) else {
        return land(sign_outs, true);
    };
    revoke(&sign_outs.tasks, provider, &session.tokens);
    let metadata = provider.discovery.ready().await.ok();
    let landing = format!("{}{LANDING}", sign_outs.site.public_url);
    let Some(endpoint) = metadata.and_then(|m| m.end_session_endpoint.clone()) else {
        return depart_by_own_address(sign_outs, provider, &landing);
    };
    let (state, client) = (CsrfToken::new_random_len(32).into_secret(), provider.client());
    let mut fields = vec![
        ("client_id", &*client.id),
        ("post_logout_redirect_uri", &landing),
        ("state", &state),
    ];
    // The hint is recommended, not required: without it the provider asks the person (RP-Initiated Logout 1.0 §2).
    if session.tokens.id_token.len() <= MAX_HINT {
        fields.insert(0, ("id_token_hint", &session.tokens.id_token));
    }
    let mut url = endpoint.clone();
    url.query_pairs_mut().extend_pairs(fields.iter().copied());
    let mut response = if url.as_str().len() <= MAX_URL {
        see_other(url.as_str())
    } else {
        by_form(sign_outs, &endpoint, &fields)
    };
    remember(
        sign_outs,
        &Leaving {
            state: Some(state),
            provider_session_alive: false,
        },
        &mut response,
    );
    response
}

/// Where nothing standard is offered: the provider's own address, if it is known to have one. It brings no `state` back.
fn depart_by_own_address(sign_outs: &SignOuts, provider: &Provider, landing: &str) -> Response {
    let there = provider.config.sign_out_address.as_ref();
    let Some(url) = there.and_then(|there| there.url(landing, &provider.client().id)) else {
        return land(sign_outs, true);
    };
    let mut response = see_other(url.as_str());
    remember(
        sign_outs,
        &Leaving {
            state: None,
            provider_session_alive: false,
        },
        &mut response,
    );
    response
}

fn by_form(sign_outs: &SignOuts, endpoint: &Url, fields: &[(&str, &str)]) -> Response {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    sign_outs.pages.provider_logout(&ProviderLogoutForm {
        action: endpoint.to_string(),
        fields,
    })
}

/// Straight to the landing page.
fn land(sign_outs: &SignOuts, provider_session_alive: bool) -> Response {
    let mut response = see_other(&format!("/{LANDING}"));
    remember(
        sign_outs,
        &Leaving {
            state: None,
            provider_session_alive,
        },
        &mut response,
    );
    response
}

fn remember(sign_outs: &SignOuts, leaving: &Leaving, response: &mut Response) {
    let name = sign_outs.site.cookies.sign_out();
    // Without it the landing page is plain: no reason to fail.
    if let Ok(value) = sign_outs.sessions.sealer.seal_cookie(PURPOSE, &name, leaving) {
        sign_outs
            .site
            .cookies
            .set(&name, &value, LIFETIME, SameSite::Lax)
            .add_to(response.headers_mut());
    }
}

/// `GET /auth/signed-out?state=`: says it, unless somebody signed in again, and does nothing else. Without what was
/// remembered, or with another `state`, the page is plain and nothing is forgotten.
pub(crate) async fn signed_out(
    State(sign_outs): State<SignOuts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let name = sign_outs.site.cookies.sign_out();
    let leaving: Option<Leaving> = cookies::find(&headers, &name)
        .and_then(|value| sign_outs.sessions.sealer.open_cookie(PURPOSE, &name, value).ok());
    let said = query.and_then(|q| {
        form_urlencoded::parse(q.as_bytes())
            .find(|(name, _)| name == "state")
            .map(|(_, value)| value.into_owned())
    });
    let leaving = leaving.filter(|l| match (&l.state, &said) {
        (Some(expected), Some(said)) => bool::from(expected.as_bytes().ct_eq(said.as_bytes())),
        (None, None) => true,
        _ => false,
    });
    let provider_session_alive = leaving.as_ref().is_some_and(|l| l.provider_session_alive);
    // A store that does not answer is no reason to doubt it: the sign-out that led here was done.
    let signed_in_again = matches!(
        sign_outs.sessions.of_request(&sign_outs.site.cookies, &headers).await,
        Ok(Some(_))
    );
    let mut response = sign_outs.pages.signed_out(&SignedOut {
        provider_session_alive,
        signed_in_again,
    });
    if leaving.is_some() {
        sign_outs.site.cookies.remove(&name).add_to(response.headers_mut());
    }
    response
}
