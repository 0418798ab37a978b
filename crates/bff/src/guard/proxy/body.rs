//! Bodies are streamed through the proxy, within size limits. A small request body is buffered, so that a retry can send it again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes};
use futures::stream::{self, Stream, StreamExt as _};

use super::refusal::Refusal;
use super::upstream::ProxyLimits;

/// Bodies up to this size are buffered, in bytes.
const MAX_BUFFERED: usize = 64 * 1024;

/// The body of a request to the upstream.
pub(super) enum RequestBody {
    /// Small enough to be sent again.
    Buffered(Bytes),
    /// Can be sent once.
    Streamed(StreamedBody),
}

/// A body that is streamed while it arrives.
pub(super) struct StreamedBody {
    pub(super) body: Box<reqwest::Body>,
    /// As the page declares it.
    pub(super) length: Option<u64>,
    pub(super) overflow: Overflow,
}

/// Whether a body was larger than its limit.
#[derive(Debug, Clone, Default)]
pub(super) struct Overflow(Arc<AtomicBool>);

impl Overflow {
    pub(super) fn happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl RequestBody {
    /// Reads the beginning of `body`; `length` is what the page declares.
    pub(super) async fn read(body: Body, length: Option<u64>, limits: &ProxyLimits) -> Result<Self, Refusal> {
        if length.is_some_and(|length| length > as_u64(limits.max_request_bytes)) {
            return Err(Refusal::too_large());
        }
        tokio::time::timeout(limits.timeout, Self::read_start(body, length, limits.max_request_bytes))
            .await
            .unwrap_or_else(|_| Err(Refusal::slow_body()))
    }

    async fn read_start(body: Body, length: Option<u64>, limit: usize) -> Result<Self, Refusal> {
        let mut chunks = body.into_data_stream();
        let mut buffer = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Refusal::broken_body())?;
            if buffer.len() + chunk.len() > limit {
                return Err(Refusal::too_large());
            }
            buffer.extend_from_slice(&chunk);
            if buffer.len() > MAX_BUFFERED {
                let overflow = Overflow::default();
                let all = stream::iter([Ok(Bytes::from(buffer))]).chain(chunks);
                let limited = limited(all, limit, overflow.clone());
                return Ok(Self::Streamed(StreamedBody {
                    body: Box::new(reqwest::Body::wrap_stream(limited)),
                    length,
                    overflow,
                }));
            }
        }
        Ok(Self::Buffered(buffer.into()))
    }

    /// The same body for a retry, if it is buffered.
    pub(super) fn clone_buffered(&self) -> Option<Self> {
        match self {
            Self::Buffered(bytes) => Some(Self::Buffered(bytes.clone())),
            Self::Streamed(_) => None,
        }
    }
}

/// The body of a response for the page. It is aborted when it becomes too large: the status has been sent already.
pub(super) fn response_body(response: reqwest::Response, limit: usize) -> Body {
    Body::from_stream(limited(response.bytes_stream(), limit, Overflow::default()))
}

/// Aborts the stream with an error after `limit` bytes.
fn limited<E: Into<axum::BoxError>>(
    chunks: impl Stream<Item = Result<Bytes, E>> + Send,
    limit: usize,
    overflow: Overflow,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut left = limit;
    chunks.map(move |chunk| {
        let chunk = chunk.map_err(io::Error::other)?;
        if let Some(rest) = left.checked_sub(chunk.len()) {
            left = rest;
            return Ok(chunk);
        }
        overflow.0.store(true, Ordering::Relaxed);
        tracing::warn!(target: "bff", limit, "a body is larger than what is passed on");
        Err(io::Error::other("larger than what is passed on"))
    })
}

pub(super) fn as_u64(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
