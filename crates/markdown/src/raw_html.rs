//! Limits of raw HTML in Markdown. As much as they like, if they close what they open. An HTML parser opens again in every
//! paragraph what was left open before, so a few kilobytes of unclosed tags could grow to gigabytes; such a text shows
//! its HTML as text instead. What HTML may do is in [`super::sanitise`].

use std::{borrow::Cow, collections::HashMap};

use comrak::{Node, nodes::NodeValue};

use super::{parse, references::ReferenceKind};

/// Most elements that unclosed tags may add: tags open at once, times pieces of the text.
const MAX_COPIES: usize = 1_000_000;

/// Most elements open at once: an HTML parser looks through all of them at every tag.
const MAX_OPEN: usize = 2_000;

/// Most entities (`&…;`) in raw HTML: reading them takes a time that grows with their square.
const MAX_ENTITIES: usize = 2_000;

/// Never closed, so never open.
const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "source", "wbr"];

/// Whether raw HTML grows beyond bounds and is shown as text.
pub(super) fn is_unbounded(root: Node<'_>) -> bool {
    let mut open = Open::default();
    let mut pieces = 0_usize;
    for node in root.descendants() {
        // Each node may begin and end an element of its own.
        pieces += 2;
        with_html(node, |html| {
            pieces += html.matches('\n').count();
            open.read(html);
        });
    }
    let copies = open.peak.saturating_mul(pieces);
    copies > MAX_COPIES || open.peak > MAX_OPEN || open.entities > MAX_ENTITIES
}

/// The line of the first raw HTML, or the first line.
pub(super) fn first_line(root: Node<'_>) -> usize {
    let mut nodes = root.descendants();
    nodes
        .find(|node| matches!(node.data().value, NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_)))
        .map_or(1, parse::line)
}

/// For every heading in raw HTML, how many lines below the beginning it stands.
pub(super) fn heading_lines(html: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (below, tag) in tags(html) {
        if matches!(
            tag.name,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "H1" | "H2" | "H3" | "H4" | "H5" | "H6"
        ) {
            lines.push(below);
        }
    }
    lines
}

/// The anchors of raw HTML: values of `id`, and of `name` on links.
pub(super) fn names(html: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (_, tag) in tags(html) {
        for (attribute, value) in attributes(tag.rest) {
            let is_link = tag.name.eq_ignore_ascii_case("a");
            if attribute.eq_ignore_ascii_case("id") || (is_link && attribute.eq_ignore_ascii_case("name")) {
                names.push(value.to_owned());
            }
        }
    }
    names
}

/// The targets of links and pictures in raw HTML, each with how many lines below the beginning it stands.
pub(super) fn targets(html: &str) -> Vec<(usize, ReferenceKind, String)> {
    let mut found = Vec::new();
    for (below, tag) in tags(html) {
        let (wanted, kind) = if tag.name.eq_ignore_ascii_case("a") {
            ("href", ReferenceKind::Link)
        } else if tag.name.eq_ignore_ascii_case("img") {
            ("src", ReferenceKind::Image)
        } else {
            continue;
        };
        let attributes = attributes(tag.rest);
        let value = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if let Some((_, value)) = value {
            found.push((below, kind, unescaped(value)));
        }
    }
    found
}

/// The few entities that authors write in addresses.
fn unescaped(value: &str) -> String {
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Raw HTML with `h2` for `h1`: the page's title is the one of the first level.
pub(super) fn below_title(html: &str) -> Cow<'_, str> {
    if !tags(html).any(|(_, tag)| tag.name.eq_ignore_ascii_case("h1")) {
        return Cow::Borrowed(html);
    }
    let html = ["<h1", "<H1"]
        .iter()
        .fold(html.to_owned(), |html, tag| html.replace(tag, "<h2"));
    Cow::Owned(
        ["</h1", "</H1"]
            .iter()
            .fold(html, |html, tag| html.replace(tag, "</h2")),
    )
}

/// Calls `read` with the raw HTML of a node, if it is such a node.
pub(super) fn with_html(node: Node<'_>, read: impl FnOnce(&str)) {
    match &node.data().value {
        NodeValue::HtmlBlock(block) => read(&block.literal),
        NodeValue::HtmlInline(html) => read(html),
        _ => {}
    }
}

/// An opening tag: its name, and what stands between the name and the next `<`.
struct Tag<'t> {
    name: &'t str,
    rest: &'t str,
}

/// The opening tags, each with how many lines below the beginning it stands; the lines are counted once.
fn tags(html: &str) -> impl Iterator<Item = (usize, Tag<'_>)> {
    let mut counted = 0;
    let mut below = 0;
    html.match_indices('<').filter_map(move |(at, _)| {
        below += html.get(counted..at)?.matches('\n').count();
        counted = at;
        let tag = html.get(at + 1..)?;
        let tag = tag.split('<').next()?;
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, rest) = tag.split_at_checked(end)?;
        (!name.is_empty()).then_some((below, Tag { name, rest }))
    })
}

/// `name="value"`, `name='value'` and `name=value`, up to the end of the tag.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest
            .find(|c: char| c.is_whitespace() || "=>/".contains(c))
            .unwrap_or(rest.len());
        let Some((name, after)) = rest.split_at_checked(end).filter(|(name, _)| !name.is_empty()) else {
            return found;
        };
        rest = after.trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let end = value
            .find(|c: char| c.is_whitespace() || c == '>')
            .unwrap_or(value.len());
        let split = quote.map_or_else(
            || value.split_at_checked(end),
            |quote| value.get(1..).and_then(|value| value.split_once(quote)),
        );
        let Some((value, after)) = split else { return found };
        found.push((name, value));
        rest = after;
    }
}

/// How many elements are open, by name, after what was read so far.
#[derive(Default)]
struct Open {
    by_name: HashMap<String, usize>,
    now: usize,
    peak: usize,
    entities: usize,
}

impl Open {
    fn read(&mut self, html: &str) {
        self.entities += html.matches('&').count();
        for tag in html.split('<').skip(1) {
            let (closes, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
            if name.is_empty() || VOID.contains(&name.as_str()) {
                continue;
            }
            let count = self.by_name.entry(name).or_default();
            if !closes {
                *count += 1;
                self.now += 1;
            } else if *count > 0 {
                *count -= 1;
                self.now -= 1;
            }
            self.peak = self.peak.max(self.now);
        }
    }
}
