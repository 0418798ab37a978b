//! A pending device sign-in: what the screen has to remember while it polls. One sealed cookie: an anonymous request writes nothing
//! to the database, and no other browser can be signed in by it.

use std::time::Duration;

use axum::response::Response;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::polling::{DeviceCodeState, PollSchedule};
use crate::cookies::{self, SameSite};
use crate::return_path::ReturnPath;
use crate::session::seal::SealError;
use crate::sign_in::SignIns;
use crate::sign_in::pending::PendingSignIn;

const PURPOSE: &str = "device sign-in";
/// Browsers store 4,096 bytes of name and value together (RFC 6265bis §5.6).
const MAX_VALUE: usize = 4_000;

/// The device sign-in that this screen polls for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PendingDeviceSignIn {
    /// As for every sign-in; `state`, `nonce` and verifier are not used and empty.
    pub(super) pending: PendingSignIn,
    /// Never shown to anybody: whoever has it gets the tokens.
    pub(super) device_code: String,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    pub(super) verification_uri_complete: Option<String>,
    /// When the device code expires; seconds since 1970.
    pub(super) ends: i64,
    /// Seconds between two polls.
    pub(super) interval: u64,
    /// When to poll next; milliseconds since 1970.
    pub(super) next_ms: i64,
}

impl PendingDeviceSignIn {
    /// The one in the cookie of `request`, if there is one and its provider is still configured.
    pub(super) fn find(sign_ins: &SignIns, request: &HeaderMap) -> Option<Self> {
        let name = sign_ins.site.cookies.device();
        let value = cookies::find(request, &name)?;
        let found: Self = sign_ins.sessions.sealer.open_cookie(PURPOSE, &name, value).ok()?;
        let provider = sign_ins.providers.find(&found.pending.provider)?;
        (provider.config.issuer == found.pending.issuer).then_some(found)
    }

    pub(super) fn expires(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.ends).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The device code and its schedule, as the cookie has them.
    pub(super) fn code_state(&self) -> DeviceCodeState<'_> {
        let next = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.next_ms) * 1_000_000);
        DeviceCodeState {
            device_code: &self.device_code,
            schedule: PollSchedule {
                next: next.unwrap_or_else(|_| self.expires()),
                interval: Duration::from_secs(self.interval),
            },
            expires: self.expires(),
        }
    }

    /// Takes over the schedule of this process.
    pub(super) fn set_schedule(&mut self, schedule: PollSchedule) {
        self.interval = schedule.interval.as_secs();
        self.next_ms = i64::try_from(schedule.next.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
    }

    /// Sets the cookie in `response`, until the device code expires. A return path that makes it too large is only in the
    /// address of the page.
    pub(super) fn set_cookie(&self, sign_ins: &SignIns, response: &mut Response) -> Result<(), SealError> {
        let (cookies, sealer) = (&sign_ins.site.cookies, &sign_ins.sessions.sealer);
        let name = cookies.device();
        let mut value = sealer.seal_cookie(PURPOSE, &name, self)?;
        if value.len() > MAX_VALUE {
            let mut smaller = self.clone();
            smaller.pending.return_to = ReturnPath::default();
            value = sealer.seal_cookie(PURPOSE, &name, &smaller)?;
        }
        let lifetime = self.expires() - sign_ins.sessions.clock.now();
        let cookie = cookies.set(&name, &value, lifetime, SameSite::Lax);
        cookie.add_to(response.headers_mut());
        Ok(())
    }

    /// The same with another return path, unless that is the home page.
    pub(super) fn with_return_path(mut self, return_to: ReturnPath) -> Self {
        if return_to != ReturnPath::default() {
            self.pending.return_to = return_to;
        }
        self
    }
}

/// Removes the cookie, if there is one.
pub(super) fn remove_cookie(sign_ins: &SignIns, request: &HeaderMap, response: &mut Response) {
    let name = sign_ins.site.cookies.device();
    if cookies::find(request, &name).is_some() {
        sign_ins.site.cookies.remove(&name).add_to(response.headers_mut());
    }
}
