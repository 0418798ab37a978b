//! What is wrong with a file? Told with its line, whichever part of the file it is in: front matter, title, owner, folder.

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Line, from 1.
    pub line: usize,
    /// On one line.
    pub message: String,
}
