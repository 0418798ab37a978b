//! Decides who may read what, by rules that an operator can read and edit. [`Policy`] answers; the rules are the files under `policies/`.
//!
//! | question | where |
//! |---|---|
//! | Are the files sound? | `load.rs`: [`Policy::load`], [`PolicyError`] |
//! | May this person read this document? | `decide.rs`: [`Policy::decide`] |
//! | Which documents can this person see at all? | `plan.rs`: [`Policy::plan`] |
//! | What was prepared for a person before | `person_cache.rs` |
//! | What does the policy engine receive of the two? | `entities.rs` |
//! | What of a document do the rules read? | `document_reads.rs` |
//! | In which words is that explained? | `explain.rs` |
//! | How often, and how long does it take? | `measured.rs` |
//!
//! This is the only crate that names the policy engine, Cedar: what goes in is a [`domain::Person`] and [`domain::DocumentFacts`], what
//! comes out is a [`domain::Decision`]. It reads the files of its rules and does no other input or output; nothing in it waits.

use std::{fmt, io, path::PathBuf};

mod decide;
mod document_reads;
mod entities;
mod explain;
mod load;
mod measured;
mod person_cache;
mod plan;

pub use decide::Policy;
pub use load::Source;

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
