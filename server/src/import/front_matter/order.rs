//! Where a document stands among those of its folder: the numbers by which generators of sites sort pages.

use super::tree::{Entry, Value};
use crate::import::file_error::{FileWarning, WarningKind};

/// The keys: of Hugo, Docusaurus, Just the Docs, and several others. The first one that a file has counts.
const KEYS: [&str; 4] = ["weight", "sidebar_position", "nav_order", "order"];

/// Positions are whole numbers, in thousandths: `nav_order: 1.5` is 1500.
const PARTS: f64 = 1_000.0;

/// The largest number, either way.
const LARGEST: f64 = 1e12;

/// The position that front matter gives, in thousandths; a warning, since a wrong order hides nothing.
pub(super) fn read(entries: &[Entry]) -> (Option<i64>, Option<FileWarning>) {
    let found = KEYS
        .iter()
        .find_map(|key| entries.iter().find(|entry| entry.key == *key));
    let Some(entry) = found.filter(|entry| entry.value != Value::Null) else {
        return (None, None);
    };
    if let Some(position) = position(&entry.value) {
        return (Some(position), None);
    }
    let message = format!(
        "`{}: {}` is no number by which documents are sorted, so this one is sorted by its title",
        entry.key,
        entry.value.display_text()
    );
    let warning = FileWarning {
        kind: WarningKind::Order,
        line: entry.line,
        message,
    };
    (None, Some(warning))
}

fn position(value: &Value) -> Option<i64> {
    let (Value::Number(text) | Value::Text(text)) = value else {
        return None;
    };
    let number: f64 = text.trim().parse().ok()?;
    if !(-LARGEST..=LARGEST).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    Some((number * PARTS).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: Value) -> Entry {
        Entry {
            key: key.to_owned(),
            line: 3,
            value,
        }
    }

    #[test]
    fn fi_2_the_first_number_that_generators_sort_by_is_the_position() {
        let number = |text: &str| Value::Number(text.to_owned());
        for (key, value, position) in [
            ("weight", number("10"), 10_000),
            ("sidebar_position", number("1.5"), 1_500),
            ("nav_order", Value::Text(" -2 ".to_owned()), -2_000),
            ("order", number("1e3"), 1_000_000),
            ("weight", number("0"), 0),
        ] {
            assert_eq!(
                read(&[entry("title", number("7")), entry(key, value)]),
                (Some(position), None)
            );
        }
        let both = [entry("order", number("1")), entry("weight", number("2"))];
        assert_eq!(read(&both), (Some(2_000), None));
        assert_eq!(read(&[entry("weight", Value::Null)]), (None, None));
    }

    #[test]
    fn fi_2_a_bad_number_is_reported_and_no_error() {
        for value in [
            Value::Text("first".to_owned()),
            Value::Number("1e13".to_owned()),
            Value::Text("NaN".to_owned()),
            Value::Bool(true),
            Value::List(Vec::new()),
        ] {
            let (position, warning) = read(&[entry("weight", value)]);
            assert_eq!((position, warning.map(|warning| warning.line)), (None, Some(3)));
        }
    }
}
