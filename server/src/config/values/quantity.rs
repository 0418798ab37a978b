//! Durations and sizes: a number with its unit.

use std::time::Duration;

use crate::config::problem::Issue;

/// `90s`, `15m`, `8h`, `7d`.
pub(super) fn duration(text: &str) -> Result<Duration, Issue> {
    let wrong = || {
        Issue::new(
            format!("`{text}` is not a duration"),
            "write a number and `s`, `m`, `h` or `d`, such as `8h`",
        )
    };
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return Err(wrong()),
    };
    let number: u64 = text
        .get(..text.len() - 1)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(wrong)?;
    match number.checked_mul(seconds) {
        Some(total) if total <= 3660 * 86400 => Ok(Duration::from_secs(total)),
        _ => Err(Issue::new(
            format!("`{text}` is more than ten years"),
            "write a shorter duration",
        )),
    }
}

/// How far clocks may be apart that still mean "now".
pub(super) fn leeway(text: &str) -> Result<Duration, Issue> {
    match duration(text)? {
        leeway if leeway > Duration::from_mins(5) => {
            Err(Issue::new("is more than `5m`", "set the clocks right instead"))
        }
        leeway => Ok(leeway),
    }
}

/// How long a request may take.
pub(super) fn request_timeout(text: &str) -> Result<Duration, Issue> {
    match duration(text)? {
        time if time < Duration::from_secs(1) || time > Duration::from_hours(24) => Err(Issue::new(
            format!("`{text}` is less than a second or more than a day"),
            "write a time between `1s` and `1d`",
        )),
        time => Ok(time),
    }
}

/// How long ago somebody may have signed in, or `off`.
pub(super) fn recent_sign_in(text: &str) -> Result<Option<Duration>, Issue> {
    match text {
        "off" => Ok(None),
        text => match duration(text)? {
            none if none.is_zero() => Err(Issue::new(
                "is nothing: nobody could ever end a session",
                "write `15m`, or `off` to ask nobody to sign in again",
            )),
            recent => Ok(Some(recent)),
        },
    }
}

/// Largest size that can be written, in bytes: 16 GiB.
const MAX_SIZE: u64 = 16 << 30;

/// A number of bytes: `64KiB`, `20MiB`, `1GiB`; not nothing.
pub(super) fn size(text: &str) -> Result<usize, Issue> {
    let wrong = || {
        Issue::new(
            format!("`{text}` is not a size"),
            "write a number and `B`, `KiB`, `MiB` or `GiB`, such as `20MiB`",
        )
    };
    let end = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(end);
    let bytes: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    let total = number.parse::<u64>().map_err(|_| wrong())?.checked_mul(bytes);
    let total = total.filter(|total| (1..=MAX_SIZE).contains(total));
    total.and_then(|total| usize::try_from(total).ok()).ok_or_else(|| {
        Issue::new(
            format!("`{text}` is nothing, or more than `16GiB`"),
            "write a size between `1B` and `16GiB`",
        )
    })
}

/// Memory for writing to the search index, in bytes: the engine takes no less than 15 MB.
pub(super) fn index_memory(text: &str) -> Result<usize, Issue> {
    match size(text)? {
        bytes if (15 << 20..=4 << 30).contains(&bytes) => Ok(bytes),
        _ => Err(Issue::new(
            format!("`{text}` is less than `15MiB` or more than `4GiB`"),
            "write a size between, such as `48MiB`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("7d"), Ok(Duration::from_hours(168)));
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
            assert!(duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn sizes_have_a_unit_and_an_end() {
        assert_eq!(size("1B"), Ok(1));
        assert_eq!(size("20MiB"), Ok(20 * 1024 * 1024));
        assert_eq!(size("16GiB"), Ok(16 << 30));
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
            assert!(size(bad).is_err(), "{bad:?}");
        }
    }
}
