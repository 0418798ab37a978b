//! Progress events and the final report of an import.

use std::{collections::BTreeMap, fmt, io, path::PathBuf};

use domain::{DocumentId, PersonId};
use store::{ImportOutcome, StoreError};

use super::{file_error::WarningKind, source::NotASourceName, terminal::escape};

/// A progress event; sent after its change is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportEvent {
    /// The files were listed.
    Started {
        /// How many.
        files: usize,
    },
    /// A file was imported.
    Done {
        /// Relative to the folder.
        file: String,
        /// Its document.
        id: DocumentId,
        /// What changed.
        outcome: ImportOutcome,
    },
    /// A file was left out because it is a draft.
    LeftOut(LeftOut),
    /// A file was refused, or could not be read.
    Problem(ImportProblem),
    /// A file was imported, but something in it is probably a mistake.
    Warning(ImportWarning),
    /// A document was withdrawn, because its file is refused or a draft.
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

/// Escaped for terminals; the fields are not.
impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", escape(&self.file), self.line, escape(&self.message))
    }
}

/// Something in a file that was imported which is probably a mistake, or does not arrive as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportWarning {
    /// What it is about.
    pub kind: WarningKind,
    /// Where, and what is wrong.
    pub problem: ImportProblem,
}

/// Escaped for terminals; the fields are not.
impl fmt::Display for ImportWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

/// A draft that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Relative to the folder.
    pub file: String,
    /// Line of the marker, from 1.
    pub line: usize,
    /// The marker, such as `draft: true`.
    pub text: String,
}

/// A document in the trash. Its id and text stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Its file, relative to the folder.
    pub file: String,
    /// Its number.
    pub id: DocumentId,
}

/// Escaped for terminals.
impl fmt::Display for Withdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: withdrawn, document {} can no longer be read",
            escape(&self.file),
            self.id
        )
    }
}

/// What happened to documents whose files are gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pruning {
    /// There are none, or they were not looked for.
    #[default]
    Nothing,
    /// They are in the trash now.
    Done,
    /// They stay without `--prune`.
    Possible,
    /// They stay, because it is not certain that the files are gone.
    Refused(&'static str),
}

/// What happened to the files of one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderCounts {
    /// New documents.
    pub added: usize,
    /// Documents that changed.
    pub updated: usize,
    /// Documents that did not change.
    pub unchanged: usize,
    /// Drafts that were left out.
    pub left_out: usize,
    /// Files that were refused or could not be read.
    pub refused: usize,
    /// Warnings about its files.
    pub warnings: usize,
}

/// The report of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// The source of the files.
    pub source: String,
    /// Whether nothing was written: everything below is what would be.
    pub is_dry_run: bool,
    /// What happened in each folder below the imported one; the top has the empty path.
    pub folders: BTreeMap<String, FolderCounts>,
    /// Owners who have never signed in, with how many documents.
    pub unknown_owners: Vec<(PersonId, usize)>,
    /// New documents.
    pub added: usize,
    /// Documents that changed.
    pub updated: usize,
    /// Documents that did not change.
    pub unchanged: usize,
    /// How many documents of these are public.
    pub public: usize,
    /// How many are private.
    pub private: usize,
    /// Drafts that were left out.
    pub left_out: Vec<LeftOut>,
    /// Files that were refused or could not be read, in the order they were found.
    pub problems: Vec<ImportProblem>,
    /// How many of these could not be read. Their documents are as before.
    pub unreadable: usize,
    /// What is probably a mistake.
    pub warnings: Vec<ImportWarning>,
    /// Documents of files that are refused or drafts now.
    pub withdrawn: Vec<Withdrawn>,
    /// Documents of files that are gone.
    pub gone: Vec<Withdrawn>,
    /// What happened to those of `gone`.
    pub pruning: Pruning,
    /// A remark for the operator, if the same files seem to have been imported from another source.
    pub similar: Option<String>,
}

impl ImportReport {
    /// The counts of the folder in which a file lies.
    pub(super) fn folder_of(&mut self, file: &str) -> &mut FolderCounts {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.folders.entry(folder.to_owned()).or_default()
    }

    /// How many files were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.problems.len() - self.unreadable
    }

    /// How many documents were moved to the trash because their files are gone.
    #[must_use]
    pub fn pruned(&self) -> usize {
        if self.pruning == Pruning::Done {
            self.gone.len()
        } else {
            0
        }
    }
}

/// Why an import stopped. What was committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("cannot read the folder `{}`", escape(&path.to_string_lossy()))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name of the source is invalid.
    #[error(transparent)]
    Source(#[from] NotASourceName),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where files are stored cannot be used.
    #[error("the store of `[files]` cannot be used")]
    Files(#[source] store::Cause),
    /// Somebody stopped the program.
    #[error("interrupted; the next import goes on from here")]
    Interrupted,
    /// An export of another program cannot be read; escaped for terminals.
    #[error("{0}")]
    Export(String),
    /// A task of the program was cancelled or panicked.
    #[error("a file could not be worked on")]
    Stopped(#[from] tokio::task::JoinError),
}

impl From<program_exports::ExportError> for ImportError {
    fn from(error: program_exports::ExportError) -> Self {
        // Names of entries are in it.
        Self::Export(escape(&bff::error_chain(&error)).into_owned())
    }
}
