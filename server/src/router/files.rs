//! How are script, styles and pictures served? By `tower-http`, compressed beforehand where the build did that. Which form a
//! client can read is decided in `encoding.rs`, which part of a file it gets in `range.rs`.

use std::{convert::Infallible, io, path::Path};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::config::LeptosOptions;
use tower::service_fn;
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use super::range::{self, Kept};
use crate::{pages, telemetry};

/// For files whose name holds a hash of their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For files that keep their name when they change, such as `favicon.svg`.
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// For the build folder while names hold no hash.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

fn folder(path: impl AsRef<Path>) -> ServeDir {
    ServeDir::new(path)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
}

/// Looks in a folder; `None` for a name that no file can have. What else the disk complains of is for the log.
async fn answer(mut folder: ServeDir, mut request: Request) -> Option<Response> {
    let is_suffix = range::keep_one_range(&mut request) == Kept::Suffix;
    let copy = bodyless(&request);
    let mut found = folder.try_call(copy).await;
    // A file that is shorter than the suffix is its own suffix (RFC 9110 §14.1.2).
    if is_suffix && matches!(&found, Ok(response) if response.status() == StatusCode::RANGE_NOT_SATISFIABLE) {
        request.headers_mut().remove(header::RANGE);
        found = folder.try_call(request).await;
    }
    match found {
        Ok(response) => Some(response.map(Body::new)),
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => None,
        Err(error) => {
            let reference = telemetry::reference();
            tracing::error!(%reference, %error, "a file could not be read");
            Some(pages::fault(StatusCode::INTERNAL_SERVER_ERROR, Some(reference)))
        }
    }
}

fn is_there(response: &Response) -> bool {
    response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED
}

/// `/pkg/…`: what the build made for browsers.
pub(super) fn hashed(options: &LeptosOptions) -> Router {
    let keep = if options.hash_files { FOR_EVER } else { ASK_AGAIN };
    let files = folder(Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref()));
    let keep_found = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, move |response: &Response| {
        is_there(response).then(|| keep.clone())
    });
    let serve = service_fn(move |request: Request| {
        let files = files.clone();
        async move {
            let found = answer(files, request).await;
            Ok::<_, Infallible>(found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()))
        }
    });
    Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), serve)
        .layer(keep_found)
}

/// Asks for a file of `public/` as `request` does. `None` where there can be none: all of them have a name with a dot,
/// so other addresses need no look at the disk. Whoever does anything but read is asked for the headers alone, to learn
/// whether there is something that cannot be done.
pub(super) fn asking_for_file(request: &Request) -> Option<Request> {
    if !request.uri().path().contains('.') {
        return None;
    }
    let mut copy = bodyless(request);
    if !is_read(request.method()) {
        *copy.method_mut() = Method::HEAD;
    }
    Some(copy)
}

/// The request again, without its body.
fn bodyless(request: &Request) -> Request {
    let mut copy = Request::new(Body::empty());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    copy
}

pub(super) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The answer to whoever would do something else with a file than read it.
pub(super) fn read_only() -> Response {
    let mut page = pages::fault(StatusCode::METHOD_NOT_ALLOWED, None);
    page.headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
    page
}

/// The file that was asked for, if it is there.
pub(super) async fn file(options: &LeptosOptions, request: Request) -> Option<Response> {
    let mut response = answer(folder(options.site_root.as_ref()), request).await?;
    if matches!(
        response.status(),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    ) {
        return None;
    }
    if is_there(&response) {
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(FOR_AN_HOUR);
    }
    Some(response)
}
