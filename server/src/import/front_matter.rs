//! Parses front matter. YAML between two lines `---`, TOML between two lines `+++`, or a JSON object, at the start of a file.
//!
//! **A file's access is decided only from front matter that was understood whole.** Where the first lines look like front matter of any kind and are
//! not understood, the file is refused with its line: it would be open to more people than its author meant.
//!
//! | part | where ||
//! |---|---|
//! | Where does it begin and end? | `find.rs` |
//! | Which lines look like keys and fences? | `text.rs` |
//! | Parsing YAML, TOML and JSON | `yaml.rs`, `toml_table.rs`, `json.rs`; all of them make a `tree.rs` |
//! | Our own keys | `keys.rs` |
//! | The place among the documents of its folder | `order.rs` |
//! | When it was written and changed | `written.rs` |
//! | Its addresses elsewhere | `addresses.rs` |
//! | Words of other programs: who may read | `access.rs`, with the lists of `words.rs` |
//! | Words of other programs: not finished | `unfinished.rs`, `dates.rs` |
//! | Words that count with a plain yes or no | `hints.rs` |
//! | Lines that restrict readers without a key | `banner.rs` ||
//! | What looks like front matter and is none? | `suspect.rs` |

use std::borrow::Cow;

use super::{
    dates::FileDates,
    file_error::{FileError, FileWarning},
};

mod access;
mod addresses;
mod banner;
mod dates;
mod drafts;
mod find;
mod hints;
mod json;
mod keys;
mod order;
mod suspect;
#[cfg(test)]
mod tests;
mod text;
mod toml_table;
mod tree;
mod words;
mod written;
mod yaml;

pub use drafts::DraftMarker;
pub use keys::{AtLine, MAX_NUMBER, OwnKeys};

use find::File;

/// A file split into front matter and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter<'a> {
    /// Our keys.
    pub keys: OwnKeys,
    /// Why the document is a draft, if a key states it.
    pub draft: Option<DraftMarker>,
    /// Where it stands among the documents of its folder, in thousandths.
    pub position: Option<i64>,
    /// When it was written and changed.
    pub dates: FileDates,
    /// Its addresses and names elsewhere.
    pub addresses: Vec<String>,
    /// Values of order and dates that are none.
    pub warnings: Vec<FileWarning>,
    /// Everything behind it; the whole file where there is none.
    pub body: Cow<'a, str>,
    /// Line of the file at which `body` starts, from 1.
    pub body_line: usize,
}

/// Reads the front matter of a file; `now` in seconds since 1970 (UTC).
///
/// # Errors
/// [`FileError`], with the line in the file, where it is not understood whole.
pub fn read(text: &str, now: i64) -> Result<FrontMatter<'_>, FileError> {
    let text = text::with_line_feeds(text);
    let file = File::new(&text);
    let found = file.find()?;
    let mut keys = OwnKeys::default();
    let mut unfinished = None;
    let (mut position, mut dates, mut warnings) = (None, FileDates::default(), Vec::new());
    let mut addresses = Vec::new();
    let mut body = 0;
    if let Some(found) = found {
        addresses = addresses::read(&found.entries);
        keys = keys::read(&found.entries)?;
        let is_private = keys.private.as_ref().is_some_and(|private| private.value);
        access::check(&found.entries, is_private)?;
        unfinished = drafts::find(&found.entries, now)?;
        (dates, warnings) = written::read(&found.entries);
        let (place, bad_position) = order::read(&found.entries);
        position = place;
        warnings.extend(bad_position);
        body = found.body;
        if !is_private && unfinished.is_none() {
            suspect::check_body(file.lines_from(body), body + 1, keys.private.is_some())?;
        }
    }
    let begin = file.start_of(body);
    // A mark of the byte order is no text.
    let begin = if begin == 0 {
        text.len() - text.trim_start_matches('\u{feff}').len()
    } else {
        begin
    };
    Ok(FrontMatter {
        keys,
        draft: unfinished,
        position,
        dates,
        addresses,
        warnings,
        body: match text {
            Cow::Borrowed(text) => text.get(begin..).unwrap_or_default().into(),
            Cow::Owned(text) => text.get(begin..).unwrap_or_default().to_owned().into(),
        },
        body_line: body + 1,
    })
}

/// The addresses and names that the front matter of a file gives its document elsewhere; `text` is at least the beginning of the file. None where the
/// front matter is not understood, which is reported when the file itself is read.
pub(super) fn addresses(text: &str) -> Vec<String> {
    if !addresses::may_occur(text) {
        return Vec::new();
    }
    let text = text::with_line_feeds(text);
    match File::new(&text).find() {
        Ok(Some(found)) => addresses::read(&found.entries),
        Ok(None) | Err(_) => Vec::new(),
    }
}

/// A parser's message without the place it counts by itself, and without advice for programmers: one line number is shown, that of the file.
fn without_positions(message: &str) -> String {
    let mut plain = format!(" {}", message.trim());
    if let Some(at) = plain.find(", set DuplicateKeyPolicy") {
        plain.truncate(at);
    }
    while let Some(at) = plain.find(" line ") {
        let rest = plain.get(at + " line ".len()..).unwrap_or_default();
        let is_position = |letter: char| letter.is_ascii_digit() || " ,:".contains(letter);
        let words = rest.trim_start_matches(is_position);
        if words.len() == rest.len() {
            break;
        }
        let words = words
            .strip_prefix("column")
            .unwrap_or(words)
            .trim_start_matches(is_position);
        let before = plain.get(..at).unwrap_or_default();
        plain = format!("{} {words}", before.strip_suffix(" at").unwrap_or(before));
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
