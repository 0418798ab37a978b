//! Boxes, tabs and blocks of other programs, as what the parser knows. `!!! note "Title"` of `MkDocs`, `:::note[Title]` of Docusaurus and its
//! like, paired tags of Hugo, `GitBook` and MDX become callouts in the notation of GitHub, `> [!note] Title`, before anything is parsed: a
//! quote has no end that could be missing, and nests in lists and in itself.
//!
//! Which line opens what is decided in [`openings`], where it ends in [`pairs`], what is code in [`lines`]. A pass over lines: every line of the
//! result knows the line of the text it comes from.

use std::borrow::Cow;

use crate::wiki;

use frame::Frame;
use lines::{Fence, Line, columns, cut, list_content};
use openings::{Body, Opening, Output};
use pairs::Pairs;

mod arguments;
mod frame;
pub(super) mod jsx;
mod lines;
mod modules;
mod names;
mod openings;
mod pairs;
pub(super) mod templates;

pub(super) use names::{DETAILS, TAB};

/// Deepest nesting of boxes; deeper ones stay as they are written.
const MAX_DEPTH: usize = 10;

/// Most bytes that the marks of boxes may add to a text; a text that needs more is parsed as it is written.
const MAX_GROWTH: usize = 1024 * 1024;

/// Lines that are read as statements of modules in vain, beyond twice the lines of a text.
const MODULE_LINES: usize = 1_000;

/// A text in the notation of the parser.
pub(super) struct Converted<'s> {
    pub(super) text: Cow<'s, str>,
    /// For every line of the text, its line in the source, both from 1; empty where they are the same.
    pub(super) lines: Vec<usize>,
    /// What was taken out, by lines of the source.
    pub(super) removed: Vec<(usize, String)>,
}

/// Rewrites the blocks of other dialects.
pub(super) fn convert(source: &str) -> Converted<'_> {
    let unchanged = |source| Converted {
        text: Cow::Borrowed(source),
        lines: Vec::new(),
        removed: Vec::new(),
    };
    if !openings::may_occur(source) && !templates::may_occur(source) && !source.contains("![[") {
        return unchanged(source);
    }
    let lines: Vec<Line<'_>> = source
        .split('\n')
        .enumerate()
        .map(|(index, text)| Line::new(text, index + 1))
        .collect();
    let mut conversion = Conversion {
        has_changed: false,
        removed: Vec::new(),
        module_lines: lines.len() * 2 + MODULE_LINES,
    };
    let converted = conversion.convert(&lines, 0);
    let bytes: usize = converted.iter().map(|line| line.text.len() + 1).sum();
    if !conversion.has_changed || bytes > source.len() + MAX_GROWTH {
        return unchanged(source);
    }
    let mut text = String::with_capacity(bytes);
    for (index, line) in converted.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&line.text);
    }
    Converted {
        text: Cow::Owned(text),
        lines: converted.iter().map(|line| line.number).collect(),
        removed: conversion.removed,
    }
}

struct Conversion {
    has_changed: bool,
    removed: Vec<(usize, String)>,
    /// Lines that may yet be read as statements of modules.
    module_lines: usize,
}

