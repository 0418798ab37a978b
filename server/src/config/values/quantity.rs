//! Durations and sizes: a number with its unit.

use std::time::Duration;

use crate::config::{problem::Issue, schema::Format};

const DURATION: &str = "duration: a number and `s`, `m`, `h` or `d`";
/// Longest duration that can be written, in seconds: ten years.
const MAX_SECONDS: u64 = 3660 * 86400;
/// Largest size that can be written, in bytes: 16 GiB.
const MAX_SIZE: u64 = 16 << 30;

/// Digits and a unit that is listed, as what they are together; `None` if it is nothing like that.
fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit())?);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    // One that is too long for a number is too much in any unit.
    (!number.is_empty()).then(|| {
        number
            .parse()
            .map_or(u64::MAX, |number: u64| number.saturating_mul(*factor))
    })
}

/// `90s`, `15m`, `8h`, `7d`.
fn parse_duration(text: &str) -> Result<Duration, Issue> {
    match quantity(text, &[("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]) {
        Some(seconds) if seconds <= MAX_SECONDS => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(issue!("`{text}` is more than ten years — write a shorter duration")),
        None => Err(issue!(
            "`{text}` is not a duration — write a number and `s`, `m`, `h` or `d`, such as `8h`"
        )),
    }
}

/// A number of bytes, not nothing: `64KiB`, `20MiB`, `1GiB`.
fn parse_size(text: &str) -> Result<usize, Issue> {
    let Some(bytes) = quantity(text, &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]) else {
        return Err(issue!(
            "`{text}` is not a size — write a number and `B`, `KiB`, `MiB` or `GiB`, such as `20MiB`"
        ));
    };
    let bytes = Some(bytes).filter(|bytes| (1..=MAX_SIZE).contains(bytes));
    let issue = || issue!("`{text}` is nothing, or more than `16GiB` — write a size between `1B` and `16GiB`");
    bytes.and_then(|bytes| usize::try_from(bytes).ok()).ok_or_else(issue)
}

/// A time span.
pub(crate) fn duration() -> Format<Duration> {
    Format::text(DURATION, parse_duration)
}

/// How far clocks may be apart that still mean "now".
pub(crate) fn leeway() -> Format<Duration> {
    duration().within(
        ..=Duration::from_mins(5),
        "is more than `5m` — set the clocks right instead",
    )
}

/// How long a request to an upstream may take.
pub(crate) fn request_timeout() -> Format<Duration> {
    let issue = "is less than a second or more than a day — write a time between `1s` and `1d`";
    duration().within(Duration::from_secs(1)..=Duration::from_hours(24), issue)
}

/// How old an answer of the directory may be.
pub(crate) fn max_age() -> Format<Duration> {
    let issue = "is nothing: the directory would be called for every page — write `1m` or more";
    duration().within(Duration::from_secs(1).., issue)
}

/// How long after a pull the next one is.
pub(crate) fn pull_interval() -> Format<Duration> {
    Format::text(DURATION, |text| {
        let time = parse_duration(text)?;
        let is_good = (Duration::from_mins(1)..=Duration::from_hours(7 * 24)).contains(&time);
        let issue =
            || issue!("`{text}` is less than a minute or more than a week — write a time between `1m` and `7d`");
        is_good.then_some(time).ok_or_else(issue)
    })
}

/// How recent a sign-in has to be; `None` after `off`.
pub(crate) fn recent_sign_in() -> Format<Option<Duration>> {
    Format::text(
        "duration: a number and `s`, `m`, `h` or `d`; or `off`",
        |text| match text {
            "off" => Ok(None),
            text => match parse_duration(text)? {
                Duration::ZERO => {
                    let what = "is nothing: nobody could ever end a session";
                    Err(issue!("{what} — write `15m`, or `off` to ask nobody to sign in again"))
                }
                recent => Ok(Some(recent)),
            },
        },
    )
}

/// A number of bytes.
pub(crate) fn size() -> Format<usize> {
    Format::text("size: a number and `B`, `KiB`, `MiB` or `GiB`", parse_size)
}

/// Memory for writing to the search index, in bytes: the engine takes no less than 15 MB.
pub(crate) fn index_memory() -> Format<usize> {
    let issue = "is less than `15MiB` or more than `4GiB` — write a size between, such as `48MiB`";
    size().within(15 << 20..=4 << 30, issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("7d"), Ok(Duration::from_hours(168)));
        for bad in [
            "",
            "s",
            "8",
            "8 h",
            "-1h",
            "1.5h",
            "8ü",
            "99999999999999999999d",
            "999999999d",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn sizes_have_a_unit_and_an_end() {
        assert_eq!(parse_size("1B"), Ok(1));
        assert_eq!(parse_size("20MiB"), Ok(20 * 1024 * 1024));
        assert_eq!(parse_size("16GiB"), Ok(16 << 30));
        for bad in [
            "",
            "20",
            "MiB",
            "20 MiB",
            "20MB",
            "20mib",
            "-1B",
            "1.5GiB",
            "0B",
            "17GiB",
            "99999999999999999999B",
            "99999999999GiB",
        ] {
            assert!(parse_size(bad).is_err(), "{bad:?}");
        }
    }
}
