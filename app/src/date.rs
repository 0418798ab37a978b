//! How is a moment written? As "3 Nov 2026, 14:05" (UTC), the same on the server and in the browser.

use leptos::prelude::*;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const SECONDS_PER_DAY: i64 = 86_400;

/// A moment of the civil calendar, UTC.
struct Moment {
    year: i64,
    /// 1 to 12.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Moment {
    /// From seconds since 1970. Days are counted from a 1 March, so that the leap day is the last of its year.
    fn new(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
        // 719,468 days lie between 0000-03-01 and 1970-01-01; the calendar repeats after 146,097.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let months_since_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
        let month = if months_since_march < 10 {
            months_since_march + 3
        } else {
            months_since_march - 9
        };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self {
            year,
            month,
            day,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }

    /// For people.
    fn spoken(&self) -> String {
        let month = usize::try_from(self.month - 1)
            .ok()
            .and_then(|index| MONTHS.get(index))
            .unwrap_or(&"");
        format!(
            "{} {month} {}, {:02}:{:02}",
            self.day, self.year, self.hour, self.minute
        )
    }

    /// For machines (RFC 3339).
    fn machine(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// A moment in words, with its machine-readable form beside it.
#[component]
pub(crate) fn When(
    /// Seconds since 1970 (UTC).
    at: i64,
) -> impl IntoView {
    let moment = Moment::new(at);
    view! {
        <time datetime=moment.machine() title="UTC">
            {moment.spoken()}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

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
            let moment = Moment::new(seconds);
            assert_eq!((moment.spoken().as_str(), moment.machine().as_str()), (spoken, machine));
        }
    }
}
