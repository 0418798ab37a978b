//! Idle and absolute lifetime of sessions, by the server's clock and the limits of today, whatever was stored before; and not
//! beyond the refresh token, where the provider sends its lifetime.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::config::SessionLifetime;

/// Longest time between two writes of a session's last use (touch).
const TOUCH_EVERY: Duration = Duration::from_mins(1);

impl SessionLifetime {
    /// When a session ends that was made at `created` and last used at `seen`.
    pub(crate) fn end(self, created: OffsetDateTime, seen: OffsetDateTime) -> OffsetDateTime {
        (seen + self.idle).min(created + self.absolute)
    }

    /// Whether the last use `now` has to be written.
    pub(crate) fn needs_touch(self, seen: OffsetDateTime, ends: Option<RefreshEnd>, now: OffsetDateTime) -> bool {
        let every = TOUCH_EVERY.min(self.idle / 10);
        now - seen >= ends.map_or(every, |ends| every.min(ends.touch_every()))
    }
}

/// When a session's refresh token ends. A session in use renews it at half the time that was left at the last response: at a
/// provider that extends nothing, ever more often but rarely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshEnd {
    /// Seconds since 1970.
    at: i64,
    renew_at: i64,
}

impl RefreshEnd {
    /// A refresh token that was granted at `now` for `seconds`.
    pub(crate) fn granted(now: OffsetDateTime, seconds: i64) -> Self {
        let now = now.unix_timestamp();
        Self {
            at: now.saturating_add(seconds),
            renew_at: now.saturating_add(seconds / 2),
        }
    }

    /// The tokens were renewed at `now`, without a lifetime of the refresh token in the response.
    pub(crate) fn unchanged(self, now: OffsetDateTime) -> Self {
        Self::granted(now, self.at.saturating_sub(now.unix_timestamp()).max(0))
    }

    /// The end of a session that would end at `end`.
    pub(crate) fn cap(self, end: OffsetDateTime) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.at).map_or(end, |at| end.min(at))
    }

    /// Often enough that a session in use renews in time.
    fn touch_every(self) -> Duration {
        Duration::from_secs(u64::try_from((self.at - self.renew_at) / 5).unwrap_or_default().max(1))
    }

    /// Whether a session in use at `now` should renew its refresh token.
    pub(crate) fn needs_renewal(self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() >= self.renew_at
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const LIFETIME: SessionLifetime = SessionLifetime {
        idle: Duration::from_hours(1),
        absolute: Duration::from_hours(2),
    };

    #[test]
    fn se_1_idle_and_absolute_limits_both_end_a_session() {
        let created = datetime!(2030-01-01 00:00 UTC);
        assert_eq!(LIFETIME.end(created, created), datetime!(2030-01-01 01:00 UTC));
        assert_eq!(
            LIFETIME.end(created, datetime!(2030-01-01 01:50 UTC)),
            datetime!(2030-01-01 02:00 UTC)
        );
    }

    #[test]
    fn se_1_a_shorter_limit_applies_to_sessions_that_exist() {
        let created = datetime!(2030-01-01 00:00 UTC);
        let shorter = SessionLifetime {
            idle: Duration::from_mins(1),
            ..LIFETIME
        };
        assert_eq!(shorter.end(created, created), datetime!(2030-01-01 00:01 UTC));
    }

    #[test]
    fn use_is_written_once_a_minute() {
        let seen = datetime!(2030-01-01 00:00 UTC);
        let at = |seconds| seen + Duration::from_secs(seconds);
        assert!(!LIFETIME.needs_touch(seen, None, at(59)));
        assert!(LIFETIME.needs_touch(seen, None, at(60)));
        let brief = Some(RefreshEnd::granted(seen, 100));
        assert!(!LIFETIME.needs_touch(seen, brief, at(9)));
        assert!(LIFETIME.needs_touch(seen, brief, at(10)));
    }

    #[test]
    fn rf_7_a_refresh_token_that_nothing_prolongs_is_requested_seldom() {
        let start = datetime!(2030-01-01 00:00 UTC);
        let mut ends = RefreshEnd::granted(start, 86_400);
        let mut renewals = 0;
        for second in 0..86_400 {
            let now = start + Duration::from_secs(second);
            if ends.needs_renewal(now) {
                ends = ends.unchanged(now);
                renewals += 1;
            }
        }
        assert!((10..20).contains(&renewals), "{renewals}");
        assert_eq!(
            ends.cap(start + Duration::from_hours(48)),
            start + Duration::from_hours(24)
        );
        assert_eq!(
            ends.cap(start + Duration::from_hours(1)),
            start + Duration::from_hours(1)
        );
    }
}
