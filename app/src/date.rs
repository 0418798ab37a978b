//! How is a moment written? As "3 Nov 2026, 14:05" (UTC), the same on the server and in the browser.

use leptos::prelude::*;
use time::OffsetDateTime;

/// For people.
fn spoken(moment: OffsetDateTime) -> String {
    let month: String = moment.month().to_string().chars().take(3).collect();
    let (day, year, hour, minute) = (moment.day(), moment.year(), moment.hour(), moment.minute());
    format!("{day} {month} {year}, {hour:02}:{minute:02}")
}

/// For machines (RFC 3339).
fn machine(moment: OffsetDateTime) -> String {
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
}

/// Years beyond what calendars reach are nobody's: they become the first.
fn moment(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A moment in words, with its machine-readable form beside it.
#[component]
pub(crate) fn When(
    /// Seconds since 1970 (UTC).
    at: i64,
) -> impl IntoView {
    let moment = moment(at);
    view! {
        <time datetime=machine(moment) title="UTC">
            {spoken(moment)}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_write_them() {
        for (seconds, spoken, machine) in [
            (0, "1 Jan 1970, 00:00", "1970-01-01T00:00:00Z"),
            (-1, "31 Dec 1969, 23:59", "1969-12-31T23:59:59Z"),
            (951_782_400, "29 Feb 2000, 00:00", "2000-02-29T00:00:00Z"),
            (1_793_714_700, "3 Nov 2026, 14:05", "2026-11-03T14:05:00Z"),
            (4_107_542_399, "28 Feb 2100, 23:59", "2100-02-28T23:59:59Z"),
            (4_107_542_400, "1 Mar 2100, 00:00", "2100-03-01T00:00:00Z"),
        ] {
            let moment = moment(seconds);
            assert_eq!(
                (super::spoken(moment), super::machine(moment)),
                (spoken.to_owned(), machine.to_owned())
            );
        }
        assert_eq!(spoken(moment(i64::MAX)), "1 Jan 1970, 00:00");
    }
}
