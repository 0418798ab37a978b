//! The text of a document without its markup: for an index of words, and for the part of a text that is shown beside a result.
//!
//! Comments are out before it is parsed, as in [`super::render`]: what a page does not show is neither found nor quoted.

use comrak::{Node, arena_tree::NodeEdge, nodes::NodeValue};

use super::{headings, inlines, raw_html, sanitise, wiki, write::Children};

/// The text of a parsed document, a line for each block. The first heading is left out if it repeats `title`.
pub(super) fn text(root: Node<'_>, title: &str) -> String {
    let mut plain = Plain::default();
    let mut skipped = headings::repeats_title(root, title);
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) if skipped.is_none() => {
                if plain.open(node) == Children::Skip {
                    skipped = Some(node);
                }
            }
            NodeEdge::Start(_) => {}
            NodeEdge::End(node) if skipped.is_some_and(|skipped| skipped.same_node(node)) => skipped = None,
            NodeEdge::End(node) => {
                if node.data().value.block() {
                    plain.line();
                }
            }
        }
    }
    plain.text.truncate(plain.text.trim_end().len());
    plain.text
}

#[derive(Default)]
struct Plain {
    text: String,
    /// The element that is open, of those that are taken out with all that is in them; one that is never closed takes the rest, as in a page.
    gone: Option<String>,
}

impl Plain {
    fn open(&mut self, node: Node<'_>) -> Children {
        raw_html::with_html(node, |html| self.html(html));
        match &node.data().value {
            NodeValue::WikiLink(link) => {
                self.push(&wiki::words(node, link));
                return Children::Skip;
            }
            NodeValue::Text(text) => self.push(text),
            NodeValue::Code(code) => self.push(&code.literal),
            NodeValue::Math(math) => self.push(&math.literal),
            NodeValue::CodeBlock(code) => self.push(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.push(" "),
            NodeValue::ShortCode(code) => self.push(&inlines::sign(node, code)),
            _ => {}
        }
        Children::Write
    }

    fn push(&mut self, text: &str) {
        if self.gone.is_none() {
            self.text.push_str(text);
        }
    }

    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Raw HTML without its tags. A `>` inside an attribute leaves a few letters of it, which do no harm: all of it is text.
    fn html(&mut self, html: &str) {
        let (before, tags) = html
            .split_once('<')
            .map_or((html, None), |(before, rest)| (before, Some(rest)));
        self.push(&unescaped(before));
        for tag in tags.into_iter().flat_map(|tags| tags.split('<')) {
            let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
            let (closes, name) = inside.strip_prefix('/').map_or((false, inside), |name| (true, name));
            let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
            match &self.gone {
                Some(gone) if closes && *gone == name => self.gone = None,
                None if !closes && !inside.ends_with('/') && sanitise::is_gone(&name) => self.gone = Some(name),
                _ => {}
            }
            self.push(" ");
            self.push(&unescaped(after));
        }
    }
}

/// The few entities that authors write in raw HTML.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&nbsp;", " ").replace("&amp;", "&")
}
