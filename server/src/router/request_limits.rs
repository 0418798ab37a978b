//! Limits of every request: path, body, and the content type of server functions. What exceeds them is responded with a page and logged. The
//! checks of `Host` are in `host.rs`.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{Method, StatusCode, header};

use crate::site_pages;

/// Largest body of a request, in bytes: more than ten times what any form sends today.
const MAX_BODY: usize = 64 * 1024;

/// Longest path, in bytes.
const MAX_PATH: usize = 2048;

/// Rejects paths that are too long, or not UTF-8 text once decoded.
pub(super) async fn reject_malformed_paths(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Targets without a path (RFC 9112 §3.2.3, §3.2.4) are for proxies.
    if !path.starts_with('/') || path.len() > MAX_PATH || !is_text(path) {
        return site_pages::reject(StatusCode::BAD_REQUEST, "the path is not text");
    }
    next.run(request).await
}

/// Whether a path decodes (RFC 3986 §2.1) to UTF-8 without control characters.
fn is_text(path: &str) -> bool {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
            return false;
        };
        match u8::try_from(high * 16 + low) {
            Ok(byte) => decoded.push(byte),
            Err(_) => return false,
        }
    }
    String::from_utf8(decoded).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Reads the whole body before the handler runs, so that no part of one that is too large takes effect.
pub(super) async fn limit_body(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let content_length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if content_length.is_some_and(|length: u64| length > MAX_BODY as u64) {
        return site_pages::reject(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    }
    let (parts, body) = request.into_parts();
    match to_bytes(body, MAX_BODY).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(_) => site_pages::reject(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or incomplete"),
    }
}

/// Server functions accept JSON alone: a form of another site cannot send it without a preflight request (Fetch §2.2.2). Arguments that
/// cannot be parsed are responded with 400, where the framework would answer 500.
pub(super) async fn require_json(request: Request, next: Next) -> Response {
    let is_call = request.method() == Method::POST && request.uri().path().starts_with("/api/fn/");
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if is_call
        && !kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    {
        return site_pages::reject(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a server function was called with another content type than json",
        );
    }
    let response = next.run(request).await;
    if is_call && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        bad_request_if_not_run(response).await
    } else {
        response
    }
}

/// Distinguishes the two kinds of 500 by the body: a server function that failed returns a JSON object or its variant's name with a reference,
/// one that never ran a bare string.
async fn bad_request_if_not_run(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    if body.starts_with(b"\"") {
        parts.status = StatusCode::BAD_REQUEST;
    }
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_text() {
        for good in ["/", "/docs/1", "/docs/%C3%A4", "/a%20b", "/%2e%2e"] {
            assert!(is_text(good), "{good}");
        }
        for bad in ["/%", "/%f", "/%zz", "/%ff", "/%C3", "/%00", "/a%0ab", "/%ED%A0%80"] {
            assert!(!is_text(bad), "{bad}");
        }
    }
}
