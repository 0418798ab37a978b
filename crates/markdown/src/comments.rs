//! Removes comments, and what templates of other programs leave in a line. What authors hide from their readers, in the notation of the program they write for, is never shown
//! here. Inside code everything stays.
//!
//! Comments are taken out of the source, because they pay no heed to paragraphs, lists or emphasis. What is code is decided by the
//! parser, line by line ([`code_lines`](self::Lines)); of a comment its line ends stay, so that the line numbers of messages are right.
//! The notations of comments are listed in [`kinds`], those of templates in [`tags`].

use std::borrow::Cow;

use comrak::{Arena, Node, nodes::NodeValue};

use super::{MarkdownError, parse};
use ends::Ends;
use kinds::{Closed, Comment, Report};

mod ends;
mod kinds;
mod tags;

/// How often a text is parsed again because a comment hid what changes the lines below it.
const MAX_PARSES: usize = 16;

/// A text without comments and templates.
pub(super) struct Removal<'s> {
    pub(super) text: Cow<'s, str>,
    /// Templates by their lines, and whether the source of each is shown.
    pub(super) reported: Vec<(usize, String, bool)>,
}

/// Takes the comments and the templates out of a text.
///
/// # Errors
/// [`MarkdownError::UnclosedComment`] where a comment is opened that nothing closes, and what follows may not be meant for readers.
pub(super) fn remove(source: &str) -> Result<Removal<'_>, MarkdownError> {
    let unchanged = |source| Removal {
        text: Cow::Borrowed(source),
        reported: Vec::new(),
    };
    if !kinds::may_occur(source) && !tags::may_occur(source) {
        return Ok(unchanged(source));
    }
    let mut out = String::with_capacity(source.len());
    let mut reported = Vec::new();
    let mut scanner = Scanner::new(source, Lines::of(source)?);
    let (mut copied, mut parses) = (0, 1);
    while let Some(comment) = scanner.next_comment()? {
        let (start, end) = (comment.start, comment.end);
        out.push_str(source.get(copied..start).unwrap_or_default());
        let hidden = source.get(start..end).unwrap_or_default();
        if comment.report != Report::Nothing {
            let is_shown = comment.report == Report::Source;
            reported.push((scanner.line_at(start), hidden.to_owned(), is_shown));
        }
        copied = end + push_remainder(&mut out, hidden, source.get(end..).unwrap_or_default(), &comment.leaves);
        scanner.at = copied;
        if changes_lines(hidden) && parses < MAX_PARSES {
            let rest = source.get(copied..).unwrap_or_default();
            scanner.lines = Lines::of(&format!("{out}{rest}"))?;
            parses += 1;
        }
    }
    if copied == 0 {
        return Ok(unchanged(source));
    }
    out.push_str(source.get(copied..).unwrap_or_default());
    Ok(Removal {
        text: Cow::Owned(out),
        reported,
    })
}

/// Writes what a comment leaves: its line ends, each with the marks of the quote the line stands in. Returns how many bytes
/// after it are passed over, so that the rest of its last line does not become code by its indentation.
fn push_remainder(out: &mut String, hidden: &str, rest: &str, leaves: &str) -> usize {
    out.push_str(leaves);
    if !hidden.contains('\n') {
        return 0;
    }
    let begin = out.rfind('\n').map_or(0, |at| at + 1);
    let line = out.get(begin..).unwrap_or_default();
    let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let is_quoted = line.trim_start().starts_with('>');
    for line in hidden.split('\n').skip(1) {
        let marks = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        let marks = line.get(..marks).unwrap_or_default();
        out.push('\n');
        out.push_str(if is_quoted && marks.contains('>') {
            marks
        } else {
            &indent
        });
    }
    rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// Whether a comment holds what the parser takes for the beginning of code, HTML or a list.
fn changes_lines(hidden: &str) -> bool {
    hidden.contains('\n') && hidden.contains(['`', '~', '<', '\t', '-', '*', '+']) || hidden.contains("\n    ")
}

/// What a line is to the parser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Code, up to and with the line that is given.
    Code(usize),
    /// A paragraph, heading or row, up to and with the line that is given.
    Text(usize),
    /// Raw HTML, up to and with the line that is given.
    Html(usize),
    /// Blank, or a definition.
    Other,
}

/// What each line of a text is, from line 1.
struct Lines(Vec<Line>);

impl Lines {
    fn of(source: &str) -> Result<Self, MarkdownError> {
        let arena = Arena::new();
        let root = parse::parse_unchecked(&arena, source)?;
        let mut lines = vec![Line::Other; source.matches('\n').count() + 2];
        for node in root.descendants() {
            let (start, end) = (node.data().sourcepos.start.line, node.data().sourcepos.end.line);
            if let Some(line) = kind(node, end) {
                lines.iter_mut().take(end + 1).skip(start).for_each(|of| *of = line);
            }
        }
        Ok(Self(lines))
    }

    fn at(&self, line: usize) -> Line {
        self.0.get(line).copied().unwrap_or(Line::Other)
    }
}

