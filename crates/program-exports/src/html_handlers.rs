//! Handlers for elements that the programs write in a way of their own: boxes, code, folds, task lists, places.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "handlers are functions of this form"
)]

use std::fmt::Write as _;

use htmd::{
    Element, HtmlToMarkdown,
    element_handler::{HandlerResult, Handlers},
    options::{BulletListMarker, Options},
};

use crate::{dom, html_table};

type Handled = Option<HandlerResult>;

/// A converter for one page.
pub(crate) fn converter() -> HtmlToMarkdown {
    let options = Options {
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    HtmlToMarkdown::builder()
        .options(options)
        .add_handler(vec!["div"], division)
        .add_handler(vec!["span"], span)
        .add_handler(vec!["pre"], code_block)
        .add_handler(vec!["li"], list_item)
        .add_handler(vec!["h1", "h2", "h3", "h4", "h5", "h6"], heading)
        .add_handler(vec!["details"], details)
        .add_handler(vec!["sup", "sub", "kbd", "mark"], inline)
        .add_handler(vec!["table"], html_table::table)
        .build()
}

/// A block, with blank lines around it.
fn block(text: &str) -> Handled {
    Some(format!("\n\n{text}\n\n").into())
}

/// The kind of box that a box of Confluence is.
fn kind_of_box(node: &htmd::Node) -> Option<&'static str> {
    let kinds = [
        ("confluence-information-macro-information", "NOTE"),
        ("confluence-information-macro-note", "WARNING"),
        ("confluence-information-macro-warning", "CAUTION"),
        ("confluence-information-macro-tip", "TIP"),
    ];
    let kind = kinds
        .into_iter()
        .find(|(class, _)| dom::has_class(node, class))
        .map(|(_, kind)| kind);
    kind.or_else(|| dom::has_class(node, "confluence-information-macro").then_some("NOTE"))
}

fn division(handlers: &dyn Handlers, element: Element) -> Handled {
    let node = element.node;
    if let Some(kind) = kind_of_box(node) {
        return callout(handlers, node, kind);
    }
    if dom::has_class(node, "toc-macro") {
        return None;
    }
    if dom::has_class(node, "expand-container") {
        let words = dom::find(node, &|node| dom::has_class(node, "expand-control-text"));
        let words = words.map_or_else(|| "More".to_owned(), |words| crate::names::one_line(&dom::text(&words)));
        let body = dom::find(node, &|node| dom::has_class(node, "expand-content"));
        let body = body.map_or_else(String::new, |body| handlers.walk_children(&body).content);
        return fold(&words, &body);
    }
    let content = handlers.walk_children(node).content;
    block(content.trim_matches('\n'))
}

fn callout(handlers: &dyn Handlers, node: &dom::Handle, kind: &str) -> Handled {
    let title = dom::find(node, &|node| dom::tag(node) == "p" && dom::has_class(node, "title"));
    let title = title.map_or_else(String::new, |title| handlers.walk_children(&title).content);
    let body = dom::find(node, &|node| dom::has_class(node, "confluence-information-macro-body"));
    let body = body.map_or_else(String::new, |body| handlers.walk_children(&body).content);
    let mut quoted = format!("> [!{kind}] {}", crate::names::one_line(&title))
        .trim_end()
        .to_owned();
    for line in body.trim().lines() {
        // Writing to a string cannot fail.
        let _ = write!(quoted, "\n> {line}");
    }
    block(&quoted)
}

fn fold(words: &str, body: &str) -> Handled {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    block(&format!(
        "<details><summary>{words}</summary>\n\n{}\n\n</details>",
        body.trim()
    ))
}

fn details(handlers: &dyn Handlers, element: Element) -> Handled {
    let summary = element
        .node
        .children
        .borrow()
        .iter()
        .find(|node| dom::tag(node) == "summary")
        .cloned();
    let words = summary.as_ref().map_or_else(
        || "More".to_owned(),
        |summary| crate::names::one_line(&dom::text(summary)),
    );
    if let Some(summary) = summary {
        summary.children.borrow_mut().clear();
    }
    fold(&words, &handlers.walk_children(element.node).content)
}

fn span(handlers: &dyn Handlers, element: Element) -> Handled {
    let id = dom::attribute(element.node, "id");
    if dom::has_class(element.node, "confluence-anchor-link") && is_plain(&id) {
        return Some(format!("<a id=\"{id}\"></a>").into());
    }
    let content = handlers.walk_children(element.node).content;
    let words = content.trim();
    if dom::has_class(element.node, "status-macro") && !words.is_empty() {
        return Some(format!("**{words}**").into());
    }
    Some(content.into())
}

/// Whether an id can be written as it is, as a name in `{#name}` and in HTML.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 200
        && id
            .chars()
            .all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
}

fn heading(handlers: &dyn Handlers, element: Element) -> Handled {
    let level = element
        .tag
        .as_bytes()
        .get(1)
        .map_or(1, |digit| usize::from(digit - b'0'));
    let words = crate::names::one_line(&handlers.walk_children(element.node).content);
    if words.is_empty() {
        return None;
    }
    let id = dom::attribute(element.node, "id");
    let id = if is_plain(&id) {
        format!(" {{#{id}}}")
    } else {
        String::new()
    };
    block(&format!("{} {words}{id}", "#".repeat(level)))
}

fn inline(handlers: &dyn Handlers, element: Element) -> Handled {
    let content = handlers.walk_children(element.node).content;
    let tag = element.tag;
    Some(format!("<{tag}>{content}</{tag}>").into())
}

fn code_block(_: &dyn Handlers, element: Element) -> Handled {
    let code = dom::text(element.node);
    let code = code.trim_matches('\n');
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    block(&format!("{fence}{}\n{code}\n{fence}", language(element.node)))
}

/// The language of code: of Confluence's highlighter (`brush: java; gutter: false`), else a class `language-java` of it or of `<code>` in it.
fn language(node: &dom::Handle) -> String {
    let parameters = dom::attribute(node, "data-syntaxhighlighter-params");
    let brush = parameters
        .split(';')
        .find_map(|part| part.trim().strip_prefix("brush:"));
    let class = |node: &htmd::Node| {
        let classes = dom::attribute(node, "class");
        classes
            .split_ascii_whitespace()
            .find_map(|class| class.strip_prefix("language-").map(str::to_owned))
    };
    let code = || dom::find(node, &|node| class(node).is_some()).and_then(|node| class(&node));
    let language = brush
        .map(|brush| brush.trim().to_owned())
        .or_else(code)
        .unwrap_or_default();
    language
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "+#-_".contains(*letter))
        .take(30)
        .collect()
}

fn list_item(handlers: &dyn Handlers, element: Element) -> Handled {
    let node = element.node;
    let is_task = !dom::attribute(node, "data-inline-task-id").is_empty() || dom::has_class(node, "task-list-item");
    if !is_task {
        return handlers.fallback(element);
    }
    let is_done = dom::has_class(node, "checked")
        || dom::find(node, &|node| {
            dom::tag(node) == "input" && !dom::attribute_is_missing(node, "checked")
        })
        .is_some();
    let content = handlers.walk_children(node).content;
    let content = content.trim().replace('\n', "\n  ");
    let mark = if is_done { 'x' } else { ' ' };
    Some(format!("\n- [{mark}] {content}").into())
}
