//! `GET /docs/{id}/files/{name}`: a picture or another file of a document, for whoever may read the document. Every request is decided
//! about, those of a browser that has the file already too.

use std::{ops::Range, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, Request, State},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bff::{error_chain, new_reference};
use domain::{DocumentId, LibraryError};
use futures::{StreamExt as _, TryStreamExt as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use store::{FileError, NewFile};

use super::range::{self, RequestedRange};
use crate::{
    files::{FileLibrary, MediaType, attachment},
    people::People,
    site_pages,
    visitor::{self, CurrentVisitor},
};

/// Nothing in a file runs or loads anything, even if somebody opens it by itself.
const POLICY: &str = "sandbox; default-src 'none'";

/// The same for SVG, which is often drawn with styles and pictures of its own.
const POLICY_OF_SVG: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

/// The routes of files.
pub(super) fn router(files: FileLibrary, people: Arc<People>) -> Router {
    Router::new()
        .route("/docs/{id}/files/{name}", get(serve))
        .method_not_allowed_fallback(async || site_pages::error_page(StatusCode::METHOD_NOT_ALLOWED, None))
        .layer(middleware::from_fn_with_state(people, visitor::identify_visitor))
        .with_state(files)
}

async fn serve(
    State(files): State<FileLibrary>,
    Path((id, name)): Path<(String, String)>,
    visitor: Option<Extension<CurrentVisitor>>,
    mut request: Request,
) -> Response {
    let visitor = visitor.map(|Extension(current)| current.visitor).unwrap_or_default();
    let opened = match id.parse::<DocumentId>() {
        Ok(id) => files.open(&visitor, id, &name).await,
        // As for a document: without a sign-in nothing is said about it.
        Err(_) if visitor.person().is_none() => Err(LibraryError::SignInFirst),
        Err(_) => Err(LibraryError::NotFound),
    };
    match opened {
        Ok(file) => content(&files, &file, &name, &mut request).await,
        Err(error) => refusal(&error, request.uri().path()),
    }
}

/// The same answers as for the document itself.
fn refusal(error: &LibraryError, path: &str) -> Response {
    match error {
        LibraryError::SignInFirst => site_pages::sign_in_page(path),
        LibraryError::NotFound => site_pages::error_page(StatusCode::NOT_FOUND, None),
        LibraryError::Refused(_) => site_pages::error_page(StatusCode::FORBIDDEN, None),
        LibraryError::Unshowable(_) | LibraryError::Unavailable(_) => {
            failed(StatusCode::SERVICE_UNAVAILABLE, &error_chain(error))
        }
    }
}

fn failed(status: StatusCode, error: &str) -> Response {
    let reference = new_reference();
    tracing::error!(%reference, error, "a file could not be read");
    site_pages::error_page(status, Some(reference))
}

async fn content(files: &FileLibrary, file: &NewFile, name: &str, request: &mut Request) -> Response {
    let headers = headers(file, name);
    if is_current(request.headers(), file) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let requested = range::retain_one_range(request);
    let range = match requested {
        RequestedRange::Whole => None,
        RequestedRange::Range | RequestedRange::Suffix => match within(request.headers(), file.size) {
            Some(range) => Some(range),
            None => return unsatisfiable(file.size),
        },
    };
    let whole = 0..file.size;
    let (start, end) = range.as_ref().map_or((0, file.size), |range| (range.start, range.end));
    let mut parts = Box::pin(files.bytes(file, range.clone().unwrap_or(whole)));
    // The first part before the answer: what is missing is an error, not a broken download.
    let first = match parts.next().await.transpose() {
        Ok(first) => first,
        Err(error) => return failed(status_of(&error), &error_chain(&error)),
    };
    let rest = parts.inspect_err(|error| tracing::error!(error = error_chain(error), "a download broke off"));
    let body = Body::from_stream(futures::stream::iter(first.map(Ok)).chain(rest));
    let status = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (status, headers, body).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(end - start));
    if range.is_some()
        && let Ok(value) = HeaderValue::try_from(format!("bytes {start}-{}/{}", end.saturating_sub(1), file.size))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// A store that does not answer is an outage; content that is not in it is a fault.
fn status_of(error: &FileError) -> StatusCode {
    match error {
        FileError::Store(_) | FileError::Elsewhere(_) => StatusCode::SERVICE_UNAVAILABLE,
        FileError::Missing | FileError::Changed | FileError::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn headers(file: &NewFile, name: &str) -> HeaderMap {
    let media_type = MediaType::parse(&file.media_type);
    let mut headers = HeaderMap::new();
    let policy = if media_type == MediaType::Svg {
        POLICY_OF_SVG
    } else {
        POLICY
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type.as_str()));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What one person gets is not for another, and for the same person only after a new decision.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(value) = HeaderValue::try_from(entity_tag(file)) {
        headers.insert(header::ETAG, value);
    }
    if !media_type.is_picture() {
        let value = HeaderValue::try_from(attachment(name));
        headers.insert(
            header::CONTENT_DISPOSITION,
            value.unwrap_or(HeaderValue::from_static("attachment")),
        );
    }
    headers
}

fn entity_tag(file: &NewFile) -> String {
    format!("\"{}\"", file.hash)
}

/// Whether the browser has the file already (RFC 9110 §13.1.2).
fn is_current(headers: &HeaderMap, file: &NewFile) -> bool {
    let tag = entity_tag(file);
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tags.any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// The range of the one that [`range::retain_one_range`] left, within a file of `size` bytes; `None` if there is nothing in it.
fn within(headers: &HeaderMap, size: u64) -> Option<Range<u64>> {
    let range = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = range.split_once('-')?;
    if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        return (length > 0 && size > 0).then(|| size.saturating_sub(length)..size);
    }
    let first: u64 = first.parse().ok()?;
    let last = last.parse().unwrap_or(u64::MAX);
    (first < size).then(|| first..last.saturating_add(1).min(size))
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = site_pages::error_page(StatusCode::RANGE_NOT_SATISFIABLE, None);
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}
