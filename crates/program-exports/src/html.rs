//! HTML pages as Markdown: `htmd` converts, with handlers for what the programs write (`html_handlers.rs`) and tables (`html_table.rs`). Links and
//! pictures are resolved before, in the tree of the page; what runs or frames is taken out.

use std::{cell::RefCell, rc::Rc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use htmd::HtmlToMarkdown;
use html5ever::tendril::StrTendril;
use markup5ever_rcdom::NodeData;

use crate::{ExportError, RemarkKind, dom, dom::Handle, html_handlers, links, names, output::Output};

/// Elements that are not shown, with what is in them.
const HIDDEN: [&str; 12] = [
    "script", "style", "noscript", "template", "object", "embed", "svg", "math", "form", "button", "link", "meta",
];

/// Elements in which another page or a film is shown.
const FRAMES: [&str; 4] = ["iframe", "video", "audio", "frame"];

/// How many times more elements than the limit may look open in the text of a page: not every element needs an end.
const SLACK: usize = 20;

/// Attributes that are looked at, or shown.
const ATTRIBUTES: [&str; 12] = [
    "href",
    "src",
    "alt",
    "title",
    "colspan",
    "rowspan",
    "checked",
    "class",
    "id",
    "data-syntaxhighlighter-params",
    "data-inline-task-id",
    "data-emoji-fallback",
];

/// Letters that mean something in Markdown as it is read here and that `htmd` leaves alone.
const MARKS: &str = "{}%$^~=:|";

/// Where the letters that stand for [`MARKS`] begin while a page is converted, among those for private use.
const FIRST_STAND_IN: u32 = 0xF_0000;

/// A converted page.
pub(crate) struct Page {
    pub(crate) markdown: String,
}

/// A parsed page. When its root is dropped, every node of it is emptied, so it has to live as long as they are looked at.
pub(crate) struct Parsed {
    pub(crate) root: Handle,
}

/// Parses a page; one with too many elements inside each other is a remark.
pub(crate) fn parse(output: &mut Output<'_>, name: &str, text: &str) -> Option<Parsed> {
    let limit = output.options.limits.depth;
    // Counted before the page is parsed, which takes time that grows with the square of it.
    let root = if dom::open_elements(text) > limit * SLACK {
        None
    } else {
        HtmlToMarkdown::new().html_to_tree(text).ok()
    };
    let Some(root) = root.filter(|root| dom::depth(root, limit) <= limit) else {
        let message = format!("has more than {limit} elements inside each other, which no page needs");
        output.remark(RemarkKind::Refused, name, 1, message);
        return None;
    };
    Some(Parsed { root })
}

/// Converts a part of a page: `name` is its file in the export, which becomes the document `identity`.
pub(crate) fn convert(output: &mut Output<'_>, name: &str, identity: &str, part: &Handle) -> Result<Page, ExportError> {
    // The part in a document of its own: handlers look at what an element lies in.
    let mut context = Context { output, name, identity };
    for node in dom::walk(part, &|node| !HIDDEN.contains(&dom::tag(node))) {
        context.children(&node)?;
    }
    let markdown = html_handlers::converter().tree_to_markdown(part);
    Ok(Page {
        markdown: unescaped(&markdown, true),
    })
}

/// What a page is converted with.
struct Context<'c, 'o> {
    output: &'c mut Output<'o>,
    name: &'c str,
    identity: &'c str,
}

impl Context<'_, '_> {
    /// Resolves, replaces and removes what lies directly in an element.
    fn children(&mut self, node: &Handle) -> Result<(), ExportError> {
        if let NodeData::Element { attrs, .. } = &node.data {
            attrs
                .borrow_mut()
                .retain(|attribute| ATTRIBUTES.contains(&&*attribute.name.local));
        }
        let is_code = matches!(dom::tag(node), "pre" | "code") || is_in_pre(node);
        let mut children = Vec::new();
        for child in node.children.take() {
            match &child.data {
                NodeData::Text { contents } if !is_code => escape(contents),
                NodeData::Element { .. } => {
                    if let Some(child) = self.element(child)? {
                        child.parent.set(Some(Rc::downgrade(node)));
                        children.push(child);
                    }
                    continue;
                }
                _ => {}
            }
            children.push(child);
        }
        node.children.replace(children);
        Ok(())
    }

    /// The element as it is converted, something in its place, or nothing.
    fn element(&mut self, node: Handle) -> Result<Option<Handle>, ExportError> {
        let tag = dom::tag(&node);
        if HIDDEN.contains(&tag) {
            return Ok(None);
        }
        if FRAMES.contains(&tag) {
            return Ok(self.frame(&node));
        }
        match tag {
            "a" if dom::has_class(&node, "user-mention") || dom::has_class(&node, "confluence-userlink") => {
                Ok(Some(escaped_text(&dom::text(&node))))
            }
            "a" => {
                let href = dom::attribute(&node, "href");
                if let Some(target) = self.output.target(self.name, self.identity, &href)? {
                    dom::set_attribute(&node, "href", &target);
                }
                Ok(Some(node))
            }
            "img" => self.picture(node),
            _ => Ok(Some(node)),
        }
    }

    fn picture(&mut self, node: Handle) -> Result<Option<Handle>, ExportError> {
        let (src, alt) = (dom::attribute(&node, "src"), dom::attribute(&node, "alt"));
        if dom::has_class(&node, "emoticon") || dom::has_class(&node, "emoji") {
            let emoji = dom::attribute(&node, "data-emoji-fallback");
            return Ok(Some(escaped_text(if emoji.is_empty() { &alt } else { &emoji })));
        }
        if let Some(data) = src.strip_prefix("data:") {
            let Some((ending, bytes)) = picture_in(data) else {
                let message = "a picture inside the page cannot be read";
                self.output.remark(RemarkKind::Construct, self.name, 1, message);
                return Ok(Some(escaped_text(&alt)));
            };
            let name = format!("{}.{ending}", names::digest(data));
            let path = self.output.embedded(&name, &bytes)?;
            let target = links::relative(self.identity, &path);
            dom::set_attribute(&node, "src", &target);
        } else if let Some(target) = self.output.target(self.name, self.identity, &src)? {
            dom::set_attribute(&node, "src", &target);
        }
        Ok(Some(node))
    }

    /// A link in place of a frame.
    fn frame(&mut self, node: &Handle) -> Option<Handle> {
        let src = dom::attribute(node, "src");
        let message = format!("a frame or film of `{}` is shown as its address", names::one_line(&src));
        self.output.remark(RemarkKind::Construct, self.name, 1, message);
        (src.starts_with("https://") || src.starts_with("http://")).then(|| dom::new_text(&src))
    }
}

fn is_in_pre(node: &Handle) -> bool {
    let mut above = parent(node);
    while let Some(node) = above {
        if matches!(dom::tag(&node), "pre" | "code") {
            return true;
        }
        above = parent(&node);
    }
    false
}

fn parent(node: &Handle) -> Option<Handle> {
    let parent = node.parent.take();
    let above = parent.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(parent);
    above
}

/// Ending and bytes of a picture in an address (RFC 2397).
pub(crate) fn picture_in(data: &str) -> Option<(&'static str, Vec<u8>)> {
    let (kind, data) = data.split_once(',')?;
    let ending = match kind.split(';').next()? {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        _ => return None,
    };
    if !kind.ends_with(";base64") {
        return None;
    }
    let data: String = data.chars().filter(|letter| !letter.is_whitespace()).collect();
    BASE64_STANDARD.decode(data).ok().map(|bytes| (ending, bytes))
}

fn escaped_text(text: &str) -> Handle {
    dom::new_text(&with_stand_ins(text))
}

fn escape(contents: &RefCell<StrTendril>) {
    let text = contents.borrow().to_string();
    *contents.borrow_mut() = StrTendril::from(with_stand_ins(&text));
}

/// A text in which other letters stand for those of [`MARKS`] that would mean something.
fn with_stand_ins(text: &str) -> String {
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    let mut written = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let means_something = match letter {
            '=' => before == '=' || next == '=',
            // `::` and `:smile:`, not the colon of a sentence.
            ':' => next != ' ' && !next.is_control() && next != '/',
            '%' => "%{}".contains(before) || "%}".contains(next),
            letter => MARKS.contains(letter),
        };
        before = letter;
        let place = MARKS.find(letter).and_then(|place| u32::try_from(place).ok());
        let stand_in = place.and_then(|place| char::from_u32(FIRST_STAND_IN + place));
        written.push(stand_in.filter(|_| means_something).unwrap_or(letter));
    }
    written
}

/// The letters that were meant, behind a backslash where Markdown reads them.
pub(crate) fn unescaped(text: &str, is_markdown: bool) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        let place = u32::from(letter)
            .checked_sub(FIRST_STAND_IN)
            .and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| MARKS.chars().nth(place)) {
            Some(mark) => {
                if is_markdown {
                    written.push('\\');
                }
                written.push(mark);
            }
            None => written.push(letter),
        }
    }
    written
}
