//! A text ready for the parser. Blocks of other dialects are rewritten ([`super::dialects`]), comments taken out
//! ([`super::comments`]). What is found in it is reported by the lines of the text as it came.

use std::borrow::Cow;

use super::{MarkdownError, RemovedConstruct, comments, dialects};

/// Most constructs that are reported of one text.
const MAX_REMOVED: usize = 200;

/// Longest text of one in the report, in characters.
const MAX_TEXT: usize = 120;

/// A prepared text.
pub(super) struct Source<'s> {
    pub(super) text: Cow<'s, str>,
    /// What readers do not see, in order.
    pub(super) removed: Vec<RemovedConstruct>,
    lines: Vec<usize>,
}

impl<'s> Source<'s> {
    /// Prepares a text.
    ///
    /// # Errors
    /// As [`comments::remove`], with the line in the text.
    pub(super) fn prepare(content: &'s str) -> Result<Self, MarkdownError> {
        let converted = dialects::convert(content);
        let mut source = Self {
            text: converted.text,
            removed: Vec::new(),
            lines: converted.lines,
        };
        let removal = comments::remove(&source.text).map_err(|error| source.place(error))?;
        let whole = converted.removed.into_iter().map(|(line, text)| (line, text, false));
        let inside = removal
            .reported
            .into_iter()
            .map(|(line, text, is_shown)| (source.line(line), text, is_shown));
        let mut removed: Vec<_> = whole.chain(inside).collect();
        removed.sort_by_key(|(line, ..)| *line);
        let removed = removed.into_iter().take(MAX_REMOVED);
        let removed = removed
            .map(|(line, text, is_shown)| RemovedConstruct {
                line,
                text: text
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .chars()
                    .take(MAX_TEXT)
                    .collect(),
                is_shown,
            })
            .collect();
        if let Cow::Owned(text) = removal.text {
            source.text = Cow::Owned(text);
        }
        source.removed = removed;
        Ok(source)
    }

    /// The line, from 1, that a line of the prepared text comes from.
    pub(super) fn line(&self, line: usize) -> usize {
        let found = self.lines.get(line.saturating_sub(1)).or(self.lines.last());
        found.copied().unwrap_or(line)
    }

    /// An error by the line it comes from.
    pub(super) fn place(&self, error: MarkdownError) -> MarkdownError {
        let line = self.line(error.line());
        error.at(line)
    }
}
