//! Why an export cannot be read at all, and remarks about single files of it.

use std::{io, path::PathBuf};

/// Why an export cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It cannot be read from the disk, or not be unpacked to it.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The temporary folder cannot be written.
    #[error("cannot write the temporary folder; `TMPDIR` names another place for it")]
    Write(#[source] io::Error),
    /// It is no archive that can be read.
    #[error("`{name}` is no ZIP archive that can be read: {why}")]
    NotAnArchive {
        /// The archive.
        name: String,
        /// Why.
        why: String,
    },
    /// It has too many entries.
    #[error("`{name}` has {found} entries, more than the {limit} that are allowed: export it in parts")]
    TooManyEntries {
        /// The archive.
        name: String,
        /// How many.
        found: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// Its files are too large together.
    #[error("its files have more than the {limit} bytes together that are allowed: export it in parts")]
    TooLarge {
        /// How many bytes are allowed.
        limit: u64,
    },
    /// A file in it is packed as no export packs files.
    #[error(
        "`{name}` is at least {ratio} times larger than it is packed: this is no export, and nothing of it is imported"
    )]
    Bomb {
        /// The file.
        name: String,
        /// How many times larger.
        ratio: u64,
    },
    /// Files in it share their bytes.
    #[error("`{name}` has entries that lie inside each other: this is no export, and nothing of it is imported")]
    Overlapping {
        /// The archive.
        name: String,
    },
    /// No program is recognised by what it holds.
    #[error(
        "`{name}` looks like no export of Confluence (HTML), Notion (Markdown & CSV), Outline (Markdown) or BookStack (portable ZIP): \
         export it again in that form, or name the program with `--from`"
    )]
    Unknown {
        /// The archive.
        name: String,
    },
    /// It was to be of a program and is not.
    #[error("`{name}` is no export of {program}: {missing}")]
    NotOf {
        /// The archive or folder.
        name: String,
        /// The program.
        program: &'static str,
        /// What an export of it has, and what to do.
        missing: &'static str,
    },
    /// The import stopped meanwhile.
    #[error("the import was interrupted")]
    Interrupted,
}

/// Something about a file of an export that does not arrive as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub kind: RemarkKind,
    /// The file, as it is called in the export.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// One line of text.
    pub message: String,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// The file is not read: it has an error, or is of a kind that no export has.
    Refused,
    /// A file does not come along.
    File,
    /// A link leads to nothing that was exported.
    Link,
    /// A construct of the program is shown otherwise, or not at all.
    Construct,
}
