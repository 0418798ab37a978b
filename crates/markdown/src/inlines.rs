//! Writes inline constructs. Links, pictures, code, emoji, marks, small raised and lowered text. The result is not safe
//! yet: that is for [`super::sanitise`].

use comrak::{
    Node,
    nodes::{NodeFootnoteReference, NodeLink, NodeShortCode, NodeValue},
};

use super::{
    anchors::{FOOTNOTE, MENTION},
    references::ReferenceKind,
    wiki::words_and_width,
    write::{Children, IMAGE_GROWTH, LINK_GROWTH, Writer, escaped, escaped_attribute},
};

/// Most ways back from one footnote: a text of nothing but mentions would grow a hundredfold.
pub(super) const MAX_MENTIONS: u32 = 20;

/// Longest lowered text, in characters; what is longer between two `~` is struck out.
const MAX_LOWERED: usize = 20;

/// What stands for an emoji in plain text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Emoji {
    /// The emoji itself.
    Sign,
    /// Its name.
    Name,
}

/// The text of a node without its marks.
pub(super) fn plain_text(node: Node<'_>, emoji: Emoji) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Text(more) => text.push_str(more),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::Math(math) => text.push_str(&math.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            NodeValue::ShortCode(code) if !is_emoji(node) => {
                text.push(':');
                text.push_str(&code.code);
                text.push(':');
            }
            NodeValue::ShortCode(code) if emoji == Emoji::Sign => text.push_str(&code.emoji),
            NodeValue::ShortCode(code) => text.push_str(&code.code),
            _ => {}
        }
    }
    text
}

/// A name between colons as it is shown: as the emoji of that name, or as it stands inside a word.
pub(super) fn sign(node: Node<'_>, code: &NodeShortCode) -> String {
    if is_emoji(node) {
        code.emoji.clone()
    } else {
        format!(":{}:", code.code)
    }
}

impl Writer<'_> {
    /// Writes the beginning of an inline node.
    pub(super) fn open_inline(&mut self, node: Node<'_>, value: &NodeValue) -> Children {
        match value {
            NodeValue::Text(text) => self.text(text),
            NodeValue::SoftBreak => self.text("\n"),
            NodeValue::LineBreak => self.tag("<br>\n"),
            NodeValue::Code(code) => self.tag(&format!("<code>{}</code>", escaped(&code.literal))),
            NodeValue::Math(math) => {
                let html = self.formulas.html(&math.literal, math.display_math, &self.marker);
                self.tag(&html);
            }
            NodeValue::HtmlInline(html) => self.html_inline(html),
            NodeValue::ShortCode(code) => self.text(&sign(node, code)),
            NodeValue::Link(link) => self.open_link(link),
            NodeValue::WikiLink(link) => return self.open_wiki(node, link),
            NodeValue::Image(image) => {
                self.image(node, image);
                return Children::Skip;
            }
            NodeValue::FootnoteReference(mention) => self.mention(mention),
            other => self.tag(marks(node, other).0),
        }
        Children::Write
    }

    /// Writes the end of an inline node.
    pub(super) fn close_inline(&mut self, node: Node<'_>, value: &NodeValue) {
        match value {
            NodeValue::Link(_) => self.close_link(),
            NodeValue::WikiLink(link) => self.close_wiki(link),
            other => self.tag(marks(node, other).1),
        }
    }

    fn open_link(&mut self, link: &NodeLink) {
        // A link inside a link would end the outer one.
        self.links.push(!self.in_html_link);
        if self.in_html_link {
            return;
        }
        self.growth += LINK_GROWTH;
        self.tag("<a href=\"");
        self.address(ReferenceKind::Link, &link.url);
        self.title(&link.title);
        self.tag("\">");
    }

    fn image(&mut self, node: Node<'_>, image: &NodeLink) {
        let words = plain_text(node, Emoji::Sign);
        let (words, width) = words_and_width(&words);
        self.growth += IMAGE_GROWTH;
        self.tag("<img src=\"");
        self.address(ReferenceKind::Image, &image.url);
        self.tag(&format!("\" alt=\"{}", escaped_attribute(words)));
        self.title(&image.title);
        self.width(width);
        self.tag("\">");
    }

    /// Ends the attribute before it, and begins one that the caller ends.
    fn title(&mut self, title: &str) {
        if !title.is_empty() {
            self.tag(&format!("\" title=\"{}", escaped_attribute(title)));
        }
    }

    fn html_inline(&mut self, html: &str) {
        if self.is_html_text {
            self.text(html);
            return;
        }
        let name = html.get(1..).unwrap_or_default();
        let name = name
            .split(|c: char| c.is_whitespace() || c == '>')
            .next()
            .unwrap_or_default();
        if name.eq_ignore_ascii_case("a") {
            // `<a id="place">` is no link.
            self.in_html_link = html.to_ascii_lowercase().contains("href");
        } else if name.eq_ignore_ascii_case("/a") {
            self.in_html_link = false;
        }
        self.tag(html);
    }

    fn mention(&mut self, mention: &NodeFootnoteReference) {
        let (number, marker) = (mention.ix, &self.marker);
        let id = if mention.ref_num <= MAX_MENTIONS {
            format!(" id=\"{marker}{}\"", mention_id(number, mention.ref_num))
        } else {
            String::new()
        };
        let html = format!("<sup><a href=\"#{marker}{FOOTNOTE}{number}\"{id}>{number}</a></sup>");
        self.growth += LINK_GROWTH;
        self.tag(&html);
    }
}

