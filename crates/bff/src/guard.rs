//! Guards: middleware that decides whether a request may pass, and the extractors behind it.
//!
//! | part | where ||
//! |---|---|
//! | The signed-in person: an extractor | [`signed_in`] |
//! | Finding the session of a request | [`session_lookup`] |
//! | Cross-site request forgery | [`csrf`] |
//! | Bearer tokens of programs | [`bearer`], [`caller`] |
//! | Introspection of such tokens, cached | [`introspection`] |
//! | A bearer token or a session | [`combined`] |
//! | A session from one provider only | [`provider`] |
//! | A reverse proxy that adds the person's token | [`proxy`] |
//! | Step-up authentication | [`step_up`] |
//! | The tower layer that guards share | [`layer`] |

pub(crate) mod bearer;
pub(crate) mod caller;
pub(crate) mod combined;
pub(crate) mod csrf;
pub(crate) mod error;
pub(crate) mod introspection;
pub(crate) mod layer;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod session_lookup;
pub(crate) mod signed_in;
pub(crate) mod step_up;

use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use self::csrf::CrossSiteDefence;
use self::session_lookup::SessionLookup;
use self::signed_in::{SignInPages, SignedIn};
use crate::event::{Outcome, What};
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::return_path::ReturnPath;
use crate::session::lifecycle::SessionError;
use crate::session::request::session_id;

/// The state of the middleware that finds the session.
#[derive(Clone)]
struct SessionMiddleware {
    lookup: SessionLookup,
    pages: SharedPages,
}

/// Wraps a site in middleware: the defence against cross-site requests outside, the session inside.
pub(crate) fn protect(site: Router, lookup: SessionLookup, pages: SharedPages) -> Router {
    let defence = CrossSiteDefence {
        site: Arc::clone(&lookup.site),
        pages: Arc::clone(&pages),
    };
    let sessions = SessionMiddleware { lookup, pages };
    site.layer(from_fn_with_state(sessions, find_session))
        .layer(from_fn_with_state(defence, csrf::defend))
}

/// Puts the signed-in person into the extensions of the request. The cookie of a session that has ended is not removed: another
/// tab may have signed in meanwhile, and removing it here would end that session too.
async fn find_session(State(middleware): State<SessionMiddleware>, mut request: Request, next: Next) -> Response {
    let SessionMiddleware { lookup, pages } = middleware;
    request.extensions_mut().insert(SignInPages(Arc::clone(&pages)));
    // The routes of this crate find the session themselves; some of them must not extend it.
    if request.uri().path().starts_with("/auth/") {
        return next.run(request).await;
    }
    // The span is there if there is a session to be read; it has no id.
    let span = match session_id(&lookup.site.cookies, request.headers()) {
        Some(_) => tracing::debug_span!(target: "bff", "session", outcome = Empty),
        None => Span::none(),
    };
    let found = lookup.find(request.headers()).instrument(span.clone()).await;
    span.record("outcome", read_outcome(&found));
    drop(span);
    match found {
        Ok(Some(person)) => {
            let data = lookup.data_of(Some(&person));
            data.put_into(request.extensions_mut());
            request.extensions_mut().insert(person);
            let response = next.run(request).await;
            let saved = data.save().await.map(|()| response);
            let mut response = saved.unwrap_or_else(|error| not_available(&error, &pages));
            layer::forbid_caching(&mut response);
            response
        }
        Ok(None) => {
            lookup.data_of(None).put_into(request.extensions_mut());
            next.run(request).await
        }
        Err(error) => not_available(&error, &pages),
    }
}

fn not_available(error: &SessionError, pages: &SharedPages) -> Response {
    Failure::ours(error).about(What::Access).into_response(&**pages, None)
}

/// The path of a request as its browser knows it: a nested router sees only what follows its own path.
fn page_of(extensions: &http::Extensions, uri: &http::Uri) -> ReturnPath {
    let uri = extensions.get::<OriginalUri>().map_or(uri, |original| &original.0);
    ReturnPath::parse(uri.path_and_query().map_or("/", |p| p.as_str()))
}

/// The outcome of reading a session: `refused` if there is none any more.
fn read_outcome(found: &Result<Option<SignedIn>, SessionError>) -> &'static str {
    let outcome = match found {
        Ok(Some(_)) => Outcome::Success,
        Ok(None) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    outcome.name()
}
