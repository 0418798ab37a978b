//! The error of a file: front matter, title, owner, folder or Markdown, with its line.

/// An error or a warning about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Line, from 1.
    pub line: usize,
    /// One line of text.
    pub message: String,
}
