//! Where comments and elements of code end.

use std::collections::HashMap;

use super::super::dialects::jsx;

/// What ends a comment of MDX, spaces allowed between.
pub(super) const MDX_END: &str = "*/}";

/// Elements that hold code, and what ends them.
const CODE_ELEMENTS: [(&str, &str); 4] = [
    ("code", "</code"),
    ("pre", "</pre"),
    ("samp", "</samp"),
    ("kbd", "</kbd"),
];

/// The end of `<code>…</code>` and its like in raw HTML, which shows signs as they are.
pub(super) fn code_element(ends: &mut Ends<'_>, start: usize) -> Option<usize> {
    let after = ends.source.get(start..)?.strip_prefix('<')?;
    let (_, close) = CODE_ELEMENTS.into_iter().find(|(name, _)| {
        let begin = after
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        begin
            && after
                .get(name.len()..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>'))
    })?;
    ends.after(close, start)
}

/// Bytes that are read in vain for tags of components, beyond four times those of a text.
const BUDGET: usize = 1_000_000;

/// Where the signs that end comments stand. Each is looked for once in the whole text: a text of openings alone would be read again for
/// every one of them.
pub(super) struct Ends<'s> {
    pub(super) source: &'s str,
    places: HashMap<&'static str, Vec<usize>>,
    /// For every component that is closed somewhere, where it is last.
    closed: Option<HashMap<&'s str, usize>>,
    /// Bytes that may yet be read in vain for tags of components.
    budget: usize,
}

impl<'s> Ends<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            places: HashMap::new(),
            closed: None,
            budget: BUDGET + source.len() * 4,
        }
    }

    /// Whether a component is closed behind a position.
    pub(super) fn is_closed(&mut self, component: &str, at: usize) -> bool {
        let source = self.source;
        let closed = self.closed.get_or_insert_with(|| {
            let tags = source.match_indices("</").filter_map(|(at, _)| {
                let name = source
                    .get(at + 2..)?
                    .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                    .next()?;
                Some((name, at))
            });
            tags.collect()
        });
        closed.get(component).is_some_and(|last| *last > at)
    }

    /// The tag of an element or component at a position, within the budget.
    pub(super) fn tag(&mut self, at: usize) -> Option<jsx::Tag<'s>> {
        let rest = self.source.get(at..).filter(|_| self.budget > 0)?;
        let tag = jsx::tag(rest);
        if tag.is_none() {
            self.budget = self.budget.saturating_sub(jsx::MAX_TAG.min(rest.len()));
        }
        tag
    }

    /// The end of the first such sign that begins at a position or after it.
    pub(super) fn after(&mut self, sign: &'static str, from: usize) -> Option<usize> {
        let source = self.source;
        let ends = self.places.entry(sign).or_insert_with(|| places(source, sign));
        let first = ends.partition_point(|end| *end < from + sign.len());
        ends.get(first).copied()
    }
}

fn places(source: &str, sign: &str) -> Vec<usize> {
    if sign == MDX_END {
        let ends = source.match_indices("*/").filter_map(|(at, _)| {
            let after = source.get(at + 2..)?.trim_start().strip_prefix('}')?;
            Some(source.len() - after.len())
        });
        return ends.collect();
    }
    // By its first letter: signs may overlap, as in `--->`.
    let first = sign.get(..1).unwrap_or(sign);
    let ends = source.match_indices(first).filter(|(at, _)| {
        let found = source.get(*at..at + sign.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(sign))
    });
    ends.map(|(at, _)| at + sign.len()).collect()
}
