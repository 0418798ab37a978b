//! Writes a parsed document as HTML. One walk over its nodes, each written by the module for its kind: [`super::blocks`],
//! [`super::inlines`], [`super::callouts`], [`super::code`]. A new construct is one arm of a `match` there. The HTML needs neither inline
//! styles nor form fields. It is not safe yet: that is for [`super::sanitise`].

use std::hash::{BuildHasher, RandomState};

use comrak::{
    Node,
    arena_tree::NodeEdge,
    nodes::{NodeValue, TableAlignment},
};

use super::{
    MAX_HTML, MarkdownError, code::CodeWriter, direction, formulas::Formulas, headings::Outline, parse, raw_html,
};

/// Ends one node of text and begins the next. The HTML parser takes a time that grows with the square of the entities in one node;
/// comments are taken out again afterwards.
const SEAM: &str = "<!---->";

/// Most bytes of text in one node.
const NODE_BYTES: usize = 512;

/// What the sanitiser adds to every link and to every picture, in bytes.
pub(super) const LINK_GROWTH: usize = " rel=\"noopener noreferrer nofollow\"".len();
pub(super) const IMAGE_GROWTH: usize = " loading=\"lazy\" referrerpolicy=\"no-referrer\"".len();

/// HTML before it is sanitised.
pub(super) struct Written {
    pub(super) html: String,
    /// Stands before every id and `#` of ours. Nobody can guess it, so no author's HTML passes itself off as a heading or footnote.
    pub(super) marker: String,
    pub(super) formulas: Formulas,
}

/// Whether the children of a node are written too.
#[derive(PartialEq, Eq)]
pub(super) enum Children {
    Write,
    Skip,
}

/// Writes the HTML of a document.
///
/// # Errors
/// [`MarkdownError::TooMuchHtml`] with the line at which it becomes too long.
pub(super) fn html(root: Node<'_>, outline: &Outline, is_mixed: bool) -> Result<Written, MarkdownError> {
    let mut writer = Writer::new(outline, is_mixed, raw_html::is_unbounded(root));
    let mut skipped: Option<Node<'_>> = None;
    for edge in root.traverse() {
        match (edge, skipped) {
            (NodeEdge::Start(node), None) => {
                if writer.open(node) == Children::Skip && node.first_child().is_some() {
                    skipped = Some(node);
                }
                if writer.html.len() + writer.growth + writer.formulas.bytes() > MAX_HTML {
                    return Err(MarkdownError::TooMuchHtml(parse::line(node)));
                }
            }
            (NodeEdge::End(node), None) => writer.close(node),
            (NodeEdge::End(node), Some(of)) if of.same_node(node) => skipped = None,
            (NodeEdge::Start(_) | NodeEdge::End(_), Some(_)) => {}
        }
    }
    Ok(Written {
        html: writer.html,
        marker: writer.marker,
        formulas: writer.formulas,
    })
}

pub(super) struct Writer<'o> {
    pub(super) html: String,
    pub(super) marker: String,
    pub(super) outline: &'o Outline,
    /// How many headings and footnotes were written.
    pub(super) sections: usize,
    pub(super) footnotes: u32,
    pub(super) code: CodeWriter,
    pub(super) formulas: Formulas,
    /// The sign of a task, until its paragraph begins.
    pub(super) task: Option<&'static str>,
    /// Whether blocks have an attribute for their direction.
    is_mixed: bool,
    /// Raw HTML is shown as text.
    pub(super) is_html_text: bool,
    /// Inside a link that an author wrote as HTML.
    pub(super) in_html_link: bool,
    /// The links being written, and whether each has a tag of its own.
    pub(super) links: Vec<bool>,
    /// Bytes that the sanitiser will add.
    pub(super) growth: usize,
    /// Bytes of text since the last tag.
    text_bytes: usize,
    /// The columns of the table being written, and which is next.
    pub(super) columns: Vec<TableAlignment>,
    pub(super) column: usize,
}

impl<'o> Writer<'o> {
    fn new(outline: &'o Outline, is_mixed: bool, is_html_text: bool) -> Self {
        Self {
            html: String::new(),
            // Begins with a digit, so that it never reads as the scheme of an address.
            marker: format!("0{:016x}-", RandomState::new().hash_one(outline.sections.len())),
            outline,
            sections: 0,
            footnotes: 0,
            code: CodeWriter::default(),
            formulas: Formulas::default(),
            task: None,
            is_mixed,
            is_html_text,
            in_html_link: false,
            links: Vec::new(),
            growth: 0,
            text_bytes: 0,
            columns: Vec::new(),
            column: 0,
        }
    }

    fn open(&mut self, node: Node<'_>) -> Children {
        let ast = node.data();
        if ast.value.block() {
            self.open_block(node, &ast.value)
        } else {
            self.open_inline(node, &ast.value)
        }
    }

    fn close(&mut self, node: Node<'_>) {
        let ast = node.data();
        if ast.value.block() {
            self.close_block(node, &ast.value);
        } else {
            self.close_inline(node, &ast.value);
        }
    }

    /// Writes HTML as it stands.
    pub(super) fn tag(&mut self, html: &str) {
        if !html.is_empty() {
            self.html.push_str(html);
            self.text_bytes = 0;
        }
    }

    /// Writes text, with a seam every [`NODE_BYTES`].
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.text_bytes >= NODE_BYTES {
                self.tag(SEAM);
            }
            push_escaped(&mut self.html, c);
            self.text_bytes += c.len_utf8();
        }
    }

    /// Begins a new line of HTML.
    pub(super) fn line(&mut self) {
        if !self.html.is_empty() && !self.html.ends_with('\n') {
            self.html.push('\n');
        }
    }

    /// The attribute that lets a block of text follow its own letters.
    pub(super) fn direction(&self, node: Node<'_>) -> &'static str {
        if self.is_mixed && !direction::is_inherited(node) {
            " dir=\"auto\""
        } else {
            ""
        }
    }
}

/// Whether a paragraph stands without `<p>`: in a list without blank lines, as a term, as the title of a box.
pub(super) fn is_tight(paragraph: Node<'_>) -> bool {
    let Some(parent) = paragraph.parent() else { return false };
    if matches!(
        parent.data().value,
        NodeValue::DescriptionTerm | NodeValue::CalloutTitle
    ) {
        return true;
    }
    parent.parent().is_some_and(|list| match &list.data().value {
        NodeValue::List(list) => list.tight,
        NodeValue::DescriptionItem(item) => item.tight,
        _ => false,
    })
}

/// Text as HTML, with a seam every [`NODE_BYTES`].
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut bytes = 0;
    for c in text.chars() {
        if bytes >= NODE_BYTES {
            html.push_str(SEAM);
            bytes = 0;
        }
        push_escaped(&mut html, c);
        bytes += c.len_utf8();
    }
    html
}

/// Text as the value of an attribute, between `"`.
pub(super) fn escaped_attribute(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => html.push_str("&quot;"),
            c => push_escaped(&mut html, c),
        }
    }
    html
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        c => html.push(c),
    }
}
