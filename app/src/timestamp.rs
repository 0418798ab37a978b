//! How a time is displayed: "3 Nov 2026, 14:05" (UTC), or where only its age matters, "2 h ago" and later "3 Nov 2026".

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::head;

/// The text that is displayed.
fn display_text(moment: OffsetDateTime) -> String {
    let month: String = moment.month().to_string().chars().take(3).collect();
    let (day, year, hour, minute) = (moment.day(), moment.year(), moment.hour(), moment.minute());
    format!("{day} {month} {year}, {hour:02}:{minute:02}")
}

/// The day alone.
fn day_text(moment: OffsetDateTime) -> String {
    let text = display_text(moment);
    text.split(',').next().unwrap_or_default().to_owned()
}

/// How long ago, at `now`, in whole units; the day from a week on, and where the clocks disagree.
fn age_text(moment: OffsetDateTime, now: i64) -> String {
    match now.saturating_sub(moment.unix_timestamp()) {
        0..MINUTE => "just now".to_owned(),
        seconds @ MINUTE..HOUR => format!("{} min ago", seconds / MINUTE),
        seconds @ HOUR..DAY => format!("{} h ago", seconds / HOUR),
        seconds @ DAY..WEEK if seconds < 2 * DAY => "1 day ago".to_owned(),
        seconds @ DAY..WEEK => format!("{} days ago", seconds / DAY),
        _ => day_text(moment),
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// The value of `datetime` (RFC 3339).
fn rfc3339(moment: OffsetDateTime) -> String {
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
}

/// Seconds that `time` cannot represent become the epoch.
fn utc(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A `<time>` element: the displayed text, and the machine-readable value.
#[component]
pub(crate) fn Timestamp(
    /// Seconds since 1970 (UTC).
    at: i64,
) -> impl IntoView {
    let moment = utc(at);
    view! {
        <time datetime=rfc3339(moment) title="UTC">
            {display_text(moment)}
        </time>
    }
}

/// A `<time>` element with the age of something; pointing at it shows the moment.
#[component]
pub(crate) fn Age(
    /// Seconds since 1970 (UTC).
    at: i64,
) -> impl IntoView {
    let moment = utc(at);
    view! {
        <time datetime=rfc3339(moment) title=format!("{} UTC", display_text(moment))>
            {age_text(moment, head::now())}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_displayed_and_has_a_machine_readable_value() {
        for (seconds, display_text, rfc3339) in [
            (0, "1 Jan 1970, 00:00", "1970-01-01T00:00:00Z"),
            (-1, "31 Dec 1969, 23:59", "1969-12-31T23:59:59Z"),
            (951_782_400, "29 Feb 2000, 00:00", "2000-02-29T00:00:00Z"),
            (1_793_714_700, "3 Nov 2026, 14:05", "2026-11-03T14:05:00Z"),
            (4_107_542_399, "28 Feb 2100, 23:59", "2100-02-28T23:59:59Z"),
            (4_107_542_400, "1 Mar 2100, 00:00", "2100-03-01T00:00:00Z"),
        ] {
            let moment = utc(seconds);
            assert_eq!(
                (super::display_text(moment), super::rfc3339(moment)),
                (display_text.to_owned(), rfc3339.to_owned())
            );
        }
        assert_eq!(display_text(utc(i64::MAX)), "1 Jan 1970, 00:00");
    }

    #[test]
    fn an_age_is_relative_while_it_is_fresh() {
        let at = 1_793_714_700;
        for (later, text) in [
            (-5, "3 Nov 2026"),
            (0, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_399, "23 h ago"),
            (86_400, "1 day ago"),
            (604_799, "6 days ago"),
            (604_800, "3 Nov 2026"),
        ] {
            assert_eq!(age_text(utc(at), at + later), text, "{later} seconds later");
        }
        assert_eq!(age_text(utc(i64::MIN), i64::MAX), "1 Jan 1970");
    }
}
