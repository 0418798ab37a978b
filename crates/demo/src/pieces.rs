//! Streaming response bodies. As a body that is made while it is read, so that whoever stops reading is served no
//! more. Which endpoints answer so is in [`crate::faults`].

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::stream::{self, StreamExt as _};
use http::{HeaderValue, header};

use crate::faults::Pieces;

/// Status 200 and these pieces.
pub(crate) fn answer(pieces: &Pieces) -> Response {
    let piece = Bytes::from(pieces.piece.clone());
    let all = stream::repeat(piece).take(pieces.times).map(Ok::<_, Infallible>);
    let body = if pieces.ends {
        Body::from_stream(all)
    } else {
        Body::from_stream(all.chain(stream::pending()))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(encoding) = pieces.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
