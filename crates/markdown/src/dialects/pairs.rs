//! Which line closes the block that another opens. Found once for all lines, with a stack: every opening that looks for its end by itself would
//! read a text of openings again and again.

use std::collections::HashMap;

use super::{
    lines::{Fence, Line},
    openings::{self, Body, Closing, Opening, Start},
    templates,
};

/// Most blocks that are open at once; what opens more is text.
const MAX_OPEN: usize = 64;

/// The ends of the blocks of a text.
pub(super) struct Pairs {
    /// For a line that opens a block, the line that closes it.
    closed: HashMap<usize, usize>,
    lines: usize,
    /// Lines whose templates are shown as they stand, each with the first of them and the last.
    raw: Vec<(usize, usize)>,
}

impl Pairs {
    pub(super) fn of(lines: &[Line<'_>]) -> Self {
        let mut closed = HashMap::new();
        let mut open: Vec<(usize, Closing)> = Vec::new();
        let mut fence: Option<Fence> = None;
        let raw = raw(lines);
        for (index, line) in lines.iter().enumerate() {
            if is_between(&raw, index) {
                continue;
            }
            if let Some(open) = &fence {
                if open.is_closed_by(&line.text) {
                    fence = None;
                }
                continue;
            }
            fence = Fence::opened_by(&line.text, 0);
            let text = line.text.trim();
            if let Some(close) = openings::closing(text) {
                let exact = open.iter().rposition(|(_, by)| *by == close);
                if let Some(found) = exact.or_else(|| open.iter().rposition(|(_, by)| by.is_closed_by(&close))) {
                    let (opener, _) = open.swap_remove(found);
                    open.truncate(found);
                    closed.insert(opener, index);
                }
            } else if let Some(Start {
                closing: Some(closing), ..
            }) = openings::start(text)
                && open.len() < MAX_OPEN
            {
                open.push((index, closing));
            }
        }
        Self {
            closed,
            lines: lines.len(),
            raw,
        }
    }

    /// Whether a line stands between `{% raw %}` and `{% endraw %}`, or is one of them.
    pub(super) fn is_raw(&self, at: usize) -> bool {
        is_between(&self.raw, at)
    }

    /// The block that a line opens, or is.
    pub(super) fn opening(&self, lines: &[Line<'_>], at: usize) -> Option<Opening> {
        self.block(lines, at).or_else(|| {
            Some(Opening {
                output: templates::line(lines.get(at)?.text.trim())?,
                body: Body::None,
                dedents: false,
            })
        })
    }

    fn block(&self, lines: &[Line<'_>], at: usize) -> Option<Opening> {
        let start = openings::start(lines.get(at)?.text.trim())?;
        let body = match &start.closing {
            None if start.is_single => Body::None,
            None => Body::Indented,
            Some(closing) => match self.closed.get(&at) {
                Some(close) => Body::Until(*close),
                // As its own program reads it: to the end of what it stands in.
                None if closing.may_be_missing() && start.is_known => Body::Until(self.lines),
                None => return None,
            },
        };
        if matches!(body, Body::Indented) && !start.is_certain && !has_body(lines, at) {
            return None;
        }
        Some(Opening {
            output: start.output,
            body,
            dedents: matches!(start.closing, Some(Closing::Tag(_))),
        })
    }
}

/// Whether an indented body follows a line.
fn has_body(lines: &[Line<'_>], at: usize) -> bool {
    let indent = lines.get(at).map_or(0, |line| super::columns(&line.text)) + 4;
    let mut below = lines.iter().skip(at + 1).filter(|line| !line.is_blank());
    below.next().is_some_and(|line| super::columns(&line.text) >= indent)
}

fn is_between(ranges: &[(usize, usize)], at: usize) -> bool {
    let next = ranges.partition_point(|(_, last)| *last < at);
    ranges.get(next).is_some_and(|(first, _)| *first <= at)
}

/// From each line that holds `{% raw %}` to the one that holds its end.
fn raw(lines: &[Line<'_>]) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut open: Option<usize> = None;
    let mut fence: Option<Fence> = None;
    for (index, line) in lines.iter().enumerate() {
        if let Some(first) = open {
            if templates::ends_raw(&line.text) {
                ranges.push((first, index));
                open = None;
            }
        } else if let Some(of) = &fence {
            if of.is_closed_by(&line.text) {
                fence = None;
            }
        } else if templates::begins_raw(&line.text) {
            open = Some(index).filter(|_| !templates::ends_raw(&line.text));
            if open.is_none() {
                ranges.push((index, index));
            }
        } else {
            fence = Fence::opened_by(&line.text, 0);
        }
    }
    ranges
}
