//! When does a session end? By the server's clock and the limits of today, whatever was written down before.

use std::time::Duration;

use time::OffsetDateTime;

use crate::config::SessionLifetime;

/// Longest time between two notes that a session is in use.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

impl SessionLifetime {
    /// When a session ends that was made at `created` and last used at `seen`.
    pub(crate) fn end(self, created: OffsetDateTime, seen: OffsetDateTime) -> OffsetDateTime {
        (seen + self.idle).min(created + self.absolute)
    }

    /// Whether it is worth a write to note that the session is in use at `now`.
    pub(crate) fn wants_touch(self, seen: OffsetDateTime, now: OffsetDateTime) -> bool {
        now - seen >= TOUCH_EVERY.min(self.idle / 10)
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
    fn use_is_noted_once_a_minute() {
        let seen = datetime!(2030-01-01 00:00 UTC);
        assert!(!LIFETIME.wants_touch(seen, seen + Duration::from_secs(59)));
        assert!(LIFETIME.wants_touch(seen, seen + Duration::from_mins(1)));
    }
}