impl Conversion {
    fn convert<'s>(&mut self, lines: &[Line<'s>], depth: usize) -> Vec<Line<'s>> {
        let pairs = Pairs::of(lines);
        let mut out = Vec::with_capacity(lines.len());
        let mut context = Context {
            is_block: true,
            ..Context::default()
        };
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let is_text = context.is_text(line) && !pairs.is_raw(at);
            if is_text
                && context.is_block
                && let Some(end) = modules::end(lines, at, &mut self.module_lines)
            {
                self.remove(lines.get(at..end).unwrap_or_default(), &mut out);
                at = end;
                continue;
            }
            let opening = if is_text && depth < MAX_DEPTH {
                pairs.opening(lines, at)
            } else {
                None
            };
            if let Some(opening) = opening {
                self.has_changed = true;
                context.is_block = true;
                at = self.block(&opening, Position { lines, at, depth }, &mut out);
            } else {
                context.pass(line);
                context.is_block = line.is_blank();
                let escaped = is_text.then(|| wiki::escape_width(&line.text)).flatten();
                self.has_changed |= escaped.is_some();
                out.push(escaped.map_or_else(|| line.clone(), |text| Line::owned(text, line.number)));
                at += 1;
            }
        }
        out
    }

    /// Takes lines out; one that is blank stays.
    fn remove<'s>(&mut self, lines: &[Line<'s>], out: &mut Vec<Line<'s>>) {
        let Some(first) = lines.first() else { return };
        self.has_changed = true;
        let heading = out.last_mut().filter(|above| above.text.trim_start().starts_with('#'));
        match (heading, templates::name_above(&first.text)) {
            (Some(heading), Some(name)) => heading.text = format!("{} {{#{name}}}", heading.text.trim_end()).into(),
            _ => self.removed.push((first.number, first.text.trim().to_owned())),
        }
        out.push(Line::owned(String::new(), first.number));
    }

    /// Writes a block, and returns the line after it.
    fn block<'s>(&mut self, opening: &Opening, position: Position<'_, 's>, out: &mut Vec<Line<'s>>) -> usize {
        let Position { lines, at, depth } = position;
        let Some(line) = lines.get(at) else { return at + 1 };
        let indent = columns(&line.text);
        let (end, next) = match opening.body {
            Body::Indented => {
                let end = indented_end(lines, at, indent + 4);
                (end, end)
            }
            Body::Until(close) => (close, close + 1),
            Body::None => (at + 1, at + 1),
        };
        let body = lines.get(at + 1..end).unwrap_or_default();
        let strip = match opening.body {
            Body::Indented => indent + 4,
            Body::Until(_) if opening.dedents => common_indent(body).max(indent),
            Body::Until(_) | Body::None => indent,
        };
        let body: Vec<Line<'s>> = body
            .iter()
            .map(|line| Line::owned(cut(&line.text, strip), line.number))
            .collect();
        let closer = lines.get(end).filter(|_| next > end).map(|line| line.number);
        let frame = Frame {
            indent,
            first: line.number,
            last: closer,
        };
        match &opening.output {
            Output::Box(header) => {
                let body = self.convert(&body, depth + 1);
                frame.quote(header, body, out);
                if lines.get(next).is_some_and(|line| !line.is_blank()) {
                    out.push(Line::owned(
                        String::new(),
                        lines.get(next).map_or(0, |line| line.number),
                    ));
                }
            }
            Output::Content => {
                let body = self.convert(&body, depth + 1);
                frame.plain(body, out);
            }
            Output::Code(language) => frame.code(language, body, out),
            Output::Text(text) => out.push(Line::owned(format!("{}{text}", " ".repeat(indent)), line.number)),
            Output::Removed => self.remove(lines.get(at..=at).unwrap_or_default(), out),
        }
        next
    }
}

/// Where a block begins.
#[derive(Clone, Copy)]
struct Position<'l, 's> {
    lines: &'l [Line<'s>],
    at: usize,
    depth: usize,
}

/// The line after a body that is indented by so many columns, without the blank lines at its end.
fn indented_end(lines: &[Line<'_>], opener: usize, indent: usize) -> usize {
    let mut end = opener + 1;
    for (index, line) in lines.iter().enumerate().skip(opener + 1) {
        if line.is_blank() {
            continue;
        }
        if columns(&line.text) < indent {
            break;
        }
        end = index + 1;
    }
    end
}

fn common_indent(body: &[Line<'_>]) -> usize {
    let lines = body.iter().filter(|line| !line.is_blank());
    lines.map(|line| columns(&line.text)).min().unwrap_or(0)
}

/// What is known of a line from the lines above it.
#[derive(Default)]
struct Context {
    fence: Option<Fence>,
    /// The columns at which the items of open lists begin.
    items: Vec<usize>,
    /// Whether the next line goes on with no paragraph.
    is_block: bool,
}

impl Context {
    /// Whether a line may begin a block: it is not code. Ends the lists and fences that the line ends.
    fn is_text(&mut self, line: &Line<'_>) -> bool {
        if line.is_blank() {
            return false;
        }
        let indent = columns(&line.text);
        if self.fence.as_ref().is_some_and(|fence| indent >= fence.item) {
            return false;
        }
        self.fence = None;
        while self.items.last().is_some_and(|item| indent < *item) {
            self.items.pop();
        }
        indent < self.item() + 4
    }

    fn item(&self) -> usize {
        self.items.last().copied().unwrap_or(0)
    }

    fn pass(&mut self, line: &Line<'_>) {
        if let Some(fence) = &self.fence {
            if fence.is_closed_by(&line.text) {
                self.fence = None;
            }
            return;
        }
        if line.is_blank() || columns(&line.text) >= self.item() + 4 {
            return;
        }
        if let Some(content) = list_content(&line.text) {
            self.items.push(content);
        }
        self.fence = Fence::opened_by(&line.text, self.item());
    }
}
