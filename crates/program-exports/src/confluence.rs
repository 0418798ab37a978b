//! Confluence's HTML export of a space: a page for each page, named by its number (`On-call_65541.html`, `65541.html`), the tree of all pages in
//! `index.html`, attachments below `attachments/NUMBER/`. A page is known by its number.

use std::collections::HashMap;

use crate::{
    ExportError, Limits, RemarkKind, dates, dom,
    dom::Handle,
    html, names,
    output::{Document, Output},
    tree::Tree,
};

/// How many pages are looked at to recognise the program.
const PROBES: usize = 5;

/// Whether these are the files of an export: a list of pages, and pages with Confluence's main part.
pub(crate) fn is_export(tree: &Tree, limits: &Limits) -> bool {
    let is_page = |name: &&str| {
        let text = tree.text(name, limits.page).unwrap_or_default();
        text.contains("id=\"main-content\"") && text.contains("wiki-content")
    };
    index(tree).is_some() && pages(tree).iter().take(PROBES).any(is_page)
}

/// The list of pages.
fn index(tree: &Tree) -> Option<String> {
    let found = tree
        .names()
        .filter(|name| *name == "index.html" || name.ends_with("/index.html"));
    found.min_by_key(|name| name.len()).map(str::to_owned)
}

fn pages(tree: &Tree) -> Vec<&str> {
    tree.names()
        .filter(|name| number(name).is_some() && !name.contains("attachments/"))
        .collect()
}

