//! How do bodies pass? As they come, piece by piece, and counted. What is small is kept, so that it can be sent again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes};
use futures::stream::{self, Stream, StreamExt as _};

use super::refusal::Refusal;
use super::upstream::ProxyLimits;

/// Bodies up to this size are kept whole, and so can be sent twice.
const KEPT: usize = 64 * 1024;

/// The body of a request on its way to the upstream.
pub(super) enum Outgoing {
    /// Small enough to be sent again.
    Whole(Bytes),
    /// Passes once. The length, where the page says one, and what becomes true when the page sends too much.
    Passing(Box<reqwest::Body>, Option<u64>, Overflow),
}

/// Whether more came than may.
#[derive(Debug, Clone, Default)]
pub(super) struct Overflow(Arc<AtomicBool>);

impl Overflow {
    pub(super) fn happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Outgoing {
    /// Reads the beginning of `body`; `length` is what the page says of it.
    pub(super) async fn read(body: Body, length: Option<u64>, limits: &ProxyLimits) -> Result<Self, Refusal> {
        if length.is_some_and(|length| length > as_u64(limits.max_request_bytes)) {
            return Err(Refusal::too_large());
        }
        tokio::time::timeout(limits.timeout, Self::begin(body, length, limits.max_request_bytes))
            .await
            .unwrap_or_else(|_| Err(Refusal::slow_body()))
    }

    async fn begin(body: Body, length: Option<u64>, most: usize) -> Result<Self, Refusal> {
        let mut pieces = body.into_data_stream();
        let mut kept = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Refusal::broken_body())?;
            if kept.len() + piece.len() > most {
                return Err(Refusal::too_large());
            }
            kept.extend_from_slice(&piece);
            if kept.len() > KEPT {
                let overflow = Overflow::default();
                let all = stream::iter([Ok(Bytes::from(kept))]).chain(pieces);
                let counted = counted(all, most, overflow.clone());
                return Ok(Self::Passing(
                    Box::new(reqwest::Body::wrap_stream(counted)),
                    length,
                    overflow,
                ));
            }
        }
        Ok(Self::Whole(kept.into()))
    }

    /// The same body for a second attempt, if there can be one.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::Passing(..) => None,
        }
    }
}

/// The body of an answer on its way to the page. It breaks off where it becomes too large: the status has been sent.
pub(super) fn incoming(response: reqwest::Response, most: usize) -> Body {
    Body::from_stream(counted(response.bytes_stream(), most, Overflow::default()))
}

fn counted<E: Into<axum::BoxError>>(
    pieces: impl Stream<Item = Result<Bytes, E>> + Send,
    most: usize,
    overflow: Overflow,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut left = most;
    pieces.map(move |piece| {
        let piece = piece.map_err(io::Error::other)?;
        if let Some(still) = left.checked_sub(piece.len()) {
            left = still;
            return Ok(piece);
        }
        overflow.0.store(true, Ordering::Relaxed);
        tracing::warn!(target: "bff", limit = most, "a body is larger than what is passed on");
        Err(io::Error::other("larger than what is passed on"))
    })
}

pub(super) fn as_u64(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
