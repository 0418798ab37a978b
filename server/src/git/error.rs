//! Why a repository could not be fetched.

use std::{io, time::Duration};

use super::names::{BranchName, RepositoryPath};
use crate::import::terminal::is_active;

/// Longest message of `git` that is shown, in characters.
const MAX_MESSAGE: usize = 300;

/// Why a repository could not be fetched. One line each, without secrets.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no program `git`.
    #[error("the program `git` is not there: install it (Debian: `apt install git`)")]
    NotInstalled,
    /// It took too long.
    #[error("git did not end within {} seconds: look at the network, or raise `git.timeout`", .0.as_secs())]
    TimedOut(Duration),
    /// Repository or files take more room than allowed.
    #[error("the repository takes more than {0} bytes: name a folder by `path`, or raise `git.max_size`")]
    TooLarge(u64),
    /// It was ended, because the process ends.
    #[error("git was ended, because Portico ends")]
    Stopped,
    /// Somebody else fetches it.
    #[error("the repository is being fetched by another Portico on this machine: try again later")]
    Busy,
    /// There is no commit.
    #[error("the repository is empty: push a commit first")]
    Empty,
    /// The branch does not exist.
    #[error("the repository has no branch `{0}`")]
    NoBranch(BranchName),
    /// The folder does not exist.
    #[error("the repository has no folder `{}`", .0.as_str())]
    NoFolder(RepositoryPath),
    /// `git` failed.
    #[error("git failed: {0}")]
    Failed(String),
    /// Its output is not what it should be.
    #[error("git wrote what is not understood")]
    Unexpected,
    /// The cache cannot be written or read.
    #[error("the folder of `git.folder` cannot be used")]
    Io(#[source] io::Error),
}

impl GitError {
    /// `git` failed with this on its standard error; `secret` is replaced, however unlikely it is that `git` prints it.
    pub(super) fn failed(stderr: &str, secret: Option<&str>) -> Self {
        let is_said =
            |line: &&str| line.starts_with("fatal:") || line.starts_with("error:") || line.starts_with("ERROR:");
        let mut lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        // The first error is the cause; `ssh` writes without a prefix.
        let line = lines
            .clone()
            .find(is_said)
            .or_else(|| lines.next_back())
            .unwrap_or("without a message");
        let first = stderr
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default();
        let mut message = line.trim_start_matches("fatal:").trim().to_owned();
        if first != line && !first.starts_with("warning:") && !first.is_empty() {
            message = format!("{first}; {message}");
        }
        if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
            message = message.replace(secret, "…");
        }
        let message = message
            .chars()
            .map(|letter| if is_active(letter) { ' ' } else { letter });
        Self::Failed(message.take(MAX_MESSAGE).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_messages_are_one_short_line_without_secrets() {
        let error = |stderr: &str| GitError::failed(stderr, Some("hunter2")).to_string();
        assert_eq!(
            error("fatal: unable to access 'https://a/': Could not resolve host: a\n"),
            "git failed: unable to access 'https://a/': Could not resolve host: a"
        );
        assert_eq!(
            error(
                "git@a: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure\n"
            ),
            "git failed: git@a: Permission denied (publickey).; Could not read from remote repository."
        );
        assert_eq!(error("fatal: hunter2 \u{1b}[31m\u{202e}"), "git failed: …  [31m ");
        assert_eq!(error(""), "git failed: without a message");
        assert!(error(&"a".repeat(9_999)).len() < 400);
    }
}
