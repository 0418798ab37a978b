//! Parts of statements that are composed, in one dialect.

/// Parts of statements that are composed (`list.rs`).
#[derive(Debug)]
pub(crate) struct Words {
    /// Before a JSON list of texts, to have it as rows `w` with a column `value`.
    pub(crate) items_of: &'static str,
    /// After it.
    pub(crate) items_as: &'static str,
    /// Before and after a JSON list of lists, to have it as rows `s` with a column `value`.
    pub(crate) lists: (&'static str, &'static str),
    /// The document `d` is public, as the index of public documents has it.
    pub(crate) is_public: &'static str,
    /// The id of the document `d`, as indices have it behind what they are sorted by.
    pub(crate) number: &'static str,
    /// The function that finds a text in another.
    pub(crate) position: &'static str,
    /// Before and after a number, of which a text of all is made, with commas.
    pub(crate) numbers: [&'static str; 2],
    /// How the documents of several index lookups are merged in order.
    pub(crate) merge: Merge,
    pub(crate) matching: Matching,
}

/// How the documents of several index lookups are merged in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// In the ordered queue of a recursive query.
    Queue,
    /// By sorting what lateral joins read.
    Sort,
}

/// The operator that compares a text with a pattern, case-sensitively.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matching {
    Glob,
    Like,
}
