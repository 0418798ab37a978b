//! Parser of search queries. Nothing that can be typed is an error.

use super::{SearchQuery, SearchTerm, TimeRange};
use crate::text;

const DAY: i64 = 86_400;

/// What is read of a search: cut, with one kind of quotes, and one way to write each letter.
pub(super) fn normalised(typed: &str) -> String {
    let typed: String = typed.chars().take(SearchQuery::MAX_LENGTH).collect();
    text::nfc(typed.replace(['“', '”', '„'], "\""))
}

impl SearchQuery {
    /// Reads what was typed. `now` is in seconds since 1970, for spans such as `updated:30d`.
    ///
    /// What looks like a filter and is none (`Re:`, `updated:soon`) is a word like any other.
    #[must_use]
    pub fn parse(typed: &str, now: i64) -> Self {
        let typed = normalised(typed);
        let mut query = Self::default();
        let mut rest = typed.as_str();
        while let Some((part, after)) = next_part(rest) {
            query.add(&part, after.is_empty(), now);
            rest = after;
        }
        query
    }

    fn add(&mut self, part: &Part<'_>, is_last: bool, now: i64) {
        if self.add_filter(part, now) {
            return;
        }
        if self.terms.len() + self.excluded.len() >= Self::MAX_TERMS || !part.text.chars().any(char::is_alphanumeric) {
            return;
        }
        let term = if part.is_quoted && part.name.is_none() {
            SearchTerm::Phrase(part.text.to_owned())
        } else if is_last && !part.is_quoted && !part.is_excluded {
            SearchTerm::Prefix(part.whole.to_owned())
        } else {
            SearchTerm::Word(part.whole.to_owned())
        };
        let side = if part.is_excluded {
            &mut self.excluded
        } else {
            &mut self.terms
        };
        side.push(term);
    }

    /// Whether the part is a filter; it is left out where there are too many.
    pub(super) fn add_filter(&mut self, part: &Part<'_>, now: i64) -> bool {
        let count = self.folders.len() + self.owners.len() + self.groups.len();
        let Some(name) = part.name.filter(|_| !part.is_excluded && !part.text.is_empty()) else {
            return false;
        };
        let list = match name.to_ascii_lowercase().as_str() {
            "folder" => &mut self.folders,
            "owner" => &mut self.owners,
            "group" => &mut self.groups,
            "updated" => {
                let range = time_range(part.text, now);
                self.updated = range.or(self.updated);
                return range.is_some();
            }
            _ => return false,
        };
        let text = if name.eq_ignore_ascii_case("folder") {
            part.text.trim_matches('/')
        } else {
            part.text
        };
        if count < Self::MAX_FILTERS {
            list.push(text.to_owned());
        }
        true
    }
}

/// `-name:"text"`, of which only the text must be there.
pub(super) struct Part<'a> {
    /// Name and text as they were typed.
    whole: &'a str,
    is_excluded: bool,
    name: Option<&'a str>,
    text: &'a str,
    is_quoted: bool,
}

/// The first part and what follows it; `None` at the end.
pub(super) fn next_part(typed: &str) -> Option<(Part<'_>, &str)> {
    let typed = typed.trim_start();
    if typed.is_empty() {
        return None;
    }
    let (is_excluded, rest) = match typed.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric() || c == '"') => (true, rest),
        _ => (false, typed),
    };
    let whole = rest;
    let (name, rest) = name_of(rest);
    let part = |text, is_quoted, after: &str| Part {
        whole: whole.get(..whole.len() - after.len()).unwrap_or_default(),
        is_excluded,
        name,
        text,
        is_quoted,
    };
    if let Some(quoted) = rest.strip_prefix('"') {
        let (text, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        return Some((part(text, true, after), after));
    }
    let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    let (text, after) = rest.split_at(end);
    Some((part(text, false, after), after))
}

/// The name of what may be a filter, and what follows its colon.
fn name_of(typed: &str) -> (Option<&str>, &str) {
    let Some((name, rest)) = typed.split_once(':') else {
        return (None, typed);
    };
    let has_text = rest.chars().next().is_some_and(|c| !c.is_whitespace());
    if is_name(name) && has_text {
        (Some(name), rest)
    } else {
        (None, typed)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `2026`, `2026-05`, `2026-05-03`, each with `<`, `<=`, `>` or `>=` before it; or the last `7d`, `2w`, `3m`, `1y`.
fn time_range(text: &str, now: i64) -> Option<TimeRange> {
    if let Some(unit) = text.chars().last().filter(|unit| "dwmy".contains(*unit)) {
        let days = match unit {
            'd' => 1,
            'w' => 7,
            'm' => 31,
            _ => 366,
        };
        let number: i64 = text
            .strip_suffix(unit)?
            .parse()
            .ok()
            .filter(|n| (1..=10_000).contains(n))?;
        return Some(TimeRange {
            from: Some(now - number * days * DAY),
            until: None,
        });
    }
    let (operator, date) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let (start, end) = span(date)?;
    let (from, until) = match operator {
        "" => (Some(start), Some(end)),
        "<" => (None, Some(start)),
        "<=" => (None, Some(end)),
        ">" => (Some(end), None),
        ">=" => (Some(start), None),
        _ => return None,
    };
    Some(TimeRange { from, until })
}

/// The first second of a year, a month or a day, and the first one after it.
fn span(date: &str) -> Option<(i64, i64)> {
    let mut numbers = date.split('-').map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit()) && (1..=4).contains(&part.len());
        is_number.then(|| part.parse::<i64>().ok()).flatten()
    });
    let year = numbers.next()?.filter(|year| (1970..=9999).contains(year))?;
    let Some(month) = numbers.next() else {
        return Some((midnight(year, 1, 1), midnight(year + 1, 1, 1)));
    };
    let month = month.filter(|month| (1..=12).contains(month))?;
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let (start, end) = (midnight(year, month, 1), midnight(next_year, next_month, 1));
    let Some(day) = numbers.next() else {
        return Some((start, end));
    };
    let first = start + (day.filter(|day| (1..=31).contains(day))? - 1) * DAY;
    (numbers.next().is_none() && first < end).then_some((first, first + DAY))
}

