//! What is in a file? Read once, bounded, and only if it is one.

use std::{
    fs,
    io::{self, Read as _},
};
use store::DocumentSource;

use super::{
    file::{self, Content, Defaults, Wrong},
    join, walk,
};
use crate::import::ImportOptions;

/// A file as it was found.
pub(super) struct ReadFile {
    /// Relative to the folder that is imported.
    pub(super) name: String,
    pub(super) source: DocumentSource,
    pub(super) reading: Reading,
}

/// What reading a file led to.
pub(super) enum Reading {
    Content(Content),
    /// Something in it is not understood.
    Refused(Wrong),
    /// Nobody knows what is in it.
    Unreadable(Wrong),
}

impl From<Result<Content, Wrong>> for Reading {
    fn from(parsed: Result<Content, Wrong>) -> Self {
        match parsed {
            Ok(content) => Self::Content(content),
            Err(wrong) => Self::Refused(wrong),
        }
    }
}

/// Reads a file of a folder.
pub(super) fn read(found: &walk::FoundFile, options: &ImportOptions) -> Reading {
    let defaults = Defaults {
        folder: join(options.folder.as_deref().unwrap_or_default(), &found.folder),
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

fn text(found: &walk::FoundFile) -> Result<String, Reading> {
    let refused = |message: String| Reading::Refused(Wrong { line: 1, message });
    let unreadable = |error: io::Error| {
        let message = format!("cannot be read: {error}");
        Reading::Unreadable(Wrong { line: 1, message })
    };
    let is_file = |found: fs::Metadata| found.is_file();
    // Looked at again: opening a named pipe that came meanwhile would wait for whoever writes to it.
    if !fs::symlink_metadata(&found.path).map(is_file).map_err(unreadable)? {
        return Err(refused(walk::NO_FILE.to_owned()));
    }
    let file = fs::File::open(&found.path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let limit = markdown::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    // What a file says of its size may be older than what is in it.
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
        Reading::Refused(Wrong {
            line: lines.count() + 1,
            message: "is not valid UTF-8".to_owned(),
        })
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_took_the_place_of_a_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let (name, folder) = ("a.md".to_owned(), String::new());
        let found = walk::FoundFile {
            path,
            name,
            folder,
            size: 0,
        };
        assert!(matches!(text(&found), Err(Reading::Refused(wrong)) if wrong.message == walk::NO_FILE));
    }
}
