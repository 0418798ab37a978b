//! References of a text to other documents, pictures and files: which there are, and on which line. How they reach the page is in [`super::tokens`].

use std::collections::HashSet;

use comrak::{Node, nodes::NodeValue};

use super::{parse, raw_html, tokens::SEPARATOR};

/// Most references of one document that are found; those after them are shown as words.
pub const MAX_REFERENCES: usize = 5_000;

/// Longest target of a reference, in bytes; longer ones are no local references.
const MAX_TARGET: usize = 2_000;

/// Endings of files that are shown as pictures where they are embedded.
const PICTURES: [&str; 9] = ["png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "bmp", "ico"];

/// How a text refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// `[words](target)`, a reference link, `<a href>`.
    Link,
    /// `![words](target)`, `<img src>`.
    Image,
    /// `[[target]]`: the name of a document, wherever it is.
    WikiLink,
    /// `![[target]]`: a picture, file or document by its name, to be shown in place.
    WikiEmbed,
}

/// One place that refers to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// How.
    pub kind: ReferenceKind,
    /// To what, as the author wrote it, entities and backslashes resolved. Percent signs stay.
    pub target: String,
    /// Line of the text, from 1.
    pub line: usize,
}

impl Reference {
    /// Whether it shows a picture: an image, or a wiki's embed of a file with the ending of one.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        match self.kind {
            ReferenceKind::Image => true,
            ReferenceKind::WikiEmbed => is_picture(&self.target),
            ReferenceKind::Link | ReferenceKind::WikiLink => false,
        }
    }

    /// Whether the target is a place in the same document, `#name`.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.target.starts_with('#')
    }
}

/// Whether a target is looked for among the documents and files that came with a text: it names neither another site nor a place in the
/// same document.
#[must_use]
pub fn is_local(kind: ReferenceKind, target: &str) -> bool {
    let target = target.trim();
    if target.is_empty() || target.len() > MAX_TARGET || target.starts_with('#') || target.starts_with("//") {
        return false;
    }
    let is_wiki = matches!(kind, ReferenceKind::WikiLink | ReferenceKind::WikiEmbed);
    // Browsers pass over these inside an address, before they look for its scheme.
    let bare = target.replace(|c: char| c.is_ascii_control(), "");
    match scheme(&bare) {
        // A note may be called `Decision: colours`.
        Some(scheme) if is_wiki => !matches!(&*scheme.to_ascii_lowercase(), "http" | "https" | "mailto"),
        scheme => scheme.is_none(),
    }
}

/// The scheme of an address (RFC 3986 §3.1).
fn scheme(target: &str) -> Option<&str> {
    let (scheme, _) = target.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    is_scheme.then_some(scheme)
}

/// Whether the file of an embed is a picture, by its ending.
pub(super) fn is_picture(target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let ending = path
        .rsplit_once('.')
        .map(|(_, ending)| ending.trim().to_ascii_lowercase());
    ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}

/// What is shown of `name#heading` where the author gives no words.
pub(super) fn default_words(target: &str) -> String {
    let parts = target.split('#').map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" > ")
}

/// The references of a parsed text in its order: local ones, and those to places in itself. At most [`MAX_REFERENCES`].
pub(super) fn collect(root: Node<'_>) -> Vec<Reference> {
    let mut references = Vec::new();
    for node in root.descendants() {
        if references.len() >= MAX_REFERENCES {
            break;
        }
        let begin = parse::line(node);
        let mut push = |kind, target: &str, line| {
            if is_local(kind, target) || target.starts_with('#') {
                let target = target.replace(SEPARATOR, "\u{FFFD}");
                references.push(Reference { kind, target, line });
            }
        };
        match &node.data().value {
            NodeValue::Link(link) => push(ReferenceKind::Link, &link.url, begin),
            NodeValue::Image(image) => push(ReferenceKind::Image, &image.url, begin),
            NodeValue::WikiLink(link) if link.embed => push(ReferenceKind::WikiEmbed, &link.url, begin),
            NodeValue::WikiLink(link) => push(ReferenceKind::WikiLink, &link.url, begin),
            NodeValue::HtmlBlock(block) => in_html(&block.literal, begin, &mut push),
            NodeValue::HtmlInline(html) => in_html(html, begin, &mut push),
            _ => {}
        }
    }
    references.truncate(MAX_REFERENCES);
    references
}

/// The addresses of other sites that a text links to, each once, in its order; at most [`MAX_REFERENCES`]. This site may be one of them.
pub(super) fn addresses(root: Node<'_>) -> Vec<String> {
    let mut addresses = Vec::new();
    let mut known = HashSet::new();
    let mut push = |target: &str| {
        let is_web = scheme(target).is_some_and(|scheme| matches!(&*scheme.to_ascii_lowercase(), "http" | "https"));
        if is_web && target.len() <= MAX_TARGET && known.len() < MAX_REFERENCES && known.insert(target.to_owned()) {
            addresses.push(target.to_owned());
        }
    };
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Link(link) => push(link.url.trim()),
            NodeValue::HtmlBlock(block) => in_html(&block.literal, 0, &mut |_, target, _| push(target)),
            NodeValue::HtmlInline(html) => in_html(html, 0, &mut |_, target, _| push(target)),
            _ => {}
        }
    }
    addresses
}

fn in_html(html: &str, line: usize, push: &mut dyn FnMut(ReferenceKind, &str, usize)) {
    for (below, kind, target) in raw_html::targets(html) {
        push(kind, target.trim(), line + below);
    }
}
