//! Static files: script, style sheet, WebAssembly and the files of `public/`, served by `tower-http`, precompressed where the build did so.
//! Content negotiation is in `encoding.rs`, range requests in `range.rs`.

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

use super::range::{self, RequestedRange};
use crate::site_pages;

/// For files whose name holds a hash of their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For files whose name stays when they change, such as `favicon.svg`.
const ONE_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// For the build folder while names hold no hash.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

fn folder(path: impl AsRef<Path>) -> ServeDir {
    ServeDir::new(path)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
}

/// The response of a folder; `None` for a name that no file can have. Other I/O errors are logged and responded with an error page.
async fn serve_from(mut folder: ServeDir, mut request: Request) -> Option<Response> {
    let is_suffix = range::retain_one_range(&mut request) == RequestedRange::Suffix;
    let copy = without_body(&request);
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
            let reference = bff::new_reference();
            tracing::error!(%reference, %error, "a file could not be read");
            Some(site_pages::error_page(
                StatusCode::INTERNAL_SERVER_ERROR,
                Some(reference),
            ))
        }
    }
}

fn is_found(response: &Response) -> bool {
    response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED
}

/// The routes `/pkg/…`: the files of the build.
pub(super) fn build_router(options: &LeptosOptions) -> Router {
    let cache_control = if options.hash_files { IMMUTABLE } else { REVALIDATE };
    let files = folder(Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref()));
    let set_cache_control =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, move |response: &Response| {
            is_found(response).then(|| cache_control.clone())
        });
    let serve = service_fn(move |request: Request| {
        let files = files.clone();
        async move {
            let found = serve_from(files, request).await;
            Ok::<_, Infallible>(found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()))
        }
    });
    Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), serve)
        .layer(set_cache_control)
}

/// The request for a file of `public/`; `None` for a path without a dot, which no such file has, so that pages cost no look at the disk. For
/// methods other than GET and HEAD it becomes HEAD, to find out whether 404 or 405 is due.
pub(super) fn file_request(request: &Request) -> Option<Request> {
    if !request.uri().path().contains('.') {
        return None;
    }
    let mut copy = without_body(request);
    if !is_get_or_head(request.method()) {
        *copy.method_mut() = Method::HEAD;
    }
    Some(copy)
}

/// The request again, without its body.
fn without_body(request: &Request) -> Request {
    let mut copy = Request::new(Body::empty());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    copy
}

pub(super) fn is_get_or_head(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The response to methods other than GET and HEAD on a file.
pub(super) fn method_not_allowed() -> Response {
    let mut page = site_pages::error_page(StatusCode::METHOD_NOT_ALLOWED, None);
    page.headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
    page
}

/// The requested file, if it exists.
pub(super) async fn file(options: &LeptosOptions, request: Request) -> Option<Response> {
    let mut response = serve_from(folder(options.site_root.as_ref()), request).await?;
    if matches!(
        response.status(),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    ) {
        return None;
    }
    if is_found(&response) {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(ONE_HOUR);
    }
    Some(response)
}
