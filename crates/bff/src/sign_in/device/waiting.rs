//! What does a screen remember while it waits? One sealed cookie: anonymous requests write nothing to the database, and
//! no other browser can be signed in by what this one began.

use std::time::Duration;

use axum::response::Response;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::pace::Known;
use crate::cookies::{self, SameSite};
use crate::return_path::ReturnPath;
use crate::session::seal::SealError;
use crate::sign_in::pending::Pending;
use crate::state::Inner;

const PURPOSE: &str = "device sign-in";
/// Browsers keep 4,096 bytes of name and value together (RFC 6265bis §5.6).
const MAX_VALUE: usize = 4_000;

/// A sign-in under way on this screen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// As for every sign-in; `state`, `nonce` and verifier play no part and are empty.
    pub(super) pending: Pending,
    /// Never shown to anybody: it is worth a sign-in.
    pub(super) device_code: String,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    pub(super) verification_uri_complete: Option<String>,
    /// Seconds since 1970.
    pub(super) ends: i64,
    /// Seconds.
    pub(super) interval: u64,
    /// Milliseconds since 1970.
    pub(super) next_ms: i64,
}

impl Waiting {
    /// What this browser waits for, if it does.
    pub(super) fn of(inner: &Inner, request: &HeaderMap) -> Option<Self> {
        let name = inner.cookies.device();
        let waiting: Self = inner
            .sealer
            .open_cookie(PURPOSE, &name, cookies::find(request, &name)?)
            .ok()?;
        let provider = inner.provider(&waiting.pending.provider)?;
        (provider.config.issuer == waiting.pending.issuer).then_some(waiting)
    }

    pub(super) fn ends_at(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.ends).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// What the cookie knows of the pace.
    pub(super) fn known(&self) -> Known<'_> {
        let next = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.next_ms) * 1_000_000);
        Known {
            device_code: &self.device_code,
            next: next.unwrap_or_else(|_| self.ends_at()),
            interval: Duration::from_secs(self.interval),
            ends: self.ends_at(),
        }
    }

    /// Takes over what the process knows of the pace.
    pub(super) fn note(&mut self, (next, interval): (OffsetDateTime, Duration)) {
        self.interval = interval.as_secs();
        self.next_ms = i64::try_from(next.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
    }

    /// Puts the cookie into `response`, until the code is no longer good. A return path that makes it too large is left
    /// to the address of the page.
    pub(super) fn remember(&self, inner: &Inner, response: &mut Response) -> Result<(), SealError> {
        let name = inner.cookies.device();
        let mut value = inner.sealer.seal_cookie(PURPOSE, &name, self)?;
        if value.len() > MAX_VALUE {
            let mut smaller = self.clone();
            smaller.pending.return_to = ReturnPath::default();
            value = inner.sealer.seal_cookie(PURPOSE, &name, &smaller)?;
        }
        let left = self.ends_at() - inner.config.clock.now();
        inner
            .cookies
            .set(&name, &value, left, SameSite::Lax)
            .add_to(response.headers_mut());
        Ok(())
    }

    /// The same, on the way to `return_to` where that names a page.
    pub(super) fn towards(mut self, return_to: ReturnPath) -> Self {
        if return_to != ReturnPath::default() {
            self.pending.return_to = return_to;
        }
        self
    }
}

/// Removes the cookie, where there is one.
pub(super) fn forget(inner: &Inner, request: &HeaderMap, response: &mut Response) {
    let name = inner.cookies.device();
    if cookies::find(request, &name).is_some() {
        inner.cookies.remove(&name).add_to(response.headers_mut());
    }
}
