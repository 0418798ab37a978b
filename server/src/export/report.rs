//! What an export tells while it runs and when it ends.

use std::{fmt, io, path::PathBuf};

use store::StoreError;

use crate::import::terminal::escape;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportEvent {
    /// How many documents there are.
    Started {
        /// Those outside the trash.
        documents: u64,
    },
    /// So many more documents were written, or are not part of the export.
    Done {
        /// Documents.
        documents: u64,
    },
    /// Something does not come back.
    Problem(ExportProblem),
}

/// Something that an import of the exported folder would not bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportProblem {
    /// Path of the file below the exported folder.
    pub file: String,
    /// What, on one line.
    pub message: String,
}

impl fmt::Display for ExportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", escape(&self.file), escape(&self.message))
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportReport {
    /// How many documents.
    pub documents: u64,
    /// How many pictures and other files.
    pub files: u64,
    /// How many links and pictures of texts were changed, since their targets lie elsewhere now.
    pub links: u64,
    /// What an import would not bring back.
    pub problems: Vec<ExportProblem>,
}

impl ExportReport {
    /// Adds what was written after it.
    pub(super) fn add(&mut self, later: Self) {
        self.documents += later.documents;
        self.files += later.files;
        self.links += later.links;
        self.problems.extend(later.problems);
    }
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder cannot be written.
    #[error("cannot export to `{}`: name a folder that is not there yet, or an empty one that can be written", escape(&path.to_string_lossy()))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No document lies in the folder that was asked for.
    #[error("no document lies in the folder `{}` or below it", escape(.0))]
    NoSuchFolder(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where files are stored cannot be used.
    #[error("the store of `[files]` cannot be used")]
    Files(#[source] store::Cause),
    /// The content of a file cannot be read.
    #[error("the content of `{file}` cannot be read, of document {document}", file = escape(file))]
    Content {
        /// Path of the file below the exported folder.
        file: String,
        /// The number of a document that has it.
        document: i64,
        /// Why.
        source: store::FileError,
    },
    /// A task of the program was cancelled or panicked.
    #[error("a document could not be worked on")]
    Stopped(#[from] tokio::task::JoinError),
}
