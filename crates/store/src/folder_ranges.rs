//! Sets of folder paths as ranges of texts, compared byte by byte, as both databases compare them.
//!
//! The folders below `a` are no neighbours of `a` itself: `a!` and `a-b` stand between `a` and `a/b`, since `!` and `-` come before `/`.

use domain::{Condition, PatternPart, Predicate, TextField};

use crate::text::contains_nul;

/// Above every path: no folder begins with the last code point, which is no character.
const END: &str = "\u{10ffff}";

/// Comes right after every text that it is appended to: NUL is in no text of a document.
const NEXT: char = '\u{1}';

/// Paths from `low` on, up to `high` without it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) low: String,
    pub(crate) high: String,
}

/// Ranges in order, with something between each two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ranges(Vec<Range>);

impl Range {
    fn new(low: impl Into<String>, high: impl Into<String>) -> Self {
        let (low, high) = (low.into(), high.into());
        Self { low, high }
    }
}

impl Ranges {
    pub(crate) fn all() -> Self {
        Self(vec![Range::new("", END)])
    }

    /// The folder itself.
    pub(crate) fn exactly(folder: &str) -> Self {
        if contains_nul(folder) {
            return Self(Vec::new());
        }
        Self(vec![Range::new(folder, format!("{folder}{NEXT}"))])
    }

    /// The folders below it.
    pub(crate) fn below(folder: &str) -> Self {
        match folder {
            "" => Self(vec![Range::new(NEXT, END)]),
            folder if contains_nul(folder) => Self(Vec::new()),
            // `0` is the character after `/`.
            folder => Self(vec![Range::new(format!("{folder}/"), format!("{folder}0"))]),
        }
    }

    /// The folder and all below it.
    pub(crate) fn subtree(folder: &str) -> Self {
        Self::union([Self::exactly(folder), Self::below(folder)])
    }

    /// The paths that begin with `prefix`.
    fn beginning_with(prefix: &str) -> Self {
        if contains_nul(prefix) {
            return Self(Vec::new());
        }
        let mut high: Vec<char> = prefix.chars().collect();
        while let Some(last) = high.pop() {
            // There is nothing between the last character before the surrogates and the first one after.
            let next = (u32::from(last) + 1..=0xe000).find_map(char::from_u32);
            if let Some(next) = next.or_else(|| char::from_u32(u32::from(last) + 1)) {
                high.push(next);
                return Self(vec![Range::new(prefix, high.into_iter().collect::<String>())]);
            }
        }
        Self::all()
    }

