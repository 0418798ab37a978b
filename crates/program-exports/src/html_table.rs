//! Tables: as Markdown where every cell is a line of text, else as HTML, which is cleaned when it is shown.

use htmd::{
    Element,
    element_handler::{HandlerResult, Handlers},
};
use html5ever::serialize::{SerializeOpts, TraversalScope, serialize};
use markup5ever_rcdom::SerializableHandle;

use crate::{
    dom::{self, Handle},
    html,
};

/// What a cell of a Markdown table cannot hold.
const BLOCKS: [&str; 12] = [
    "pre",
    "ul",
    "ol",
    "table",
    "blockquote",
    "details",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
];

#[expect(clippy::needless_pass_by_value, reason = "handlers are functions of this form")]
pub(crate) fn table(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let table = element.node;
    let is_outer = |node: &Handle| !std::rc::Rc::ptr_eq(node, table) && dom::tag(node) == "table";
    let nodes = dom::walk(table, &|node| !is_outer(node));
    let rows: Vec<_> = nodes.into_iter().filter(|node| dom::tag(node) == "tr").collect();
    let text = if rows.iter().all(is_simple) {
        markdown(handlers, &rows)
    } else {
        as_html(table)?
    };
    Some(format!("\n\n{text}\n\n").into())
}

fn cells(row: &Handle) -> Vec<Handle> {
    let children = row.children.borrow();
    children
        .iter()
        .filter(|node| matches!(dom::tag(node), "td" | "th"))
        .cloned()
        .collect()
}

/// Whether every cell of a row is one line, and one cell.
fn is_simple(row: &Handle) -> bool {
    let is_one = |cell: &Handle, key: &str| matches!(dom::attribute(cell, key).as_str(), "" | "0" | "1");
    cells(row).iter().all(|cell| {
        let nodes = dom::walk(cell, &|_| true);
        let paragraphs = nodes.iter().filter(|node| dom::tag(node) == "p").count();
        let has_block = nodes.iter().any(|node| BLOCKS.contains(&dom::tag(node)));
        is_one(cell, "colspan") && is_one(cell, "rowspan") && paragraphs < 2 && !has_block
    })
}

fn markdown(handlers: &dyn Handlers, rows: &[Handle]) -> String {
    let columns = rows.iter().map(|row| cells(row).len()).max().unwrap_or(0);
    let is_head = |row: &Handle| cells(row).iter().all(|cell| dom::tag(cell) == "th");
    let line = |row: &Handle| {
        let mut line = String::new();
        for cell in cells(row) {
            let content = handlers.walk_children(&cell).content;
            let lines = content.trim().lines().map(str::trim).filter(|line| !line.is_empty());
            let lines: Vec<_> = lines.collect();
            line.push_str("| ");
            line.push_str(&lines.join("<br>").replace('|', "\\|"));
            line.push(' ');
        }
        line.push_str(&"| ".repeat(columns.saturating_sub(cells(row).len())));
        line + "|\n"
    };
    let (head, body) = match rows.split_first() {
        Some((first, rest)) if is_head(first) => (line(first), rest),
        _ => ("| ".repeat(columns) + "|\n", rows),
    };
    let body: String = body.iter().map(line).collect();
    format!("{head}{}|\n{body}", "| --- ".repeat(columns))
}

/// A table as HTML on one line: a blank one would end it.
fn as_html(table: &Handle) -> Option<String> {
    let mut bytes = Vec::new();
    let options = SerializeOpts {
        traversal_scope: TraversalScope::IncludeNode,
        ..SerializeOpts::default()
    };
    serialize(
        &mut bytes,
        &SerializableHandle::from(std::rc::Rc::clone(table)),
        options,
    )
    .ok()?;
    let html = String::from_utf8(bytes).ok()?;
    Some(html::unescaped(&html, false).replace('\n', "&#10;"))
}
