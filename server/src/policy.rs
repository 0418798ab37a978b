//! Who may read what, by rules an operator can read and edit? [`Policy`] answers; the rules are the files under `policies/`.
//!
//! | question | where |
//! |---|---|
//! | Are the files sound? | [`load`] |
//! | May this person read this document? | [`decide`] |
//! | What is the policy engine told of the two? | `entities.rs` |
//! | In which words is that said? | [`explain`] |
//! | How often, and how long does it take? | `measured.rs` |
//!
//! Nothing outside this room knows the policy engine: what goes in is a [`domain::Person`] and [`Facts`], what comes out
//! is a [`Decision`].

use std::{fmt, io, path::PathBuf};

use domain::{Document, DocumentId, Group, PersonId, Reason, Refusal};

pub mod decide;
mod entities;
pub mod explain;
pub mod load;
mod measured;

pub use decide::Policy;

/// What a rule can ask about a document, borrowed from wherever it was found.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: &'a str,
    /// Folder path; empty at the top.
    pub folder: &'a str,
    /// Whose it is.
    pub owner: &'a PersonId,
    /// The owner's name where known; rules cannot read it, sentences can.
    pub owner_name: Option<&'a str>,
    /// The groups it belongs to.
    pub groups: &'a [Group],
    /// Whether it is private.
    pub is_private: bool,
}

impl<'a> From<&'a Document> for Facts<'a> {
    fn from(document: &'a Document) -> Self {
        Self {
            id: document.id,
            title: &document.title,
            folder: &document.folder,
            owner: &document.owner,
            owner_name: document.owner_name.as_deref(),
            groups: &document.groups,
            is_private: document.visibility.is_private(),
        }
    }
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by every rule named; never empty.
    Allowed(Vec<Reason>),
    /// Not allowed: no rule allows it, a rule forbids it, or a rule could not be decided.
    Refused(Refusal),
    /// Not allowed, and the person may not know that there is such a document.
    Hidden,
}

impl Decision {
    /// The reasons, where allowed.
    #[must_use]
    pub fn reasons(self) -> Option<Vec<Reason>> {
        match self {
            Self::Allowed(reasons) => Some(reasons),
            Self::Refused(_) | Self::Hidden => None,
        }
    }
}

/// Why a folder of policies cannot be used. Nothing of it is in force then.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The folder cannot be listed.
    #[error("cannot open the policy folder `{}`", path.display())]
    Folder {
        /// As configured.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read the policy file `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a folder, but no rule in it: everything would be refused.
    #[error("no rule in the policy folder `{}`: expected at least one `*.cedar` file", path.display())]
    Empty {
        /// As configured.
        path: PathBuf,
    },
    /// Schema or rules are wrong; every problem on a line of its own.
    #[error("{}", lines(.0))]
    Wrong(Vec<Problem>),
}

/// One thing wrong in one place of a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, on one line.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file.display(),
            self.line,
            self.column,
            self.message
        )
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
