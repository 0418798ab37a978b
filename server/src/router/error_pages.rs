//! Error pages for error responses without a body, such as that of the timeout layer; not for clients that are programs.

use axum::{body::HttpBody as _, extract::Request, middleware::Next, response::Response};
use http::{StatusCode, header};

use crate::site_pages;

/// Paths whose clients are programs or hidden frames of providers: they evaluate the status alone.
const FOR_PROGRAMS: [&str; 6] = [
    "/api/",
    "/auth/backchannel-logout/",
    "/auth/frontchannel-logout/",
    "/auth/session",
    "/healthz",
    "/readyz",
];

/// Replaces an empty error response by a page, with its headers.
pub(super) async fn fill_empty_errors(request: Request, next: Next) -> Response {
    let address = request.uri().clone();
    let response = next.run(request).await;
    let is_for_people = || !FOR_PROGRAMS.iter().any(|start| address.path().starts_with(start));
    if is_empty_error(&response) && is_for_people() {
        with_page(response, address.path())
    } else {
        response
    }
}

/// An error response without body and content type; a response to HEAD has a content type.
fn is_empty_error(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && !response.headers().contains_key(header::CONTENT_TYPE)
        && response.body().size_hint().exact() == Some(0)
}

fn with_page(response: Response, path: &str) -> Response {
    let (mut parts, _) = response.into_parts();
    let status = parts.status;
    let reference = status.is_server_error().then(bff::new_reference);
    if let Some(reference) = &reference {
        let why = match status {
            StatusCode::GATEWAY_TIMEOUT => "the response timed out",
            _ => "a handler returned an empty error",
        };
        tracing::error!(%reference, status = status.as_u16(), path, why, "a request failed");
    }
    let mut page = site_pages::error_page(status, reference);
    for body_header in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
    ] {
        parts.headers.remove(body_header);
    }
    page.headers_mut().extend(parts.headers);
    *page.extensions_mut() = parts.extensions;
    page
}
