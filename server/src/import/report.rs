//! What is told of an import, while it runs and afterwards?

use std::{fmt, io, path::PathBuf};

use domain::DocumentId;
use store::{ImportOutcome, StoreError};

use super::{shown::shown, source::NotASourceName};

/// How far an import is. Told once it is committed.
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
        outcome: ImportOutcome,
    },
    /// A file was left out because it is not finished.
    LeftOut(LeftOut),
    /// A file was refused, or could not be read.
    Problem(ImportProblem),
    /// Something in a file is probably not meant so; it came in.
    Warning(ImportProblem),
    /// What a file brought in earlier can be read by nobody any more.
    Withdrawn(Withdrawn),
}

/// What is wrong with a file.
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

/// A file that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Relative to the folder.
    pub file: String,
    /// Line that says so, from 1.
    pub line: usize,
    /// What it says.
    pub said: String,
}

/// A document that nobody can read any more. Its number and text stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Its file, relative to the folder.
    pub file: String,
    /// Its number.
    pub id: DocumentId,
}

/// In letters that a terminal does not act on.
impl fmt::Display for Withdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: withdrawn, document {} can no longer be read",
            shown(&self.file),
            self.id
        )
    }
}

/// What happened to documents whose files are gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pruning {
    /// There are none, or nobody asked.
    #[default]
    Nothing,
    /// They are in the trash now.
    Done,
    /// They would be, with `--prune`.
    Possible,
    /// They would be, but it is not certain that the files are gone.
    Refused(&'static str),
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Where the files came from.
    pub source: String,
    /// New documents.
    pub added: usize,
    /// Documents that changed.
    pub updated: usize,
    /// Files that had nothing new.
    pub unchanged: usize,
    /// How many documents of these are public.
    pub public: usize,
    /// How many are private.
    pub private: usize,
    /// Files that are not finished.
    pub left_out: Vec<LeftOut>,
    /// Files that were refused or could not be read, in the order they were met.
    pub problems: Vec<ImportProblem>,
    /// How many of these could not be read. Their documents are as before.
    pub unreadable: usize,
    /// What is probably not meant so.
    pub warnings: Vec<ImportProblem>,
    /// Documents of files that are refused or not finished now.
    pub withdrawn: Vec<Withdrawn>,
    /// Documents of files that are gone.
    pub gone: Vec<Withdrawn>,
    /// What happened to them.
    pub pruning: Pruning,
    /// Where the same files came from before, if they seem to: in words, for the operator.
    pub similar: Option<String>,
}

impl ImportReport {
    /// How many files were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.problems.len() - self.unreadable
    }

    /// How many documents went to the trash because their files are gone.
    #[must_use]
    pub fn pruned(&self) -> usize {
        if self.pruning == Pruning::Done {
            self.gone.len()
        } else {
            0
        }
    }
}

/// Why an import stopped. What was told before is written and stays.
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
    /// The source cannot be called so.
    #[error(transparent)]
    Source(#[from] NotASourceName),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part of the program stopped.
    #[error("a file could not be worked on")]
    Stopped(#[from] tokio::task::JoinError),
}
