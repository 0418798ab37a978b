//! Which texts a title, folder, owner or group may be.

use domain::text::nfc;

use super::{file_error::FileError, front_matter::AtLine};

/// Longest title, folder or group, in characters.
pub(super) const MAX_TEXT: usize = 200;

/// Longest owner, in characters: an address, and a subject of 255 characters (`OpenID` Connect Core §2).
pub(super) const MAX_PERSON: usize = 2_300;

/// Validates the value of a key; the error has its line.
pub(super) fn at<T, R>(given: &AtLine<T>, check: impl FnOnce(&T) -> Result<R, String>) -> Result<R, FileError> {
    check(&given.value).map_err(|message| FileError {
        line: given.line,
        message,
    })
}

/// Validates one line of text, and returns it in NFC: macOS decomposes letters of file names, keyboards do not.
pub(super) fn line(key: &str, text: &str) -> Result<String, String> {
    line_up_to(key, text, MAX_TEXT)
}

/// The same for a text of at most `most` characters.
pub(super) fn line_up_to(key: &str, text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("`{key}` is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("`{key}` holds control characters or more than one line"));
    }
    if text.chars().count() > most {
        return Err(format!("`{key}` is longer than {most} characters"));
    }
    Ok(nfc(text))
}

/// A folder path: names with `/` between them; empty at the top.
pub(super) fn path(text: &str) -> Result<String, String> {
    let names: Vec<&str> = text.split('/').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| matches!(*name, "." | "..")) {
        return Err(format!("`folder: {text}` holds `.` or `..`"));
    }
    if names.is_empty() {
        Ok(String::new())
    } else {
        line("folder", &names.join("/"))
    }
}