fn kind(node: Node<'_>, end: usize) -> Option<Line> {
    match node.data().value {
        NodeValue::CodeBlock(_) => Some(Line::Code(end)),
        NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableRow(_) => Some(Line::Text(end)),
        NodeValue::HtmlBlock(_) => Some(Line::Html(end)),
        _ => None,
    }
}

/// Looks for comments outside code.
struct Scanner<'s> {
    source: &'s str,
    ends: Ends<'s>,
    at: usize,
    /// Where each line begins.
    starts: Vec<usize>,
    lines: Lines,
    /// The runs of backticks of the paragraph that was looked at last: its end, and for every run its length and position.
    ticks: (usize, Vec<(usize, usize)>),
    /// Whether dollars stand around formulas, which templates do not.
    has_formulas: bool,
    /// The end of the formula, and of the part shown as it stands, in which templates do not count.
    formula: usize,
    raw: usize,
}

impl<'s> Scanner<'s> {
    fn new(source: &'s str, lines: Lines) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Self {
            source,
            ends: Ends::new(source),
            at: 0,
            starts,
            lines,
            ticks: (0, Vec::new()),
            has_formulas: parse::has_formulas(source),
            formula: 0,
            raw: 0,
        }
    }

    fn line_at(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn next_comment(&mut self) -> Result<Option<Comment>, MarkdownError> {
        loop {
            let rest = self.source.get(self.at..).unwrap_or_default();
            let Some(found) = rest.find(['`', '\\', '<', '{', '%', '[', ':', '$']) else {
                return Ok(None);
            };
            self.at += found;
            let line = self.line_at(self.at);
            match self.lines.at(line) {
                Line::Code(end) => self.at = self.start_of(end + 1).max(self.at + 1),
                Line::Text(end) if self.byte() == Some(b'`') => self.pass_code(self.start_of(end + 1)),
                Line::Text(_) | Line::Html(_) | Line::Other => {
                    if let Some(comment) = self.comment_here(line)? {
                        return Ok(Some(comment));
                    }
                }
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn start_of(&self, line: usize) -> usize {
        self.starts.get(line - 1).copied().unwrap_or(self.source.len())
    }

    /// The comment that begins here; else continues behind what begins here.
    fn comment_here(&mut self, line: usize) -> Result<Option<Comment>, MarkdownError> {
        let (Line::Code(end) | Line::Text(end) | Line::Html(end)) = self.lines.at(line) else {
            return self.comment_at(line);
        };
        let block = self.start_of(end + 1);
        if let Some(end) = ends::code_element(&mut self.ends, self.at).filter(|end| *end <= block) {
            self.at = end;
            return Ok(None);
        }
        self.comment_at(line)
    }

    fn comment_at(&mut self, line: usize) -> Result<Option<Comment>, MarkdownError> {
        let begin = self.start_of(line);
        // Comments of templates are no comments in what is shown as it stands.
        let is_raw = self.at < self.raw;
        if !is_raw || self.byte() != Some(b'{') {
            match kinds::comment(&mut self.ends, self.at, begin) {
                Closed::Here(comment) => return Ok(Some(comment)),
                Closed::Nowhere { opener, closer } => {
                    return Err(MarkdownError::UnclosedComment { line, opener, closer });
                }
                Closed::NoComment => {}
            }
        }
        if !is_raw
            && self.at >= self.formula
            && let Some(tag) = self.tag_here(line)
        {
            return Ok(Some(tag));
        }
        let escapes = self.byte() == Some(b'\\');
        self.at += 1;
        if escapes {
            let next = self.source.get(self.at..).and_then(|rest| rest.chars().next());
            // Liquid and its like know no such escape.
            self.at += next.filter(|c| *c != '{').map_or(0, char::len_utf8);
        }
        Ok(None)
    }

    /// The tag of a template that begins here.
    fn tag_here(&mut self, line: usize) -> Option<Comment> {
        if self.byte() == Some(b'$') && self.has_formulas {
            self.formula = tags::formula_end(&mut self.ends, self.at).unwrap_or(self.formula);
            return None;
        }
        if let Some(raw) = tags::raw(&mut self.ends, self.at) {
            self.raw = raw.end.unwrap_or(self.raw);
            return Some(raw.tag);
        }
        let begin = self.start_of(line);
        tags::tag(&mut self.ends, self.at, begin)
    }

    /// Moves behind the code that begins with the backticks here, or behind these backticks.
    fn pass_code(&mut self, end: usize) {
        if self.ticks.0 != end || self.ticks.1.first().is_none_or(|(at, _)| *at > self.at) {
            self.ticks = (end, runs(self.source.get(..end).unwrap_or_default(), self.at));
        }
        let runs = &self.ticks.1;
        let here = runs.partition_point(|(at, _)| *at < self.at);
        let Some((_, length)) = runs.get(here).filter(|(at, _)| *at == self.at) else {
            self.at += 1;
            return;
        };
        let close = runs.iter().skip(here + 1).find(|(_, other)| other == length);
        self.at = close.map_or(self.at, |(at, _)| *at) + length;
    }
}

/// The runs of backticks from a position on, each with its length.
fn runs(text: &str, from: usize) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.get(from..).unwrap_or_default().match_indices('`') {
        let at = at + from;
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}
