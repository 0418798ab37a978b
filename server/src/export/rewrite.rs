//! Changes targets in the text of a document, and nothing else: the result is rendered, and counts only if its page is the same but for these targets.

use std::ops::Range;

use markdown::{Filled, Reference, ReferenceKind, Token};

use super::links::suffix_of;
use crate::link_paths::is_wiki;

/// Most places that are tried one by one in a text where not all of them are links.
const MAX_TRIES: usize = 200;

/// The references of a text. One that cannot be parsed has none: whether an import takes it is checked with its file.
pub(super) fn references_of(text: &str) -> Vec<Reference> {
    markdown::survey(text).unwrap_or_default().references
}

/// A target that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) kind: ReferenceKind,
    /// As the parser resolved it.
    pub(super) target: String,
    /// What stands in place of its path; what is behind the path stays.
    pub(super) path: String,
}

impl Replacement {
    fn new_target(&self) -> String {
        format!("{}{}", self.path, suffix_of(self.kind, &self.target))
    }

    /// A reference to the target as it was.
    fn reference(&self) -> Reference {
        Reference {
            kind: self.kind,
            target: self.target.clone(),
            line: 1,
        }
    }

    fn is_of(&self, reference: &Reference) -> bool {
        self.kind == reference.kind && self.target == reference.target
    }
}

/// A place in the text, and what is to stand there.
#[derive(Debug)]
struct Edit {
    at: Range<usize>,
    text: String,
}

/// The text with other targets, and those that could not be changed.
pub(super) fn replace<'r>(
    content: &str,
    title: &str,
    replacements: &'r [Replacement],
) -> (String, Vec<&'r Replacement>) {
    let mut edits: Vec<Edit> = replacements
        .iter()
        .flat_map(|replacement| edits(content, replacement))
        .collect();
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    edits.dedup_by(|later, earlier| later.at.start < earlier.at.end);
    let expected = page(content, title, replacements);
    let left = |text: &str| -> Vec<&'r Replacement> {
        let references = references_of(text);
        let is_left = |replacement: &&Replacement| references.iter().any(|reference| replacement.is_of(reference));
        replacements.iter().filter(is_left).collect()
    };
    let is_same_page = |text: &str| expected.is_some() && page(text, title, replacements) == expected;
    let all = apply(content, &edits);
    if is_same_page(&all) && left(&all).is_empty() {
        return (all, Vec::new());
    }
    // Some of them are no links, but the same letters elsewhere, as in a block of code.
    let mut text = content.to_owned();
    for edit in edits.iter().rev().take(MAX_TRIES) {
        let tried = apply(&text, std::slice::from_ref(edit));
        if is_same_page(&tried) && references_of(&tried) != references_of(&text) {
            text = tried;
        }
    }
    let left = left(&text);
    (text, left)
}

/// The page of a text in which every target is what it becomes; `None` for a text that cannot be rendered.
fn page(text: &str, title: &str, replacements: &[Replacement]) -> Option<String> {
    let html = markdown::render(text, title).ok()?.html;
    let new_target = |token: &Token<'_>| {
        let is_it = |replacement: &&Replacement| replacement.kind == token.kind && replacement.target == token.target;
        let replacement = replacements.iter().find(is_it);
        Filled::Address(replacement.map_or_else(|| token.target.clone().into_owned(), Replacement::new_target))
    };
    let page = markdown::fill(&html, &new_target);
    // The sanitiser adds these to every picture, in any order.
    Some(
        page.replace(" loading=\"lazy\"", "")
            .replace(" referrerpolicy=\"no-referrer\"", ""),
    )
}

fn apply(content: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(content.len());
    let mut end = 0;
    for edit in edits {
        text.push_str(content.get(end..edit.at.start).unwrap_or_default());
        text.push_str(&edit.text);
        end = edit.at.end;
    }
    text.push_str(content.get(end..).unwrap_or_default());
    text
}

/// Where a target stands in a text, as authors write it.
fn edits(content: &str, replacement: &Replacement) -> Vec<Edit> {
    let target = &replacement.target;
    if is_wiki(replacement.kind) {
        return wiki_edits(content, replacement);
    }
    let is_behind =
        |behind: &str| behind.is_empty() || behind.starts_with([')', '>', '"', '\'', ' ', '\t', '\n', '\r']);
    let mut edits = Vec::new();
    for (at, before) in content.match_indices(['(', '<', '"', '\'', '=', ' ', '\t', '\n', ':']) {
        let begin = at + before.len();
        let Some(length) = content.get(begin..).and_then(|rest| spelled(rest, target)) else {
            continue;
        };
        let end = begin + length;
        if content.get(end..).is_some_and(is_behind) {
            let suffix = content
                .get(begin..end)
                .map(|written| suffix_of(replacement.kind, written));
            edits.push(Edit {
                at: begin..end,
                text: format!("{}{}", replacement.path, suffix.unwrap_or_default()),
            });
        }
    }
    edits
}

