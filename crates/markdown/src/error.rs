//! Texts that are not rendered, and the line that shows why.

use super::{MAX_BYTES, MAX_DEPTH, MAX_HEADINGS, MAX_HTML};

/// Why a text is not rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkdownError {
    /// Longer than [`MAX_BYTES`].
    #[error("the text has {0} bytes, more than the {MAX_BYTES} that are allowed")]
    TooLarge(usize),
    /// The line begins more than [`MAX_DEPTH`] quotes, lists or emphases in each other.
    #[error("a line nests quotes, lists or emphasis too deeply: more than {MAX_DEPTH} in each other")]
    TooDeep(usize),
    /// The line has the heading after the first [`MAX_HEADINGS`].
    #[error("the text has more than the {MAX_HEADINGS} headings that are allowed; divide it into several documents")]
    TooManyHeadings(usize),
    /// At the line the HTML grows beyond [`MAX_HTML`].
    #[error("the text makes more than the {MAX_HTML} bytes of HTML that are allowed; divide it into several documents")]
    TooMuchHtml(usize),
    /// The line opens a comment that nothing closes: whether what follows is meant for readers is unknown.
    #[error("`{opener}` opens a comment that is never closed: add `{closer}`, or write the sign as code")]
    UnclosedComment {
        /// The line, from 1.
        line: usize,
        /// What opens the comment.
        opener: &'static str,
        /// What would close it.
        closer: &'static str,
    },
    /// Reading the text takes far longer than texts of its length do.
    #[error("the text is nested in a way that takes too long to read")]
    TooSlow,
}

impl MarkdownError {
    /// Where it is wrong: a line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::TooLarge(_) | Self::TooSlow => 1,
            Self::TooDeep(line)
            | Self::TooManyHeadings(line)
            | Self::TooMuchHtml(line)
            | Self::UnclosedComment { line, .. } => *line,
        }
    }

    /// The same error at another line.
    pub(super) fn at(self, line: usize) -> Self {
        match self {
            Self::TooLarge(_) | Self::TooSlow => self,
            Self::TooDeep(_) => Self::TooDeep(line),
            Self::TooManyHeadings(_) => Self::TooManyHeadings(line),
            Self::TooMuchHtml(_) => Self::TooMuchHtml(line),
            Self::UnclosedComment { opener, closer, .. } => Self::UnclosedComment { line, opener, closer },
        }
    }
}
