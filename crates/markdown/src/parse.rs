//! The parser's options and limits. What is not switched on here is plain text.

use std::cell::Cell;

use comrak::{
    Arena, Node, Options,
    arena_tree::NodeEdge,
    nodes::NodeValue,
    options::{Extension, Parse},
    try_parse_document,
};

use super::{MAX_BYTES, MAX_DEPTH, MAX_HEADINGS, MarkdownError, raw_html};

/// Steps the parser may take for each byte. Ordinary texts take fewer than two; a text made to be slow takes thousands.
const STEPS_A_BYTE: usize = 64;

/// The parser checks once in so many steps whether to continue.
const STEPS_A_CHECK: usize = 256;

/// Whether a text has formulas between dollars: a block of them, or a command of TeX between two in a line. Elsewhere dollars are prices and
/// variables, of which two may look like a formula: `$10-$20`.
pub(super) fn has_formulas(text: &str) -> bool {
    let is_command = |formula: &str| {
        let mut letters = formula.chars();
        letters.any(|c| c == '\\') && letters.next().is_some_and(|c| c.is_ascii_alphabetic())
    };
    text.lines().any(|line| {
        let line = line.trim();
        line.starts_with("$$") || line.split('$').skip(1).step_by(2).any(is_command)
    })
}

/// The constructs that are understood, beyond `CommonMark`.
fn options(has_formulas: bool) -> Options<'static> {
    let extension = Extension {
        strikethrough: true,
        table: true,
        autolink: true,
        tasklist: true,
        footnotes: true,
        inline_footnotes: true,
        description_lists: true,
        ofm_callouts: true,
        shortcodes: true,
        highlight: true,
        superscript: true,
        subscript: true,
        wikilinks_title_after_pipe: true,
        math_dollars: has_formulas,
        cjk_friendly_emphasis: true,
        header_attributes: true,
        fenced_code_attributes: true,
        ..Extension::default()
    };
    let parse = Parse {
        relaxed_tasklist_matching: true,
        tasklist_in_table: true,
        ..Parse::default()
    };
    Options {
        extension,
        parse,
        ..Options::default()
    }
}

/// Refuses a text that is too long.
pub(super) fn check_size(content: &str) -> Result<(), MarkdownError> {
    if content.len() > MAX_BYTES {
        return Err(MarkdownError::TooLarge(content.len()));
    }
    Ok(())
}

/// Parses a text within the limits of steps and depth. Every node knows its line.
pub(super) fn parse<'a>(arena: &'a Arena<'a>, content: &str) -> Result<Node<'a>, MarkdownError> {
    let root = parse_unchecked(arena, content)?;
    check_depth(root)?;
    Ok(root)
}

/// The same without the limit of depth, for looking at lines alone.
pub(super) fn parse_unchecked<'a>(arena: &'a Arena<'a>, content: &str) -> Result<Node<'a>, MarkdownError> {
    let budget = Cell::new(1_024 + content.len() * STEPS_A_BYTE / STEPS_A_CHECK);
    let is_spent = || {
        budget.set(budget.get().saturating_sub(1));
        budget.get() == 0
    };
    try_parse_document(arena, content, &options(has_formulas(content)), &is_spent).map_err(|_| MarkdownError::TooSlow)
}

fn check_depth(root: Node<'_>) -> Result<(), MarkdownError> {
    let mut depth = 0_usize;
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) if node.first_child().is_some() || is_container(node) => {
                depth += 1;
                // The document itself is the first.
                if depth > MAX_DEPTH + 1 {
                    return Err(MarkdownError::TooDeep(line(node)));
                }
            }
            NodeEdge::End(node) if node.first_child().is_some() || is_container(node) => depth -= 1,
            _ => {}
        }
    }
    Ok(())
}

fn is_container(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::BlockQuote | NodeValue::Callout(_))
}

/// Refuses a text with too many headings, those in raw HTML included.
pub(super) fn check_headings(root: Node<'_>) -> Result<(), MarkdownError> {
    let mut count = 0;
    for node in root.descendants() {
        let ast = node.data();
        let lines = match &ast.value {
            NodeValue::Heading(_) => vec![0],
            NodeValue::HtmlBlock(block) => raw_html::heading_lines(&block.literal),
            NodeValue::HtmlInline(html) => raw_html::heading_lines(html),
            _ => continue,
        };
        for below in lines {
            count += 1;
            if count > MAX_HEADINGS {
                return Err(MarkdownError::TooManyHeadings(ast.sourcepos.start.line + below));
            }
        }
    }
    Ok(())
}

/// The line a node begins in, from 1.
pub(super) fn line(node: Node<'_>) -> usize {
    node.data().sourcepos.start.line.max(1)
}