/// The length of `target` where a text begins with it, with entities and backslashes as authors write them.
fn spelled(text: &str, target: &str) -> Option<usize> {
    const ENTITIES: [(&str, char); 5] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
    ];
    let mut rest = text;
    for letter in target.chars() {
        let entity = ENTITIES
            .iter()
            .find(|(entity, meant)| *meant == letter && rest.starts_with(entity));
        let escaped = rest.strip_prefix('\\').filter(|_| letter.is_ascii_punctuation());
        let escaped = escaped.and_then(|rest| rest.strip_prefix(letter));
        rest = match entity {
            Some((entity, _)) => rest.strip_prefix(entity)?,
            None => escaped.or_else(|| rest.strip_prefix(letter))?,
        };
    }
    Some(text.len() - rest.len())
}

/// Where `[[target]]` and `[[target|words]]` stand. Words that only repeat the target are written out, so that the page shows them as before.
fn wiki_edits(content: &str, replacement: &Replacement) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, _) in content.match_indices("[[") {
        let begin = at + 2;
        let inside = content
            .get(begin..)
            .and_then(|rest| rest.split_once("]]"))
            .map(|(inside, _)| inside);
        let Some(inside) = inside else { break };
        let (name, words) = match inside.split_once('|') {
            Some((name, words)) => (name, Some(words)),
            None => (inside, None),
        };
        if name.trim() != replacement.target.trim() {
            continue;
        }
        let mut text = replacement.new_target();
        // A picture without words is described by the last part of its path.
        let (old, new) = (last_part(&replacement.target), last_part(&replacement.path));
        let is_picture = replacement.kind == ReferenceKind::WikiEmbed && replacement.reference().is_picture();
        match words {
            Some(size) if is_picture && old != new && size.trim().chars().all(|c| c.is_ascii_digit() || c == 'x') => {
                text = format!("{text}|{old}\\|{size}");
            }
            Some(words) => text = format!("{text}|{words}"),
            None if is_picture && old == new => {}
            None if is_picture => text = format!("{text}|{old}"),
            None => {
                let parts = name.split('#').map(str::trim).filter(|part| !part.is_empty());
                text = format!("{text}|{}", parts.collect::<Vec<_>>().join(" > "));
            }
        }
        edits.push(Edit {
            at: begin..begin + inside.len(),
            text,
        });
    }
    edits
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(content: &str, kind: ReferenceKind, target: &str, path: &str) -> (String, usize) {
        let replacement = Replacement {
            kind,
            target: target.to_owned(),
            path: path.to_owned(),
        };
        let replacements = [replacement];
        let (text, left) = replace(content, "Title", &replacements);
        (text, left.len())
    }

    #[test]
    fn im_8_targets_are_replaced_in_every_spelling() {
        for (content, target, expected) in [
            (
                "[x](b.md#on-call \"b.md#on-call\")",
                "b.md#on-call",
                "[x](../p/b.md#on-call \"b.md#on-call\")",
            ),
            ("[x](<b.md>) [b.md](b.md)", "b.md", "[x](<../p/b.md>) [b.md](../p/b.md)"),
            (
                "[x](b\\_\\(c\\).md#d_e\\)f)",
                "b_(c).md#d_e)f",
                "[x](../p/b.md#d_e\\)f)",
            ),
            (
                "[x][y]\n\n[y]: b.md?x=1\n",
                "b.md?x=1",
                "[x][y]\n\n[y]: ../p/b.md?x=1\n",
            ),
            (
                "<a href='b.md?x=1&amp;y'>x</a>",
                "b.md?x=1&y",
                "<a href='../p/b.md?x=1&amp;y'>x</a>",
            ),
            (
                "`(b.md)` [x](b.md)\n\n    [x](b.md)\n",
                "b.md",
                "`(b.md)` [x](../p/b.md)\n\n    [x](b.md)\n",
            ),
            (
                "[x](b.md)\r\n\r\n```\r\n(b.md)\r\n```\r\n",
                "b.md",
                "[x](../p/b.md)\r\n\r\n```\r\n(b.md)\r\n```\r\n",
            ),
        ] {
            let found = replaced(content, ReferenceKind::Link, target, "../p/b.md");
            assert_eq!(found, (expected.to_owned(), 0));
        }
    }

    #[test]
    fn im_8_wiki_links_show_the_same_words() {
        for (content, target, expected) in [
            ("[[b]] and [[b|words]]", "b", "[[p/b|b]] and [[p/b|words]]"),
            ("[[b#On call]]", "b#On call", "[[p/b#On call|b > On call]]"),
        ] {
            let found = replaced(content, ReferenceKind::WikiLink, target, "p/b");
            assert_eq!(found, (expected.to_owned(), 0));
        }
        let found = replaced(
            "![[a.png|200]] ![[a.png]]",
            ReferenceKind::WikiEmbed,
            "a.png",
            "p/a.png",
        );
        assert_eq!(found, ("![[p/a.png|200]] ![[p/a.png]]".to_owned(), 0));
        let found = replaced(
            "![[a.png|200]] ![[a.png]]",
            ReferenceKind::WikiEmbed,
            "a.png",
            "p/a-2.png",
        );
        assert_eq!(found, (r"![[p/a-2.png|a.png\|200]] ![[p/a-2.png|a.png]]".to_owned(), 0));
    }

    #[test]
    fn im_8_what_cannot_be_replaced_stays_and_is_named() {
        let content = "[x](b&#x2e;md)";
        let found = replaced(content, ReferenceKind::Link, "b.md", "x.md");
        assert_eq!(found, (content.to_owned(), 1));
    }
}
