//! Names of branches, and of folders inside a repository. They become arguments of `git`.

use std::fmt;

use super::address::{InvalidAddress, MAX_LENGTH};

/// The name of a branch, such as `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchName(String);

impl BranchName {
    /// Reads a name by the rules of `git check-ref-format`.
    ///
    /// # Errors
    /// If no branch can have it.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
        let is_name = text.len() <= MAX_LENGTH
            && text.split('/').all(is_part)
            && !text.starts_with('-')
            && !text.ends_with('.')
            && text != "@"
            && !text.contains("..")
            && !text.contains("@{")
            && !text.contains(|letter: char| letter.is_control() || " ~^:?*[\\".contains(letter));
        let error = InvalidAddress("is no name of a branch: write one such as `main`");
        is_name.then(|| Self(text.to_owned())).ok_or(error)
    }

    /// The whole reference.
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A folder inside a repository; empty for all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepositoryPath(String);

impl RepositoryPath {
    /// Reads a path with `/`; those at its ends, and `.`, are left out.
    ///
    /// # Errors
    /// If it leads out, or is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let error = InvalidAddress("is no folder inside a repository: write one such as `docs/handbook`");
        if text.len() > MAX_LENGTH || text.contains(|letter: char| letter.is_control() || letter == '\\') {
            return Err(error);
        }
        let parts: Vec<_> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.contains(&"..") {
            return Err(error);
        }
        Ok(Self(parts.join("/")))
    }

    /// Its parts, joined by `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With a `/` at its end, unless it is empty.
    pub(crate) fn prefix(&self) -> String {
        if self.0.is_empty() {
            String::new()
        } else {
            format!("{}/", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_names_of_branches_and_folders_are_checked() {
        for name in ["main", "release/1.2", "a-b_c", "über", "feature/@x"] {
            assert!(BranchName::parse(name).is_ok(), "{name}");
        }
        let long = "a".repeat(501);
        for name in [
            "",
            "-b",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a:b",
            "a^",
            "a~1",
            "@",
            "a@{1}",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "a*",
            "a?",
            "a[",
            "a\\b",
            "a\nb",
            &long,
        ] {
            assert!(BranchName::parse(name).is_err(), "{name}");
        }
        let path = |text: &str| RepositoryPath::parse(text).map(|path| path.as_str().to_owned());
        assert_eq!(path("/docs//./guide/").as_deref(), Ok("docs/guide"));
        assert_eq!(path("").as_deref(), Ok(""));
        assert_eq!(path(".").as_deref(), Ok(""));
        for text in ["..", "docs/../..", "docs\\..", "a\nb", &long] {
            assert!(path(text).is_err(), "{text}");
        }
    }
}
