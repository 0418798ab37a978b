//! How are script, styles and pictures served? By `tower-http`, compressed beforehand where the build did that.

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
async fn answer(mut folder: ServeDir, request: Request) -> Option<Response> {
    match folder.try_call(request).await {
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
    let serve = service_fn(move |request| {
        let found = answer(files.clone(), request);
        async move { Ok::<_, Infallible>(found.await.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())) }
    });
    Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), serve)
        .layer(keep_found)
}

/// Asks for a file of `public/` as `request` does. `None` where there can be none: all of them have a name with a dot,
/// so other addresses need no look at the disk.
pub(super) fn asking_for_file(request: &Request) -> Option<Request> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) || !request.uri().path().contains('.') {
        return None;
    }
    let mut copy = Request::new(Body::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
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