/// The number of a page, from the name of its file.
fn number(name: &str) -> Option<&str> {
    let file = name.rsplit('/').next()?.strip_suffix(".html")?;
    let number = file.rsplit('_').next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// What the list of pages states about one.
struct Listed {
    position: usize,
    above: Vec<String>,
}

pub(crate) fn convert(output: &mut Output<'_>) -> Result<String, ExportError> {
    let tree = output.tree;
    let index = index(tree);
    let (mut key, mut listed) = (None, HashMap::new());
    if let Some(text) = index.as_deref().and_then(|name| output.text(name))
        && let Some(name) = &index
        && let Some(page) = html::parse(output, name, &text)
    {
        key = space_key(&page.root);
        listed = list(&page.root);
    }
    let pages = pages(tree);
    for name in &pages {
        output.page(name, number(name).unwrap_or_default());
    }
    for name in pages {
        page(output, name, &listed)?;
    }
    Ok(key.map_or_else(
        || "confluence".to_owned(),
        |key| format!("confluence/{}", names::one_line(&key)),
    ))
}

/// The key of the space, from the table at the top of the list: the first cell of two that holds nothing but a key.
fn space_key(root: &Handle) -> Option<String> {
    let is_row = |node: &htmd::Node| dom::tag(node) == "tr";
    let row = dom::find(root, &is_row)?;
    let cell = dom::find(&row, &|node| dom::tag(node) == "td")?;
    let key = dom::text(&cell).trim().to_owned();
    let is_key = !key.is_empty()
        && key.len() <= 100
        && key
            .chars()
            .all(|letter| letter.is_alphanumeric() || "~-_".contains(letter));
    is_key.then_some(key)
}

/// The pages in the order of the list, each with the titles of those above it.
fn list(root: &Handle) -> HashMap<String, Listed> {
    let mut found = HashMap::new();
    let mut open = vec![(root.clone(), Vec::<String>::new())];
    let mut position = 0;
    while let Some((node, above)) = open.pop() {
        let mut below = above.clone();
        if dom::tag(&node) == "li"
            && let Some(link) = dom::find(&node, &|node| dom::tag(node) == "a")
            && let Some(number) = number(&dom::attribute(&link, "href"))
        {
            position += 1;
            found.insert(number.to_owned(), Listed { position, above });
            below.push(names::one_line(&dom::text(&link)));
        }
        open.extend(
            node.children
                .borrow()
                .iter()
                .rev()
                .map(|child| (child.clone(), below.clone())),
        );
    }
    found
}

fn page(output: &mut Output<'_>, name: &str, listed: &HashMap<String, Listed>) -> Result<(), ExportError> {
    let number = number(name).unwrap_or_default();
    let Some(text) = output.text(name) else { return Ok(()) };
    let Some(page) = html::parse(output, name, &text) else {
        return Ok(());
    };
    let root = &page.root;
    let by_id = |id: &'static str| dom::find(root, &move |node| dom::attribute(node, "id") == id);
    let Some(content) = by_id("main-content") else {
        output.remark(
            RemarkKind::Refused,
            name,
            1,
            "has no main part, and is no page of Confluence",
        );
        return Ok(());
    };
    let title = by_id("title-text")
        .map(|node| names::one_line(&dom::text(&node)))
        .unwrap_or_default();
    // The name of the space stands before that of the page.
    let space = dom::find(root, &|node| dom::attribute(node, "id") == "breadcrumbs")
        .and_then(|crumbs| dom::find(&crumbs, &|node| dom::tag(node) == "a"))
        .map(|first| names::one_line(&dom::text(&first)));
    let title = space
        .and_then(|space| title.strip_prefix(&format!("{space} : ")).map(str::to_owned))
        .unwrap_or(title);
    let (created, updated) = page_dates(root);
    not_converted(output, name, root);
    let converted = html::convert(output, name, number, &content)?;
    let attachments = attachments(output, name, number, root, &converted.markdown)?;
    let listed = listed.get(number);
    output.document(Document {
        identity: number.to_owned(),
        origin: name.to_owned(),
        title: Some(if title.is_empty() { number.to_owned() } else { title }),
        folder: listed.map(|listed| listed.above.clone()).unwrap_or_default(),
        position: listed.map(|listed| listed.position),
        created,
        updated,
        body: converted.markdown + &attachments,
        ..Document::default()
    })
}

/// When a page was written and changed: its last line of data ends with a date, and may have the names of people with dates inside.
fn page_dates(root: &Handle) -> (Option<i64>, Option<i64>) {
    let data = dom::find(root, &|node| dom::has_class(node, "page-metadata"));
    let text = data.map(|data| names::one_line(&dom::text(&data))).unwrap_or_default();
    let words: Vec<&str> = text.split(' ').collect();
    let last = words.len().saturating_sub(3);
    let end = words.get(last..).and_then(|words| dates::day(&words.join(" ")));
    // Two people, or one and another time: what stands in front of the date has a comma then, in every language.
    let is_changed = words
        .get(..last)
        .is_some_and(|words| words.iter().any(|word| word.contains(',')));
    if is_changed { (None, end) } else { (end, None) }
}

/// Comments, and pages that the reader could see only with a program's extension.
fn not_converted(output: &mut Output<'_>, name: &str, root: &Handle) {
    let has = |is_meant: &dyn Fn(&htmd::Node) -> bool| dom::find(root, is_meant).is_some();
    if has(&|node| dom::attribute(node, "id") == "comments") {
        output.remark(RemarkKind::Construct, name, 1, "its comments do not come along");
    }
    if has(&|node| dom::has_class(node, "unknown-macro") || dom::has_class(node, "plugin-macro")) {
        output.remark(
            RemarkKind::Construct,
            name,
            1,
            "a macro that Confluence could not export is shown as its text",
        );
    }
    if has(&|node| dom::has_class(node, "jira-issue") || dom::has_class(node, "jira-table")) {
        output.remark(
            RemarkKind::Construct,
            name,
            1,
            "issues of Jira are shown as they were at the time of the export",
        );
    }
}

/// Links to attachments that the page itself does not show, as the end of the exported page has them.
fn attachments(
    output: &mut Output<'_>,
    name: &str,
    number: &str,
    root: &Handle,
    shown: &str,
) -> Result<String, ExportError> {
    let mut lines = String::new();
    let boxes = dom::walk(root, &|_| true)
        .into_iter()
        .filter(|node| dom::has_class(node, "greybox"));
    for node in boxes.flat_map(|node| dom::walk(&node, &|_| true)) {
        let href = dom::attribute(&node, "href");
        if dom::tag(&node) != "a" || !href.contains("attachments/") {
            continue;
        }
        let words = names::one_line(&dom::text(&node)).replace(['[', ']', '\\', '`', '*', '_'], "-");
        match output.target(name, number, &href)? {
            Some(target) if !shown.contains(&target) && !lines.contains(&target) => {
                lines = format!("{lines}- [{words}]({target})\n");
            }
            Some(_) => {}
            None => output.remark(
                RemarkKind::File,
                name,
                1,
                format!("its attachment `{words}` is not in the export"),
            ),
        }
    }
    Ok(if lines.is_empty() {
        lines
    } else {
        format!("\n\n---\n\n{lines}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_a_page_of_confluence_is_known_by_its_number() {
        for (name, expected) in [
            ("DS/On-call_65541.html", Some("65541")),
            ("65541.html", Some("65541")),
            ("a_b_7.html", Some("7")),
            ("index.html", None),
            ("a_.html", None),
            ("a_7.css", None),
        ] {
            assert_eq!(number(name), expected, "{name}");
        }
    }
}
