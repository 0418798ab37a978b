//! What is told of an import, while it runs and afterwards?

use std::{fmt, io, path::PathBuf};

use domain::DocumentId;

use super::shown::shown;
use crate::store::{Change, StoreError};

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportEvent {
    /// The files are known.
    Started {
        /// How many.
        files: usize,
    },
    /// A file is done.
    Done {
        /// Relative to the folder.
        file: String,
        /// Its document.
        id: DocumentId,
        /// What happened to it.
        change: Change,
    },
    /// A file was left out.
    Problem(ImportProblem),
}

/// Why a file was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// Relative to the folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, on one line.
    pub message: String,
}

/// In letters that a terminal does not act on; the fields are as found.
impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", shown(&self.file), self.line, shown(&self.message))
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// New documents.
    pub added: usize,
    /// Documents that changed.
    pub updated: usize,
    /// Files that had nothing new.
    pub unchanged: usize,
    /// Files left out, in the order they were met.
    pub problems: Vec<ImportProblem>,
}

/// Why an import stopped. What was written before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("cannot read the folder `{}`", shown(&path.to_string_lossy()))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
