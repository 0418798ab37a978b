//! What is wrong, where, and what to do about it: one line for each mistake, and all of them, not just the first.

use std::fmt;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file, at a line counted from 1.
    File {
        /// The file as the operator named it.
        name: String,
        /// The line.
        line: usize,
    },
    /// In an environment variable.
    Variable(String),
    /// Nowhere: it is missing, and this is the file where it could stand.
    Nowhere(String),
}

impl Origin {
    /// In a file, at a line counted from 1.
    pub(super) fn in_file(name: &str, line: usize) -> Self {
        let name = name.to_owned();
        Self::File { name, line }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) | Self::Nowhere(name) => f.write_str(name),
        }
    }
}

/// One mistake with its location. Shown as `portico.toml:12: listen: what is wrong — what to do`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {key}: {issue}")]
pub struct Problem {
    /// Where it was written.
    pub origin: Origin,
    /// The key, such as `providers[0].issuer`.
    pub key: String,
    /// What is wrong with it, and what to do.
    pub issue: Issue,
}

/// Every mistake found, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// What is wrong with one value, and what to do; its location is added where it is known. No secret may stand in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} — {remedy}")]
pub struct Issue {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// From the way it is shown; without a remedy it names the reference.
impl<T: AsRef<str>> From<T> for Issue {
    fn from(text: T) -> Self {
        let text = text.as_ref();
        let parts = text.rsplit_once(" — ");
        let (what, remedy) = parts.unwrap_or((text, "see `portico config reference`"));
        Self {
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

impl Issue {
    /// The issue with its location.
    #[must_use]
    pub fn at(self, origin: &Origin, key: &str) -> Problem {
        let (origin, key) = (origin.clone(), key.to_owned());
        Problem {
            origin,
            key,
            issue: self,
        }
    }
}

/// An [`Issue`] from the format of `format!`: what is wrong, ` — `, what to do.
macro_rules! issue {
    ($($text:tt)+) => {
        $crate::config::problem::Issue::from(format!($($text)+))
    };
}
