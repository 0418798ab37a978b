//! Our own keys, as they are written: each with its line, and with a message for people where it has another form. A key that looks like a misspelt
//! one of ours is a mistake: `pirvate: true` must not publish what somebody meant to be private.

use super::{
    tree::{Entry, Item, Value},
    words,
};
use crate::import::file_error::FileError;

/// The keys there are.
pub(super) const KEYS: [&str; 7] = ["id", "title", "owner", "owner_name", "groups", "private", "folder"];

/// The highest number a file may request. Numbers are given in turn above the highest there is, so a huge one would use them up.
pub const MAX_NUMBER: i64 = 1_000_000_000;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtLine<T> {
    /// What is written.
    pub value: T,
    /// Line of its key, from 1.
    pub line: usize,
}

/// Our keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnKeys {
    /// The document's number, for addresses that must not change.
    pub id: Option<AtLine<i64>>,
    /// Its title.
    pub title: Option<AtLine<String>>,
    /// Its owner, `provider:subject` or `issuer|subject`.
    pub owner: Option<AtLine<String>>,
    /// The owner's name, used until they sign in.
    pub owner_name: Option<AtLine<String>>,
    /// The groups it belongs to, by id.
    pub groups: Option<AtLine<Vec<String>>>,
    /// Whether it is private.
    pub private: Option<AtLine<bool>>,
    /// Folder path.
    pub folder: Option<AtLine<String>>,
}

/// Reads our keys.
///
/// # Errors
/// [`FileError`]: the first mistake.
pub(super) fn read(entries: &[Entry]) -> Result<OwnKeys, FileError> {
    let mut keys = OwnKeys::default();
    for entry in entries {
        match entry.key.as_str() {
            "id" => keys.id = id(entry)?.map(|value| at_line_of(entry, value)),
            "title" => keys.title = text(entry)?,
            "owner" => keys.owner = text(entry)?,
            "owner_name" => keys.owner_name = text(entry)?,
            "folder" => keys.folder = text(entry)?,
            "groups" => keys.groups = Some(at_line_of(entry, groups(entry)?)),
            "private" => keys.private = Some(at_line_of(entry, private(entry)?)),
            other => {
                if let Some(meant) = misspelt(other) {
                    return Err(error_at(
                        entry,
                        format!("there is no key `{other}`; did you mean `{meant}`?"),
                    ));
                }
            }
        }
    }
    Ok(keys)
}

fn at_line_of<T>(entry: &Entry, value: T) -> AtLine<T> {
    AtLine {
        value,
        line: entry.line,
    }
}

fn error_at(entry: &Entry, message: String) -> FileError {
    FileError {
        line: entry.line,
        message,
    }
}

/// A number; a word is another program's.
fn id(entry: &Entry) -> Result<Option<i64>, FileError> {
    let (Value::Number(text) | Value::Text(text)) = &entry.value else {
        return Ok(None);
    };
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let shown = entry.value.display_text();
    let meant = digits.trim_start_matches('0');
    if digits.starts_with('0') && !meant.is_empty() {
        return Err(error_at(
            entry,
            format!("`id: {shown}` begins with 0, which no document number does: write `id: {meant}`"),
        ));
    }
    match text.parse::<i64>() {
        Ok(number) if (1..=MAX_NUMBER).contains(&number) => Ok(Some(number)),
        Ok(number) if number < 1 => Err(error_at(
            entry,
            format!("`id: {shown}` is no document number: write 1 or more"),
        )),
        _ => Err(error_at(
            entry,
            format!("`id: {shown}` is too high for a document number: write at most {MAX_NUMBER}"),
        )),
    }
}

fn text(entry: &Entry) -> Result<Option<AtLine<String>>, FileError> {
    match &entry.value {
        Value::Null => Ok(None),
        value => match value.scalar() {
            Some(text) => Ok(Some(at_line_of(entry, text.to_owned()))),
            None => Err(error_at(
                entry,
                format!(
                    "`{}` is no text: write it on one line, in quotes if it holds a `:` or begins with `[` or `{{`",
                    entry.key
                ),
            )),
        },
    }
}

fn private(entry: &Entry) -> Result<bool, FileError> {
    let stated = match &entry.value {
        Value::Bool(value) => return Ok(*value),
        // Somebody began to restrict its readers; without a valid key it would be public.
        Value::Null => {
            return Err(error_at(
                entry,
                "`private` is empty: write `true` or `false`".to_owned(),
            ));
        }
        Value::Text(stated) => stated.trim(),
        _ => "",
    };
    match stated.to_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Ok(true),
        "false" | "no" | "off" | "n" => Ok(false),
        _ => Err(error_at(
            entry,
            format!(
                "`private: {}` is neither: write `true` or `false`",
                entry.value.display_text()
            ),
        )),
    }
}

fn groups(entry: &Entry) -> Result<Vec<String>, FileError> {
    match &entry.value {
        Value::Text(text) if text.contains([',', ';', '\n']) => {
            let names: Vec<_> = text
                .split([',', ';', '\n'])
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect();
            let list = names
                .iter()
                .take(3)
                .map(|name| name.trim_matches(['"', '\'', '[', ']']))
                .collect::<Vec<_>>()
                .join(", ");
            Err(error_at(
                entry,
                format!(
                    "`groups: {}` would be one group: write a list, `groups: [{list}]`",
                    entry.value.display_text()
                ),
            ))
        }
        Value::Text(text) => Ok(vec![text.clone()]),
        Value::List(items) => items.iter().map(group).collect(),
        Value::Null => Err(error_at(
            entry,
            "`groups` is empty: write `[]` for none, or take the line out".to_owned(),
        )),
        other => Err(not_a_group(entry.line, other)),
    }
}

fn group(item: &Item) -> Result<String, FileError> {
    match &item.value {
        Value::Text(name) => Ok(name.clone()),
        other => Err(not_a_group(item.line, other)),
    }
}

fn not_a_group(line: usize, value: &Value) -> FileError {
    let shown = value.display_text();
    let message = match value {
        Value::Number(_) => format!("`groups` holds the number `{shown}`: write it in quotes, `\"{shown}\"`"),
        Value::Bool(_) | Value::Null => {
            format!("`groups` holds `{shown}`, which is no name: write it in quotes if a group is called so")
        }
        _ => "`groups` holds something that is no name: write a list of names, `groups: [Sales, Support]`".to_owned(),
    };
    FileError { line, message }
}

fn misspelt(key: &str) -> Option<&'static str> {
    let plain = key.to_lowercase().replace('-', "_");
    if words::about(key).is_some_and(|word| word != words::Word::Private && word != words::Word::Restricted) {
        return None;
    }
    KEYS.into_iter()
        .find(|ours| strsim::osa_distance(ours, &plain) <= slips(ours))
}

/// How many letters may be wrong, missing, too many or swapped with the next until a word is another one. Two away from our short
/// keys are words of other programs (`order`, `file`, `time`, `footer`); two away from the long ones, which restrict readers
/// a document and whose it is, are slips.
fn slips(ours: &str) -> usize {
    match ours {
        "id" => 0,
        "private" | "owner_name" => 2,
        _ => 1,
    }
}