/// Seconds since 1970 at the beginning of a day of the Gregorian calendar, for years from 1970 on.
fn midnight(year: i64, month: i64, day: i64) -> i64 {
    // Years are counted from March, so that the leap day is a year's last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days_before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let days_before_month = (153 * month + 2) / 5;
    (days_before_year + days_before_month + day - 1 - 719_468) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30 12:00 UTC.
    const NOW: i64 = 1_796_040_000;

    fn word(text: &str) -> SearchTerm {
        SearchTerm::Word(text.to_owned())
    }

    fn prefix(text: &str) -> SearchTerm {
        SearchTerm::Prefix(text.to_owned())
    }

    fn phrase(text: &str) -> SearchTerm {
        SearchTerm::Phrase(text.to_owned())
    }

    #[test]
    fn words_are_words_and_the_last_is_a_beginning_until_it_is_finished() {
        let terms = |typed: &str| SearchQuery::parse(typed, NOW).terms;
        assert_eq!(terms("holiday plan"), [word("holiday"), prefix("plan")]);
        assert_eq!(terms(" holiday  plan "), [word("holiday"), word("plan")]);
        assert_eq!(terms("\"holiday plan\""), [phrase("holiday plan")]);
        assert_eq!(terms("\"holiday pl"), [phrase("holiday pl")]);
        assert_eq!(terms("a \"b c\"d"), [word("a"), phrase("b c"), prefix("d")]);
        assert_eq!(terms("„schöne Worte“"), [phrase("schöne Worte")]);
        assert_eq!(terms("Re: plan"), [word("Re:"), prefix("plan")]);
        assert_eq!(
            terms("std::fmt http://a.example"),
            [word("std::fmt"), prefix("http://a.example")]
        );
        assert_eq!(terms("- \"\" : ! ( && *"), []);
        assert_eq!(
            terms("title:x rights:public "),
            [word("title:x"), word("rights:public")]
        );
    }

    #[test]
    fn filters_are_read_wherever_they_stand() {
        let query = SearchQuery::parse(
            "folder:/handbook/people/ plan OWNER:alice group:\"Sales East\" owner:bob -draft",
            NOW,
        );
        assert_eq!(query.folders, ["handbook/people"]);
        assert_eq!(query.owners, ["alice", "bob"]);
        assert_eq!(query.groups, ["Sales East"]);
        assert_eq!((query.terms, query.excluded), (vec![word("plan")], vec![word("draft")]));
        let none = SearchQuery::parse("folder: owner:\"\"", NOW);
        assert!(none.folders.is_empty() && none.owners.is_empty());
        assert_eq!(SearchQuery::parse("folder:/", NOW).folders, [""]);
    }

    #[test]
    fn times_are_spans_of_days_months_and_years() {
        let updated = |value: &str| SearchQuery::parse(&format!("updated:{value}"), NOW).updated;
        let span = |from: i64, until: i64| {
            Some(TimeRange {
                from: Some(from),
                until: Some(until),
            })
        };
        assert_eq!(updated("1970"), span(0, 365 * DAY));
        assert_eq!(updated("2024-02"), span(1_706_745_600, 1_709_251_200));
        assert_eq!(updated("2024-02-29"), span(1_709_164_800, 1_709_251_200));
        assert_eq!(updated("2024-12"), span(1_733_011_200, 1_735_689_600));
        assert_eq!(updated(">2024").unwrap().from, Some(1_735_689_600));
        assert_eq!(updated("<=2024").unwrap().until, Some(1_735_689_600));
        assert_eq!(updated("7d").unwrap().from, Some(NOW - 7 * DAY));
        for nothing in [
            "soon",
            "2023-02-29",
            "2024-13",
            "1969",
            "0d",
            "99999999999999999999d",
            "2024-1-1-1",
            "=2024",
            "é",
        ] {
            assert_eq!(updated(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn only_so_much_is_read() {
        let long = "word ".repeat(1000);
        let query = SearchQuery::parse(&long, NOW);
        assert_eq!(query.terms.len(), SearchQuery::MAX_TERMS);
        let filters = SearchQuery::parse(&"owner:a ".repeat(100), NOW);
        assert_eq!(filters.owners.len(), SearchQuery::MAX_FILTERS);
    }
}
