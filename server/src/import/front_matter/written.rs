//! When a document was written and changed, as front matter says: in the words of Hugo, Jekyll, Docusaurus, `MkDocs`, Obsidian and others. Dates ahead
//! mark drafts, which is for [`super::drafts`].

use super::{
    dates::{self, Bound},
    tree::{Entry, Value},
    words,
};
use crate::import::{
    dates::FileDates,
    file_error::{FileWarning, WarningKind},
};

/// Keys for when it was written, as [`words::plain`] makes them. The first one that a file has counts.
const CREATED: [&str; 10] = [
    "date",
    "created",
    "createdat",
    "creationdate",
    "datecreated",
    "createdon",
    "published",
    "publishdate",
    "publisheddate",
    "pubdate",
];

/// Keys for when it was changed.
const UPDATED: [&str; 12] = [
    "lastmod",
    "lastmodified",
    "lastmodifiedat",
    "updated",
    "updatedat",
    "updatedon",
    "dateupdated",
    "lastupdated",
    "lastupdate",
    "modified",
    "modifiedat",
    "datemodified",
];

/// The dates that front matter gives, and warnings about values that are none.
pub(super) fn read(entries: &[Entry]) -> (FileDates, Vec<FileWarning>) {
    let (mut dates, mut warnings) = (FileDates::default(), Vec::new());
    let moment = |keys: &[&str], inner: &[&str], warnings: &mut Vec<FileWarning>| {
        let found = |key: &&str| entries.iter().find(|entry| words::plain(&entry.key) == **key);
        keys.iter()
            .filter_map(found)
            .find_map(|entry| date_of(entry, inner, warnings))
    };
    dates.created = moment(&CREATED, &["created", "date"], &mut warnings);
    dates.updated = moment(&UPDATED, &["date", "updated"], &mut warnings);
    if dates.updated.is_none() {
        // MkDocs: `date: { created: …, updated: … }`.
        let date = entries.iter().filter(|entry| words::plain(&entry.key) == "date");
        dates.updated = date
            .filter_map(|entry| in_map(&entry.value, &["updated"]))
            .find_map(|value| seconds(value).ok().flatten());
    }
    (dates, warnings)
}

fn date_of(entry: &Entry, inner: &[&str], warnings: &mut Vec<FileWarning>) -> Option<i64> {
    let value = in_map(&entry.value, inner).unwrap_or(&entry.value);
    if let Ok(date) = seconds(value) {
        return date;
    }
    let message = format!(
        "`{}: {}` is no date, so the document has the date of its file",
        entry.key,
        entry.value.display_text()
    );
    let (kind, line) = (WarningKind::Date, entry.line);
    warnings.push(FileWarning { kind, line, message });
    None
}

fn in_map<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    let Value::Map(entries) = value else { return None };
    let mut found = entries
        .iter()
        .filter(|entry| keys.contains(&&*words::plain(&entry.key)));
    found.next().map(|entry| &entry.value)
}

/// Seconds since 1970 (UTC); nothing where nothing is said (`published: true` is no date and no mistake).
fn seconds(value: &Value) -> Result<Option<i64>, ()> {
    let (Value::Number(text) | Value::Text(text)) = value else {
        return Ok(None);
    };
    if text.trim().is_empty() || words::is_yes(text) || words::is_no(text) {
        return Ok(None);
    }
    dates::moment(text, Bound::From).map(Some).ok_or(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> Entry {
        Entry {
            key: key.to_owned(),
            line: 2,
            value: Value::Text(value.to_owned()),
        }
    }

    fn dates(created: Option<i64>, updated: Option<i64>) -> FileDates {
        FileDates { created, updated }
    }

    #[test]
    fn im_5_dates_are_understood_in_the_words_of_every_program() {
        let (first, second) = (1_577_836_800, 1_609_459_200);
        for entries in [
            vec![text("date", "2020-01-01"), text("lastmod", "2021-01-01")],
            vec![
                text("created_at", "2020-01-01T00:00:00Z"),
                text("last_modified_at", "1 Jan 2021"),
            ],
            vec![
                text("pubDate", "2020-01-01"),
                text("updated", "2021-01-01"),
                text("modified", "1999"),
            ],
            vec![
                text("published", "true"),
                text("publishDate", "2020-01-01"),
                Entry {
                    key: "last_update".to_owned(),
                    line: 3,
                    value: Value::Map(vec![text("author", "Ann"), text("date", "2021-01-01")]),
                },
            ],
            vec![Entry {
                key: "date".to_owned(),
                line: 2,
                value: Value::Map(vec![text("created", "2020-01-01"), text("updated", "2021-01-01")]),
            }],
        ] {
            assert_eq!(
                read(&entries),
                (dates(Some(first), Some(second)), Vec::new()),
                "{entries:?}"
            );
        }
    }

    #[test]
    fn im_5_a_value_that_is_no_date_is_reported_and_the_next_key_counts() {
        let (found, warnings) = read(&[
            text("date", "{{ date }}"),
            text("created", "2020"),
            text("updated", "soon"),
        ]);
        assert_eq!(found, dates(Some(1_577_836_800), None));
        let lines: Vec<_> = warnings.iter().map(|warning| (warning.kind, warning.line)).collect();
        assert_eq!(lines, [(WarningKind::Date, 2), (WarningKind::Date, 2)]);
        assert_eq!(
            read(&[text("date", " "), text("published", "yes")]),
            (dates(None, None), Vec::new())
        );
    }
}
