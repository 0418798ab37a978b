//! Who may pass?
//!
//! | question | where |
//! |---|---|
//! | Who is signed in? | [`signed_in`] |
//! | Does this request come from our own pages? | [`csrf`] |
//! | May this program use the API? | [`bearer`] |
//! | May this program or person? | [`combined`] |
//! | May somebody who signed in elsewhere? | [`provider`] |
//! | How does a page reach an API of somebody else? | [`proxy`] |
//! | Were they authenticated strongly and lately enough? | [`step_up`] |
//! | How does such a check stand before routes? | [`gate`] |

pub(crate) mod bearer;
pub(crate) mod caller;
pub(crate) mod combined;
pub(crate) mod csrf;
pub(crate) mod gate;
pub(crate) mod introspection;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod signed_in;
pub(crate) mod step_up;

use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use self::signed_in::{SignInPages, SignedIn};
use crate::event::{Outcome, What};
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::lifecycle::SessionError;
use crate::session::record::{SealedTokens, Session};
use crate::session::request::session_id;
use crate::state::Inner;

/// Wraps a site: cross-site defence outside, the session inside.
pub(crate) fn protect(inner: Arc<Inner>, site: Router) -> Router {
    site.layer(from_fn_with_state(Arc::clone(&inner), find_session))
        .layer(from_fn_with_state(inner, csrf::defend))
}

/// Puts the signed-in person into the request. A dead session's cookie is left alone: another tab may have signed in
/// meanwhile, and removing it here would end that session too.
async fn find_session(State(inner): State<Arc<Inner>>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(SignInPages(Arc::clone(&inner)));
    // The routes below look for themselves; some of them must not extend the session.
    if request.uri().path().starts_with("/auth/") {
        return next.run(request).await;
    }
    // The span is there where there is something to read; it holds no id.
    let reading = match session_id(&inner.cookies, request.headers()) {
        Some(_) => tracing::debug_span!(target: "bff", "session", outcome = Empty),
        None => Span::none(),
    };
    let found = used_session(&inner, request.headers())
        .instrument(reading.clone())
        .await;
    reading.record("outcome", read_outcome(&found));
    drop(reading);
    match found {
        Ok(Some(session)) => {
            request
                .extensions_mut()
                .insert(SignedIn::new(Arc::clone(&inner), session));
            let mut response = next.run(request).await;
            gate::keep_private(&mut response);
            response
        }
        Ok(None) => next.run(request).await,
        Err(error) => inner.show(Failure::ours(&error).about(What::Access), None),
    }
}

/// The page a request is for, as its browser knows it: a router within a router sees only what follows its own path.
fn page_of(extensions: &http::Extensions, uri: &http::Uri) -> ReturnPath {
    let uri = extensions.get::<OriginalUri>().map_or(uri, |original| &original.0);
    ReturnPath::parse(uri.path_and_query().map_or("/", |p| p.as_str()))
}

/// Who is signed in, found by [`protect`] or here: for what guards itself, inside a protected site or beside it.
async fn person_of(inner: &Arc<Inner>, request: &Parts) -> Result<Option<SignedIn>, SessionError> {
    if let Some(person) = request.extensions.get::<SignedIn>() {
        return Ok(Some(person.clone()));
    }
    let session = used_session(inner, &request.headers).await?;
    Ok(session.map(|session| SignedIn::new(Arc::clone(inner), session)))
}

/// `success`, or `refused` for a session that is not there any more.
fn read_outcome(found: &Result<Option<Session<SealedTokens>>, SessionError>) -> &'static str {
    let outcome = match found {
        Ok(Some(_)) => Outcome::Success,
        Ok(None) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    outcome.name()
}

async fn used_session(inner: &Arc<Inner>, headers: &HeaderMap) -> Result<Option<Session<SealedTokens>>, SessionError> {
    let Some(mut session) = inner.sessions.of_request(&inner.cookies, headers).await? else {
        return Ok(None);
    };
    let noted = inner.sessions.touch(&mut session).await?;
    if noted
        && session
            .refresh_end
            .is_some_and(|end| end.needs_renewal(inner.config.clock.now()))
    {
        inner.tokens.refresh_in_background(session.id);
    }
    Ok(Some(session))
}
