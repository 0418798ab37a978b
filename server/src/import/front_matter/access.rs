//! Keys of other programs that restrict access. Such words are not followed, so they must not be passed by either: the
//! document would be open to more people than its author meant. They are refused with what to write instead, wherever they stand,
//! unless their value is that everybody may read.

use super::{
    hints,
    keys::KEYS,
    text,
    tree::{Entry, Item, Value},
    words::{self, Word},
};
use crate::import::file_error::FileError;

/// Keys whose text is for people and restricts nobody.
pub(super) const FREE_TEXT: [&str; 15] = [
    "title",
    "description",
    "summary",
    "subtitle",
    "name",
    "label",
    "slug",
    "author",
    "excerpt",
    "keywords",
    "sidebarlabel",
    "navtitle",
    "linktitle",
    "shorttitle",
    "intro",
];

/// Keys about how a page looks, whose values are names of templates.
const APPEARANCE: [&str; 8] = [
    "layout",
    "template",
    "parent",
    "grandparent",
    "sidebar",
    "icon",
    "cssclass",
    "bodyclass",
];

/// Looks for words of other programs, at any depth. A document that is private by Portico's own keys is understood, whatever else it has.
///
/// # Errors
/// [`FileError`]: the first of them.
pub(super) fn check(entries: &[Entry], is_private: bool) -> Result<(), FileError> {
    if is_private { Ok(()) } else { entries_below(entries, "") }
}

fn entries_below(entries: &[Entry], above: &str) -> Result<(), FileError> {
    named_values(entries, above)?;
    for entry in entries {
        if above.is_empty() && KEYS.contains(&entry.key.as_str()) {
            continue;
        }
        let path = if above.is_empty() {
            entry.key.clone()
        } else {
            format!("{above}.{}", entry.key)
        };
        entry_at(&path, entry)?;
    }
    Ok(())
}

fn entry_at(path: &str, Entry { key, line, value }: &Entry) -> Result<(), FileError> {
    // A key that is a list or a map itself; its meaning is unknown. `{{ date }}` of a template is one without a value.
    if matches!(key.as_str(), "[…]" | "{…}") && *value != Value::Null {
        return Err(refused(path, *line, value));
    }
    if !is_harmless(key, value) && !is_of_a_person(path, key) {
        return Err(refused(path, *line, value));
    }
    match value {
        Value::Map(entries) => entries_below(entries, path),
        Value::List(items) => items.iter().try_for_each(|item| item_of(path, item)),
        Value::Text(value) => text_of(path, *line, value),
        _ => Ok(()),
    }
}

/// `author: [{ name: Alice, role: editor }]` names what somebody does, not who may read.
fn is_of_a_person(path: &str, key: &str) -> bool {
    const PEOPLE: &str = "author contributor editor maintainer speaker reviewer translator person people";
    let above = path.rsplit('.').nth(1).map(words::plain).unwrap_or_default();
    let above = above.strip_suffix('s').unwrap_or(&above);
    PEOPLE.split_whitespace().any(|one| one == above) && matches!(words::plain(key).as_str(), "role" | "roles" | "team")
}

fn item_of(path: &str, Item { line, value }: &Item) -> Result<(), FileError> {
    match value {
        Value::Map(entries) => entries_below(entries, path),
        Value::List(items) => items.iter().try_for_each(|item| item_of(path, item)),
        Value::Text(text) if restricts_as_item(path, text) => Err(refused(path, *line, value)),
        Value::Text(value) => text_of(path, *line, value),
        _ => Ok(()),
    }
}

/// `settings: [private]`
fn restricts_as_item(path: &str, text: &str) -> bool {
    let key = words::plain(path.rsplit('.').next().unwrap_or_default());
    words::restricts(text) && !FREE_TEXT.contains(&&*key) && !key.starts_with("keyword")
}

/// A text that holds front matter itself: `meta: "private: true"`.
fn text_of(path: &str, line: usize, value: &str) -> Result<(), FileError> {
    let has = |line: &str| text::pairs(line).any(|(key, value)| restricts_readers(key, value));
    match value.lines().take(100).find(|line| has(line)) {
        Some(shown) => Err(refused(path, line, &Value::Text(shown.trim().to_owned()))),
        None => Ok(()),
    }
}

