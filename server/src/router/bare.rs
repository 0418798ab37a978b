//! Which answers are there nothing to read in? An error without a body, such as that of a request that took too long, becomes
//! a page of the house, unless a program asked.

use axum::{body::HttpBody as _, extract::Request, middleware::Next, response::Response};
use http::{StatusCode, header};

use crate::{pages, telemetry};

/// What programs ask for, and pages in frames of providers: they go by the status.
const FOR_PROGRAMS: [&str; 6] = [
    "/api/",
    "/auth/backchannel-logout/",
    "/auth/frontchannel-logout/",
    "/auth/session",
    "/healthz",
    "/readyz",
];

/// Gives an error that says nothing a page, with the headers it has.
pub(super) async fn give_page(request: Request, next: Next) -> Response {
    let address = request.uri().clone();
    let response = next.run(request).await;
    let is_for_people = || !FOR_PROGRAMS.iter().any(|start| address.path().starts_with(start));
    if is_bare(&response) && is_for_people() {
        with_page(response, address.path())
    } else {
        response
    }
}

/// An error without body and without a type: an answer to HEAD has the type of what it would be.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && !response.headers().contains_key(header::CONTENT_TYPE)
        && response.body().size_hint().exact() == Some(0)
}

fn with_page(response: Response, path: &str) -> Response {
    let (mut parts, _) = response.into_parts();
    let status = parts.status;
    let reference = status.is_server_error().then(telemetry::reference);
    if let Some(reference) = &reference {
        let why = match status {
            StatusCode::GATEWAY_TIMEOUT => "an answer took too long and was given up",
            _ => "an answer failed without a word",
        };
        tracing::error!(%reference, status = status.as_u16(), path, why, "could not answer");
    }
    let mut page = pages::fault(status, reference);
    for about_the_body in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
    ] {
        parts.headers.remove(about_the_body);
    }
    page.headers_mut().extend(parts.headers);
    *page.extensions_mut() = parts.extensions;
    page
}
