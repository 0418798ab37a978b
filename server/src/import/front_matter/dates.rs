//! Dates in front matter. Written as ISO 8601, as people write it, or as a number; UTC by default.

use time::{Date, Month, OffsetDateTime};

/// Which way a date counts that may mean two days: against whoever would read too early or too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Readable from then on: the later day counts.
    From,
    /// Readable until then: the earlier day counts.
    Until,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAY: i64 = 86_400;

/// Seconds since 1970 (UTC); `None` if it is no date.
pub(super) fn moment(text: &str, bound: Bound) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text);
    }
    let (day, time) = divided(text);
    let (time, offset) = time_of_day(time)?;
    let days = days(day)?;
    let midnight = match bound {
        Bound::From => days.into_iter().max(),
        Bound::Until => days.into_iter().min(),
    }?;
    Some(midnight + time - offset)
}

/// Whether a text holds a year that is not over.
pub(super) fn names_a_year_from(text: &str, now: i64) -> bool {
    let this = OffsetDateTime::from_unix_timestamp(now).map_or(0, OffsetDateTime::year);
    let numbers = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| digits.len() == 4);
    numbers
        .filter_map(|digits| digits.parse::<i32>().ok())
        .any(|year| year >= this)
}

/// `2030`, `20300131`, `20300131120000`, or seconds or milliseconds since 1970.
fn number(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let day = || midnight(part(0, 4)?, part(4, 6)?, part(6, 8)?);
    match digits.len() {
        4 => midnight(part(0, 4)?, 1, 1),
        8 => day(),
        12 | 14 => Some(day()? + part(8, 10)? * 3600 + part(10, 12)? * 60 + part(12, 14).unwrap_or(0)),
        9 | 10 => digits.parse().ok(),
        13 => digits.parse::<i64>().ok().map(|milliseconds| milliseconds / 1000),
        _ => None,
    }
}

/// The day and, from the digits before the first `:` on, the time.
fn divided(text: &str) -> (&str, &str) {
    let Some(colon) = text.find(':') else { return (text, "") };
    let before = text.get(..colon).unwrap_or_default();
    let hours = before.len() - before.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    if hours == 0 || hours > 2 {
        (text, "")
    } else {
        text.split_at(colon - hours)
    }
}

/// Seconds of the day, and how far ahead of UTC the clock is.
fn time_of_day(text: &str) -> Option<(i64, i64)> {
    if text.is_empty() {
        return Some((0, 0));
    }
    let clock = text
        .split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ':' | '.' | ','))
        .next()?;
    let rest = text.get(clock.len()..)?.trim().to_ascii_lowercase();
    let mut parts = clock.split([':', '.', ',']).map(|part| part.parse::<i64>().ok());
    let (mut hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().flatten().unwrap_or(0);
    let is_clock = hours < 25 && minutes < 60 && seconds < 61;
    if rest.starts_with("pm") && hours < 12 {
        hours += 12;
    } else if rest.starts_with("am") && hours == 12 {
        hours = 0;
    }
    is_clock.then_some((hours * 3600 + minutes * 60 + seconds, offset(&rest)))
}

/// `+02:00`, `-0700`, `+2`; nothing else moves the clock.
fn offset(text: &str) -> i64 {
    let Some(at) = text.find(['+', '-']) else { return 0 };
    let (sign, digits) = (
        if text.get(at..=at) == Some("-") { -1 } else { 1 },
        text.get(at + 1..).unwrap_or_default(),
    );
    let digits: String = digits
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == ':')
        .filter(|letter| *letter != ':')
        .collect();
    let part = |from: usize, to: usize| {
        digits
            .get(from..to.min(digits.len()))
            .and_then(|part| part.parse::<i64>().ok())
            .unwrap_or(0)
    };
    let (hours, minutes) = (part(0, 2), if digits.len() > 2 { part(2, 4) } else { 0 });
    if hours > 14 || minutes > 59 {
        0
    } else {
        sign * (hours * 3600 + minutes * 60)
    }
}

/// The midnights a day may mean: two where nobody knows which of its numbers is the month.
fn days(text: &str) -> Option<Vec<i64>> {
    let parts = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty());
    let (mut numbers, mut month) = (Vec::new(), None);
    for part in parts {
        let digits = part.trim_end_matches(|letter: char| letter.is_alphabetic());
        if digits.is_empty() {
            let named = |name: &&str| part.to_lowercase().starts_with(*name);
            month = month.or_else(|| MONTHS.iter().position(named).map(|at| at + 1));
        } else {
            numbers.push((digits.len(), digits.parse::<i64>().ok()?));
        }
    }
    let month = month.and_then(|month| i64::try_from(month).ok());
    let days = match (numbers.as_slice(), month) {
        ([(4, year), (_, month), (_, day)], None) => vec![midnight(*year, *month, *day)],
        ([(4, year), (1 | 2, month)], None) => vec![midnight(*year, *month, 1)],
        ([(1 | 2, day), (1 | 2, month), (4, year)], None) if text.contains('.') => vec![midnight(*year, *month, *day)],
        ([(1 | 2, one), (1 | 2, other), (4, year)], None) => {
            vec![midnight(*year, *other, *one), midnight(*year, *one, *other)]
        }
        ([(1 | 2, day), (4, year)] | [(4, year), (1 | 2, day)], Some(month)) => vec![midnight(*year, month, *day)],
        ([(4, year)], Some(month)) => vec![midnight(*year, month, 1)],
        _ => Vec::new(),
    };
    let days: Vec<_> = days.into_iter().flatten().collect();
    (!days.is_empty()).then_some(days)
}

fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    Some(i64::from(date.to_julian_day() - 2_440_588) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_understood_as_people_and_programs_write_them() {
        let noon = 1_893_499_200; // 2030-01-01T12:00:00Z
        let midnight = noon - 43_200;
        for (text, expected) in [
            ("2030-01-01", midnight),
            ("2030/1/1", midnight),
            ("2030-01", midnight),
            ("2030", midnight),
            ("20300101", midnight),
            ("1.1.2030", midnight),
            ("01/01/2030", midnight),
            ("January 1, 2030", midnight),
            ("1 Jan 2030", midnight),
            ("Tue, 01 Jan 2030 12:00:00 GMT", noon),
            ("2030-01-01T12:00:00Z", noon),
            ("2030-01-01 14:00 +0200", noon),
            ("2030-01-01T05:00:00.123-07:00", noon),
            ("2030-01-01 12:00:00", noon),
            ("2030-01-01 12:00 PM", noon),
            ("1893499200", noon),
            ("1893499200000", noon),
        ] {
            assert_eq!(moment(text, Bound::From), Some(expected), "{text}");
        }
        for none in [
            "",
            "soon",
            "{{ date }}",
            "2030-13-01",
            "31/31/2030",
            "12",
            "tomorrow at 12:00",
        ] {
            assert_eq!(moment(none, Bound::From), None, "{none}");
        }
    }

    #[test]
    fn a_date_that_may_mean_two_days_counts_against_reading() {
        let (later, earlier) = (moment("2030-02-03", Bound::From), moment("2030-03-02", Bound::From));
        assert_eq!(moment("3/2/2030", Bound::From), earlier.max(later));
        assert_eq!(moment("3/2/2030", Bound::Until), earlier.min(later));
    }
}
