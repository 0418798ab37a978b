//! References that lead nowhere, and links to places in other documents, of which that is known later.

use std::collections::HashSet;

use markdown::{Fragment, Reference};

/// Longest target in a message, in characters.
const MAX_SHOWN: usize = 200;

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingTarget {
    /// What it was meant to be.
    pub(crate) kind: MissingKind,
    /// Line of the text, from 1.
    pub(crate) line: usize,
    /// One line.
    pub(crate) message: String,
}

/// What a reference that leads nowhere was meant to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingKind {
    /// A picture.
    Picture,
    /// Another file.
    File,
    /// A document, or a place in one.
    Document,
}

/// A link to a place in another document, to be verified when all documents are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceLink {
    /// Line of the text, from 1.
    pub(crate) line: usize,
    /// The target, for messages.
    pub(crate) target: String,
    /// The path of the other document below the source.
    pub(crate) path: String,
    /// Under which keys it may have the place.
    pub(crate) keys: Vec<String>,
}

impl PlaceLink {
    /// The place that a link to the document `path` names, if it names one that can be verified.
    pub(super) fn of(reference: &Reference, path: &str) -> Option<Self> {
        let fragment = Fragment::of(&reference.target).filter(|fragment| fragment.is_verifiable)?;
        Some(Self {
            line: reference.line,
            target: shortened(&reference.target),
            path: path.to_owned(),
            keys: fragment.keys,
        })
    }
}

/// What a report states of a reference.
pub(super) fn message(kind: MissingKind, target: &str, why: &str) -> String {
    let verb = match kind {
        MissingKind::Picture => "shows the picture",
        MissingKind::File => "links to the file",
        MissingKind::Document => "links to",
    };
    format!("{verb} `{}`, {why}", shortened(target))
}

/// Whether a document with these places has the one that a target names, or the target names none that could be verified.
pub(super) fn is_place(places: &HashSet<&str>, target: &str) -> bool {
    Fragment::of(target)
        .is_none_or(|fragment| !fragment.is_verifiable || fragment.keys.iter().any(|key| places.contains(&**key)))
}

fn shortened(target: &str) -> String {
    target.chars().take(MAX_SHOWN).collect()
}
