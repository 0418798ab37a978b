//! Reads a file: once, within a limit, and only if it is a regular file.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};
use store::DocumentSource;

use super::{
    dates::FileDates,
    file::{self, Content, Defaults, FileError},
    front_matter,
    history::History,
    walk,
};
use crate::{files::Attached, import::ImportOptions, relative_path::join};

/// Most bytes of a file that are read for the addresses in its front matter.
const BEGINNING: u64 = 16 * 1024;

/// A file that was read.
pub(super) struct ReadFile {
    /// Path relative to the imported folder.
    pub(super) name: String,
    pub(super) source: DocumentSource,
    pub(super) outcome: ReadOutcome,
    /// Its pictures and other files.
    pub(super) attached: Attached,
}

/// The result of reading a file.
pub(super) enum ReadOutcome {
    Content(Content),
    /// It has an error.
    Refused(FileError),
    /// It could not be read.
    Unreadable(FileError),
}

impl From<Result<Content, FileError>> for ReadOutcome {
    fn from(parsed: Result<Content, FileError>) -> Self {
        match parsed {
            Ok(content) => Self::Content(content),
            Err(error) => Self::Refused(error),
        }
    }
}

/// Reads a file of a folder.
pub(super) fn read(found: &walk::FoundFile, options: &ImportOptions, history: &History) -> ReadOutcome {
    let root = root_name(&options.dir);
    let defaults = Defaults {
        folder: join(options.folder.as_deref().unwrap_or_default(), &found.folder),
        root: &root,
        dates: history.dates(&found.name).or(FileDates {
            created: None,
            updated: found.modified,
        }),
        position: found.position,
        prefix: options.folder.as_deref().unwrap_or_default(),
        owner: options.owner.as_deref(),
        groups: &options.groups,
        private: options.private,
        drafts: options.drafts,
        now: options.now,
        resolve: &*options.resolve_person,
    };
    match text(found) {
        Ok(text) => file::parse(&found.name, &text, &defaults).into(),
        Err(reading) => reading,
    }
}

/// The addresses and names that a file gives its document elsewhere, if its front matter is not longer than [`BEGINNING`]. What cannot be read is reported
/// when the file itself is read.
pub(super) fn addresses(found: &walk::FoundFile) -> Vec<String> {
    let is_file = |found: fs::Metadata| found.is_file();
    if !fs::symlink_metadata(&found.path).is_ok_and(is_file) {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(&found.path).and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes));
    match read {
        Ok(_) => front_matter::addresses(&String::from_utf8_lossy(&bytes)),
        Err(_) => Vec::new(),
    }
}

/// The name of a folder, also where it was given as `.` or `..`.
fn root_name(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    dir.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn text(found: &walk::FoundFile) -> Result<String, ReadOutcome> {
    let refused = |message: String| ReadOutcome::Refused(FileError { line: 1, message });
    let unreadable = |error: io::Error| {
        let message = format!("cannot be read: {error}");
        ReadOutcome::Unreadable(FileError { line: 1, message })
    };
    let is_file = |found: fs::Metadata| found.is_file();
    // Checked again: opening a named pipe that was created meanwhile would block.
    if !fs::symlink_metadata(&found.path).map(is_file).map_err(unreadable)? {
        return Err(refused(walk::NOT_A_REGULAR_FILE.to_owned()));
    }
    let file = fs::File::open(&found.path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let limit = markdown::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    // The size may have changed since it was reported.
    if size <= limit {
        file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    let size = size.max(bytes.len() as u64);
    if size > limit {
        return Err(refused(format!(
            "has {size} bytes, more than the {limit} that are allowed"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n');
        ReadOutcome::Refused(FileError {
            line: lines.count() + 1,
            message: "is not valid UTF-8".to_owned(),
        })
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_socket_instead_of_a_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let (name, folder) = ("a.md".to_owned(), String::new());
        let found = walk::FoundFile {
            path,
            name,
            folder,
            size: 0,
            modified: None,
            position: None,
        };
        assert!(matches!(text(&found), Err(ReadOutcome::Refused(error)) if error.message == walk::NOT_A_REGULAR_FILE));
    }
}