/// The id of the reference to a footnote.
pub(super) fn mention_id(footnote: u32, mention: u32) -> String {
    match mention {
        0 | 1 => format!("{MENTION}{footnote}"),
        _ => format!("{MENTION}{footnote}-{mention}"),
    }
}

/// The tags of a construct that needs no attributes.
fn marks(node: Node<'_>, value: &NodeValue) -> (&'static str, &'static str) {
    match value {
        NodeValue::Emph => ("<em>", "</em>"),
        NodeValue::Strong => ("<strong>", "</strong>"),
        NodeValue::Highlight => ("<mark>", "</mark>"),
        NodeValue::Insert => ("<ins>", "</ins>"),
        NodeValue::Superscript if is_one_word(node) => ("<sup>", "</sup>"),
        // `2^10 and 3^5` is a calculation.
        NodeValue::Superscript => ("^", "^"),
        NodeValue::Subscript if is_lowered(node) => ("<sub>", "</sub>"),
        // GitHub strikes out between single tildes.
        NodeValue::Strikethrough | NodeValue::Subscript => ("<del>", "</del>"),
        _ => ("", ""),
    }
}

fn is_one_word(node: Node<'_>) -> bool {
    !plain_text(node, Emoji::Name).contains(char::is_whitespace)
}

/// `H~2~O` is lowered, `~gone~` is struck out.
fn is_lowered(node: Node<'_>) -> bool {
    let is_short = plain_text(node, Emoji::Name).chars().count() <= MAX_LOWERED;
    is_short && is_one_word(node) && touches_word(node.previous_sibling(), |text| text.chars().next_back())
}

/// A name between colons is an emoji unless it stands inside a word: `user:id:name` and `1:100:5` are not.
fn is_emoji(node: Node<'_>) -> bool {
    !touches_word(node.previous_sibling(), |text| text.chars().next_back())
        && !touches_word(node.next_sibling(), |text| text.chars().next())
}

fn touches_word(sibling: Option<Node<'_>>, nearest: impl FnOnce(&str) -> Option<char>) -> bool {
    sibling.is_some_and(|sibling| {
        let ast = sibling.data();
        ast.value.text().and_then(nearest).is_some_and(char::is_alphanumeric)
    })
}
