//! Keys that mark a document as a draft, scheduled or expired. In the words of Hugo, Jekyll, Docusaurus, Obsidian
//! and others. What happens to such a file is decided in [`crate::import::file`].

use super::{
    access,
    dates::{self, Bound},
    hints,
    tree::{Entry, Item, Value},
    words::{self, Word},
};
use crate::import::file_error::FileError;

/// Why a document is not to be read (yet).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftMarker {
    /// Its line, from 1.
    pub line: usize,
    /// Its text, as `draft: true`.
    pub text: String,
}

/// Looks for it at any depth; `now` in seconds since 1970 (UTC).
///
/// # Errors
/// [`FileError`] where such a word has a value nobody understands.
pub(super) fn find(entries: &[Entry], now: i64) -> Result<Option<DraftMarker>, FileError> {
    below(entries, true, now)
}

fn below(entries: &[Entry], is_top: bool, now: i64) -> Result<Option<DraftMarker>, FileError> {
    for entry in entries {
        let said = DraftMarker {
            line: entry.line,
            text: format!("{}: {}", entry.key, entry.value.display_text()),
        };
        if is_unfinished(entry, is_top, now)? {
            return Ok(Some(said));
        }
        let deeper = match &entry.value {
            Value::Map(entries) => below(entries, false, now)?,
            Value::List(items) => in_list(items, now)?,
            _ => None,
        };
        if deeper.is_some() {
            return Ok(deeper);
        }
    }
    Ok(None)
}

fn in_list(items: &[Item], now: i64) -> Result<Option<DraftMarker>, FileError> {
    for item in items {
        let found = match &item.value {
            Value::Map(entries) => below(entries, false, now)?,
            Value::List(items) => in_list(items, now)?,
            _ => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn is_unfinished(entry: &Entry, is_top: bool, now: i64) -> Result<bool, FileError> {
    let value = &entry.value;
    let word = entry.key.rsplit(['.', '/', ':']).find_map(words::about);
    match word {
        Some(Word::Draft) => match value.scalar() {
            Some(said) if words::is_yes(said) || words::is_unfinished(said) => Ok(true),
            Some(said) if words::is_no(said) => Ok(false),
            _ => Err(not_understood(entry, "`true` or `false`")),
        },
        Some(Word::Published) => published(entry, now),
        Some(Word::Status) => Ok(value.scalar().is_some_and(is_unfinished_status)),
        Some(Word::Labels) => Ok(access::any_scalar(value, words::is_unfinished_by_itself)),
        Some(Word::From) if words::plain(&entry.key) == "date" => {
            if is_top {
                is_dated_ahead(entry, now)
            } else {
                Ok(false)
            }
        }
        // As content stores have it.
        Some(Word::From) if entry.value == Value::Null && words::plain(&entry.key) == "publishedat" => Ok(true),
        Some(Word::From) => is_ahead(entry, now),
        Some(Word::Until) => is_over(entry, now),
        _ => Ok(is_not_built(entry) || value.scalar().is_some_and(|said| is_draft_value(&entry.key, said))),
    }
}

/// `extra.stage_name: draft`, `ready: false`; but `title: Draft` is a title.
fn is_draft_value(key: &str, text: &str) -> bool {
    let is_value = words::plain(text) == "draft" && !access::FREE_TEXT.contains(&words::plain(key).as_str());
    is_value || hints::marks_unfinished(key, text)
}

fn published(entry: &Entry, now: i64) -> Result<bool, FileError> {
    let Some(text) = entry.value.scalar() else {
        return Ok(false);
    };
    if words::is_yes(text) || words::is_everybody(text) {
        Ok(false)
    } else if words::is_no(text) || words::is_unfinished(text) || words::restricts(text) {
        Ok(true)
    } else {
        match dates::moment(text, Bound::From) {
            Some(moment) => Ok(moment > now),
            None => Err(not_understood(entry, "`true`, `false` or a date such as `2026-12-31`")),
        }
    }
}

fn is_unfinished_status(text: &str) -> bool {
    let first = text
        .split(|letter: char| !letter.is_alphanumeric())
        .find(|word| !word.is_empty());
    words::is_unfinished(text) || first.is_some_and(words::is_unfinished_by_itself)
}

/// `date` is in every second file and written in every way: only one that may lie ahead has to be understood.
fn is_dated_ahead(entry: &Entry, now: i64) -> Result<bool, FileError> {
    let Some(said) = entry.value.scalar() else {
        return Ok(false);
    };
    match dates::moment(said, Bound::From) {
        Some(moment) => Ok(moment > now),
        None if dates::names_a_year_from(said, now) => Err(not_understood(entry, "it as `2026-12-31`")),
        None => Ok(false),
    }
}

fn is_ahead(entry: &Entry, now: i64) -> Result<bool, FileError> {
    match date_value(entry)? {
        DateValue::Nothing => Ok(false),
        DateValue::Yes => Ok(true),
        DateValue::Date(text) => match dates::moment(text, Bound::From) {
            Some(moment) => Ok(moment > now),
            None => Err(not_understood(entry, "it as `2026-12-31`")),
        },
    }
}

fn is_over(entry: &Entry, now: i64) -> Result<bool, FileError> {
    match date_value(entry)? {
        DateValue::Nothing | DateValue::Yes => Ok(false),
        DateValue::Date(text) => match dates::moment(text, Bound::Until) {
            Some(moment) => Ok(moment <= now),
            None => Err(not_understood(entry, "it as `2026-12-31`")),
        },
    }
}

enum DateValue<'a> {
    Nothing,
    Yes,
    Date(&'a str),
}

fn date_value(entry: &Entry) -> Result<DateValue<'_>, FileError> {
    match &entry.value {
        Value::Null | Value::Bool(false) => Ok(DateValue::Nothing),
        Value::Bool(true) => Ok(DateValue::Yes),
        value => match value.scalar() {
            Some(said) if said.trim().is_empty() || words::is_no(said) && words::plain(said) != "0" => {
                Ok(DateValue::Nothing)
            }
            Some(said) if words::is_yes(said) => Ok(DateValue::Yes),
            Some(said) => Ok(DateValue::Date(said)),
            None => Err(not_understood(entry, "one date, such as `2026-12-31`")),
        },
    }
}

/// Hugo: `build: { render: never, list: never }`.
fn is_not_built(entry: &Entry) -> bool {
    let Value::Map(build) = &entry.value else { return false };
    words::plain(&entry.key) == "build"
        && build.iter().any(|entry| {
            let said = entry.value.scalar().map(words::plain).unwrap_or_default();
            let is_about = ["list", "render"].contains(&words::plain(&entry.key).as_str());
            is_about && ["never", "false", "local", "link", "no"].contains(&said.as_str())
        })
}

fn not_understood(entry: &Entry, write: &str) -> FileError {
    FileError {
        line: entry.line,
        message: format!(
            "`{}: {}` is not understood: write {write}, or take the line out",
            entry.key,
            entry.value.display_text()
        ),
    }
}
