//! RP-initiated logout: the session ends here first, whatever the provider does; then the browser is redirected to the
//! provider to sign out there (RP-Initiated Logout 1.0), and back to a page that states what was done.

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
/// The path that the provider redirects to (`post_logout_redirect_uri`).
const LANDING: &str = "auth/signed-out";

/// A sign-out between the redirect to the provider and the landing page, in a cookie.
#[derive(Serialize, Deserialize)]
struct PendingSignOut {
    /// The `state` that the provider has to return; `None` if the request had none.
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
        Ok(Some(session)) => redirect_to_provider(&sign_outs, &session).await,
        // The session has not ended: the landing page would be wrong.
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
    // Not "cookies": pending sign-ins of other tabs remain.
    out.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

/// Revokes the tokens and redirects to the provider's sign-out, if it has one.
async fn redirect_to_provider(sign_outs: &SignOuts, session: &Session) -> Response {
    let id = &session.identity.provider;
    event(What::SignOut, Outcome::Success)
        .provider(id.as_str())
        .subject(&session.identity.subject)
        .session(session.reference())
        .record();
    let Some(provider) = sign_outs.providers.find(id.as_str()) else {
        return redirect_to_landing_page(sign_outs, true);
    };
    revoke(&sign_outs.tasks, provider, &session.tokens);
    let metadata = provider.discovery.ready().await.ok();
    let landing = format!("{}{LANDING}", sign_outs.site.public_url);
    let Some(endpoint) = metadata.and_then(|m| m.end_session_endpoint.clone()) else {
        return redirect_to_sign_out_address(sign_outs, provider, &landing);
    };
    let (state, client) = (CsrfToken::new_random_len(32).into_secret(), provider.client());
    let mut fields = vec![
        ("client_id", &*client.id),
        ("post_logout_redirect_uri", &landing),
        ("state", &state),
    ];
    // The hint is recommended, not required: without it the provider has the person confirm (RP-Initiated Logout 1.0 §2).
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
    set_pending_cookie(
        sign_outs,
        &PendingSignOut {
            state: Some(state),
            provider_session_alive: false,
        },
        &mut response,
    );
    response
}

/// Where nothing standard is offered: the provider's own address, if it is known to have one. It returns no `state`.
fn redirect_to_sign_out_address(sign_outs: &SignOuts, provider: &Provider, landing: &str) -> Response {
    let there = provider.config.sign_out_address.as_ref();
    let Some(url) = there.and_then(|there| there.url(landing, &provider.client().id)) else {
        return redirect_to_landing_page(sign_outs, true);
    };
    let mut response = see_other(url.as_str());
    set_pending_cookie(
        sign_outs,
        &PendingSignOut {
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
fn redirect_to_landing_page(sign_outs: &SignOuts, provider_session_alive: bool) -> Response {
    let mut response = see_other(&format!("/{LANDING}"));
    set_pending_cookie(
        sign_outs,
        &PendingSignOut {
            state: None,
            provider_session_alive,
        },
        &mut response,
    );
    response
}

fn set_pending_cookie(sign_outs: &SignOuts, pending: &PendingSignOut, response: &mut Response) {
    let name = sign_outs.site.cookies.sign_out();
    // Without it the landing page is plain: no reason to fail.
    if let Ok(value) = sign_outs.sessions.sealer.seal_cookie(PURPOSE, &name, pending) {
        sign_outs
            .site
            .cookies
            .set(&name, &value, LIFETIME, SameSite::Lax)
            .add_to(response.headers_mut());
    }
}

/// `GET /auth/signed-out?state=`: the landing page, unless somebody signed in again. Without the cookie of the sign-out, or
/// with another `state`, the page is plain and the cookie stays.
pub(crate) async fn signed_out(
    State(sign_outs): State<SignOuts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let name = sign_outs.site.cookies.sign_out();
    let pending: Option<PendingSignOut> = cookies::find(&headers, &name)
        .and_then(|value| sign_outs.sessions.sealer.open_cookie(PURPOSE, &name, value).ok());
    let returned = query.and_then(|q| {
        form_urlencoded::parse(q.as_bytes())
            .find(|(name, _)| name == "state")
            .map(|(_, value)| value.into_owned())
    });
    let pending = pending.filter(|pending| match (&pending.state, &returned) {
        (Some(expected), Some(returned)) => bool::from(expected.as_bytes().ct_eq(returned.as_bytes())),
        (None, None) => true,
        _ => false,
    });
    let provider_session_alive = pending.as_ref().is_some_and(|pending| pending.provider_session_alive);
    // A store that does not respond is no reason to doubt it: the sign-out that led here was done.
    let signed_in_again = matches!(
        sign_outs.sessions.of_request(&sign_outs.site.cookies, &headers).await,
        Ok(Some(_))
    );
    let mut response = sign_outs.pages.signed_out(&SignedOut {
        provider_session_alive,
        signed_in_again,
    });
    if pending.is_some() {
        sign_outs.site.cookies.remove(&name).add_to(response.headers_mut());
    }
    response
}
