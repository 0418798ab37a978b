//! How a time is displayed: "3 Nov 2026, 14:05" (UTC), the same on the server and in the browser.

use leptos::prelude::*;
use time::OffsetDateTime;

/// The text that is displayed.
fn display_text(moment: OffsetDateTime) -> String {
    let month: String = moment.month().to_string().chars().take(3).collect();
    let (day, year, hour, minute) = (moment.day(), moment.year(), moment.hour(), moment.minute());
    format!("{day} {month} {year}, {hour:02}:{minute:02}")
}

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
}
