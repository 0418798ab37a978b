//! Where comments and elements of code end.

use std::collections::HashMap;

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

/// Where the signs that end comments stand. Each is looked for once in the whole text: a text of openings alone would be read again for
/// every one of them.
pub(super) struct Ends<'s> {
    pub(super) source: &'s str,
    places: HashMap<&'static str, Vec<usize>>,
}

impl<'s> Ends<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            places: HashMap::new(),
        }
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
