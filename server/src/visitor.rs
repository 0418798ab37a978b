//! The middleware that identifies the visitor of a request: the session becomes a [`Visitor`] once, before any page or server function runs.

use std::sync::Arc;

use axum::{
    extract::{OptionalFromRequestParts as _, Request, State},
    middleware::Next,
    response::Response,
};
use bff::{NOBODY, PERSON_HEADER, SignedIn};
use domain::Visitor;
use http::HeaderValue;

use crate::{people::People, search::suggestions};

/// The visitor of a request and their session; an extension of the request.
#[derive(Clone, Default)]
pub(crate) struct CurrentVisitor {
    pub(crate) visitor: Visitor,
    pub(crate) signed_in: Option<SignedIn>,
}

/// Adds [`CurrentVisitor`] to the request. Responses of server functions, and suggestions, name their person by an opaque key in a header, so that a page that
/// was made for another person notices.
pub(crate) async fn identify_visitor(State(people): State<Arc<People>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path();
    let is_call = path.starts_with("/api/fn/") || path == suggestions::PATH;
    let mut key = None;
    if let Ok(Some(signed_in)) = SignedIn::from_request_parts(&mut parts, &()).await {
        key = is_call.then(|| signed_in.person_key());
        let person = people.person(&signed_in).await;
        people.store_name(&person, signed_in.identity().signed_in_at);
        parts.extensions.insert(CurrentVisitor {
            visitor: Visitor::Person(Arc::new(person)),
            signed_in: Some(signed_in),
        });
    }
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if is_call && let Ok(key) = HeaderValue::from_str(key.as_deref().unwrap_or(NOBODY)) {
        response.headers_mut().insert(PERSON_HEADER, key);
    }
    response
}
