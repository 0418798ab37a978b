//! Links in double brackets: `[[name]]`, `[[name#heading|words]]`, `![[picture.png|200]]`.

use comrak::{Node, nodes::NodeWikiLink};

use super::{
    inlines::{Emoji, plain_text},
    references::{ReferenceKind, default_words, is_local, is_picture},
    tokens,
    write::{Children, IMAGE_GROWTH, LINK_GROWTH, Writer, escaped_attribute},
};

/// The width in pixels that an author gives a picture: `200` or `200x100`.
pub(super) fn width(words: &str) -> Option<&str> {
    let words = words.trim();
    let width = words.split_once('x').map_or(words, |(width, _)| width);
    let is_number = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    let rest = words.split_once('x').map_or("0", |(_, height)| height);
    (is_number(width) && is_number(rest)).then_some(width)
}

/// A line in which pictures have words and a width, `![[a.png|A chart|200]]`, as the parser reads it, which knows one bar; `None` if there is none, or
/// where it may be code.
pub(super) fn escape_width(line: &str) -> Option<String> {
    if !line.contains("![[") || line.contains('`') {
        return None;
    }
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("![[") {
        let (inside, after) = behind.split_once("]]")?;
        out.push_str(before);
        out.push_str("![[");
        match inside.rsplit_once('|') {
            Some((words, last)) if words.contains('|') && !words.ends_with('\\') && width(last).is_some() => {
                out.push_str(words);
                out.push_str("\\|");
                out.push_str(last);
            }
            _ => out.push_str(inside),
        }
        out.push_str("]]");
        rest = after;
    }
    out.push_str(rest);
    (out != line).then_some(out)
}

/// The words of a picture and its width: `A chart|200`.
pub(super) fn words_and_width(words: &str) -> (&str, Option<&str>) {
    match words.rsplit_once('|') {
        Some((before, last)) if width(last).is_some() => (before, width(last)),
        _ => (words, None),
    }
}

/// The words of a link in double brackets, without marks.
pub(super) fn words(node: Node<'_>, link: &NodeWikiLink) -> String {
    let words = plain_text(node, Emoji::Sign);
    if words.trim() == link.url.trim() {
        return default_words(&link.url);
    }
    if link.embed && is_picture(&link.url) {
        return picture_words(&words).0.to_owned();
    }
    words
}

fn picture_words(words: &str) -> (&str, Option<&str>) {
    match width(words) {
        Some(width) => ("", Some(width)),
        None => words_and_width(words),
    }
}

impl Writer<'_> {
    /// Writes the beginning of a link, or a whole picture.
    pub(super) fn open_wiki(&mut self, node: Node<'_>, link: &NodeWikiLink) -> Children {
        if link.embed && is_picture(&link.url) {
            self.wiki_picture(node, link);
            return Children::Skip;
        }
        let has_tag = !self.in_html_link;
        self.links.push(has_tag);
        if has_tag {
            self.growth += LINK_GROWTH;
            self.tag("<a href=\"");
            let kind = if link.embed {
                ReferenceKind::WikiEmbed
            } else {
                ReferenceKind::WikiLink
            };
            self.address(kind, &link.url);
            self.tag("\">");
        }
        if plain_text(node, Emoji::Sign).trim() == link.url.trim() {
            self.text(&default_words(&link.url));
            if node.first_child().is_some() {
                self.close_link();
            }
            return Children::Skip;
        }
        Children::Write
    }

    /// Writes the end of a link whose words were written.
    pub(super) fn close_wiki(&mut self, link: &NodeWikiLink) {
        if !(link.embed && is_picture(&link.url)) {
            self.close_link();
        }
    }

    pub(super) fn close_link(&mut self) {
        if self.links.pop() == Some(true) {
            self.tag("</a>");
        }
    }

    fn wiki_picture(&mut self, node: Node<'_>, link: &NodeWikiLink) {
        let label = plain_text(node, Emoji::Sign);
        let (words, width) = if label.trim() == link.url.trim() {
            ("", None)
        } else {
            picture_words(&label)
        };
        let name = link.url.rsplit('/').next().unwrap_or_default();
        let words = if words.trim().is_empty() { name } else { words };
        self.growth += IMAGE_GROWTH;
        self.tag("<img src=\"");
        self.address(ReferenceKind::WikiEmbed, &link.url);
        self.tag(&format!("\" alt=\"{}", escaped_attribute(words)));
        self.width(width);
        self.tag("\">");
    }

    /// Ends the attribute before it, and begins one that the caller ends.
    pub(super) fn width(&mut self, width: Option<&str>) {
        if let Some(width) = width {
            self.tag(&format!("\" width=\"{width}"));
        }
    }

    /// The address of a link or picture: a token where it is local.
    pub(super) fn address(&mut self, kind: ReferenceKind, address: &str) {
        if is_local(kind, address) {
            let token = tokens::draft(&self.marker, kind, address);
            self.tag(&escaped_attribute(&token));
            return;
        }
        let mut escaped = String::with_capacity(address.len());
        // Cannot fail: a `String` takes everything.
        let _ = comrak::html::escape_href(&mut escaped, address, false);
        self.tag(&escaped);
    }
}
