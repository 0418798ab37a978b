//! What a block becomes: a quote, code, or its body alone.

use super::lines::{Line, longest_run};

/// What surrounds the body of a block.
pub(super) struct Frame {
    pub(super) indent: usize,
    /// The lines of the source that open and close it.
    pub(super) first: usize,
    pub(super) last: Option<usize>,
}

impl Frame {
    pub(super) fn quote<'s>(&self, header: &str, body: Vec<Line<'s>>, out: &mut Vec<Line<'s>>) {
        let indent = " ".repeat(self.indent);
        // Two quotes without a blank line between are one.
        if out.last().is_some_and(|line| line.text.trim_start().starts_with('>')) {
            out.push(Line::owned(String::new(), self.first));
        }
        out.push(Line::owned(format!("{indent}> {header}"), self.first));
        for line in body {
            let text = if line.is_blank() {
                format!("{indent}>")
            } else {
                format!("{indent}> {}", line.text)
            };
            out.push(Line::owned(text, line.number));
        }
        self.blank_last(out);
    }

    pub(super) fn plain<'s>(&self, body: Vec<Line<'s>>, out: &mut Vec<Line<'s>>) {
        let indent = " ".repeat(self.indent);
        out.push(Line::owned(String::new(), self.first));
        for line in body {
            let text = if line.is_blank() {
                String::new()
            } else {
                format!("{indent}{}", line.text)
            };
            out.push(Line::owned(text, line.number));
        }
        self.blank_last(out);
    }

    pub(super) fn code<'s>(&self, language: &str, body: Vec<Line<'s>>, out: &mut Vec<Line<'s>>) {
        let indent = " ".repeat(self.indent);
        let longest = body.iter().map(|line| longest_run(&line.text, '`')).max();
        let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
        out.push(Line::owned(format!("{indent}{fence}{language}"), self.first));
        for line in body {
            out.push(Line::owned(format!("{indent}{}", line.text), line.number));
        }
        out.push(Line::owned(format!("{indent}{fence}"), self.last.unwrap_or(self.first)));
    }

    fn blank_last(&self, out: &mut Vec<Line<'_>>) {
        if let Some(last) = self.last {
            out.push(Line::owned(String::new(), last));
        }
    }
}