/// `{ name: visibility, value: internal }`, as exports of other programs write it.
fn named_values(entries: &[Entry], above: &str) -> Result<(), FileError> {
    let find = |names: &[&str]| {
        entries
            .iter()
            .find(|entry| names.contains(&words::plain(&entry.key).as_str()))
    };
    let (Some(name), Some(value)) = (find(&["name", "key", "property", "field"]), find(&["value", "content"])) else {
        return Ok(());
    };
    match &name.value {
        Value::Text(key) if !is_harmless(key, &value.value) => {
            Err(refused(&format!("{above}.{key}"), value.line, &value.value))
        }
        _ => Ok(()),
    }
}

/// Whether a key with this value restricts no reader. Also of `metadata.private` and `access/level`.
fn is_harmless(key: &str, value: &Value) -> bool {
    match words::about_path(key) {
        Some(Word::Private) => value.scalar().is_some_and(words::is_no),
        Some(Word::Restricted) => unrestricts(&words::plain(key), value),
        Some(Word::ForWhom) => is_for_everybody(&words::plain(key), value),
        Some(Word::Open) => value
            .scalar()
            .is_some_and(|shown| words::is_yes(shown) || words::is_everybody(shown)),
        Some(Word::Labels) => has_harmless_labels(key, value),
        Some(Word::Status) => !value.scalar().is_some_and(words::restricts_as_status),
        Some(_) => !value.scalar().is_some_and(words::restricts),
        None => value
            .scalar()
            .is_none_or(|shown| is_harmless_word(&words::plain(key), shown) && !hints::restricts_readers(key, shown)),
    }
}

fn is_harmless_word(key: &str, shown: &str) -> bool {
    if FREE_TEXT.contains(&key) {
        return true;
    }
    let is_internal = words::plain(shown) == "internal" && !APPEARANCE.contains(&key);
    !words::restricts(shown) && !is_internal
}

/// Labels name the readers of a document; keywords, which name its subjects, do so only all together.
fn has_harmless_labels(key: &str, value: &Value) -> bool {
    let restricts = |label: &str| words::restricts(label) || words::plain(label) == "internal";
    if words::plain(key).starts_with("keyword") {
        let is_other = |label: &str| !words::plain(label).is_empty() && !words::restricts(label);
        return any_scalar(value, is_other) || !any_scalar(value, restricts);
    }
    !any_scalar(value, restricts)
}

fn unrestricts(key: &str, value: &Value) -> bool {
    match value {
        // Which parts of a page are hidden, as themes have it.
        Value::List(_) => key == "hide",
        Value::Text(text) if text.is_empty() => key.contains("password"),
        value => value
            .scalar()
            .is_some_and(|shown| words::is_no(shown) || words::is_everybody(shown) || words::plain(shown) == "none"),
    }
}

fn is_for_everybody(key: &str, value: &Value) -> bool {
    match value {
        Value::List(items) => {
            !items.is_empty()
                && items
                    .iter()
                    .all(|item| item.value.scalar().is_some_and(words::is_everybody))
        }
        // Buttons to share a page.
        value if key == "share" || key == "sharing" => value
            .scalar()
            .is_some_and(|shown| words::is_no(shown) || words::is_everybody(shown)),
        value => value.scalar().is_some_and(words::is_everybody),
    }
}

/// Whether one of the labels, in a list or in a text with commas, is such a word.
pub(super) fn any_scalar(value: &Value, is_such: impl Fn(&str) -> bool + Copy) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| any_scalar(&item.value, is_such)),
        value => value.scalar().is_some_and(|text| text.split([',', ';']).any(is_such)),
    }
}

/// Whether one line of text states plainly that not everybody may read: `private: true`, `confidential = yes`, `visibility: private`.
pub(super) fn restricts_readers(key: &str, value: &str) -> bool {
    match words::about_path(key) {
        Some(Word::Private | Word::Restricted) => words::is_yes(value),
        Some(Word::ForWhom) => words::restricts(value) || words::plain(value) == "internal",
        Some(Word::Open) => words::is_no(value),
        Some(Word::Status) => words::restricts(value),
        Some(Word::Labels) => value.split([',', ';']).any(words::restricts),
        _ => hints::restricts_readers(key, value),
    }
}

fn refused(path: &str, line: usize, value: &Value) -> FileError {
    let what = match value {
        Value::Null => format!("`{path}` is empty, and another program's word for who may read"),
        value => format!(
            "`{path}: {}` is another program's word for who may read, and not followed here",
            value.display_text()
        ),
    };
    FileError {
        line,
        message: format!("{what}: write `private: true`, with `groups: […]` for whom it is, or take it out"),
    }
}
