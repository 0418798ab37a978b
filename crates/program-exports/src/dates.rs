//! Dates as the programs write them for people.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, format_description::well_known::Rfc3339};

/// The first letters of the months, as English, German, French and Spanish sites write them; several languages share most.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// A day as words: `Jan 05, 2023`, `05. Januar 2023`, `5 Jan 2023`, `2023-01-05`; in seconds since 1970 (UTC).
pub(crate) fn day(text: &str) -> Option<i64> {
    if let Ok(moment) = OffsetDateTime::parse(text.trim(), &Rfc3339) {
        return Some(moment.unix_timestamp());
    }
    let words: Vec<_> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.parse::<i32>().ok();
    let (year, month, day) = match words.as_slice() {
        [year, month, day, ..] if year.len() == 4 && number(year).is_some() => (*year, month_number(month)?, *day),
        [month, day, year, ..] if number(month).is_none() => (*year, month_named(month)?, *day),
        [day, month, year, ..] if number(month).is_none() => (*year, month_named(month)?, *day),
        _ => return None,
    };
    let date = Date::from_calendar_date(number(year)?, month, u8::try_from(number(day)?).ok()?).ok()?;
    Some(
        PrimitiveDateTime::new(date, Time::MIDNIGHT)
            .assume_utc()
            .unix_timestamp(),
    )
}

fn month_number(word: &str) -> Option<Month> {
    Month::try_from(word.parse::<u8>().ok()?).ok()
}

fn month_named(word: &str) -> Option<Month> {
    let word = word.to_lowercase();
    let place = MONTHS
        .iter()
        .rposition(|names| names.iter().any(|name| word.starts_with(name)))?;
    Month::try_from(u8::try_from(place + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_dates_are_read_as_the_programs_write_them() {
        for text in [
            "Jan 05, 2023",
            "05. Januar 2023",
            "5 Jan 2023",
            "2023-01-05",
            "2023-01-05T00:00:00Z",
            "janv. 05, 2023",
        ] {
            assert_eq!(day(text), Some(1_672_876_800), "{text}");
        }
        for text in ["", "yesterday", "Jan 32, 2023", "01/05/2023", "2023"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