    pub(crate) fn union(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut ranges: Vec<Range> = parts.into_iter().flat_map(|part| part.0).collect();
        ranges.sort();
        let mut joined: Vec<Range> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(before) if range.low <= before.high => before.high = range.high.max(before.high.clone()),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().map(move |other| (one, other)));
        let common =
            pairs.map(|(one, other)| Range::new(one.low.as_str().max(&other.low), one.high.as_str().min(&other.high)));
        Self(common.filter(|range| range.low < range.high).collect())
    }

    /// All other paths.
    pub(crate) fn complement(&self) -> Self {
        let lows = std::iter::once("").chain(self.0.iter().map(|range| range.high.as_str()));
        let highs = self.0.iter().map(|range| range.low.as_str()).chain([END]);
        let gaps = lows.zip(highs).filter(|(low, high)| low < high);
        Self(gaps.map(|(low, high)| Range::new(low, high)).collect())
    }

    /// Whether what is at the very end of all paths is among them, as it is where a predicate only excludes folders.
    pub(crate) fn is_open(&self) -> bool {
        self.0.last().is_some_and(|range| range.high == END)
    }

    /// Whether the path is in one of them.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.0
            .iter()
            .any(|range| range.low.as_str() <= path && path < range.high.as_str())
    }

    /// As a JSON list of pairs: where each range begins, and what it ends before.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        self.0.iter().map(|Range { low, high }| [low.as_str(), high]).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Range> {
        self.0.iter()
    }

    /// The paths of which a predicate is true; `None` if it depends on more than the path.
    pub(crate) fn of(predicate: &Predicate) -> Option<Self> {
        match predicate {
            Predicate::All(parts) => parts
                .iter()
                .try_fold(Self::all(), |all, part| Some(all.intersection(&Self::of(part)?))),
            Predicate::Any(parts) => {
                let parts = parts.iter().map(Self::of).collect::<Option<Vec<_>>>()?;
                Some(Self::union(parts))
            }
            Predicate::Is { condition, negated } => {
                let ranges = match condition {
                    Condition::InFolder(paths) => Self::union(paths.iter().map(|path| Self::subtree(path))),
                    Condition::Text(TextField::Folder, paths) => {
                        Self::union(paths.iter().map(|path| Self::exactly(path)))
                    }
                    Condition::Like(TextField::Folder, pattern) => match pattern.parts() {
                        [PatternPart::Literal(prefix), PatternPart::Wildcard] => Self::beginning_with(prefix),
                        _ => return None,
                    },
                    _ => return None,
                };
                Some(if *negated { ranges.complement() } else { ranges })
            }
        }
    }

    /// At least the paths of which a predicate is true: narrower than all of them where its pattern begins with a text.
    pub(crate) fn around(predicate: &Predicate) -> Self {
        match predicate {
            Predicate::Is {
                condition: Condition::Like(TextField::Folder, pattern),
                negated: false,
            } => pattern.prefix().map_or_else(Self::all, Self::beginning_with),
            _ => Self::all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Pattern, predicate::folder_and_ancestors};

    use super::*;

    const PATHS: [&str; 17] = [
        "",
        "a",
        "a!",
        "a-b",
        "a.",
        "a/",
        "a/b",
        "a/b/c",
        "a/b-c",
        "a/ü",
        "a0",
        "ab",
        "b",
        "ü/x",
        "\u{d7ff}x",
        "\u{e000}",
        "%_[*?'\"",
    ];

    #[test]
    fn fi_2_ranges_hold_the_folder_and_what_is_below_and_no_neighbour() {
        for folder in PATHS {
            for path in PATHS {
                let is_in = folder_and_ancestors(path).any(|above| above == folder);
                assert_eq!(Ranges::subtree(folder).holds(path), is_in, "{path} in {folder}");
                assert_eq!(
                    Ranges::below(folder).holds(path),
                    is_in && path != folder,
                    "{path} below {folder}"
                );
                assert_eq!(
                    Ranges::subtree(folder).complement().holds(path),
                    !is_in,
                    "{path} in {folder}"
                );
                assert_eq!(
                    Ranges::beginning_with(folder).holds(path),
                    path.starts_with(folder),
                    "{path} {folder}"
                );
                for other in PATHS {
                    let both = Ranges::subtree(folder).intersection(&Ranges::beginning_with(other));
                    assert_eq!(
                        both.holds(path),
                        is_in && path.starts_with(other),
                        "{path} {folder} {other}"
                    );
                    let either = Ranges::union([Ranges::subtree(folder), Ranges::beginning_with(other)]);
                    assert_eq!(
                        either.holds(path),
                        is_in || path.starts_with(other),
                        "{path} {folder} {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn fi_2_what_depends_on_the_path_alone_is_ranges_and_nothing_else_is() {
        let literal = |text: &str| PatternPart::Literal(text.to_owned());
        let in_a = Predicate::is(Condition::InFolder(["a".to_owned()].into()));
        let like = |parts: Vec<PatternPart>| Predicate::is(Condition::Like(TextField::Folder, Pattern::new(parts)));
        let prefix = like(vec![literal("a/"), PatternPart::Wildcard]);
        let both = in_a.clone().and(prefix.clone().negate());
        let ranges = Ranges::of(&both).unwrap();
        for path in PATHS {
            assert_eq!(ranges.holds(path), path == "a", "{path}");
        }
        let ends = like(vec![literal("a"), PatternPart::Wildcard, literal("c")]);
        assert_eq!(Ranges::of(&ends), None);
        assert_eq!(Ranges::around(&ends), Ranges::beginning_with("a"));
        assert_eq!(Ranges::of(&in_a.and(Predicate::is(Condition::Private))), None);
    }
}
